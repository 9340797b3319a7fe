#include "log/producers.h"

#include <algorithm>

namespace weft::log {

Result<const ProducerTable::Batch*> ProducerTable::check(const record::BatchHeader& header) const {
  const auto found = producers_.find(header.producer_id);
  if (found == producers_.end()) {
    const auto refused = refused_.find(header.producer_id);
    if (refused != refused_.end() && header.producer_epoch == refused->second.epoch &&
        header.base_sequence > refused->second.first)
      return error(ErrorCode::kOutOfOrderSequence, "producer {} sends sequence {}, {} found no room and is next",
                   header.producer_id, header.base_sequence, refused->second.first);
    return static_cast<const Batch*>(nullptr);
  }
  const Producer& producer = found->second;
  if (header.producer_epoch < producer.epoch)
    return error(ErrorCode::kFenced, "producer {} sends in epoch {}, epoch {} has taken over", header.producer_id,
                 header.producer_epoch, producer.epoch);
  if (header.producer_epoch > producer.epoch) {
    if (header.base_sequence == Sequence(0)) return static_cast<const Batch*>(nullptr);
    return error(ErrorCode::kOutOfOrderSequence, "producer {} begins epoch {} with sequence {}: 0 is first",
                 header.producer_id, header.producer_epoch, header.base_sequence);
  }
  if (producer.batch_count == 0) return static_cast<const Batch*>(nullptr);
  for (std::size_t i = 0; i < producer.batch_count; ++i) {
    const Batch& batch = producer.batches[i];
    if (batch.first == header.base_sequence && batch.last == header.last_sequence()) return &batch;
  }
  const Sequence expected = record::BatchHeader::sequence_after(producer.batches[producer.batch_count - 1U].last, 1);
  if (header.base_sequence == expected) return static_cast<const Batch*>(nullptr);
  return error(ErrorCode::kOutOfOrderSequence, "producer {} sends sequence {}, {} is next", header.producer_id,
               header.base_sequence, expected);
}

void ProducerTable::add(const record::BatchHeader& header, Offset base_offset, std::int64_t now_ms) {
  refused_.erase(header.producer_id);
  Producer& producer = producers_[header.producer_id];
  producer.used_ms = now_ms;
  if (header.producer_epoch != producer.epoch) {
    producer.epoch = header.producer_epoch;
    producer.batch_count = 0;
  }
  if (header.is_control()) return;  // a transaction's end has an epoch and no sequence
  if (producer.batch_count == kBatchesKept) {
    std::ranges::rotate(producer.batches, producer.batches.begin() + 1);
    --producer.batch_count;
  }
  producer.batches[producer.batch_count++] = {header.base_sequence, header.last_sequence(), base_offset,
                                              base_offset + header.last_offset_delta};
}

void ProducerTable::refuse(const record::BatchHeader& header, std::int64_t now_ms) {
  if (!header.is_idempotent() || producers_.contains(header.producer_id)) return;
  if (const auto known = refused_.find(header.producer_id); known != refused_.end()) {
    Refused& refused = known->second;
    if (refused.epoch != header.producer_epoch || header.base_sequence < refused.first)
      refused = {header.producer_epoch, header.base_sequence, now_ms};
  } else if (refused_.size() < kRefusedMax) {
    refused_.emplace(header.producer_id, Refused{header.producer_epoch, header.base_sequence, now_ms});
  }
}

void ProducerTable::expire(std::int64_t deadline_ms) {
  std::erase_if(refused_, [&](const auto& known) { return known.second.used_ms < deadline_ms; });
  std::erase_if(producers_, [&](const auto& known) { return known.second.used_ms < deadline_ms; });
}

const ProducerTable::Producer* ProducerTable::find(ProducerId id) const {
  const auto found = producers_.find(id);
  return found == producers_.end() ? nullptr : &found->second;
}

void ProducerTable::restore(ProducerId id, const Producer* before) {
  if (before == nullptr) {
    producers_.erase(id);
  } else {
    producers_[id] = *before;
  }
}

std::unordered_map<ProducerId, Offset> ProducerTable::last_offsets() const {
  std::unordered_map<ProducerId, Offset> offsets;
  for (const auto& [id, producer] : producers_)
    if (producer.batch_count > 0) offsets.emplace(id, producer.batches[producer.batch_count - 1].last_offset);
  return offsets;
}

void ProducerTable::encode(Buffer& out) const {
  append_uvarint(out, producers_.size());
  for (const auto& [id, producer] : producers_) {
    append_be(out, id.get());
    append_be(out, producer.epoch.get());
    append_be(out, producer.used_ms);
    append_be(out, producer.batch_count);
    for (std::size_t i = 0; i < producer.batch_count; ++i) {
      const Batch& batch = producer.batches[i];
      append_be(out, batch.first.get());
      append_be(out, batch.last.get());
      append_be(out, batch.base_offset.get());
      append_be(out, batch.last_offset.get());
    }
  }
}

Result<ProducerTable> ProducerTable::decode(ByteReader& reader) {
  ProducerTable table;
  TRY_ASSIGN(const std::uint64_t count, reader.uvarint("producer count"));
  for (std::uint64_t i = 0; i < count; ++i) {
    TRY_ASSIGN(const auto id, reader.fixed<std::int64_t>("producer id"));
    Producer producer;
    TRY_ASSIGN(const auto epoch, reader.fixed<std::int16_t>("producer epoch"));
    producer.epoch = ProducerEpoch(epoch);
    TRY_ASSIGN(producer.used_ms, reader.fixed<std::int64_t>("producer time"));
    TRY_ASSIGN(producer.batch_count, reader.fixed<std::uint8_t>("producer batch count"));
    if (producer.batch_count > kBatchesKept)
      return error(ErrorCode::kCorrupt, "producer {} with {} batches: {} are kept", id, producer.batch_count,
                   kBatchesKept);
    for (std::size_t b = 0; b < producer.batch_count; ++b) {
      TRY_ASSIGN(const auto first, reader.fixed<std::int32_t>("first sequence"));
      TRY_ASSIGN(const auto last, reader.fixed<std::int32_t>("last sequence"));
      TRY_ASSIGN(const auto base_offset, reader.fixed<std::int64_t>("base offset"));
      TRY_ASSIGN(const auto last_offset, reader.fixed<std::int64_t>("last offset"));
      producer.batches[b] = {Sequence(first), Sequence(last), Offset(base_offset), Offset(last_offset)};
    }
    table.producers_.emplace(ProducerId(id), producer);
  }
  return table;
}

}  // namespace weft::log
