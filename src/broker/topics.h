#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/cluster_state.h"
#include "env/env.h"
#include "log/log.h"
#include "state/shard.h"

namespace weft::broker {

struct Options;

/// Topics as clients know them: the state (recorded first) and its effect on the log (brought in line at every start,
/// so a crash between the two leaves nothing half-made). Belongs to the loop; answers leave when all is done.
class Topics {
 public:
  struct NewTopic {
    std::string name;
    std::int32_t partition_count = -1;     ///< -1: the broker's default.
    std::int16_t replication_factor = -1;  ///< Above 1 is refused, or clamped (Options).
    TopicConfigs configs;
  };

  Topics(env::Env& env, env::EventLoop& loop, log::Log& log, stream::Cluster& cluster, const Options& options);

  /// Replays the state, then makes the log's partitions what it says: missing ones are made, orphans removed.
  void start(Callback<Result<void>> done);

  /// Answers whoever waits; before the end.
  void stop() { shard_.close(); }

  TopicPointer find(std::string_view name) const { return state_.find(name); }
  TopicPointer find(TopicId id) const { return state_.find(id); }
  const std::map<std::string, TopicPointer, std::less<>>& all() const { return state_.topics(); }
  const std::string& cluster_id() const { return state_.cluster_id(); }

  /// What create would refuse, without creating; otherwise the topic as it would be.
  Result<ClusterState::NewTopic> check(const NewTopic& topic) const;
  Result<void> check_configs(std::string_view name,
                             const std::map<std::string, std::optional<std::string>>& changes) const;
  Result<void> check_partitions(std::string_view name, std::int32_t count) const;
  void create(NewTopic topic, Callback<Result<TopicPointer>> done);
  void remove(std::string name, Callback<Result<void>> done);
  void alter_configs(std::string name, std::map<std::string, std::optional<std::string>> changes,
                     Callback<Result<void>> done);
  void add_partitions(std::string name, std::int32_t count, Callback<Result<void>> done);

  const QuotaTable& quotas() const { return state_.quotas(); }
  using QuotaChanges = std::map<QuotaKind, std::optional<double>>;
  Result<void> check_quotas(const QuotaEntity& entity, const QuotaChanges& changes) const;
  void alter_quotas(QuotaEntity entity, QuotaChanges changes, Callback<Result<void>> done);

  /// An id that no producer had before, also after a restart.
  void take_producer_id(Callback<Result<ProducerId>> done);

  /// After a topic is gone from state and log: what else belongs to it goes, too. The deletion is answered, and the
  /// name free again, once `done` was called.
  using Removed = Function<void(const Topic&, Function<void()> done)>;
  void on_removed(Removed listener) { removed_ = std::move(listener); }

 private:
  Result<ClusterState::NewTopic> complete(const NewTopic& topic) const;
  TopicId random_topic_id() const;
  /// Makes a topic's partitions in the log and opens them.
  void open(TopicId id, Callback<Result<void>> done);
  Result<state::Decision<ClusterState::NewTopic>> decide_creation(ClusterState::NewTopic topic) const;
  void undo_creation(std::string name, Error why, Callback<Result<TopicPointer>> done);
  void apply_retention(const Topic& topic);
  void reconcile(Callback<Result<void>> done);
  void make_groups_topic(Callback<Result<void>> done);

  env::Env& env_;
  log::Log& log_;
  const Options& options_;
  ClusterState state_;
  state::Shard shard_;
  std::int64_t next_producer_id_ = 0;
  std::int64_t producer_ids_end_ = 0;
  std::vector<Callback<Result<ProducerId>>> waiting_for_producer_ids_;
  Removed removed_;
  std::set<std::string, std::less<>> being_removed_;  ///< Names that are not free yet.
};

}  // namespace weft::broker
