#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/function.h"
#include "env/executor.h"

namespace weft::env {

/// Tasks with due times, as every event loop keeps them. Cancelled entries stay in the heap until they surface or
/// outnumber the live ones: adding and cancelling allocate nothing once warm. One thread.
class TimerQueue {
 public:
  using Id = EventLoop::TimerId;

  Id add(MonotonicTime due, Function<void()> task);
  /// Destroys the task; a timer that has run or is unknown is ignored.
  void cancel(Id timer);
  /// When the earliest is due.
  std::optional<MonotonicTime> next_due();
  /// Takes the earliest task due at or before `now`, in order of due time, then of adding. Empty when there is none.
  Function<void()> take_due(MonotonicTime now);
  std::size_t size() const { return live_; }

 private:
  struct Slot {
    Function<void()> task;
    std::uint32_t generation = 1;
    bool used = false;
  };
  struct Entry {
    MonotonicTime due;
    std::uint64_t order;
    std::uint32_t slot;
    std::uint32_t generation;
    /// For a heap whose front is the earliest.
    bool operator<(const Entry& other) const { return due != other.due ? due > other.due : order > other.order; }
  };

  bool live(const Entry& entry) const {
    return slots_[entry.slot].used && slots_[entry.slot].generation == entry.generation;
  }
  Function<void()> release(std::uint32_t slot);
  void drop_cancelled();

  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::uint64_t next_order_ = 0;
  std::size_t live_ = 0;
};

}  // namespace weft::env
