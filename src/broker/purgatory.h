#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/function.h"
#include "env/executor.h"
#include "log/log.h"
#include "record/ids.h"

namespace weft::broker {

/// Fetches that wait for records: entries in a table, each with a deadline and the bytes it wants. Belongs to the loop.
class Purgatory {
 public:
  using Id = std::uint64_t;
  enum class Why { kEnough, kDeadline };

  /// What a fetch has seen of a partition, and waits to see more of.
  struct Seen {
    PartitionId partition;
    Offset visible_end;
  };

  Purgatory(env::EventLoop& loop, const log::Log& log) : loop_(loop), log_(log) {}
  ~Purgatory();
  Purgatory(const Purgatory&) = delete;
  Purgatory& operator=(const Purgatory&) = delete;

  /// Runs `wake` once: when the partitions together have grown by `bytes_min`, when one is gone, or at the deadline; on
  /// the loop and never inside the call. Growth between the fetch's read and this call counts as enough.
  Id wait(const std::vector<Seen>& partitions, std::int64_t bytes_min, env::MonotonicTime deadline, Callback<Why> wake);
  void cancel(Id id);
  /// Wakes everybody as if the deadline had come: before stopping.
  void wake_all();

  /// The log's news.
  void on_visible(PartitionId partition);
  void on_removed(PartitionId partition) { wake_partition(partition); }

  std::size_t size() const { return entries_.size(); }

 private:
  struct Waiting {
    std::vector<std::pair<PartitionId, std::uint64_t>> partitions;  ///< With the bytes each had.
    std::int64_t bytes_min;
    env::MonotonicTime deadline;
    Callback<Why> wake;
  };

  bool has_enough(const Waiting& waiting) const;
  void finish(Id id, Why why);
  void wake_partition(PartitionId partition);
  void arm();
  void on_timer();

  env::EventLoop& loop_;
  const log::Log& log_;
  std::unordered_map<Id, Waiting> entries_;
  std::unordered_map<PartitionId, std::vector<Id>> by_partition_;
  std::map<std::pair<env::MonotonicTime, Id>, bool> by_deadline_;
  Id last_id_ = 0;
  env::EventLoop::TimerId timer_ = 0;
  env::MonotonicTime timer_at_ = env::MonotonicTime::max();
};

}  // namespace weft::broker
