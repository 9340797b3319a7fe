#include "record/batch.h"

#include "base/crc32c.h"
#include "record/records.h"

namespace weft::record {

std::string_view codec_name(Codec codec) {
  switch (codec) {
    case Codec::kNone:
      return "none";
    case Codec::kGzip:
      return "gzip";
    case Codec::kSnappy:
      return "snappy";
    case Codec::kLz4:
      return "lz4";
    case Codec::kZstd:
      return "zstd";
  }
  return "unknown";
}

BatchHeader load_header(const std::byte* at) {
  BatchHeader header;
  header.base_offset = Offset(load_be<std::int64_t>(at));
  header.batch_length = load_be<std::int32_t>(at + 8);
  header.leader_epoch = LeaderEpoch(load_be<std::int32_t>(at + 12));
  header.magic = load_be<std::int8_t>(at + 16);
  header.crc = load_be<std::uint32_t>(at + 17);
  header.attributes = load_be<std::int16_t>(at + 21);
  header.last_offset_delta = load_be<std::int32_t>(at + 23);
  header.base_timestamp = Timestamp(load_be<std::int64_t>(at + 27));
  header.max_timestamp = Timestamp(load_be<std::int64_t>(at + 35));
  header.producer_id = ProducerId(load_be<std::int64_t>(at + 43));
  header.producer_epoch = ProducerEpoch(load_be<std::int16_t>(at + 51));
  header.base_sequence = Sequence(load_be<std::int32_t>(at + 53));
  header.record_count = load_be<std::int32_t>(at + 57);
  return header;
}

void store_header(std::byte* at, const BatchHeader& header) {
  store_be(at, header.base_offset.get());
  store_be(at + 8, header.batch_length);
  store_be(at + 12, header.leader_epoch.get());
  store_be(at + 16, header.magic);
  store_be(at + 17, header.crc);
  store_be(at + 21, header.attributes);
  store_be(at + 23, header.last_offset_delta);
  store_be(at + 27, header.base_timestamp.get());
  store_be(at + 35, header.max_timestamp.get());
  store_be(at + 43, header.producer_id.get());
  store_be(at + 51, header.producer_epoch.get());
  store_be(at + 53, header.base_sequence.get());
  store_be(at + 57, header.record_count);
}

Result<BatchHeader> parse_header(ByteView bytes) {
  if (bytes.size() < kBatchHeaderBytes)
    return error(ErrorCode::kCorrupt, "{} bytes cannot hold a record batch: its header alone takes {}", bytes.size(),
                 kBatchHeaderBytes);
  const BatchHeader header = load_header(bytes.data());
  if (header.magic != kMagic)
    return error(ErrorCode::kCorrupt, "record batch of magic {}: only 2 is accepted (clients since Kafka 0.11)",
                 static_cast<int>(header.magic));
  if (header.batch_length < static_cast<std::int32_t>(kBatchHeaderBytes - kBatchLengthOverhead) ||
      header.bytes() > bytes.size())
    return error(ErrorCode::kCorrupt, "record batch says it has {} bytes after its length field, {} are there",
                 header.batch_length, bytes.size() - kBatchLengthOverhead);
  return header;
}

bool crc_holds(ByteView batch) {
  return batch.size() > kBatchPrefixBytes &&
         crc32c(batch.subspan(kBatchPrefixBytes)) == load_be<std::uint32_t>(batch.data() + 17);
}

namespace {

Result<void> check_counts(const BatchHeader& header, const BatchRules& rules) {
  if (header.record_count <= 0)
    return error(ErrorCode::kInvalidArgument, "record batch holds {} records", header.record_count);
  if (header.last_offset_delta != header.record_count - 1)
    return error(ErrorCode::kInvalidArgument, "record batch of {} records ends at offset delta {}", header.record_count,
                 header.last_offset_delta);
  if (header.is_control() && !rules.allow_control)
    return error(ErrorCode::kInvalidArgument, "control batches are written by the broker only");
  if ((header.attributes & ~(kCodecMask | kLogAppendTimeBit | kTransactionalBit | kControlBit | kDeleteHorizonBit)) !=
      0)
    return error(ErrorCode::kInvalidArgument, "record batch has unknown attribute bits: {:#06x}",
                 static_cast<std::uint16_t>(header.attributes));
  if (header.codec() > Codec::kZstd)
    return error(ErrorCode::kUnsupported, "compression codec {} is not known", header.attributes & kCodecMask);
  if (header.is_idempotent() && !header.is_control() &&
      (header.base_sequence.get() < 0 || header.producer_epoch.get() < 0))
    return error(ErrorCode::kInvalidArgument, "producer {} sends sequence {} in epoch {}: both must be 0 or more",
                 header.producer_id, header.base_sequence, header.producer_epoch);
  return {};
}

Result<void> check_timestamps(const BatchHeader& header, const BatchRules& rules) {
  if (header.max_timestamp < rules.timestamp_min || header.max_timestamp > rules.timestamp_max)
    return error(ErrorCode::kOutOfRange, "record timestamp {} lies outside {} to {}, which the topic accepts",
                 header.max_timestamp, rules.timestamp_min, rules.timestamp_max);
  return {};
}

}  // namespace

Result<BatchHeader> validate_batch(ByteView batch, const BatchRules& rules) {
  TRY_ASSIGN(const BatchHeader header, parse_header(batch));
  if (header.bytes() != batch.size())
    return error(ErrorCode::kInvalidArgument, "{} bytes follow the record batch: exactly one is expected",
                 batch.size() - header.bytes());
  if (batch.size() > rules.bytes_max)
    return error(ErrorCode::kTooLarge, "record batch of {} bytes: at most {} are accepted", batch.size(),
                 rules.bytes_max);
  if (rules.check_crc && !crc_holds(batch))
    return error(ErrorCode::kCorrupt, "record batch fails its CRC-32C: damaged on the way");
  TRY(check_counts(header, rules));
  TRY(check_timestamps(header, rules));
  if (rules.check_records && header.codec() == Codec::kNone)
    TRY(check_records(header, batch.subspan(kBatchHeaderBytes), rules.require_key));
  return header;
}

Result<ByteView> next_batch(ByteView& rest) {
  if (rest.empty()) return ByteView{};
  TRY_ASSIGN(const BatchHeader header, parse_header(rest));
  const ByteView batch = rest.first(header.bytes());
  rest = rest.subspan(header.bytes());
  return batch;
}

}  // namespace weft::record
