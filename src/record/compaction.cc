#include "record/compaction.h"

#include <vector>

#include "base/crc32c.h"
#include "base/varint.h"
#include "record/compression.h"

namespace weft::record {
namespace {

constexpr std::size_t kCrcAt = 17;

std::size_t nullable_size(const std::optional<ByteView>& bytes) {
  if (!bytes.has_value()) return 1;
  return uvarint_size(zigzag(static_cast<std::int64_t>(bytes->size()))) + bytes->size();
}

void append_nullable(Buffer& out, const std::optional<ByteView>& bytes) {
  append_varint(out, bytes.has_value() ? static_cast<std::int64_t>(bytes->size()) : -1);
  if (bytes.has_value()) append_bytes(out, *bytes);
}

void append_record(Buffer& out, const RecordView& record, const BatchHeader& header) {
  // Producers choose timestamps freely: the difference is taken modulo 2^64, as readers add it again.
  const auto timestamp_delta = static_cast<std::int64_t>(static_cast<std::uint64_t>(record.timestamp.get()) -
                                                         static_cast<std::uint64_t>(header.base_timestamp.get()));
  const std::int64_t offset_delta = record.offset - header.base_offset;
  const std::size_t size = 1 + uvarint_size(zigzag(timestamp_delta)) + uvarint_size(zigzag(offset_delta)) +
                           nullable_size(record.key) + nullable_size(record.value) +
                           uvarint_size(zigzag(std::int64_t{record.header_count})) + record.header_bytes.size();
  append_varint(out, static_cast<std::int64_t>(size));
  out.push_back(std::byte{0});
  append_varint(out, timestamp_delta);
  append_varint(out, offset_delta);
  append_nullable(out, record.key);
  append_nullable(out, record.value);
  append_varint(out, std::int64_t{record.header_count});
  append_bytes(out, record.header_bytes);
}

SharedBytes finish(BatchHeader header, ByteView records) {
  Buffer batch(kBatchHeaderBytes);
  append_bytes(batch, records);
  header.batch_length = static_cast<std::int32_t>(batch.size() - kBatchLengthOverhead);
  store_header(batch.data(), header);
  store_be(batch.data() + kCrcAt, crc32c(ByteView(batch).subspan(kBatchPrefixBytes)));
  return SharedBytes(std::move(batch));
}

bool has_horizon(const BatchHeader& header) { return (header.attributes & kDeleteHorizonBit) != 0; }

}  // namespace

Result<Compacted> compact_batch(const SharedBytes& batch, const CompactionRules& rules) {
  TRY_ASSIGN(RecordReader reader, RecordReader::open(batch.view()));
  BatchHeader header = reader.header();
  Compacted result{batch, header.record_count, 0, false};
  if (header.is_control()) return result;

  const bool tombstones_may_go = has_horizon(header) && rules.now >= header.base_timestamp;
  std::vector<RecordView> kept;
  RecordView record;
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(record));
    if (!more) break;
    const bool is_tombstone = !record.value.has_value();
    if (!record.key.has_value() || !rules.is_latest(record) || (is_tombstone && tombstones_may_go)) continue;
    result.holds_tombstones |= is_tombstone;
    kept.push_back(record);
  }
  result.records_kept = static_cast<std::int32_t>(kept.size());
  result.records_dropped = header.record_count - result.records_kept;
  const bool begins_horizon = result.holds_tombstones && !has_horizon(header);
  if (kept.empty() && result.records_dropped > 0) result.batch = {};
  if (kept.empty() || (result.records_dropped == 0 && !begins_horizon)) return result;

  if (begins_horizon) {
    header.base_timestamp = rules.now + rules.delete_retention_ms;
    header.attributes = static_cast<std::int16_t>(header.attributes | kDeleteHorizonBit);
  }
  header.record_count = result.records_kept;
  Buffer records;
  for (const RecordView& each : kept) append_record(records, each, header);
  if (header.codec() == Codec::kNone) {
    result.batch = finish(header, records);
  } else {
    TRY_ASSIGN(const Buffer compressed, compress(header.codec(), records));
    result.batch = finish(header, compressed);
  }
  return result;
}

SharedBytes empty_batch(ByteView batch) {
  BatchHeader header = load_header(batch.data());
  header.record_count = 0;
  header.attributes = static_cast<std::int16_t>(header.attributes & ~kCodecMask);
  return finish(header, {});
}

}  // namespace weft::record
