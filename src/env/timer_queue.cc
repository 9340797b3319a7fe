#include "env/timer_queue.h"

#include <algorithm>
#include <utility>

namespace weft::env {

TimerQueue::Id TimerQueue::add(MonotonicTime due, Function<void()> task) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t at = free_.back();
  free_.pop_back();
  Slot& slot = slots_[at];
  slot.task = std::move(task);
  slot.used = true;
  ++live_;
  heap_.push_back({due, next_order_++, at, slot.generation});
  std::push_heap(heap_.begin(), heap_.end());
  return Id{slot.generation} << 32 | at;
}

void TimerQueue::cancel(Id timer) {
  const auto at = static_cast<std::uint32_t>(timer);
  if (at >= slots_.size() || !slots_[at].used || slots_[at].generation != timer >> 32) return;
  const Function<void()> destroyed_last = release(at);
  if (heap_.size() > 64 && heap_.size() > 2 * live_) drop_cancelled();
}

Function<void()> TimerQueue::release(std::uint32_t at) {
  Slot& slot = slots_[at];
  slot.used = false;
  if (++slot.generation == 0) slot.generation = 1;  // An Id is never zero.
  free_.push_back(at);
  --live_;
  return std::move(slot.task);
}

void TimerQueue::drop_cancelled() {
  std::erase_if(heap_, [this](const Entry& entry) { return !live(entry); });
  std::make_heap(heap_.begin(), heap_.end());
}

std::optional<MonotonicTime> TimerQueue::next_due() {
  while (!heap_.empty() && !live(heap_.front())) {
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
  }
  if (heap_.empty()) return std::nullopt;
  return heap_.front().due;
}

Function<void()> TimerQueue::take_due(MonotonicTime now) {
  const auto due = next_due();
  if (!due || *due > now) return nullptr;
  const std::uint32_t at = heap_.front().slot;
  std::pop_heap(heap_.begin(), heap_.end());
  heap_.pop_back();
  return release(at);
}

}  // namespace weft::env
