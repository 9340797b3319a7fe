#include "log/control.h"

#include "base/varint.h"

namespace weft::log {

Buffer encode_control(const std::vector<ControlRecord>& records) {
  Buffer out;
  append_be(out, static_cast<std::uint32_t>(records.size()));
  for (const ControlRecord& record : records) {
    out.push_back(static_cast<std::byte>(record.kind));
    append_bytes(out, std::as_bytes(std::span(record.partition.topic.get().bytes)));
    append_be(out, record.partition.partition.get());
    append_be(out, record.offset.get());
  }
  return out;
}

Result<std::vector<ControlRecord>> decode_control(ByteView bytes) {
  ByteReader reader(bytes);
  std::vector<ControlRecord> records;
  TRY_ASSIGN(const auto count, reader.fixed<std::uint32_t>("control record count"));
  for (std::uint32_t i = 0; i < count; ++i) {
    ControlRecord record;
    TRY_ASSIGN(const auto kind, reader.fixed<std::uint8_t>("control record kind"));
    if (kind < 1 || kind > static_cast<std::uint8_t>(ControlRecord::Kind::kRaiseLogStart))
      return error(ErrorCode::kUnsupported, "control record of kind {}: written by a newer weft", kind);
    record.kind = static_cast<ControlRecord::Kind>(kind);
    TRY_ASSIGN(const ByteView topic, reader.bytes(16, "topic id"));
    Uuid id;
    std::memcpy(id.bytes.data(), topic.data(), id.bytes.size());
    TRY_ASSIGN(const auto partition, reader.fixed<std::int32_t>("partition"));
    record.partition = {TopicId(id), PartitionIndex(partition)};
    TRY_ASSIGN(const auto offset, reader.fixed<std::int64_t>("offset"));
    record.offset = Offset(offset);
    records.push_back(record);
  }
  if (reader.remaining() != 0)
    return error(ErrorCode::kCorrupt, "{} bytes follow the last control record", reader.remaining());
  return records;
}

}  // namespace weft::log
