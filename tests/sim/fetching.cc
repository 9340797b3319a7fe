#include "fetching.h"

#include <algorithm>
#include <charconv>

#include "record/records.h"

namespace weft::sim {
namespace {

WriteId id_of(const record::RecordView& view) {
  ByteView rest = view.header_bytes;
  record::RecordHeader header;
  WriteId id = -1;
  if (view.header_count == 0 || !record::next_header(rest, header) || !header.value.has_value()) return id;
  const std::string_view text = as_text(*header.value);
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

void add(kafka::FetchRequest& request, const TopicPartition& at, std::int64_t position) {
  if (request.topics.empty() || request.topics.back().topic != at.topic) {
    request.topics.emplace_back();
    request.topics.back().topic = at.topic;
  }
  auto& partition = request.topics.back().partitions.emplace_back();
  partition.partition = PartitionIndex{at.partition};
  partition.fetch_offset = Offset{position};
  partition.partition_max_bytes = 16 << 10;
}

}  // namespace

Fetched taken(const kafka::FetchResponse::Partition& partition, std::int64_t position) {
  Fetched fetched{position, position, partition.high_watermark.get(), partition.log_start_offset.get(), {}};
  for (const SharedBytes& piece : partition.records) {
    for (ByteView rest = piece.view(); !rest.empty();) {
      const auto batch = record::next_batch(rest);
      CHECK(batch.ok() && record::crc_holds(*batch), "the broker hands out whole batches");
      auto reader = record::RecordReader::open(*batch).value();
      record::RecordView view;
      while (reader.next(view).value())
        if (view.offset.get() >= position) fetched.records.push_back({view.offset.get(), id_of(view)});
      fetched.next = std::max(fetched.next, reader.header().next_offset().get());
    }
  }
  return fetched;
}

kafka::ListOffsetsRequest list_offsets_request(const TopicPartition& at, std::int64_t timestamp) {
  kafka::ListOffsetsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = at.topic;
  auto& partition = topic.partitions.emplace_back();
  partition.partition_index = PartitionIndex{at.partition};
  partition.timestamp = Timestamp{timestamp};
  return request;
}

kafka::FetchRequest FetchSession::request(const std::map<TopicPartition, std::int64_t>& positions) {
  kafka::FetchRequest request;
  request.min_bytes = 1;
  request.max_bytes = 64 << 10;
  request.session_id = id_;
  request.session_epoch = wanted_ ? epoch_ : -1;
  for (const auto& [at, position] : positions) {
    const auto before = asked_.find(at);
    if (epoch_ == 0 || before == asked_.end() || before->second != position) add(request, at, position);
  }
  asked_ = positions;
  return request;
}

bool FetchSession::answered(const kafka::FetchResponse& response) {
  if (response.error_code != kafka::KafkaError::kNone) return lost(), false;
  if (!wanted_) return true;
  id_ = response.session_id;
  epoch_ = id_ == 0 ? 0 : epoch_ + 1;
  return true;
}

}  // namespace weft::sim
