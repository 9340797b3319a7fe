#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "log/log.h"
#include "stream/cluster.h"

namespace weft::broker {

class AppendQueue;
class GroupCoordinator;
class Purgatory;
class Topics;
struct Options;

/// The seam over the embedded broker: no sockets, no copies. Calls come from any thread and complete on the broker's
/// loop, never inside the call. Deadlines bound waiting; work on this machine either ends or stops the process.
class LocalCluster final : public stream::Cluster {
 public:
  LocalCluster(env::EventLoop& loop, const Options& options, log::Log& log, Purgatory& purgatory, AppendQueue& appends);

  /// What needs this cluster itself for its state; before any call that concerns it.
  void attach(Topics& topics, GroupCoordinator& groups);
  void set_cluster_id(std::string id) { identity_.cluster_id = std::move(id); }

  const stream::ClusterIdentity& identity() const override { return identity_; }

  void describe_topics(std::optional<std::vector<std::string>> names, stream::Deadline deadline,
                       Callback<Result<std::vector<stream::TopicInfo>>> done) override;
  void create_topic(stream::TopicSpec spec, stream::Deadline deadline, Callback<Result<stream::TopicInfo>> done) override;
  void delete_topic(std::string name, stream::Deadline deadline, Callback<Result<void>> done) override;
  void describe_configs(std::string topic, stream::Deadline deadline,
                        Callback<Result<std::map<std::string, stream::ConfigEntry>>> done) override;
  void alter_configs(std::string topic, std::vector<stream::ConfigChange> changes, stream::Deadline deadline,
                     Callback<Result<void>> done) override;

  std::unique_ptr<stream::BatchBuilder> make_builder() const override;
  void append(stream::AppendBatch batch, stream::Deadline deadline, Callback<Result<stream::Appended>> placed,
              Callback<Result<stream::Appended>> durable) override;
  void append_atomic(stream::Writer writer, std::vector<stream::AppendBatch> batches,
                     std::vector<stream::GroupPositions> positions, stream::Deadline deadline,
                     Callback<Result<std::vector<stream::Appended>>> done) override;
  void fetch(stream::FetchRequest request, stream::Deadline deadline, Callback<Result<stream::Fetched>> done) override;
  void find_offsets(std::vector<stream::OffsetQuery> queries, stream::Deadline deadline,
                    Callback<Result<std::vector<stream::FoundOffset>>> done) override;
  void bounds(std::vector<stream::TopicPartition> partitions, stream::Deadline deadline,
              Callback<Result<std::vector<stream::PartitionBounds>>> done) override;

  void commit_positions(stream::GroupPositions positions, stream::Deadline deadline, Callback<Result<void>> done) override;
  void positions(std::string group, std::vector<stream::TopicPartition> partitions, stream::Deadline deadline,
                 Callback<Result<std::vector<std::optional<stream::Position>>>> done) override;

  void storage_facts(std::string topic, stream::Deadline deadline, Callback<Result<stream::StorageFacts>> done) override;

 private:
  using Placed = Function<void(Result<std::vector<stream::Appended>>)>;
  struct Entry;
  struct Fetching;

  /// Runs `task` on the loop: at once when that is where the caller is.
  void on_loop(Function<void()> task);
  /// Completes a call: a task of its own on the loop.
  template <class T>
  void complete(Callback<Result<T>> done, Result<T> result);

  Result<PartitionId> resolve(const stream::TopicPartition& partition) const;
  Result<log::AppendSlice> slice_of(stream::AppendBatch& batch) const;
  /// All slices as one entry; waits its turn while the log has no room. `placed` runs first, `durable` once after it.
  void append_entry(std::shared_ptr<Entry> entry);
  void append_with_positions(std::vector<log::AppendSlice> slices, std::vector<stream::GroupPositions> positions,
                             Callback<Result<std::vector<stream::Appended>>> done);
  void run_fetch(std::shared_ptr<Fetching> fetching);

  env::EventLoop& loop_;
  const Options& options_;
  log::Log& log_;
  Purgatory& purgatory_;
  AppendQueue& appends_;
  Topics* topics_ = nullptr;
  GroupCoordinator* groups_ = nullptr;
  stream::ClusterIdentity identity_;
  /// The newest life of every atomic writer. Soft: the writers of an embedded cluster live in its own process.
  std::map<std::string, std::int64_t> writer_lives_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace weft::broker
