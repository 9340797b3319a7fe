#include "stream/remote/partition_stream.h"

#include <librdkafka/rdkafka.h>

#include <array>

namespace weft::stream {

PartitionStream::PartitionStream(RdkafkaHandle handle, env::EventLoop& loop, TopicPartition partition, Offset offset,
                                 Function<void()> wake)
    : handle_(std::move(handle)), partition_(std::move(partition)), next_(offset) {
  topic_ = rd_kafka_topic_new(handle_.get(), partition_.topic.c_str(), nullptr);
  CHECK(topic_ != nullptr, "the topic's name was checked before");
  queue_ = rd_kafka_queue_new(handle_.get());
  watch_ = std::make_unique<QueueWatch>(queue_, loop, std::move(wake));
  rd_kafka_consume_start_queue(topic_, partition_.partition.get(), next_.get(), queue_);
}

PartitionStream::~PartitionStream() {
  watch_.reset();
  // Waits for librdkafka's own thread to let go of the partition, not for the network.
  rd_kafka_consume_stop(topic_, partition_.partition.get());
  for (auto* message : ahead_) rd_kafka_message_destroy(message);
  rd_kafka_queue_destroy(queue_);
  rd_kafka_topic_destroy(topic_);
}

void PartitionStream::seek(Offset offset) {
  for (auto* message : ahead_) rd_kafka_message_destroy(message);
  ahead_.clear();
  next_ = offset;
  // Without waiting; librdkafka drops what it had fetched for the old place, also what is in the queue.
  rd_kafka_seek(topic_, partition_.partition.get(), offset.get(), 0);
}

void PartitionStream::take_from_queue() {
  std::array<rd_kafka_message_t*, 512> some;
  const auto count = rd_kafka_consume_batch_queue(queue_, 0, some.data(), some.size());
  if (count > 0) ahead_.insert(ahead_.end(), some.begin(), some.begin() + count);
}

Polled PartitionStream::poll(std::int32_t bytes_max) {
  if (ahead_.empty()) take_from_queue();
  Messages messages(handle_);
  const Offset first = next_;
  std::int64_t bytes = 0;
  while (!ahead_.empty() && bytes < bytes_max) {
    auto* message = ahead_.front();
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const auto code = message->err;
      if (code != RD_KAFKA_RESP_ERR__PARTITION_EOF && !messages.list().empty()) break;  // First what was good.
      ahead_.pop_front();
      const auto offset = Offset(message->offset);
      rd_kafka_message_destroy(message);
      if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        next_ = std::max(next_, offset);
      else if (code != RD_KAFKA_RESP_ERR__TRANSPORT && code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        return {false, nullptr, rdkafka_error(code, fmt::format("fetch of {}-{} at offset {}", partition_.topic,
                                                         partition_.partition, next_))};
    } else {
      ahead_.pop_front();
      messages.add(message);
      bytes += static_cast<std::int64_t>(message->len + message->key_len);
      next_ = Offset(message->offset + 1);
    }
    if (ahead_.empty() && bytes < bytes_max) take_from_queue();
  }
  if (next_ == first) return {};
  if (messages.list().empty()) return {true, nullptr, std::nullopt};
  return {true, make_message_batch(std::move(messages)), std::nullopt};
}

}  // namespace weft::stream
