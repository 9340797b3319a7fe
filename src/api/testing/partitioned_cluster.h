#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "stream/cluster.h"

namespace weft::api::testing {

/// One topic, `t`, of several partitions for tests of reading: offsets may have gaps, retention may take the front.
class PartitionedCluster final : public stream::Cluster {
 public:
  struct Stored {
    std::int64_t offset;
    std::int64_t timestamp_ms;
    std::optional<std::string> value;
  };

  explicit PartitionedCluster(env::EventLoop& loop) : loop_(loop) {}

  std::map<std::int32_t, std::vector<Stored>> partitions;
  std::map<std::int32_t, std::int64_t> log_start;  ///< 0 unless said.
  std::size_t batch_records = 5;
  std::size_t fetches = 0;
  Function<void()> before_fetch;

  std::int64_t high_watermark(std::int32_t partition) {
    return partitions[partition].empty() ? 0 : partitions[partition].back().offset + 1;
  }

  void describe_topics(std::optional<std::vector<std::string>>, stream::Deadline,
                       Callback<Result<std::vector<stream::TopicInfo>>> done) override {
    stream::TopicInfo topic{.name = "t"};
    for (const auto& [index, records] : partitions) topic.partitions.push_back({PartitionIndex{index}});
    complete(std::move(done), Result(std::vector{topic}));
  }
  void fetch(stream::FetchRequest request, stream::Deadline, Callback<Result<stream::Fetched>> done) override {
    ++fetches;
    if (before_fetch) before_fetch();
    const std::int32_t index = request.partition.partition.get();
    const auto& records = partitions[index];
    const Offset end{high_watermark(index)};
    if (request.offset.get() < log_start[index] || request.offset > end)
      return complete(std::move(done), Result<stream::Fetched>(error(ErrorCode::kOutOfRange, "not held")));
    auto first = std::lower_bound(records.begin(), records.end(), request.offset.get(),
                                  [](const Stored& record, std::int64_t offset) { return record.offset < offset; });
    const auto last =
        first + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(batch_records), records.end() - first);
    stream::Fetched fetched{{}, {Offset{log_start[index]}, end}, last == records.end() ? end : Offset{last->offset}};
    if (first != last) {
      // As a broker would: the batch begins before the offset that was asked for.
      if (first != records.begin() && (first - 1)->offset >= log_start[index]) --first;
      auto batch = std::make_shared<StoredBatch>();
      batch->records.assign(first, last);
      fetched.batches.push_back(std::move(batch));
    }
    complete(std::move(done), Result(std::move(fetched)));
  }
  void find_offsets(std::vector<stream::OffsetQuery> queries, stream::Deadline,
                    Callback<Result<std::vector<stream::FoundOffset>>> done) override {
    std::vector<stream::FoundOffset> found;
    for (const auto& query : queries) {
      const std::int32_t index = query.partition.partition.get();
      const auto& records = partitions[index];
      const auto at = std::find_if(records.begin(), records.end(), [&](const Stored& record) {
        return record.offset >= log_start[index] && record.timestamp_ms >= query.timestamp.get();
      });
      found.push_back({Offset{at == records.end() ? high_watermark(index) : at->offset}});
    }
    complete(std::move(done), Result(std::move(found)));
  }
  void bounds(std::vector<stream::TopicPartition> asked, stream::Deadline,
              Callback<Result<std::vector<stream::PartitionBounds>>> done) override {
    std::vector<stream::PartitionBounds> found;
    for (const auto& each : asked)
      found.push_back({Offset{log_start[each.partition.get()]}, Offset{high_watermark(each.partition.get())}});
    complete(std::move(done), Result(std::move(found)));
  }
  void storage_facts(std::string, stream::Deadline, Callback<Result<stream::StorageFacts>> done) override {
    std::uint64_t bytes = 0;
    for (const auto& [index, records] : partitions)
      for (const Stored& record : records)
        bytes += record.offset >= log_start[index] && record.value ? record.value->size() : 0;
    complete(std::move(done), Result(stream::StorageFacts{bytes, 1}));
  }

  // ---- Nobody reads these
  const stream::ClusterIdentity& identity() const override { return identity_; }
  void create_topic(stream::TopicSpec, stream::Deadline, Callback<Result<stream::TopicInfo>> done) override {
    refuse(std::move(done));
  }
  void delete_topic(std::string, stream::Deadline, Callback<Result<void>> done) override { refuse(std::move(done)); }
  void describe_configs(std::string, stream::Deadline,
                        Callback<Result<std::map<std::string, stream::ConfigEntry>>> done) override {
    refuse(std::move(done));
  }
  void alter_configs(std::string, std::vector<stream::ConfigChange>, stream::Deadline,
                     Callback<Result<void>> done) override {
    refuse(std::move(done));
  }
  std::unique_ptr<stream::BatchBuilder> make_builder() const override { return nullptr; }
  void append(stream::AppendBatch, stream::Deadline, Callback<Result<stream::Appended>>,
              Callback<Result<stream::Appended>> done) override {
    refuse(std::move(done));
  }
  void append_atomic(stream::Writer, std::vector<stream::AppendBatch>, std::vector<stream::GroupPositions>,
                     stream::Deadline, Callback<Result<std::vector<stream::Appended>>> done) override {
    refuse(std::move(done));
  }
  void commit_positions(stream::GroupPositions, stream::Deadline, Callback<Result<void>> done) override {
    refuse(std::move(done));
  }
  void positions(std::string, std::vector<stream::TopicPartition>, stream::Deadline,
                 Callback<Result<std::vector<std::optional<stream::Position>>>> done) override {
    refuse(std::move(done));
  }

 private:
  struct StoredBatch final : stream::Batch {
    Offset first_offset() const override { return Offset{records.front().offset}; }
    Offset last_offset() const override { return Offset{records.back().offset}; }
    std::size_t record_count() const override { return records.size(); }
    Result<void> visit(stream::Fields, Function<bool(const stream::RecordView&)> visit) const override {
      for (const Stored& each : records) {
        const auto value = each.value ? std::optional(as_bytes(*each.value)) : std::nullopt;
        if (!visit({Offset{each.offset}, Timestamp{each.timestamp_ms}, std::nullopt, value, {}})) break;
      }
      return {};
    }
    std::vector<Stored> records;
  };

  template <class T>
  void complete(Callback<Result<T>> done, Result<T> result) {
    loop_.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
  }
  template <class T>
  void refuse(Callback<Result<T>> done) {
    complete(std::move(done), Result<T>(error(ErrorCode::kUnsupported, "only read")));
  }

  env::EventLoop& loop_;
  stream::ClusterIdentity identity_{"local", "test", "here", "x"};
};

}  // namespace weft::api::testing
