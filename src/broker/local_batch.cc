#include "broker/local_batch.h"

#include "env/clock.h"
#include "record/records.h"

namespace weft::broker {

Result<void> LocalBatch::visit(stream::Fields fields, Function<bool(const stream::RecordView&)> visit) const {
  TRY_ASSIGN(auto reader, record::RecordReader::open(bytes_.view()));
  record::RecordView record;
  stream::RecordView view;
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(record));
    if (!more) return {};
    view.offset = record.offset;
    view.timestamp = record.timestamp;
    view.key = fields.key ? record.key : std::nullopt;
    view.value = fields.value ? record.value : std::nullopt;
    view.headers.clear();
    if (fields.headers) {
      record::RecordHeader header;
      for (ByteView rest = record.header_bytes; record::next_header(rest, header);) view.headers.push_back({header.key, header.value});
    }
    if (!visit(view)) return {};
  }
}

Result<LocalBatches> split_batches(const std::vector<SharedBytes>& pieces, Offset from) {
  LocalBatches split{{}, from};
  for (const auto& piece : pieces) {
    ByteView rest = piece.view();
    while (!rest.empty()) {
      const std::size_t at = piece.size() - rest.size();
      TRY_ASSIGN(const ByteView batch, record::next_batch(rest));
      const auto header = record::load_header(batch.data());
      split.next_offset = std::max(split.next_offset, header.next_offset());
      if (!header.is_control()) split.batches.push_back(std::make_shared<LocalBatch>(piece.slice(at, batch.size())));
    }
  }
  return split;
}

void LocalBatchBuilder::add(const stream::NewRecord& record) {
  std::vector<record::RecordHeader> headers;
  headers.reserve(record.headers.size());
  for (const auto& [key, value] : record.headers) {
    headers.push_back({key, value ? std::optional(as_bytes(*value)) : std::nullopt});
  }
  const auto timestamp = record.timestamp == kNoTimestamp ? Timestamp{clock_.wall_ms()} : record.timestamp;
  builder_.add(record.key ? std::optional(as_bytes(*record.key)) : std::nullopt,
               record.value ? std::optional(as_bytes(*record.value)) : std::nullopt, timestamp, headers);
}

Result<SharedBytes> LocalBatchBuilder::build(record::Codec codec) {
  if (builder_.record_count() == 0) return error(ErrorCode::kInvalidArgument, "a batch needs at least one record");
  builder_.set_codec(codec);
  TRY_ASSIGN(auto bytes, builder_.build());
  return SharedBytes(std::move(bytes));
}

}  // namespace weft::broker
