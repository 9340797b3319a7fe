#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "stream/cluster.h"

namespace weft::state::testing {

/// A cluster in memory for tests of what runs on `state`: topics are made by their first use, one partition each.
/// Every completion is a task of its own on the loop. Appends become durable at once, or, with `hold_appends`, when the
/// test says so; a test may also make the next ones fail.
class MemoryCluster final : public stream::Cluster {
 public:
  struct StoredRecord {
    std::optional<std::string> key;
    std::optional<std::string> value;
    Timestamp timestamp;

    bool operator==(const StoredRecord&) const = default;
  };
  enum class Fate {
    kDurable,
    kRefused,     ///< Certainly not placed: kDiskFull.
    kLost,        ///< Placed, then lost: kIo on the durable completion, and for everything placed after it.
    kUnknown,     ///< kTimeout before it was placed, and it lands all the same.
  };

  explicit MemoryCluster(env::EventLoop& loop) : loop_(loop) {}

  // ---- What the test does
  bool hold_appends = false;
  Function<Fate()> fate;        ///< Asked for every append; none: kDurable.
  bool fetches_fail = false;
  bool hold_bounds = false;

  /// Ends the oldest held append; false when there is none.
  bool release_one() {
    if (held_.empty()) return false;
    finish_oldest();
    return true;
  }
  void release_all() {
    while (release_one()) {
    }
  }
  /// Answers every held question for bounds.
  void release_bounds() {
    hold_bounds = false;
    for (auto& answer : std::exchange(held_bounds_, {})) answer();
  }
  /// What is durable in a topic's only partition.
  std::vector<StoredRecord> durable(const std::string& topic) const {
    const auto at = topics_.find(topic);
    if (at == topics_.end()) return {};
    return {at->second.records.begin(), at->second.records.begin() + static_cast<std::ptrdiff_t>(at->second.durable)};
  }
  /// Somebody else's record.
  void intrude(const std::string& topic, StoredRecord record) {
    auto& log = topics_[topic];
    log.records.push_back(std::move(record));
    if (held_.empty()) log.durable = log.records.size();
  }

  // ---- Cluster
  const stream::ClusterIdentity& identity() const override { return identity_; }

  void describe_topics(std::optional<std::vector<std::string>> names, stream::Deadline,
                       Callback<Result<std::vector<stream::TopicInfo>>> done) override {
    std::vector<stream::TopicInfo> found;
    for (const auto& [name, log] : topics_) {
      if (names && std::find(names->begin(), names->end(), name) == names->end()) continue;
      found.push_back({name, TopicId{}, name.starts_with("_"), {{PartitionIndex{0}, 0, LeaderEpoch{0}}}});
    }
    complete(std::move(done), std::move(found));
  }
  void create_topic(stream::TopicSpec spec, stream::Deadline, Callback<Result<stream::TopicInfo>> done) override {
    if (topics_.contains(spec.name)) {
      return complete(std::move(done), error(ErrorCode::kAlreadyExists, "topic {} exists", spec.name));
    }
    topics_[spec.name].configs = spec.configs;
    complete(std::move(done), stream::TopicInfo{spec.name, TopicId{}, false, {{PartitionIndex{0}, 0, LeaderEpoch{0}}}});
  }
  void delete_topic(std::string name, stream::Deadline, Callback<Result<void>> done) override {
    if (topics_.erase(name) == 0) return complete(std::move(done), error(ErrorCode::kNotFound, "no topic {}", name));
    complete(std::move(done), Result<void>{});
  }
  void describe_configs(std::string topic, stream::Deadline,
                        Callback<Result<std::map<std::string, stream::ConfigEntry>>> done) override {
    if (!topics_.contains(topic)) return complete(std::move(done), error(ErrorCode::kNotFound, "no topic {}", topic));
    std::map<std::string, stream::ConfigEntry> entries;
    for (const auto& [key, value] : topics_[topic].configs) {
      entries[key] = {value, stream::ConfigEntry::Source::kTopic, false, false};
    }
    complete(std::move(done), std::move(entries));
  }
  void alter_configs(std::string topic, std::vector<stream::ConfigChange> changes, stream::Deadline,
                     Callback<Result<void>> done) override {
    for (auto& change : changes) {
      if (change.value) {
        topics_[topic].configs[change.name] = *change.value;
      } else {
        topics_[topic].configs.erase(change.name);
      }
    }
    complete(std::move(done), Result<void>{});
  }

  std::unique_ptr<stream::BatchBuilder> make_builder() const override { return std::make_unique<Builder>(); }

  void append(stream::AppendBatch batch, stream::Deadline, Callback<Result<stream::Appended>> placed,
              Callback<Result<stream::Appended>> durable) override {
    auto records = std::move(static_cast<Builder&>(*batch.records).records);
    auto& log = topics_[batch.partition.topic];
    const auto how = fate ? fate() : Fate::kDurable;
    if (how == Fate::kRefused || how == Fate::kUnknown) {
      if (how == Fate::kUnknown) {
        for (auto& record : records) log.records.push_back(std::move(record));
        if (held_.empty()) log.durable = log.records.size();
      }
      const auto why = how == Fate::kRefused ? error(ErrorCode::kDiskFull, "no room")
                                             : error(ErrorCode::kTimeout, "no answer in time");
      complete(std::move(placed), Result<stream::Appended>(why));
      return complete(std::move(durable), Result<stream::Appended>(why));
    }
    const stream::Appended at{Offset(static_cast<std::int64_t>(log.records.size())),
                              Offset(static_cast<std::int64_t>(log.records.size() + records.size()) - 1)};
    for (auto& record : records) log.records.push_back(std::move(record));
    complete(std::move(placed), Result<stream::Appended>(at));
    held_.push_back({batch.partition.topic, at, how == Fate::kLost, std::move(durable)});
    if (!hold_appends) release_all();
  }
  void append_atomic(stream::Writer, std::vector<stream::AppendBatch>, std::vector<stream::GroupPositions>,
                     stream::Deadline, Callback<Result<std::vector<stream::Appended>>> done) override {
    complete(std::move(done), error(ErrorCode::kUnsupported, "not in memory"));
  }
  void fetch(stream::FetchRequest request, stream::Deadline, Callback<Result<stream::Fetched>> done) override {
    if (fetches_fail) return complete(std::move(done), error(ErrorCode::kUnavailable, "no broker"));
    const auto& log = topics_[request.partition.topic];
    const auto from = static_cast<std::size_t>(request.offset.get());
    const auto end = std::min(log.durable, from + 7);  // small batches: replay crosses several
    stream::Fetched fetched{{}, {Offset{0}, Offset(static_cast<std::int64_t>(log.durable))}, Offset(static_cast<std::int64_t>(end))};
    if (from < end) {
      auto batch = std::make_shared<StoredBatch>();
      batch->first = request.offset;
      batch->records.assign(log.records.begin() + static_cast<std::ptrdiff_t>(from),
                            log.records.begin() + static_cast<std::ptrdiff_t>(end));
      fetched.batches.push_back(std::move(batch));
    }
    complete(std::move(done), std::move(fetched));
  }
  void find_offsets(std::vector<stream::OffsetQuery> queries, stream::Deadline,
                    Callback<Result<std::vector<stream::FoundOffset>>> done) override {
    std::vector<stream::FoundOffset> found;
    for (const auto& query : queries) {
      const auto& log = topics_[query.partition.topic];
      std::size_t at = query.at == stream::OffsetQuery::At::kLatest ? log.durable : 0;
      if (query.at == stream::OffsetQuery::At::kTimestamp) {
        while (at < log.durable && log.records[at].timestamp < query.timestamp) ++at;
      }
      found.push_back({Offset(static_cast<std::int64_t>(at)), at < log.durable ? log.records[at].timestamp : kNoTimestamp});
    }
    complete(std::move(done), std::move(found));
  }
  void bounds(std::vector<stream::TopicPartition> partitions, stream::Deadline,
              Callback<Result<std::vector<stream::PartitionBounds>>> done) override {
    if (hold_bounds) {
      held_bounds_.push_back([this, partitions = std::move(partitions), done = std::move(done)]() mutable {
        bounds(std::move(partitions), {}, std::move(done));
      });
      return;
    }
    std::vector<stream::PartitionBounds> found;
    for (const auto& each : partitions) {
      found.push_back({Offset{0}, Offset(static_cast<std::int64_t>(topics_[each.topic].durable))});
    }
    complete(std::move(done), std::move(found));
  }
  void commit_positions(stream::GroupPositions, stream::Deadline, Callback<Result<void>> done) override {
    complete(std::move(done), error(ErrorCode::kUnsupported, "not in memory"));
  }
  void positions(std::string, std::vector<stream::TopicPartition>, stream::Deadline,
                 Callback<Result<std::vector<std::optional<stream::Position>>>> done) override {
    complete(std::move(done), error(ErrorCode::kUnsupported, "not in memory"));
  }
  void storage_facts(std::string, stream::Deadline, Callback<Result<stream::StorageFacts>> done) override {
    complete(std::move(done), error(ErrorCode::kUnsupported, "not in memory"));
  }

 private:
  struct Builder final : stream::BatchBuilder {
    void add(const stream::NewRecord& record) override { records.push_back({record.key, record.value, record.timestamp}); }
    std::size_t record_count() const override { return records.size(); }
    std::size_t bytes() const override { return records.size(); }
    std::vector<StoredRecord> records;
  };
  struct StoredBatch final : stream::Batch {
    Offset first_offset() const override { return first; }
    Offset last_offset() const override { return first + records.size() - 1; }
    std::size_t record_count() const override { return records.size(); }
    Result<void> visit(stream::Fields, Function<bool(const stream::RecordView&)> see) const override {
      stream::RecordView view;
      for (std::size_t i = 0; i < records.size(); ++i) {
        view.offset = first + i;
        view.timestamp = records[i].timestamp;
        view.key.reset();
        view.value.reset();
        if (records[i].key) view.key = as_bytes(*records[i].key);
        if (records[i].value) view.value = as_bytes(*records[i].value);
        if (!see(view)) break;
      }
      return {};
    }
    Offset first{0};
    std::vector<StoredRecord> records;
  };
  struct Topic {
    std::vector<StoredRecord> records;
    std::size_t durable = 0;
    std::map<std::string, std::string> configs;
  };
  struct Held {
    std::string topic;
    stream::Appended at;
    bool lost;
    Callback<Result<stream::Appended>> durable;
  };

  template <class T, class U>
  void complete(Callback<Result<T>> done, U&& result) {
    loop_.post([done = std::move(done), result = Result<T>(std::forward<U>(result))]() mutable { done(std::move(result)); });
  }
  void finish_oldest() {
    auto oldest = std::move(held_.front());
    held_.pop_front();
    auto& log = topics_[oldest.topic];
    if (!oldest.lost) {
      // What landed unasked before the next held append is durable with this one.
      log.durable = log.records.size();
      for (const auto& later : held_) {
        if (later.topic == oldest.topic) log.durable = std::min(log.durable, static_cast<std::size_t>(later.at.base_offset.get()));
      }
      return complete(std::move(oldest.durable), Result<stream::Appended>(oldest.at));
    }
    log.records.resize(std::min(log.records.size(), static_cast<std::size_t>(oldest.at.base_offset.get())));
    const Result<stream::Appended> failed(error(ErrorCode::kIo, "the disk failed"));
    complete(std::move(oldest.durable), failed);
    for (auto& later : held_) {
      if (later.topic == oldest.topic) complete(std::move(later.durable), failed);
    }
    std::erase_if(held_, [&oldest](const Held& later) { return later.topic == oldest.topic; });
  }

  env::EventLoop& loop_;
  stream::ClusterIdentity identity_{"memory", "test", "local", "memory-cluster-id"};
  std::map<std::string, Topic> topics_;
  std::deque<Held> held_;
  std::vector<Function<void()>> held_bounds_;
};

}  // namespace weft::state::testing
