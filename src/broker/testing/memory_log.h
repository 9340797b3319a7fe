#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "log/log.h"
#include "record/batch.h"
#include "record/records.h"

namespace weft::broker::testing {

/// What a MemoryLog keeps: outlives it, so that a test can start a broker again on the same data.
struct MemoryStore {
  struct Partition {
    std::vector<SharedBytes> batches;
    Offset visible_end{0};
    Offset log_start{0};
    std::uint64_t bytes = 0;
    Timestamp last_timestamp = kNoTimestamp;
  };
  std::map<PartitionId, Partition> partitions;
};

/// A log in memory for tests of what is built on log::Log: appends can be held, refused or failed. It checks the CRC and
/// nothing of producers' sequences; the real log does that.
class MemoryLog final : public log::Log {
 public:
  MemoryLog(env::EventLoop& loop, std::shared_ptr<MemoryStore> store) : loop_(loop), store_(std::move(store)) {}

  // ---- What the test does
  bool hold_appends = false;
  bool full = false;  ///< Appends are answered kExhausted until `make_room`.
  bool reads_later = false;  ///< Reads complete in a task of their own, like cold ones.
  std::deque<Error> refuse;  ///< The next appends are refused with these.
  bool fail_durability = false;

  void release_all() {
    for (auto held = std::exchange(held_, {}); !held.empty(); held.pop_front()) finish(std::move(held.front()));
  }
  void make_room() {
    full = false;
    if (room_) room_();
  }
  bool closed() const { return closed_; }

  // ---- Log
  void create_partitions(std::vector<PartitionId> partitions, Callback<Result<void>> done) override {
    for (const auto& id : partitions) store_->partitions.try_emplace(id);
    loop_.post([done = std::move(done)]() mutable { done({}); });
  }
  void remove_partitions(std::vector<PartitionId> partitions, Callback<Result<void>> done) override {
    for (const auto& id : partitions) store_->partitions.erase(id);
    loop_.post([done = std::move(done)]() mutable { done({}); });
  }
  std::vector<PartitionId> partitions() const override {
    std::vector<PartitionId> ids;
    for (const auto& [id, partition] : store_->partitions) ids.push_back(id);
    return ids;
  }
  Result<log::PartitionState> state(PartitionId id) const override {
    const auto at = store_->partitions.find(id);
    if (at == store_->partitions.end()) return unknown();
    const auto& partition = at->second;
    return log::PartitionState{partition.log_start, partition.visible_end, assigned_end(partition), partition.bytes, 1, kNoTimestamp,
                               partition.last_timestamp};
  }

  Result<std::vector<log::AppendedSlice>> append(std::span<log::AppendSlice> slices, Callback<Result<void>> durable) override {
    if (full) return error(ErrorCode::kExhausted, "too much is unsequenced");
    if (!refuse.empty()) {
      auto why = std::move(refuse.front());
      refuse.pop_front();
      return why;
    }
    for (const auto& slice : slices) {
      if (!store_->partitions.contains(slice.partition)) return unknown();
      if (!record::crc_holds(slice.batch.view())) return error(ErrorCode::kCorrupt, "batch fails its CRC");
    }
    std::vector<log::AppendedSlice> appended;
    Held held{{}, std::move(durable)};
    for (const auto& slice : slices) {
      auto& partition = store_->partitions[slice.partition];
      Buffer copy = to_buffer(slice.batch.view());
      auto header = record::load_header(copy.data());
      header.base_offset = assigned_end(partition);
      header.leader_epoch = LeaderEpoch{0};
      record::store_header(copy.data(), header);
      appended.push_back({header.base_offset, header.last_offset(), kNoTimestamp, false});
      held.ends.emplace_back(slice.partition, header.next_offset());
      partition.batches.push_back(SharedBytes(std::move(copy)));
    }
    if (hold_appends) {
      held_.push_back(std::move(held));
    } else {
      loop_.post([this, alive = std::weak_ptr(alive_), ready = std::move(held)]() mutable {
        if (!alive.expired()) finish(std::move(ready));
      });
    }
    return appended;
  }

  void read(PartitionId id, Offset offset, std::int32_t bytes_max, Callback<Result<log::ReadResult>> done) override {
    auto result = read_now(id, offset, bytes_max);
    if (!reads_later) return done(std::move(result));
    loop_.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
  }
  void find_timestamp(PartitionId id, Timestamp timestamp, Callback<Result<std::optional<log::TimestampedOffset>>> done) override {
    using Found = std::optional<log::TimestampedOffset>;
    for (const auto& batch : store_->partitions[id].batches) {
      auto reader = record::RecordReader::open(batch.view());
      record::RecordView view;
      while (reader.ok() && reader->next(view).value_or(false)) {
        if (view.offset >= store_->partitions[id].visible_end) break;
        if (view.timestamp >= timestamp) return done(Found(log::TimestampedOffset{view.offset, view.timestamp}));
      }
    }
    done(Found());
  }

  Result<void> set_retention(PartitionId id, log::RetentionPolicy policy) override {
    retention[id] = policy;
    return {};
  }
  void raise_log_start(PartitionId id, Offset offset, Callback<Result<void>> done) override {
    auto& start = store_->partitions[id].log_start;
    start = std::max(start, offset);
    loop_.post([done = std::move(done)]() mutable { done({}); });
  }
  void on_visible(Function<void(PartitionId, Offset)> listener) override { visible_ = std::move(listener); }
  void on_room(Function<void()> listener) override { room_ = std::move(listener); }
  void close(Callback<Result<void>> done) override {
    release_all();
    closed_ = true;
    loop_.post([done = std::move(done)]() mutable { done({}); });
  }

  std::map<PartitionId, log::RetentionPolicy> retention;

 private:
  struct Held {
    std::vector<std::pair<PartitionId, Offset>> ends;
    Callback<Result<void>> durable;
  };

  static Error unknown() { return error(ErrorCode::kNotFound, "no such partition"); }
  static Offset assigned_end(const MemoryStore::Partition& partition) {
    return partition.batches.empty() ? Offset{0} : record::load_header(partition.batches.back().data()).next_offset();
  }

  void finish(Held held) {
    if (fail_durability) return held.durable(error(ErrorCode::kIo, "the disk failed"));
    for (const auto& [id, end] : held.ends) {
      const auto at = store_->partitions.find(id);
      if (at == store_->partitions.end()) continue;
      for (const auto& batch : at->second.batches) {
        const auto header = record::load_header(batch.data());
        if (header.base_offset >= at->second.visible_end && header.next_offset() <= end) {
          at->second.bytes += batch.size();
          at->second.last_timestamp = std::max(at->second.last_timestamp, header.max_timestamp);
        }
      }
      at->second.visible_end = std::max(at->second.visible_end, end);
    }
    for (const auto& [id, end] : held.ends) {
      if (visible_) visible_(id, end);
    }
    held.durable({});
  }

  Result<log::ReadResult> read_now(PartitionId id, Offset offset, std::int32_t bytes_max) const {
    const auto at = store_->partitions.find(id);
    if (at == store_->partitions.end()) return unknown();
    const auto& partition = at->second;
    if (offset < partition.log_start || offset > partition.visible_end) {
      return error(ErrorCode::kOutOfRange, "offset {} is outside {} to {}", offset, partition.log_start, partition.visible_end);
    }
    log::ReadResult result{{}, partition.log_start, partition.visible_end};
    std::int64_t bytes = 0;
    for (const auto& batch : partition.batches) {
      const auto header = record::load_header(batch.data());
      if (header.next_offset() <= offset || header.next_offset() > partition.visible_end) continue;
      bytes += static_cast<std::int64_t>(batch.size());
      if (!result.batches.empty() && bytes > bytes_max) break;
      result.batches.push_back(batch);
    }
    return result;
  }

  env::EventLoop& loop_;
  std::shared_ptr<MemoryStore> store_;
  std::deque<Held> held_;
  Function<void(PartitionId, Offset)> visible_;
  Function<void()> room_;
  bool closed_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace weft::broker::testing
