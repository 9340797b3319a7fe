#pragma once

#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "record/batch.h"
#include "record/records.h"

namespace weft::record {

/// Puts records together as one batch v2 with base offset 0, as a producer sends it.
class BatchBuilder {
 public:
  explicit BatchBuilder(Codec codec = Codec::kNone) : codec_(codec) {}

  void set_producer(ProducerId id, ProducerEpoch epoch, Sequence base_sequence);
  void set_codec(Codec codec) { codec_ = codec; }
  void set_transactional(bool on) { transactional_ = on; }
  void set_control(bool on) { control_ = on; }

  /// None as key or value is null. Timestamps may come in any order.
  void add(std::optional<ByteView> key, std::optional<ByteView> value, Timestamp timestamp,
           std::span<const RecordHeader> headers = {});
  std::int32_t record_count() const { return header_.record_count; }
  /// Of the batch as it stands, before compression.
  std::size_t bytes() const { return kBatchHeaderBytes + records_.size(); }

  /// The batch; the builder is empty again and keeps its producer with the sequence moved on. At least one record.
  Result<Buffer> build();

 private:
  Codec codec_;
  bool transactional_ = false;
  bool control_ = false;
  BatchHeader header_;
  Buffer records_;
};

}  // namespace weft::record
