#include "stream/remote/producer.h"

#include <librdkafka/rdkafka.h>

#include <vector>

namespace weft::stream {

int produce_record(rd_kafka_s* handle, const TopicPartition& partition, const NewRecord& record, void* opaque) {
  rd_kafka_vu_t fields[8];
  std::size_t count = 0;
  auto next = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    fields[count].vtype = type;
    return fields[count++];
  };
  next(RD_KAFKA_VTYPE_TOPIC).u.cstr = partition.topic.c_str();
  next(RD_KAFKA_VTYPE_PARTITION).u.i32 = partition.partition.get();
  next(RD_KAFKA_VTYPE_OPAQUE).u.ptr = opaque;
  if (record.value) {
    auto& value = next(RD_KAFKA_VTYPE_VALUE).u.mem;
    value.ptr = const_cast<char*>(record.value->data());
    value.size = record.value->size();
  }
  if (record.key) {
    auto& key = next(RD_KAFKA_VTYPE_KEY).u.mem;
    key.ptr = const_cast<char*>(record.key->data());
    key.size = record.key->size();
  }
  if (record.timestamp != kNoTimestamp) next(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = record.timestamp.get();
  rd_kafka_headers_t* headers = nullptr;
  if (!record.headers.empty()) {
    headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers)
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value ? value->data() : nullptr,
                          value ? static_cast<ssize_t>(value->size()) : 0);
    next(RD_KAFKA_VTYPE_HEADERS).u.headers = headers;
  }
  auto* failure = rd_kafka_produceva(handle, fields, count);
  if (failure == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  const int code = rd_kafka_error_code(failure);
  rd_kafka_error_destroy(failure);
  return code;
}

void learn_topic(rd_kafka_s* handle, const std::string& topic, int timeout_ms) {
  auto* native = rd_kafka_topic_new(handle, topic.c_str(), nullptr);
  if (native == nullptr) return;  // Not a name; producing to it will say so.
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(handle, 0, native, &metadata, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_destroy(native);
}

Producer::Producer(env::EventLoop& loop, env::Executor& blocking, RdkafkaProperties properties)
    : loop_(loop), blocking_(blocking), properties_(std::move(properties)) {
  properties_["enable.idempotence"] = "true";
  // Bounds are counted here, where a whole append can be refused; librdkafka's must never be hit half way through one.
  properties_["queue.buffering.max.messages"] = std::to_string(kRecordsMax * 2);
  properties_["queue.buffering.max.kbytes"] = std::to_string(kBytesMax / 1024 * 4);
  properties_.try_emplace("linger.ms", "1");
  properties_.try_emplace("message.timeout.ms", "60000");
}

Producer::~Producer() {
  watch_.reset();
  if (queue_ != nullptr) rd_kafka_queue_destroy(queue_);
  if (handle_ != nullptr) {
    // What is still on its way reads our records: wait until librdkafka has let go of them.
    rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    handle_.reset();
  }
}

Result<void> Producer::connect() {
  if (is_broken_) {
    watch_.reset();
    rd_kafka_queue_destroy(std::exchange(queue_, nullptr));
    handle_.reset();
    for (auto& append : in_flight_)
      append.call->complete(error(ErrorCode::kUnavailable, "append to {}-{}: the producer failed; whether the records were "
                                  "written is unknown", append.partition.topic, append.partition.partition));
    in_flight_.clear();
    bytes_in_flight_ = records_in_flight_ = 0;
    is_broken_ = false;
  }
  if (handle_ != nullptr) return {};
  TRY_ASSIGN(handle_, make_rdkafka(RdkafkaKind::kProducer, properties_));
  queue_ = rd_kafka_queue_get_main(handle_.get());
  watch_ = std::make_unique<QueueWatch>(queue_, loop_, [this] { drain(); });
  return {};
}

void Producer::learn(std::string topic, Callback<Result<void>> done) {
  if (auto connected = connect(); !connected.ok()) return done(std::move(connected));
  constexpr int kTimeoutMs = 5'000;
  blocking_.post([handle = handle_, topic = std::move(topic), &loop = loop_, done = std::move(done)]() mutable {
    learn_topic(handle.get(), topic, kTimeoutMs);
    handle.reset();  // Not the last to hold it unless the producer is gone.
    loop.post([done = std::move(done)]() mutable { done({}); });
  });
}

void Producer::append(const TopicPartition& partition, std::unique_ptr<RecordList> records, Call call) {
  if (auto connected = connect(); !connected.ok()) return call->complete(std::move(connected).error());
  if (bytes_in_flight_ + records->bytes() > kBytesMax || records_in_flight_ + records->record_count() > kRecordsMax)
    return call->complete(error(ErrorCode::kExhausted,
                                "append to {}-{}: {} bytes are on their way already, {} may be; try again when some are "
                                "acknowledged", partition.topic, partition.partition, bytes_in_flight_, kBytesMax));
  bytes_in_flight_ += records->bytes();
  records_in_flight_ += records->record_count();
  in_flight_.push_back({partition, std::move(records), std::move(call)});
  auto& append = in_flight_.back();
  append.self = std::prev(in_flight_.end());
  send(append);
}

void Producer::send(InFlight& append) {
  for (const auto& record : append.records->records()) {
    append.code = produce_record(handle_.get(), append.partition, record, &append);
    if (append.code != RD_KAFKA_RESP_ERR_NO_ERROR) break;
    ++append.unreported;
  }
  if (append.code == RD_KAFKA_RESP_ERR__FATAL) is_broken_ = true;
  if (append.unreported == 0) finish(append);
}

void Producer::drain() {
  while (auto* event = rd_kafka_queue_poll(queue_, 0)) {
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
      while (const auto* message = rd_kafka_event_message_next(event))
        report(*static_cast<InFlight*>(message->_private), message->offset, message->err);
    } else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) {
      if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__FATAL) is_broken_ = true;
    }
    rd_kafka_event_destroy(event);
  }
}

void Producer::report(InFlight& append, std::int64_t offset, int code) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (append.appended.last_offset < append.appended.base_offset) append.appended.base_offset = Offset(offset);
    append.appended.last_offset = std::max(append.appended.last_offset, Offset(offset));
  } else if (append.code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    append.code = code;
  }
  if (--append.unreported == 0) finish(append);
}

void Producer::finish(InFlight& append) {
  bytes_in_flight_ -= append.records->bytes();
  records_in_flight_ -= append.records->record_count();
  auto call = std::move(append.call);
  const auto code = append.code;
  const auto appended = append.appended;
  const auto partition = append.partition;
  in_flight_.erase(append.self);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return call->complete(appended);
  auto why = rdkafka_error(code, fmt::format("append to {}-{}", partition.topic, partition.partition));
  // librdkafka sends one append in as many batches as it takes; what was refused whole is told apart from what was not.
  if (appended.last_offset >= appended.base_offset) {
    why.code = ErrorCode::kUnavailable;
    why.message += fmt::format("; records at offsets {} to {} were written before", appended.base_offset, appended.last_offset);
  }
  call->complete(std::move(why));
}

}  // namespace weft::stream
