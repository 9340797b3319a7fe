#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/strong.h"
#include "base/uuid.h"
#include "record/ids.h"

// doc/formats/journal.md describes these bytes; change both together.
namespace weft::log {

/// A byte position in the endless journal; the ring holds the last of it. Entries begin at multiples of kBlockBytes.
using Lsn = Strong<struct LsnTag, std::uint64_t>;

/// What a direct write moves at least. An entry is padded to it: the next one must never touch a synced block again.
inline constexpr std::uint64_t kBlockBytes = 4096;
/// One group commit. Bounds memory, and how far recovery searches behind a tear.
inline constexpr std::uint64_t kEntryBytesMax = 8ULL << 20;
inline constexpr std::size_t kEntryHeaderBytes = 104;
inline constexpr std::size_t kTableSliceBytes = 72;
/// Of a batch in the body, what its own CRC does not cover: the table repeats it under the header's checksum.
inline constexpr std::size_t kSlicePrefixBytes = 21;
inline constexpr std::uint16_t kJournalVersion = 1;

constexpr std::uint64_t padded(std::uint64_t bytes) { return (bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes; }

enum class EntryKind : std::uint8_t {
  kData = 1,     ///< Slices of batches.
  kControl = 2,  ///< Control records: control.h.
  kBarrier = 3,  ///< Nothing: its synced LSN covers what came before.
};
std::string_view entry_kind_name(EntryKind kind);

/// One batch in an entry and where it belongs.
struct TableSlice {
  PartitionId partition;
  std::uint32_t set = 0;  ///< Slices of one append carry one number: all or none.
  Offset base_offset;
  Offset last_offset;
  Offset segment_base;
  std::uint64_t position = 0;  ///< In the segment's file.
  std::uint32_t length = 0;
  LeaderEpoch leader_epoch;
  std::uint32_t batch_crc = 0;
  std::int8_t magic = 2;

  bool operator==(const TableSlice&) const = default;
};

struct EntryHeader {
  EntryKind kind = EntryKind::kBarrier;
  std::uint16_t must_understand = 0;  ///< No bit is defined yet; a reader that meets one refuses.
  std::uint16_t may_ignore = 0;
  std::uint32_t header_bytes = kEntryHeaderBytes;  ///< With the table.
  std::uint32_t body_bytes = 0;
  std::uint32_t slice_count = 0;
  Uuid journal_id;  ///< Secret: whoever knows it could forge a header inside a batch.
  std::uint64_t incarnation = 0;
  Lsn lsn;
  Lsn previous_lsn;
  std::uint32_t previous_crc = 0;  ///< The header checksum of the entry at previous_lsn.
  Lsn synced_lsn;                  ///< Everything below was durable when this was written.
  std::int64_t wall_ms = 0;
  std::uint32_t body_crc = 0;  ///< Control entries; batches carry their own.
  std::uint32_t crc = 0;       ///< CRC-32C of header and table, without itself.

  std::uint64_t bytes() const { return std::uint64_t{header_bytes} + body_bytes; }
  std::uint64_t padded_bytes() const { return padded(bytes()); }
  Lsn end() const { return lsn + padded_bytes(); }

  bool operator==(const EntryHeader&) const = default;
};

/// Sets header_bytes, slice_count and crc, and writes header and table to `out`.
void encode_entry_head(std::span<std::byte> out, EntryHeader& header, std::span<const TableSlice> slices);

/// Why bytes are no entry.
enum class HeadFault {
  kNone,
  kNotAnEntry,  ///< No magic, another journal's id, or a checksum that fails: what lay there before, or a torn write.
  kUnknown,     ///< Checksum right, but a version or flag that this program does not know: refuse to go on.
};
/// Reads and checks header and table at the front of `bytes` (at least a block; all of header_bytes for kNone).
/// `journal_id` null: any id is taken (inspection, planted bugs).
HeadFault decode_entry_head(ByteView bytes, const Uuid* journal_id, EntryHeader& header,
                            std::vector<TableSlice>& slices);
/// What header_bytes says in a block that looks like an entry's first; 0 when it does not, or is out of bounds.
std::uint32_t peek_header_bytes(ByteView block);

/// The 21 bytes of a batch before its checksummed part, from what the table says of it.
void store_slice_prefix(std::byte* out, const TableSlice& slice);
/// Whether the batch in `body` is the one that the table means: prefix and CRC.
bool slice_holds(ByteView batch, const TableSlice& slice);

}  // namespace weft::log
