#include <algorithm>

#include "base/log.h"
#include "env/clock.h"
#include "log/engine.h"

// Partitions come, go and lose their oldest part through control entries: design, section 7.
namespace weft::log {
namespace {

constexpr Logger kLog("log");

}  // namespace

std::string Engine::partition_directory(PartitionId id) const {
  return fmt::format("topics/{}/{}", id.topic, id.partition);
}

/// Called with a segment's first batch, which makes its file: the next checkpoint syncs the names above it.
void Engine::note_new_file(const Partition& partition) {
  const std::string topic = env::parent_directory(partition.directory);
  dirty_directories_.insert(partition.directory);
  dirty_directories_.insert(topic);
  dirty_directories_.insert(env::parent_directory(topic));
}

Segment* Engine::find_segment(PartitionId id, Offset base) const {
  const auto partition = partitions_.find(id);
  if (partition == partitions_.end()) return nullptr;
  const auto segment =
      std::ranges::find(partition->second->segments, base, [](const auto& each) { return each->base; });
  return segment == partition->second->segments.end() ? nullptr : segment->get();
}

void Engine::create_partitions(std::vector<PartitionId> ids, Callback<Result<void>> done) {
  CHECK(loop_.is_current());
  Item item{.kind = Item::Kind::kControl};
  item.done = std::move(done);
  for (const PartitionId id : ids) {
    const auto found = partitions_.find(id);
    if (found != partitions_.end()) continue;  // there, or on its way: this call completes after it
    partitions_.emplace(id, std::make_unique<Partition>(id, path(partition_directory(id))));
    item.records.push_back({ControlRecord::Kind::kCreatePartition, id, Offset(0)});
  }
  enqueue_control(std::move(item));
}

void Engine::remove_partitions(std::vector<PartitionId> ids, Callback<Result<void>> done) {
  CHECK(loop_.is_current());
  Item item{.kind = Item::Kind::kControl};
  item.done = std::move(done);
  for (const PartitionId id : ids) {
    const auto found = partitions_.find(id);
    if (found == partitions_.end() || found->second->removing) continue;
    found->second->removing = true;
    item.records.push_back({ControlRecord::Kind::kRemovePartition, id, Offset(0)});
  }
  enqueue_control(std::move(item));
}

/// Control entries share the line with batches; without a record the call only waits for what came before it.
void Engine::enqueue_control(Item item) {
  if (closing_ || stopped_) {
    if (item.done)
      on_loop([done = std::move(item.done)]() mutable { done(error(ErrorCode::kUnavailable, "the log is closing")); });
    return;
  }
  constexpr std::uint64_t kRecordBytes = 29;
  if (item.records.empty()) item.kind = Item::Kind::kSet;
  item.bytes = item.records.size() * kRecordBytes + (item.records.empty() ? 0 : 4);
  enqueue(std::move(item));
}

std::vector<PartitionId> Engine::partitions() const {
  std::vector<PartitionId> ids;
  for (const auto& [id, partition] : partitions_)
    if (partition->ready && !partition->removing) ids.push_back(id);
  std::ranges::sort(ids);
  return ids;
}

Result<PartitionState> Engine::state(PartitionId id) const {
  const Partition* partition = find(id);
  if (partition == nullptr) return error(ErrorCode::kNotFound, "no partition {} of topic {}", id.partition, id.topic);
  PartitionState state;
  state.log_start = partition->log_start;
  state.visible_end = partition->visible_end;
  state.assigned_end = partition->assigned_end;
  state.bytes = partition->bytes();
  state.segment_count = partition->segments.size();
  for (const auto& segment : partition->segments) {
    if (segment->visible_bytes == 0) continue;
    if (state.first_timestamp == kNoTimestamp) state.first_timestamp = segment->first_timestamp;
    state.last_timestamp = std::max(state.last_timestamp, segment->max_timestamp);
  }
  return state;
}

Result<void> Engine::set_retention(PartitionId id, RetentionPolicy policy) {
  Partition* partition = find(id);
  if (partition == nullptr) return error(ErrorCode::kNotFound, "no partition {} of topic {}", id.partition, id.topic);
  partition->policy = policy;
  return {};
}

void Engine::raise_log_start(PartitionId id, Offset offset, Callback<Result<void>> done) {
  CHECK(loop_.is_current());
  Partition* partition = find(id);
  std::optional<Error> refused;
  if (partition == nullptr) {
    refused = error(ErrorCode::kNotFound, "no partition {} of topic {}", id.partition, id.topic);
  } else if (offset > partition->visible_end) {
    refused = error(ErrorCode::kOutOfRange, "offset {} lies beyond the end {}", offset, partition->visible_end);
  }
  if (refused.has_value()) {
    on_loop([done = std::move(done), why = std::move(*refused)]() mutable { done(std::move(why)); });
    return;
  }
  Item item{.kind = Item::Kind::kControl};
  item.done = std::move(done);
  if (offset > partition->log_start_asked) {
    partition->log_start_asked = offset;
    item.records.push_back({ControlRecord::Kind::kRaiseLogStart, id, offset});
  }
  enqueue_control(std::move(item));
}

/// A control entry is durable, and everything before it is visible.
void Engine::apply(const ControlRecord& record, Lsn end) {
  const auto found = partitions_.find(record.partition);
  CHECK(found != partitions_.end(), "control records name partitions that exist until their removal");
  Partition& partition = *found->second;
  switch (record.kind) {
    case ControlRecord::Kind::kCreatePartition:
      partition.ready = true;
      break;
    case ControlRecord::Kind::kRemovePartition:
      bury(record.partition, end);
      break;
    case ControlRecord::Kind::kRaiseLogStart:
      partition.log_start = std::max(partition.log_start, record.offset);
      partition.log_start_asked = std::max(partition.log_start_asked, record.offset);
      drop_segments_below_start(partition);
      break;
  }
}

/// Forgets a partition whose removal is durable; its files go once replay cannot need them.
void Engine::bury(PartitionId id, Lsn end) {
  const auto found = partitions_.find(id);
  Lsn last;
  for (const auto& segment : found->second->segments) {
    last = std::max(last, segment->last_lsn);
    condemn(*segment, *found->second);
  }
  condemned_.push_back({partition_directory(id), last, {}, job_ != nullptr});
  partitions_.erase(found);
  const bool topic_lives =
      std::ranges::any_of(partitions_, [&](const auto& each) { return each.first.topic == id.topic; });
  if (!topic_lives) condemned_.push_back({fmt::format("topics/{}", id.topic), end, {}, job_ != nullptr});
}

void Engine::condemn(const Segment& segment, const Partition& partition) {
  write_behind_.forget(*segment.files);
  const std::string below = partition_directory(partition.id) + "/" + segment_name(segment.base, segment.generation);
  condemned_.push_back({below + ".log", segment.last_lsn, segment.files, job_ != nullptr});
  condemned_.push_back({below + ".index", segment.last_lsn, segment.files, job_ != nullptr});
}

/// The last segment stays: the partition's end must be known.
void Engine::drop_segments_below_start(Partition& partition) {
  std::size_t count = 0;
  while (count + 1 < partition.segments.size() && partition.segments[count]->end <= partition.log_start) {
    condemn(*partition.segments[count], partition);
    ++count;
  }
  partition.segments.erase(partition.segments.begin(), partition.segments.begin() + static_cast<std::ptrdiff_t>(count));
}

/// Where a partition should begin by its policy, if later than now.
std::optional<Offset> Engine::retained_from(Partition& partition, std::int64_t now_ms) {
  if (!partition.policy.has_value() || partition.segments.empty()) return std::nullopt;
  const RetentionPolicy& policy = *partition.policy;
  const auto is_expired = [&](const Segment& segment) {
    const std::int64_t newest =
        segment.max_timestamp == kNoTimestamp ? segment.created_ms : segment.max_timestamp.get();
    return policy.retention_ms >= 0 && segment.visible_bytes > 0 && newest < now_ms - policy.retention_ms;
  };
  Segment& newest = *partition.segments.back();
  const bool settled = partition.visible_end == partition.assigned_end;
  if (settled && !newest.sealed && is_expired(newest)) partition.roll(disk_, now_ms);
  std::uint64_t bytes = partition.bytes();
  Offset from = partition.log_start_asked;
  for (std::size_t i = 0; i + 1 < partition.segments.size(); ++i) {
    const Segment& segment = *partition.segments[i];
    const bool surplus = policy.retention_bytes >= 0 &&
                         bytes - segment.visible_bytes >= static_cast<std::uint64_t>(policy.retention_bytes);
    if (segment.end > partition.visible_end || (!is_expired(segment) && !surplus)) break;
    bytes -= segment.visible_bytes;
    from = std::max(from, segment.end);
  }
  if (from == partition.log_start_asked) return std::nullopt;
  return from;
}

void Engine::enforce_retention() {
  if (closing_) return;
  constexpr std::size_t kRecordsMax = 1000;  // the rest at the next tick: an entry is bounded
  const std::int64_t now_ms = env_.clock().wall_ms();
  Item item{.kind = Item::Kind::kControl};
  for (const auto& [id, partition] : partitions_) {
    if (!partition->ready || partition->removing || item.records.size() >= kRecordsMax) continue;
    const std::optional<Offset> from = retained_from(*partition, now_ms);
    if (!from.has_value()) continue;
    kLog.info("retention deletes",
              {{"topic", id.topic.get().to_string()}, {"partition", id.partition.get()}, {"log_start", from->get()}});
    partition->log_start_asked = *from;
    item.records.push_back({ControlRecord::Kind::kRaiseLogStart, id, *from});
  }
  if (!item.records.empty()) enqueue_control(std::move(item));
}

}  // namespace weft::log
