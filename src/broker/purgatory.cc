#include "broker/purgatory.h"

#include <algorithm>

namespace weft::broker {

Purgatory::~Purgatory() {
  if (timer_at_ != env::MonotonicTime::max()) loop_.cancel(timer_);
}

Purgatory::Id Purgatory::wait(const std::vector<Seen>& partitions, std::int64_t bytes_min, env::MonotonicTime deadline,
                              Callback<Why> wake) {
  const Id id = ++last_id_;
  Waiting waiting{{}, bytes_min, deadline, std::move(wake)};
  bool missed = false;
  for (const auto& [partition, visible_end] : partitions) {
    const auto state = log_.state(partition);
    missed = missed || !state.ok() || state->visible_end != visible_end;
    waiting.partitions.emplace_back(partition, state.ok() ? state->bytes : 0);
    by_partition_[partition].push_back(id);
  }
  by_deadline_.emplace(std::pair{missed ? env::MonotonicTime{} : deadline, id}, missed);
  waiting.deadline = missed ? env::MonotonicTime{} : deadline;
  entries_.emplace(id, std::move(waiting));
  arm();
  return id;
}

void Purgatory::cancel(Id id) {
  const auto at = entries_.find(id);
  if (at == entries_.end()) return;
  for (const auto& [partition, bytes] : at->second.partitions) {
    const auto listed = by_partition_.find(partition);
    if (listed == by_partition_.end()) continue;  // named twice
    std::erase(listed->second, id);
    if (listed->second.empty()) by_partition_.erase(listed);
  }
  by_deadline_.erase({at->second.deadline, id});
  entries_.erase(at);
}

void Purgatory::finish(Id id, Why why) {
  const auto at = entries_.find(id);
  if (at == entries_.end()) return;
  auto wake = std::move(at->second.wake);
  cancel(id);
  wake(why);
}

void Purgatory::wake_all() {
  std::vector<Id> ids;
  for (const auto& [id, waiting] : entries_) ids.push_back(id);
  for (const auto id : ids) finish(id, Why::kDeadline);
}

bool Purgatory::has_enough(const Waiting& waiting) const {
  std::int64_t grown = 0;
  for (const auto& [partition, bytes] : waiting.partitions) {
    const auto state = log_.state(partition);
    if (!state.ok()) return true;  // gone: the fetch will say so
    grown += std::max<std::int64_t>(0, static_cast<std::int64_t>(state->bytes - bytes));
  }
  return grown >= waiting.bytes_min;
}

void Purgatory::on_visible(PartitionId partition) {
  const auto listed = by_partition_.find(partition);
  if (listed == by_partition_.end()) return;
  std::vector<Id> enough;
  for (const auto id : listed->second) {
    const auto& waiting = entries_.at(id);
    if (waiting.bytes_min <= 1 || has_enough(waiting)) enough.push_back(id);
  }
  for (const auto id : enough) finish(id, Why::kEnough);
}

void Purgatory::wake_partition(PartitionId partition) {
  const auto listed = by_partition_.find(partition);
  if (listed == by_partition_.end()) return;
  const auto ids = listed->second;
  for (const auto id : ids) finish(id, Why::kEnough);
}

void Purgatory::arm() {
  if (by_deadline_.empty()) return;
  const auto next = by_deadline_.begin()->first.first;
  if (next >= timer_at_) return;
  if (timer_at_ != env::MonotonicTime::max()) loop_.cancel(timer_);
  timer_at_ = next;
  const auto now = loop_.clock().monotonic();
  timer_ = loop_.schedule_after(std::max(env::Duration::zero(), next - now), [this] { on_timer(); });
}

void Purgatory::on_timer() {
  timer_at_ = env::MonotonicTime::max();
  const auto now = loop_.clock().monotonic();
  while (!by_deadline_.empty() && by_deadline_.begin()->first.first <= now) {
    const auto [key, missed] = *by_deadline_.begin();
    finish(key.second, missed ? Why::kEnough : Why::kDeadline);
  }
  arm();
}

}  // namespace weft::broker
