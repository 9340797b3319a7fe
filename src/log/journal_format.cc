#include "log/journal_format.h"

#include "base/crc32c.h"
#include "record/batch.h"

namespace weft::log {
namespace {

constexpr std::uint64_t kMagic = 0x776566742d6a726e;  // "weft-jrn"

void store_uuid(std::byte* at, const Uuid& id) { std::memcpy(at, id.bytes.data(), id.bytes.size()); }
Uuid load_uuid(const std::byte* at) {
  Uuid id;
  std::memcpy(id.bytes.data(), at, id.bytes.size());
  return id;
}

void store_slice(std::byte* at, const TableSlice& slice) {
  store_uuid(at, slice.partition.topic.get());
  store_be(at + 16, slice.partition.partition.get());
  store_be(at + 20, slice.set);
  store_be(at + 24, slice.base_offset.get());
  store_be(at + 32, slice.last_offset.get());
  store_be(at + 40, slice.segment_base.get());
  store_be(at + 48, slice.position);
  store_be(at + 56, slice.length);
  store_be(at + 60, slice.leader_epoch.get());
  store_be(at + 64, slice.batch_crc);
  store_be(at + 68, slice.magic);
  std::memset(at + 69, 0, 3);
}

TableSlice load_slice(const std::byte* at) {
  TableSlice slice;
  slice.partition = {TopicId(load_uuid(at)), PartitionIndex(load_be<std::int32_t>(at + 16))};
  slice.set = load_be<std::uint32_t>(at + 20);
  slice.base_offset = Offset(load_be<std::int64_t>(at + 24));
  slice.last_offset = Offset(load_be<std::int64_t>(at + 32));
  slice.segment_base = Offset(load_be<std::int64_t>(at + 40));
  slice.position = load_be<std::uint64_t>(at + 48);
  slice.length = load_be<std::uint32_t>(at + 56);
  slice.leader_epoch = LeaderEpoch(load_be<std::int32_t>(at + 60));
  slice.batch_crc = load_be<std::uint32_t>(at + 64);
  slice.magic = load_be<std::int8_t>(at + 68);
  return slice;
}

/// Fields before the checksum, which is the header's last.
void store_header(std::byte* at, const EntryHeader& header) {
  store_be(at, kMagic);
  store_be(at + 8, kJournalVersion);
  store_be(at + 10, header.must_understand);
  store_be(at + 12, header.may_ignore);
  store_be(at + 14, static_cast<std::uint8_t>(header.kind));
  store_be(at + 15, std::uint8_t{0});
  store_be(at + 16, header.header_bytes);
  store_be(at + 20, header.body_bytes);
  store_be(at + 24, header.slice_count);
  store_be(at + 28, std::uint32_t{0});
  store_uuid(at + 32, header.journal_id);
  store_be(at + 48, header.incarnation);
  store_be(at + 56, header.lsn.get());
  store_be(at + 64, header.previous_lsn.get());
  store_be(at + 72, header.previous_crc);
  store_be(at + 76, header.body_crc);
  store_be(at + 80, header.synced_lsn.get());
  store_be(at + 88, header.wall_ms);
  store_be(at + 96, std::uint32_t{0});
}

constexpr std::size_t kCrcAt = 100;

std::uint32_t head_crc(const std::byte* at, std::size_t header_bytes) {
  const std::uint32_t fixed = crc32c({at, kCrcAt});
  return crc32c_extend(fixed, {at + kEntryHeaderBytes, header_bytes - kEntryHeaderBytes});
}

}  // namespace

std::string_view entry_kind_name(EntryKind kind) {
  switch (kind) {
    case EntryKind::kData:
      return "data";
    case EntryKind::kControl:
      return "control";
    case EntryKind::kBarrier:
      return "barrier";
  }
  return "unknown";
}

void encode_entry_head(std::span<std::byte> out, EntryHeader& header, std::span<const TableSlice> slices) {
  header.slice_count = static_cast<std::uint32_t>(slices.size());
  header.header_bytes = static_cast<std::uint32_t>(kEntryHeaderBytes + slices.size() * kTableSliceBytes);
  CHECK(out.size() >= header.header_bytes && header.bytes() <= kEntryBytesMax);
  store_header(out.data(), header);
  std::byte* at = out.data() + kEntryHeaderBytes;
  for (const TableSlice& slice : slices) {
    store_slice(at, slice);
    at += kTableSliceBytes;
  }
  header.crc = head_crc(out.data(), header.header_bytes);
  store_be(out.data() + kCrcAt, header.crc);
}

std::uint32_t peek_header_bytes(ByteView block) {
  if (block.size() < kEntryHeaderBytes || load_be<std::uint64_t>(block.data()) != kMagic) return 0;
  const auto bytes = load_be<std::uint32_t>(block.data() + 16);
  return bytes >= kEntryHeaderBytes && bytes <= kEntryBytesMax ? bytes : 0;
}

HeadFault decode_entry_head(ByteView bytes, const Uuid* journal_id, EntryHeader& header,
                            std::vector<TableSlice>& slices) {
  slices.clear();
  const std::byte* at = bytes.data();
  header.header_bytes = peek_header_bytes(bytes);
  if (header.header_bytes == 0 || header.header_bytes > bytes.size()) return HeadFault::kNotAnEntry;
  header.journal_id = load_uuid(at + 32);
  if (journal_id != nullptr && header.journal_id != *journal_id) return HeadFault::kNotAnEntry;
  header.crc = load_be<std::uint32_t>(at + kCrcAt);
  if (head_crc(at, header.header_bytes) != header.crc) return HeadFault::kNotAnEntry;

  header.must_understand = load_be<std::uint16_t>(at + 10);
  header.may_ignore = load_be<std::uint16_t>(at + 12);
  header.kind = static_cast<EntryKind>(load_be<std::uint8_t>(at + 14));
  header.body_bytes = load_be<std::uint32_t>(at + 20);
  header.slice_count = load_be<std::uint32_t>(at + 24);
  header.incarnation = load_be<std::uint64_t>(at + 48);
  header.lsn = Lsn(load_be<std::uint64_t>(at + 56));
  header.previous_lsn = Lsn(load_be<std::uint64_t>(at + 64));
  header.previous_crc = load_be<std::uint32_t>(at + 72);
  header.body_crc = load_be<std::uint32_t>(at + 76);
  header.synced_lsn = Lsn(load_be<std::uint64_t>(at + 80));
  header.wall_ms = load_be<std::int64_t>(at + 88);
  if (load_be<std::uint16_t>(at + 8) != kJournalVersion || header.must_understand != 0 ||
      header.kind < EntryKind::kData || header.kind > EntryKind::kBarrier)
    return HeadFault::kUnknown;
  if (header.bytes() > kEntryBytesMax ||
      header.header_bytes != kEntryHeaderBytes + std::uint64_t{header.slice_count} * kTableSliceBytes)
    return HeadFault::kNotAnEntry;

  slices.reserve(header.slice_count);
  std::uint64_t body = 0;
  for (std::uint32_t i = 0; i < header.slice_count; ++i) {
    slices.push_back(load_slice(at + kEntryHeaderBytes + i * kTableSliceBytes));
    body += slices.back().length;
    if (slices.back().length < record::kBatchHeaderBytes) return HeadFault::kNotAnEntry;
  }
  if (header.kind == EntryKind::kData && body != header.body_bytes) return HeadFault::kNotAnEntry;
  return HeadFault::kNone;
}

void store_slice_prefix(std::byte* out, const TableSlice& slice) {
  store_be(out, slice.base_offset.get());
  store_be(out + 8, static_cast<std::int32_t>(slice.length - record::kBatchLengthOverhead));
  store_be(out + 12, slice.leader_epoch.get());
  store_be(out + 16, slice.magic);
  store_be(out + 17, slice.batch_crc);
}

bool slice_holds(ByteView batch, const TableSlice& slice) {
  std::array<std::byte, kSlicePrefixBytes> prefix;
  store_slice_prefix(prefix.data(), slice);
  return batch.size() == slice.length && batch.size() >= record::kBatchHeaderBytes &&
         std::memcmp(batch.data(), prefix.data(), prefix.size()) == 0 && record::crc_holds(batch);
}

}  // namespace weft::log
