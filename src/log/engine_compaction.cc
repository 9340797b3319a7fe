#include "log/engine_compaction.h"

#include <algorithm>
#include <ranges>

#include "base/log.h"
#include "env/clock.h"
#include "env/random.h"

// Partitions whose topics keep the last record of every key. One is compacted at a time, in steps on the blocking pool;
// new files lie durable beside the old ones before anybody hears of them. The next checkpoint is what makes the change:
// a crash before it finds the old files, one after it the new ones, and only then are the old ones unlinked.
namespace weft::log {
namespace {

constexpr Logger kLog("log.compaction");
/// Between two steps, so that whoever else needs the disk gets it.
constexpr auto kPause = std::chrono::milliseconds(1);
constexpr auto kRetryAfter = std::chrono::milliseconds(10);

}  // namespace

/// How much of a partition could be compacted now: whole, sealed, durable segments, old enough.
std::optional<Engine::CompactionChoice> Engine::choose_compaction(const Partition& partition,
                                                                  std::int64_t now_ms) const {
  if (!partition.ready || partition.removing || !partition.policy.has_value() || !partition.policy->compact ||
      partition.compaction_failed || partition.damaged_from >= Offset(0))
    return std::nullopt;
  const RetentionPolicy& policy = *partition.policy;
  CompactionChoice choice;
  std::uint64_t bytes = 0;
  std::uint64_t dirty_bytes = 0;
  bool overdue = false;
  for (const auto& segment : partition.segments) {
    const bool settled = segment->sealed && segment->seal_synced && segment->last_lsn <= trim_ && !segment->missing &&
                         segment->end <= partition.visible_end && segment->visible_bytes > 0;
    const bool dirty = segment->compacted_end < segment->end;
    if (!settled || (dirty && segment->max_timestamp.get() > now_ms - policy.compaction_lag_ms_min)) break;
    ++choice.input_count;
    bytes += segment->visible_bytes;
    if (!dirty) continue;
    dirty_bytes += segment->visible_bytes;
    overdue |= segment->first_timestamp.get() < now_ms - policy.compaction_lag_ms_max;
  }
  if (dirty_bytes == 0) return std::nullopt;
  choice.dirty_ratio = overdue ? 1.0 : static_cast<double>(dirty_bytes) / static_cast<double>(bytes);
  if (choice.dirty_ratio < policy.dirty_ratio_min) return std::nullopt;
  return choice;
}

/// max.compaction.lag.ms: what is old must wait neither in an open segment nor for the next checkpoint's turn.
void Engine::hasten_compaction() {
  const std::int64_t now_ms = env_.clock().wall_ms();
  bool overdue = false;
  for (const auto& [id, partition] : partitions_) {
    if (!partition->policy.has_value() || !partition->policy->compact || partition->removing) continue;
    roll_for_compaction(*partition, now_ms);
    const std::int64_t old_ms = now_ms - partition->policy->compaction_lag_ms_max;
    overdue |= std::ranges::any_of(partition->segments, [&](const auto& segment) {
      const bool settled = segment->seal_synced && segment->last_lsn <= trim_;
      return segment->sealed && !segment->missing && !settled && segment->compacted_end < segment->end &&
             segment->first_timestamp.get() < old_ms;
    });
  }
  if (overdue && job_ == nullptr && !closing_ && !stopped_) begin_checkpoint(false);
}

void Engine::roll_for_compaction(Partition& partition, std::int64_t now_ms) {
  if (partition.segments.empty()) return;
  const Segment& open = *partition.segments.back();
  const bool settled = partition.visible_end == partition.assigned_end && open.assigned_bytes > 0 && !open.sealed;
  if (!settled || open.first_timestamp.get() >= now_ms - partition.policy->compaction_lag_ms_max) return;
  partition.roll(disk_, now_ms);
  enqueue({.kind = Item::Kind::kBarrier});  // something for the checkpoint that makes the sealed segment durable
}

void Engine::maybe_compact() {
  if (compaction_ != nullptr || closing_ || stopped_) return;
  const std::int64_t now_ms = env_.clock().wall_ms();
  Partition* dirtiest = nullptr;
  CompactionChoice best;
  for (const auto& [id, partition] : partitions_) {
    const auto choice = choose_compaction(*partition, now_ms);
    if (!choice.has_value() || (dirtiest != nullptr && choice->dirty_ratio <= best.dirty_ratio)) continue;
    dirtiest = partition.get();
    best = *choice;
  }
  if (dirtiest != nullptr) begin_compaction(*dirtiest, best.input_count, now_ms);
}

void Engine::begin_compaction(Partition& partition, std::size_t input_count, std::int64_t now_ms) {
  Compaction::Request request;
  request.directory = partition.directory;
  request.policy = *partition.policy;
  request.producers = partition.producers.last_offsets();
  request.now_ms = now_ms;
  request.hash_seed = env_.random().next();
  request.bug = hooks_.bug;
  compaction_ = std::make_unique<CompactionJob>();
  for (std::size_t i = 0; i < input_count; ++i) {
    request.inputs.push_back({partition.segments[i]->record(), partition.segments[i]->files});
    compaction_->inputs.push_back(partition.segments[i]->files);
  }
  compaction_->partition = partition.id;
  compaction_->work = std::make_unique<Compaction>(disk_, std::move(request));
  compaction_->begun = loop_.clock().monotonic();
  compaction_step();
}

void Engine::compaction_step() {
  Compaction* const work = compaction_->work.get();
  const bool give_up = closing_ || find(compaction_->partition) == nullptr;
  env_.blocking_pool().post([self = shared_from_this(), work, give_up] {
    if (give_up) work->discard();
    Result<bool> more = give_up ? Result<bool>(error(ErrorCode::kCancelled, "not wanted anymore")) : work->step();
    self->on_loop([self, more = std::move(more)]() mutable {
      if (!more.ok()) return self->end_compaction(std::move(more).error());
      if (!*more) return self->put_compacted();
      self->later(kPause, [engine = self.get()] { engine->compaction_step(); });
    });
  });
}

/// Puts the new segments in the place of the old ones. Not while a checkpoint is on its way: it would say that it holds
/// what it does not.
void Engine::put_compacted() {
  if (job_ != nullptr && !closing_) return later(kRetryAfter, [this] { put_compacted(); });
  Partition* const partition = find(compaction_->partition);
  const auto& inputs = compaction_->inputs;
  // Retention may have taken the oldest of them meanwhile; then the next round looks again.
  const bool as_before = partition != nullptr && partition->segments.size() > inputs.size() &&
                         std::ranges::equal(inputs, partition->segments | std::views::take(inputs.size()), {}, {},
                                            [](const auto& segment) { return segment->files; });
  if (!as_before || closing_) {
    env_.blocking_pool().post([self = shared_from_this(), work = compaction_->work.get()] {
      work->discard();
      self->on_loop([self] { self->end_compaction(error(ErrorCode::kCancelled, "the partition changed meanwhile")); });
    });
    return;
  }
  for (const Compaction::Output& output : compaction_->work->outputs()) {
    auto& segments = partition->segments;
    const auto first = std::ranges::find(segments, output.record.base, [](const auto& each) { return each->base; });
    const auto last =
        std::find_if(first, segments.end(), [&](const auto& each) { return each->base >= output.record.end; });
    for (auto old = first; old != last; ++old) {
      // Above any trim that a checkpoint without this change could have: the barrier below makes head_ pass it.
      (*old)->last_lsn = head_ + 1;
      condemn(**old, *partition);
    }
    auto compacted = std::make_unique<Segment>(output.record, output.files);
    compacted->visible_bytes = compacted->assigned_bytes;
    *first = std::move(compacted);
    segments.erase(std::next(first), last);
  }
  if (!compaction_->work->outputs().empty()) enqueue({.kind = Item::Kind::kBarrier});
  end_compaction({});
}

void Engine::end_compaction(Result<void> why) {
  const std::unique_ptr<CompactionJob> job = std::move(compaction_);
  Partition* const partition = find(job->partition);
  const std::string topic = job->partition.topic.get().to_string();
  if (why.ok()) {
    kLog.info(
        "compacted",
        {{"topic", topic},
         {"partition", job->partition.partition.get()},
         {"segments", job->inputs.size()},
         {"records_dropped", job->work->records_dropped()},
         {"ms",
          std::chrono::duration_cast<std::chrono::milliseconds>(loop_.clock().monotonic() - job->begun).count()}});
  } else if (why.error().code != ErrorCode::kCancelled && partition != nullptr) {
    // A full disk has room again some day; what cannot be read stays unreadable.
    partition->compaction_failed = why.error().code != ErrorCode::kDiskFull;
    kLog.error("a partition cannot be compacted: it keeps all its records",
               {{"topic", topic}, {"partition", job->partition.partition.get()}, {"error", why.error()}});
  }
  maybe_checkpoint();
  if (why.ok()) maybe_compact();
  maybe_close();
}

}  // namespace weft::log
