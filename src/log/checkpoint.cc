#include "log/checkpoint.h"

#include "base/crc32c.h"
#include "base/varint.h"

namespace weft::log {
namespace {

constexpr std::uint64_t kMagic = 0x776566742d63686b;  // "weft-chk"
constexpr std::uint16_t kVersion = 2;
constexpr std::uint16_t kFirstVersionWithCompaction = 2;

void append_uuid(Buffer& out, const Uuid& id) { append_bytes(out, std::as_bytes(std::span(id.bytes))); }

Result<Uuid> take_uuid(ByteReader& reader, std::string_view what) {
  TRY_ASSIGN(const ByteView bytes, reader.bytes(16, what));
  Uuid id;
  std::memcpy(id.bytes.data(), bytes.data(), id.bytes.size());
  return id;
}

template <class Strong>
Result<void> take(ByteReader& reader, Strong& into, std::string_view what) {
  TRY_ASSIGN(const auto value, reader.fixed<typename Strong::rep>(what));
  into = Strong(value);
  return {};
}

template <class Int>
  requires std::integral<Int>
Result<void> take(ByteReader& reader, Int& into, std::string_view what) {
  TRY_ASSIGN(into, reader.fixed<Int>(what));
  return {};
}

Result<SegmentRecord> take_segment(ByteReader& reader, std::uint16_t version) {
  SegmentRecord segment;
  std::uint8_t sealed = 0;
  TRY(take(reader, segment.base, "segment base"));
  TRY(take(reader, segment.end, "segment end"));
  TRY(take(reader, segment.bytes, "segment bytes"));
  TRY(take(reader, segment.first_timestamp, "segment first timestamp"));
  TRY(take(reader, segment.max_timestamp, "segment max timestamp"));
  TRY(take(reader, segment.created_ms, "segment creation"));
  TRY(take(reader, sealed, "segment sealed"));
  TRY(take(reader, segment.index_count, "index count"));
  TRY(take(reader, segment.index_crc, "index checksum"));
  segment.sealed = sealed != 0;
  segment.compacted_end = segment.base;
  if (version >= kFirstVersionWithCompaction) {
    TRY(take(reader, segment.generation, "segment generation"));
    TRY(take(reader, segment.compacted_end, "compacted end"));
  }
  return segment;
}

Result<PartitionRecord> take_partition(ByteReader& reader, std::uint16_t version) {
  PartitionRecord partition;
  TRY_ASSIGN(const Uuid topic, take_uuid(reader, "topic id"));
  partition.id.topic = TopicId(topic);
  TRY(take(reader, partition.id.partition, "partition"));
  TRY(take(reader, partition.log_start, "log start"));
  TRY(take(reader, partition.end, "log end"));
  TRY(take(reader, partition.damaged_from, "damage"));
  TRY_ASSIGN(const std::uint64_t count, reader.uvarint("segment count"));
  for (std::uint64_t i = 0; i < count; ++i) {
    TRY_ASSIGN(const SegmentRecord segment, take_segment(reader, version));
    partition.segments.push_back(segment);
  }
  TRY_ASSIGN(partition.producers, ProducerTable::decode(reader));
  return partition;
}

}  // namespace

void encode_partition(Buffer& out, PartitionId id, Offset log_start, Offset end, Offset damaged_from,
                      const std::vector<SegmentRecord>& segments, const ProducerTable& producers) {
  append_uuid(out, id.topic.get());
  append_be(out, id.partition.get());
  append_be(out, log_start.get());
  append_be(out, end.get());
  append_be(out, damaged_from.get());
  append_uvarint(out, segments.size());
  for (const SegmentRecord& segment : segments) {
    append_be(out, segment.base.get());
    append_be(out, segment.end.get());
    append_be(out, segment.bytes);
    append_be(out, segment.first_timestamp.get());
    append_be(out, segment.max_timestamp.get());
    append_be(out, segment.created_ms);
    append_be(out, static_cast<std::uint8_t>(segment.sealed ? 1 : 0));
    append_be(out, segment.index_count);
    append_be(out, segment.index_crc);
    append_be(out, segment.generation);
    append_be(out, segment.compacted_end.get());
  }
  producers.encode(out);
}

Buffer encode_checkpoint(const Checkpoint& head, std::uint32_t partition_count, ByteView partitions) {
  Buffer out;
  append_be(out, kMagic);
  append_be(out, kVersion);
  append_be(out, std::uint16_t{0});  // must-understand flags
  append_be(out, std::uint16_t{0});  // flags that may be ignored
  append_be(out, static_cast<std::uint16_t>(head.clean ? 1 : 0));
  append_be(out, head.geometry.slot_bytes);
  append_be(out, head.geometry.slot_count);
  append_uuid(out, head.journal_id);
  append_be(out, head.chain.lsn.get());
  append_be(out, head.chain.crc);
  append_be(out, head.chain.incarnation);
  append_be(out, head.trim.get());
  append_be(out, head.durable.get());
  append_be(out, head.prewritten);
  append_be(out, head.wall_ms);
  append_be(out, partition_count);
  append_bytes(out, partitions);
  append_be(out, static_cast<std::uint32_t>(head.unlinks.size()));
  for (const std::string& path : head.unlinks) {
    append_be(out, static_cast<std::uint16_t>(path.size()));
    append_bytes(out, as_bytes(path));
  }
  append_be(out, crc32c(out));
  return out;
}

Result<Checkpoint> decode_checkpoint(ByteView bytes) {
  if (bytes.size() < 16 || load_be<std::uint64_t>(bytes.data()) != kMagic)
    return error(ErrorCode::kCorrupt, "not a checkpoint");
  const ByteView covered = bytes.first(bytes.size() - 4);
  if (crc32c(covered) != load_be<std::uint32_t>(bytes.data() + covered.size()))
    return error(ErrorCode::kCorrupt, "its CRC-32C does not hold");
  ByteReader reader(covered);
  Checkpoint checkpoint;
  std::uint64_t magic = 0;
  std::uint16_t version = 0;
  std::uint16_t must_understand = 0;
  std::uint16_t may_ignore = 0;
  std::uint16_t clean = 0;
  TRY(take(reader, magic, "magic"));
  TRY(take(reader, version, "version"));
  TRY(take(reader, must_understand, "flags"));
  TRY(take(reader, may_ignore, "flags"));
  if (version < 1 || version > kVersion || must_understand != 0)
    return error(ErrorCode::kUnsupported, "version {} with flags {:#x}: written by a newer weft", version,
                 must_understand);
  TRY(take(reader, clean, "clean"));
  checkpoint.clean = clean != 0;
  TRY(take(reader, checkpoint.geometry.slot_bytes, "slot bytes"));
  TRY(take(reader, checkpoint.geometry.slot_count, "slot count"));
  TRY_ASSIGN(checkpoint.journal_id, take_uuid(reader, "journal id"));
  TRY(take(reader, checkpoint.chain.lsn, "last LSN"));
  TRY(take(reader, checkpoint.chain.crc, "last checksum"));
  TRY(take(reader, checkpoint.chain.incarnation, "incarnation"));
  TRY(take(reader, checkpoint.trim, "trim"));
  TRY(take(reader, checkpoint.durable, "durable"));
  TRY(take(reader, checkpoint.prewritten, "prewritten"));
  TRY(take(reader, checkpoint.wall_ms, "time"));
  TRY_ASSIGN(const auto partition_count, reader.fixed<std::uint32_t>("partition count"));
  for (std::uint32_t i = 0; i < partition_count; ++i) {
    TRY_ASSIGN(PartitionRecord partition, take_partition(reader, version));
    checkpoint.partitions.push_back(std::move(partition));
  }
  TRY_ASSIGN(const auto unlink_count, reader.fixed<std::uint32_t>("unlink count"));
  for (std::uint32_t i = 0; i < unlink_count; ++i) {
    TRY_ASSIGN(const auto size, reader.fixed<std::uint16_t>("path length"));
    TRY_ASSIGN(const ByteView path, reader.bytes(size, "path"));
    checkpoint.unlinks.emplace_back(as_text(path));
  }
  if (reader.remaining() != 0) return error(ErrorCode::kCorrupt, "{} bytes follow its end", reader.remaining());
  if (checkpoint.geometry.slot_count < 2 || checkpoint.geometry.slot_bytes < 16 * kBlockBytes ||
      checkpoint.geometry.slot_bytes % kBlockBytes != 0)
    return error(ErrorCode::kCorrupt, "a ring of {} slots of {} bytes", checkpoint.geometry.slot_count,
                 checkpoint.geometry.slot_bytes);
  return checkpoint;
}

}  // namespace weft::log
