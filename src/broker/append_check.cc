#include "broker/append_check.h"

#include <limits>

#include "base/crc32c.h"
#include "record/recompression.h"
#include "record/records.h"

namespace weft::broker {
namespace {

constexpr std::size_t kCrcAt = 17;

Timestamp earlier(std::int64_t now, std::int64_t by) {
  return Timestamp{by > now ? std::numeric_limits<std::int64_t>::min() : now - by};
}

Timestamp later(std::int64_t now, std::int64_t by) {
  return Timestamp{by > std::numeric_limits<std::int64_t>::max() - now ? std::numeric_limits<std::int64_t>::max() : now + by};
}

/// `batch` with `header` in place of its own and the CRC that belongs to it.
SharedBytes with_header(ByteView batch, const record::BatchHeader& header) {
  Buffer copy = to_buffer(batch);
  record::store_header(copy.data(), header);
  store_be(copy.data() + kCrcAt, crc32c(ByteView(copy).subspan(record::kBatchPrefixBytes)));
  return SharedBytes(std::move(copy));
}

}  // namespace

Result<record::BatchHeader> check_batch(const Topic& topic, ByteView batch, std::int64_t wall_ms) {
  const auto& configs = topic.effective;
  record::BatchRules rules;
  rules.bytes_max = static_cast<std::size_t>(configs.batch_bytes_max);
  rules.check_crc = false;
  rules.require_key = configs.compacted;
  if (!configs.log_append_time) {
    rules.timestamp_min = earlier(wall_ms, configs.timestamp_before_ms_max);
    rules.timestamp_max = later(wall_ms, configs.timestamp_after_ms_max);
  }
  return record::validate_batch(batch, rules);
}

bool must_open(const Topic& topic, const record::BatchHeader& batch) {
  const auto& configs = topic.effective;
  if (configs.codec && *configs.codec != batch.codec()) return true;
  return configs.compacted && batch.codec() != record::Codec::kNone;  // a key per record
}

Result<SharedBytes> opened(const SharedBytes& batch, const EffectiveConfigs& configs) {
  const auto came_as = record::load_header(batch.data()).codec();
  TRY_ASSIGN(Buffer stored, record::recompressed(batch.view(), configs.codec.value_or(came_as), configs.compacted));
  if (stored.size() > static_cast<std::size_t>(configs.batch_bytes_max)) {
    return error(ErrorCode::kTooLarge, "stored as compression.type says the batch has {} bytes: at most {} are accepted",
                 stored.size(), configs.batch_bytes_max);
  }
  return SharedBytes(std::move(stored));
}

std::vector<std::int32_t> records_to_blame(ByteView batch, const EffectiveConfigs& configs) {
  std::vector<std::int32_t> blamed;
  if (!configs.compacted) return blamed;
  auto reader = record::RecordReader::open(batch);
  record::RecordView record;
  for (std::int32_t at = 0; reader.ok() && reader->next(record).value_or(false); ++at) {
    if (!record.key.has_value()) blamed.push_back(at);
  }
  return blamed;
}

kafka::KafkaError append_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return kafka::KafkaError::kInvalidRecord;
    case ErrorCode::kUnsupported: return kafka::KafkaError::kUnsupportedCompressionType;
    case ErrorCode::kOutOfRange: return kafka::KafkaError::kInvalidTimestamp;
    default: return kafka::to_kafka_error(code);
  }
}

SharedBytes stamped(const SharedBytes& batch, Timestamp now) {
  auto header = record::load_header(batch.data());
  header.attributes = static_cast<std::int16_t>(header.attributes | record::kLogAppendTimeBit);
  header.max_timestamp = now;
  return with_header(batch.view(), header);
}

Result<SharedBytes> in_place_of(const record::BatchHeader& original, const SharedBytes& replacement) {
  TRY_ASSIGN(auto header, record::validate_batch(replacement.view(), {}));
  if (header.record_count != original.record_count || header.last_offset_delta != original.last_offset_delta) {
    return error(ErrorCode::kInvalidArgument, "a replaced batch must keep its {} records, has {}", original.record_count,
                 header.record_count);
  }
  header.producer_id = original.producer_id;
  header.producer_epoch = original.producer_epoch;
  header.base_sequence = original.base_sequence;
  return with_header(replacement.view(), header);
}

}  // namespace weft::broker
