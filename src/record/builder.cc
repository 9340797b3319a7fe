#include "record/builder.h"

#include <algorithm>

#include "base/crc32c.h"
#include "base/varint.h"
#include "record/compression.h"

namespace weft::record {
namespace {

std::size_t nullable_size(const std::optional<ByteView>& bytes) {
  if (!bytes.has_value()) return 1;
  return uvarint_size(zigzag(static_cast<std::int64_t>(bytes->size()))) + bytes->size();
}

void append_nullable(Buffer& out, const std::optional<ByteView>& bytes) {
  append_varint(out, bytes.has_value() ? static_cast<std::int64_t>(bytes->size()) : -1);
  if (bytes.has_value()) append_bytes(out, *bytes);
}

}  // namespace

void BatchBuilder::set_producer(ProducerId id, ProducerEpoch epoch, Sequence base_sequence) {
  header_.producer_id = id;
  header_.producer_epoch = epoch;
  header_.base_sequence = base_sequence;
}

void BatchBuilder::add(std::optional<ByteView> key, std::optional<ByteView> value, Timestamp timestamp,
                       std::span<const RecordHeader> headers) {
  if (header_.record_count == 0) {
    header_.base_timestamp = timestamp;
    header_.max_timestamp = timestamp;
  }
  header_.max_timestamp = std::max(header_.max_timestamp, timestamp);
  const std::int64_t timestamp_delta = timestamp - header_.base_timestamp;
  const std::int64_t offset_delta = header_.record_count++;

  std::size_t size = 1 + uvarint_size(zigzag(timestamp_delta)) + uvarint_size(zigzag(offset_delta)) +
                     nullable_size(key) + nullable_size(value) +
                     uvarint_size(zigzag(static_cast<std::int64_t>(headers.size())));
  for (const RecordHeader& header : headers) size += nullable_size(as_bytes(header.key)) + nullable_size(header.value);

  append_varint(records_, static_cast<std::int64_t>(size));
  records_.push_back(std::byte{0});
  append_varint(records_, timestamp_delta);
  append_varint(records_, offset_delta);
  append_nullable(records_, key);
  append_nullable(records_, value);
  append_varint(records_, static_cast<std::int64_t>(headers.size()));
  for (const RecordHeader& header : headers) {
    append_nullable(records_, as_bytes(header.key));
    append_nullable(records_, header.value);
  }
}

Result<Buffer> BatchBuilder::build() {
  CHECK(header_.record_count > 0, "a batch without records");
  Buffer batch(kBatchHeaderBytes);
  if (codec_ == Codec::kNone) {
    append_bytes(batch, records_);
  } else {
    TRY_ASSIGN(const Buffer compressed, compress(codec_, records_));
    append_bytes(batch, compressed);
  }
  header_.batch_length = static_cast<std::int32_t>(batch.size() - kBatchLengthOverhead);
  header_.last_offset_delta = header_.record_count - 1;
  header_.attributes = static_cast<std::int16_t>(static_cast<int>(codec_) | (transactional_ ? kTransactionalBit : 0) |
                                                 (control_ ? kControlBit : 0));
  store_header(batch.data(), header_);
  store_be(batch.data() + 17, crc32c(ByteView(batch).subspan(kBatchPrefixBytes)));

  if (header_.is_idempotent())
    header_.base_sequence = BatchHeader::sequence_after(header_.base_sequence, header_.record_count);
  header_.record_count = 0;
  records_.clear();
  return batch;
}

}  // namespace weft::record
