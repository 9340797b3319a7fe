#include "log/write_behind.h"

#include <algorithm>

namespace weft::log {
namespace {

constexpr std::uint64_t kPageBytes = 4096;

std::uint64_t page_begin(std::uint64_t position) { return position / kPageBytes * kPageBytes; }

}  // namespace

void WriteBehind::add(const std::shared_ptr<SegmentFiles>& files, std::uint64_t position, std::uint64_t bytes) {
  const auto [found, fresh] = of_.try_emplace(files.get(), nullptr);
  if (fresh) {
    const std::uint64_t from = page_begin(position);
    found->second = &queue_.emplace_back(files, from, from);
  }
  Waiting& waiting = *found->second;
  CHECK(position + bytes >= waiting.to, "a file grows at its end");
  bytes_ += position + bytes - waiting.to;
  waiting.to = position + bytes;
}

void WriteBehind::forget(const SegmentFiles& files) {
  const auto found = of_.find(&files);
  if (found == of_.end()) return;
  bytes_ -= found->second->to - found->second->from;
  *found->second = {};
  of_.erase(found);
}

std::vector<WriteBehind::Range> WriteBehind::take(std::uint64_t bytes_max) {
  std::vector<Range> ranges;
  for (std::uint64_t left = bytes_max; left > 0 && !queue_.empty();) {
    Waiting& oldest = queue_.front();
    const std::uint64_t to = std::max(oldest.from, page_begin(std::min(oldest.to, oldest.from + left)));
    const std::uint64_t bytes = to - oldest.from;
    left -= std::min(left, std::max(bytes, kPageBytes));
    if (bytes > 0)
      if (auto file = oldest.files->open_log(); file != nullptr)
        ranges.push_back({std::move(file), oldest.from, bytes});
    bytes_ -= bytes;
    oldest.from = to;
    if (oldest.to - to >= kPageBytes) continue;
    if (oldest.files != nullptr) of_.erase(oldest.files.get());
    bytes_ -= oldest.to - to;
    queue_.pop_front();
  }
  return ranges;
}

Result<void> write_back(const std::vector<WriteBehind::Range>& ranges) {
  for (const WriteBehind::Range& range : ranges) TRY(range.file->begin_write_back(range.position, range.bytes));
  for (const WriteBehind::Range& range : ranges) TRY(range.file->end_write_back(range.position, range.bytes));
  return {};
}

}  // namespace weft::log
