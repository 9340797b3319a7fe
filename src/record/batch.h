#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "record/ids.h"

namespace weft::record {

/// Record batch v2 (Kafka's DefaultRecordBatch, KIP-98), all numbers big-endian:
///
///     0 base offset i64        23 last offset delta i32     51 producer epoch i16
///     8 batch length i32       27 base timestamp i64        53 base sequence i32
///    12 leader epoch i32       35 max timestamp i64         57 record count i32
///    16 magic i8 (2)           43 producer id i64           61 records
///    17 CRC-32C u32 of all that follows it
///    21 attributes i16
///
/// Batch length counts from 12. Base offset and leader epoch lie before the checksum, so a broker fills them in freely.
inline constexpr std::size_t kBatchHeaderBytes = 61;
/// Base offset to CRC: what the CRC does not cover.
inline constexpr std::size_t kBatchPrefixBytes = 21;
/// What the length field does not count.
inline constexpr std::size_t kBatchLengthOverhead = 12;
inline constexpr std::int8_t kMagic = 2;

enum class Codec : std::uint8_t { kNone = 0, kGzip = 1, kSnappy = 2, kLz4 = 3, kZstd = 4 };
/// "none", "gzip", "snappy", "lz4", "zstd".
std::string_view codec_name(Codec codec);

inline constexpr std::int16_t kCodecMask = 0x07;
inline constexpr std::int16_t kLogAppendTimeBit = 0x08;
inline constexpr std::int16_t kTransactionalBit = 0x10;
inline constexpr std::int16_t kControlBit = 0x20;
inline constexpr std::int16_t kDeleteHorizonBit = 0x40;

struct BatchHeader {
  Offset base_offset;
  std::int32_t batch_length = 0;
  LeaderEpoch leader_epoch;
  std::int8_t magic = kMagic;
  std::uint32_t crc = 0;
  std::int16_t attributes = 0;
  std::int32_t last_offset_delta = 0;
  Timestamp base_timestamp;
  Timestamp max_timestamp;
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  Sequence base_sequence = kNoSequence;
  std::int32_t record_count = 0;

  std::size_t bytes() const { return static_cast<std::size_t>(batch_length) + kBatchLengthOverhead; }
  Offset last_offset() const { return base_offset + last_offset_delta; }
  Offset next_offset() const { return base_offset + (static_cast<std::int64_t>(last_offset_delta) + 1); }
  Codec codec() const { return static_cast<Codec>(attributes & kCodecMask); }
  bool is_control() const { return (attributes & kControlBit) != 0; }
  bool is_transactional() const { return (attributes & kTransactionalBit) != 0; }
  bool is_log_append_time() const { return (attributes & kLogAppendTimeBit) != 0; }
  bool is_idempotent() const { return producer_id != kNoProducerId; }
  /// Sequences wrap at 2^31.
  Sequence last_sequence() const { return sequence_after(base_sequence, last_offset_delta); }

  static Sequence sequence_after(Sequence first, std::int32_t count) {
    return Sequence(static_cast<std::int32_t>(
        (static_cast<std::uint32_t>(first.get()) + static_cast<std::uint32_t>(count)) & 0x7fffffffU));
  }
};

/// Reads the fields as they are; `bytes` holds at least kBatchHeaderBytes.
BatchHeader load_header(const std::byte* bytes);
void store_header(std::byte* bytes, const BatchHeader& header);

/// The header of the batch that `bytes` begins with. kCorrupt when the header or the batch is cut short or the magic is
/// not 2; what the fields mean is not checked.
Result<BatchHeader> parse_header(ByteView bytes);
/// Whether the CRC of a whole batch holds.
bool crc_holds(ByteView batch);

/// What a batch must obey to be appended; a topic's settings on top of what the format says.
struct BatchRules {
  std::size_t bytes_max = SIZE_MAX;
  bool check_crc = true;               ///< log::Log checks it at append: others need not do it again.
  bool check_records = true;           ///< Walk records that are not compressed; log::Log leaves that to its callers.
  bool allow_control = false;          ///< Control batches never come from clients.
  bool require_key = false;            ///< Compacted topics. Checked where records can be seen without decompression.
  Timestamp timestamp_min{INT64_MIN};  ///< message.timestamp.before.max.ms, as a point in time.
  Timestamp timestamp_max{INT64_MAX};  ///< message.timestamp.after.max.ms.
};

/// Checks one whole batch (kafka: LogValidator): lengths, magic, CRC, counts, codec, sequences, timestamps, and each
/// record where they are not compressed. Errors: kCorrupt (CORRUPT_MESSAGE), kTooLarge (MESSAGE_TOO_LARGE),
/// kInvalidArgument (INVALID_RECORD), kUnsupported (codec; UNSUPPORTED_COMPRESSION_TYPE), kOutOfRange
/// (INVALID_TIMESTAMP).
Result<BatchHeader> validate_batch(ByteView batch, const BatchRules& rules);

/// Cuts bytes that hold one batch after the other (a produce request's, a segment's) at the next batch's end; empty
/// when none is left. A batch cut short at the end is kCorrupt.
Result<ByteView> next_batch(ByteView& rest);

}  // namespace weft::record
