#include "stream/remote/message_batch.h"

#include <librdkafka/rdkafka.h>

#include <mutex>

namespace weft::stream {
namespace {

std::optional<ByteView> view(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return ByteView(static_cast<const std::byte*>(data), size);
}

void read_headers(const rd_kafka_message_t* message, std::vector<Header>& into) {
  into.clear();
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
    into.push_back({name, view(value, size)});
}

class MessageBatch : public Batch {
 public:
  explicit MessageBatch(Messages messages) : messages_(std::move(messages)) {
    CHECK(!messages_.list().empty(), "a batch holds something");
  }

  Offset first_offset() const override { return Offset(messages_.list().front()->offset); }
  Offset last_offset() const override { return Offset(messages_.list().back()->offset); }
  std::size_t record_count() const override { return messages_.list().size(); }

  Result<void> visit(Fields fields, Function<bool(const RecordView&)> visit) const override {
    // librdkafka parses the headers of a message when they are first asked for, which changes it: once, for all threads.
    if (fields.headers)
      std::call_once(headers_parsed_, [this] {
        rd_kafka_headers_t* headers = nullptr;
        for (const auto* message : messages_.list()) rd_kafka_message_headers(message, &headers);
      });
    RecordView record;
    for (const auto* message : messages_.list()) {
      record.offset = Offset(message->offset);
      record.timestamp = Timestamp(rd_kafka_message_timestamp(message, nullptr));
      record.key = fields.key ? view(message->key, message->key_len) : std::nullopt;
      record.value = fields.value ? view(message->payload, message->len) : std::nullopt;
      if (fields.headers) read_headers(message, record.headers);
      if (!visit(record)) break;
    }
    return {};
  }

 private:
  Messages messages_;
  mutable std::once_flag headers_parsed_;
};

}  // namespace

Messages::~Messages() {
  for (auto* message : list_) rd_kafka_message_destroy(message);
}

BatchPointer make_message_batch(Messages messages) { return std::make_shared<MessageBatch>(std::move(messages)); }

}  // namespace weft::stream
