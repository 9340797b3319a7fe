#include "log/partition.h"

#include <algorithm>

namespace weft::log {
namespace {

/// Positions in the index are 32 bits.
constexpr std::int64_t kSegmentBytesMax = INT32_MAX;

}  // namespace

Segment& Partition::roll(env::Disk& disk, std::int64_t now_ms) {
  if (!segments.empty()) segments.back()->sealed = true;
  segments.push_back(std::make_unique<Segment>(disk, directory, assigned_end, true));
  segments.back()->created_ms = now_ms;
  return *segments.back();
}

Segment& Partition::segment_for(env::Disk& disk, const record::BatchHeader& header, std::int64_t now_ms) {
  if (segments.empty() || segments.back()->sealed) return roll(disk, now_ms);
  Segment& open = *segments.back();
  if (open.assigned_bytes == 0) return open;
  const RetentionPolicy& rules = policy.has_value() ? *policy : RetentionPolicy{};
  const auto bytes = static_cast<std::int64_t>(open.assigned_bytes + header.bytes());
  const bool full = bytes > std::min(rules.segment_bytes, kSegmentBytesMax);
  const bool wide = assigned_end + header.last_offset_delta - open.base > INT32_MAX;
  const bool old = rules.segment_ms >= 0 && now_ms - open.created_ms >= rules.segment_ms;
  return full || wide || old ? roll(disk, now_ms) : open;
}

const Segment& Partition::segment_of(Offset offset) const {
  const auto after = std::ranges::upper_bound(segments, offset, {}, [](const auto& segment) { return segment->base; });
  CHECK(after != segments.begin(), "an offset below the first segment");
  return **std::prev(after);
}

std::uint64_t Partition::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& segment : segments) sum += segment->visible_bytes;
  return sum;
}

std::vector<SegmentRecord> Partition::segment_records() const {
  std::vector<SegmentRecord> records;
  for (const auto& segment : segments) records.push_back(segment->record());
  return records;
}

}  // namespace weft::log
