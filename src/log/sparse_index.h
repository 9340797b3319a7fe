#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "env/disk.h"
#include "record/ids.h"

// doc/formats/indexes.md describes the file; change both together.
namespace weft::log {

/// A batch begins at `position` of the segment. Both lookups end there: by offset, and by the largest timestamp before.
struct IndexEntry {
  std::uint32_t offset_delta = 0;  ///< Its base offset minus the segment's.
  std::uint32_t position = 0;
  Timestamp max_timestamp_before = kNoTimestamp;  ///< Of all batches before it in the segment.

  bool operator==(const IndexEntry&) const = default;
};
inline constexpr std::size_t kIndexEntryBytes = 16;
/// At most so many bytes of batches lie between two entries, unless one batch is longer.
inline constexpr std::uint64_t kIndexIntervalBytes = 4096;

/// The index of one segment: the newest entries in memory, older ones in the file. The file is a hint that is checked
/// at every use (the batch it points at names its own offset), so it needs no sync of its own. Belongs to the log's
/// loop.
class SparseIndex {
 public:
  /// Adds an entry for the batch at `position` if the last one is far enough behind. Batches come in order.
  void add(std::uint32_t offset_delta, std::uint64_t position, Timestamp max_timestamp_before);
  /// The last entry at or below `offset_delta`, if it is in memory.
  std::optional<IndexEntry> find_in_memory(std::uint32_t offset_delta) const;

  std::uint32_t count() const { return file_count_ + static_cast<std::uint32_t>(tail_.size()) - overlap_; }
  /// Entries that the file holds.
  std::uint32_t file_count() const { return file_count_; }
  std::size_t unwritten_count() const { return tail_.size() - overlap_; }
  /// CRC-32C over all entries as they stand in the file.
  std::uint32_t crc() const { return crc_; }

  /// Bytes to be written at file_count() * kIndexEntryBytes; counts as written from now on.
  Buffer take_unwritten();
  /// After recovery: `count` entries are in the file, the last of them at `last_position`.
  void restore(std::uint32_t count, std::uint32_t crc, std::uint64_t last_position);

 private:
  std::vector<IndexEntry> tail_;  ///< Its first `overlap_` are in the file too.
  std::uint32_t overlap_ = 0;
  std::uint32_t file_count_ = 0;
  std::uint32_t crc_ = 0;
  std::uint64_t last_position_ = 0;
};

IndexEntry load_index_entry(const std::byte* at);
void store_index_entry(std::byte* at, const IndexEntry& entry);

/// The last of the file's `count` entries that `below` holds for (it holds for a prefix of them); none if for no entry.
/// With `cached_only`, kUnavailable says that the device would have to be asked.
template <class Below>
Result<std::optional<IndexEntry>> find_in_file(env::File& file, std::uint32_t count, bool cached_only, Below below) {
  std::optional<IndexEntry> best;
  std::uint32_t low = 0;
  std::uint32_t high = count;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    std::array<std::byte, kIndexEntryBytes> bytes;
    const std::uint64_t at = std::uint64_t{middle} * kIndexEntryBytes;
    TRY_ASSIGN(const std::size_t got, cached_only ? file.read_cached_at(at, bytes) : file.read_at(at, bytes));
    if (got < bytes.size()) {
      if (cached_only) return error(ErrorCode::kUnavailable, "not in memory");
      high = middle;  // shorter than it should be: what is there still helps
      continue;
    }
    const IndexEntry entry = load_index_entry(bytes.data());
    if (below(entry)) {
      best = entry;
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return best;
}

}  // namespace weft::log
