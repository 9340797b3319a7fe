#include <algorithm>

#include "log/engine.h"

namespace weft::log {
namespace {

/// More than any fetch needs in one piece.
constexpr std::int32_t kReadBytesMax = 64 << 20;

Error not_found(PartitionId id) {
  return error(ErrorCode::kNotFound, "no partition {} of topic {}", id.partition, id.topic);
}

/// A file that should be there and is not is damage, not a wrong question.
Error as_damage(Error why) {
  if (why.code == ErrorCode::kNotFound) why.code = ErrorCode::kCorrupt;
  return why;
}

}  // namespace

std::optional<ReadPlan> Engine::plan_read(const Partition& partition, Offset offset, std::uint64_t bytes_max) const {
  const auto& segments = partition.segments;
  auto segment = std::ranges::upper_bound(segments, offset, {}, [](const auto& each) { return each->base; });
  if (segment != segments.begin()) --segment;
  // A segment may end before the next begins.
  while (segment != segments.end() && ((*segment)->end <= offset || (*segment)->visible_bytes == 0)) ++segment;
  if (segment == segments.end()) return std::nullopt;
  const Segment& held = **segment;
  ReadPlan plan;
  plan.files = held.files;
  plan.segment_base = held.base;
  plan.visible_bytes = held.visible_bytes;
  plan.has_gaps = held.generation > 0;
  plan.offset = std::max(offset, held.base);
  plan.start = held.index.find_in_memory(static_cast<std::uint32_t>(plan.offset - held.base));
  plan.index_count = held.index.file_count();
  plan.bytes_max = bytes_max;
  return plan;
}

bool Engine::holds(PartitionId id, const std::shared_ptr<SegmentFiles>& files) const {
  const Partition* partition = find(id);
  return partition != nullptr &&
         std::ranges::any_of(partition->segments, [&](const auto& segment) { return segment->files == files; });
}

void Engine::read(PartitionId id, Offset offset, std::int32_t bytes_max, Callback<Result<ReadResult>> done) {
  CHECK(loop_.is_current());
  const Partition* partition = find(id);
  if (partition == nullptr) return done(not_found(id));
  if (offset < partition->log_start || offset > partition->visible_end)
    return done(error(ErrorCode::kOutOfRange, "offset {} is outside {} to {}", offset, partition->log_start,
                      partition->visible_end));
  ReadResult result{{}, partition->log_start, partition->visible_end};
  if (offset == partition->visible_end) return done(std::move(result));
  const auto plan = plan_read(*partition, offset, static_cast<std::uint64_t>(std::clamp(bytes_max, 1, kReadBytesMax)));
  if (!plan.has_value()) return done(std::move(result));
  auto batches = read_batches(*plan, true);
  if (batches.ok() || batches.error().code != ErrorCode::kUnavailable) {
    if (!batches.ok()) return done(as_damage(std::move(batches).error()));
    result.batches = std::move(batches).value();
    return done(std::move(result));
  }
  env_.blocking_pool().post([self = shared_from_this(), id, offset, bytes_max, plan = *plan, result = std::move(result),
                             done = std::move(done)]() mutable {
    auto cold = read_batches(plan, false);
    self->on_loop([self, id, offset, bytes_max, files = plan.files, cold = std::move(cold), result = std::move(result),
                   done = std::move(done)]() mutable {
      // Compacted or deleted meanwhile: what was to be read lies elsewhere, or nowhere.
      if (!cold.ok() && !self->holds(id, files)) return self->read(id, offset, bytes_max, std::move(done));
      if (!cold.ok()) return done(as_damage(std::move(cold).error()));
      result.batches = std::move(cold).value();
      done(std::move(result));
    });
  });
}

void Engine::find_timestamp(PartitionId id, Timestamp timestamp,
                            Callback<Result<std::optional<TimestampedOffset>>> done) {
  CHECK(loop_.is_current());
  const Partition* partition = find(id);
  if (partition == nullptr) return done(not_found(id));
  // Every segment that may hold it, oldest first: the largest timestamp of one says nothing of its smallest.
  std::vector<ReadPlan> plans;
  for (const auto& segment : partition->segments) {
    if (segment->max_timestamp < timestamp || segment->end <= partition->log_start) continue;
    if (auto plan = plan_read(*partition, std::max(segment->base, partition->log_start), 0); plan.has_value())
      plans.push_back(std::move(*plan));
  }
  env_.blocking_pool().post(
      [self = shared_from_this(), plans = std::move(plans), timestamp, done = std::move(done)]() mutable {
        Result<std::optional<TimestampedOffset>> answer = std::optional<TimestampedOffset>();
        for (const ReadPlan& plan : plans) {
          const auto found = find_timestamp_in(plan, timestamp);
          if (!found.ok()) {
            answer = as_damage(found.error());
            break;
          }
          if (found->has_value()) {
            answer = std::optional(TimestampedOffset{(*found)->offset, (*found)->timestamp});
            break;
          }
        }
        self->on_loop([answer = std::move(answer), done = std::move(done)]() mutable { done(std::move(answer)); });
      });
}

}  // namespace weft::log
