#include "log/sparse_index.h"

#include <algorithm>
#include <array>

#include "base/crc32c.h"

namespace weft::log {
namespace {

/// Kept in memory beside what is not written yet: where readers at the tail look.
constexpr std::size_t kKept = 128;

}  // namespace

IndexEntry load_index_entry(const std::byte* at) {
  return {load_be<std::uint32_t>(at), load_be<std::uint32_t>(at + 4), Timestamp(load_be<std::int64_t>(at + 8))};
}

void store_index_entry(std::byte* at, const IndexEntry& entry) {
  store_be(at, entry.offset_delta);
  store_be(at + 4, entry.position);
  store_be(at + 8, entry.max_timestamp_before.get());
}

void SparseIndex::add(std::uint32_t offset_delta, std::uint64_t position, Timestamp max_timestamp_before) {
  if (count() > 0 && position < last_position_ + kIndexIntervalBytes) return;
  last_position_ = position;
  const IndexEntry entry{offset_delta, static_cast<std::uint32_t>(position), max_timestamp_before};
  std::array<std::byte, kIndexEntryBytes> bytes;
  store_index_entry(bytes.data(), entry);
  crc_ = crc32c_extend(crc_, bytes);
  tail_.push_back(entry);
}

std::optional<IndexEntry> SparseIndex::find_in_memory(std::uint32_t offset_delta) const {
  const auto after = std::ranges::upper_bound(tail_, offset_delta, {}, &IndexEntry::offset_delta);
  if (after == tail_.begin()) return std::nullopt;
  return *std::prev(after);
}

Buffer SparseIndex::take_unwritten() {
  Buffer bytes(unwritten_count() * kIndexEntryBytes);
  for (std::size_t i = overlap_; i < tail_.size(); ++i)
    store_index_entry(bytes.data() + (i - overlap_) * kIndexEntryBytes, tail_[i]);
  file_count_ += static_cast<std::uint32_t>(unwritten_count());
  if (tail_.size() > kKept) tail_.erase(tail_.begin(), tail_.end() - static_cast<std::ptrdiff_t>(kKept));
  tail_.shrink_to_fit();
  overlap_ = static_cast<std::uint32_t>(tail_.size());
  return bytes;
}

void SparseIndex::restore(std::uint32_t count, std::uint32_t crc, std::uint64_t last_position) {
  tail_.clear();
  overlap_ = 0;
  file_count_ = count;
  crc_ = crc;
  last_position_ = last_position;
}

}  // namespace weft::log
