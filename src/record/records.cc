#include "record/records.h"

#include "base/varint.h"
#include "record/compression.h"

namespace weft::record {
namespace {

/// Reads without a Result per field: a batch is walked for every append. `good` turns false once, at the first fault.
struct Cursor {
  const std::byte* at;
  const std::byte* end;
  bool good = true;

  std::size_t left() const { return static_cast<std::size_t>(end - at); }

  std::int64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at == end) break;
      const auto byte = std::to_integer<std::uint64_t>(*at++);
      if (shift == 63 && byte > 1) break;
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return unzigzag(value);
    }
    good = false;
    return 0;
  }

  ByteView bytes(std::int64_t count) {
    if (!good || count < 0 || static_cast<std::uint64_t>(count) > left()) {
      good = false;
      return {};
    }
    const ByteView taken(at, static_cast<std::size_t>(count));
    at += count;
    return taken;
  }

  std::optional<ByteView> nullable_bytes() {
    const std::int64_t count = varint();
    if (count == -1) return std::nullopt;
    return bytes(count);
  }
};

struct RawRecord {
  std::int64_t timestamp_delta = 0;
  std::int64_t offset_delta = 0;
  RecordView view;
};

/// One record off the front: length, attributes, timestamp delta, offset delta, key, value, headers. False: malformed.
bool take_record(Cursor& cursor, RawRecord& into) {
  const std::int64_t length = cursor.varint();
  const ByteView body = cursor.bytes(length);
  if (!cursor.good || body.empty()) return false;
  Cursor inner{body.data() + 1, body.data() + body.size()};  // one byte of attributes, all unused
  into.timestamp_delta = inner.varint();
  into.offset_delta = inner.varint();
  into.view.key = inner.nullable_bytes();
  into.view.value = inner.nullable_bytes();
  const std::int64_t header_count = inner.varint();
  // A header takes two bytes at least: a count beyond that is a lie, found before anything is looped over.
  if (!inner.good || header_count < 0 || static_cast<std::uint64_t>(header_count) > inner.left() / 2) return false;
  into.view.header_count = static_cast<std::uint32_t>(header_count);
  into.view.header_bytes = {inner.at, inner.end};
  for (std::int64_t i = 0; i < header_count; ++i) {
    inner.bytes(inner.varint());
    inner.nullable_bytes();
    if (!inner.good) return false;
  }
  return inner.left() == 0;
}

Error malformed(std::int32_t number, const BatchHeader& header) {
  return error(ErrorCode::kInvalidArgument, "record {} of {} is malformed: a length or count does not fit its bytes",
               number + 1, header.record_count);
}

Error trailing(std::size_t count, const BatchHeader& header) {
  return error(ErrorCode::kInvalidArgument, "{} bytes follow the last of {} records", count, header.record_count);
}

}  // namespace

bool next_header(ByteView& rest, RecordHeader& into) {
  if (rest.empty()) return false;
  Cursor cursor{rest.data(), rest.data() + rest.size()};
  into.key = as_text(cursor.bytes(cursor.varint()));
  into.value = cursor.nullable_bytes();
  if (!cursor.good) return false;
  rest = rest.subspan(rest.size() - cursor.left());
  return true;
}

Result<RecordReader> RecordReader::open(ByteView batch, std::size_t decompressed_bytes_max) {
  RecordReader reader;
  TRY_ASSIGN(reader.header_, parse_header(batch));
  reader.rest_ = batch.subspan(kBatchHeaderBytes, reader.header_.bytes() - kBatchHeaderBytes);
  if (reader.header_.codec() != Codec::kNone) {
    TRY_ASSIGN(reader.decompressed_, decompress(reader.header_.codec(), reader.rest_, decompressed_bytes_max));
    reader.rest_ = reader.decompressed_;
  }
  return reader;
}

Result<bool> RecordReader::next(RecordView& into) {
  if (seen_ >= header_.record_count) {
    if (!rest_.empty()) return trailing(rest_.size(), header_);
    return false;
  }
  Cursor cursor{rest_.data(), rest_.data() + rest_.size()};
  RawRecord raw;
  if (!take_record(cursor, raw)) return malformed(seen_, header_);
  // Compaction leaves gaps; going back or past the batch's end is never right.
  if (raw.offset_delta <= last_delta_ || raw.offset_delta > header_.last_offset_delta)
    return error(ErrorCode::kInvalidArgument, "record {} of {} has offset delta {} after {}", seen_ + 1,
                 header_.record_count, raw.offset_delta, last_delta_);
  into = raw.view;
  into.offset = header_.base_offset + raw.offset_delta;
  // Producers choose both numbers: add them as the wire does, modulo 2^64.
  into.timestamp = header_.is_log_append_time()
                       ? header_.max_timestamp
                       : Timestamp(static_cast<std::int64_t>(static_cast<std::uint64_t>(header_.base_timestamp.get()) +
                                                             static_cast<std::uint64_t>(raw.timestamp_delta)));
  rest_ = {cursor.at, cursor.end};
  last_delta_ = static_cast<std::int32_t>(raw.offset_delta);
  ++seen_;
  return true;
}

Result<void> check_records(const BatchHeader& header, ByteView records, bool require_key) {
  Cursor cursor{records.data(), records.data() + records.size()};
  RawRecord raw;
  for (std::int32_t i = 0; i < header.record_count; ++i) {
    if (!take_record(cursor, raw)) return malformed(i, header);
    if (raw.offset_delta != i)
      return error(ErrorCode::kInvalidArgument, "record {} of {} has offset delta {}, {} is next", i + 1,
                   header.record_count, raw.offset_delta, i);
    if (require_key && !raw.view.key.has_value())
      return error(ErrorCode::kInvalidArgument, "record {} of {} has no key: the topic is compacted", i + 1,
                   header.record_count);
  }
  if (cursor.left() != 0) return trailing(cursor.left(), header);
  return {};
}

}  // namespace weft::record
