#pragma once

#include <memory>
#include <vector>

#include "stream/batch.h"
#include "stream/remote/rdkafka.h"

namespace weft::stream {

/// librdkafka's messages, owned, with what they live in.
class Messages {
 public:
  explicit Messages(RdkafkaHandle handle) : handle_(std::move(handle)) {}
  ~Messages();
  Messages(Messages&&) = default;
  Messages& operator=(Messages&&) = delete;
  Messages(const Messages&) = delete;

  void add(rd_kafka_message_s* message) { list_.push_back(message); }
  const std::vector<rd_kafka_message_s*>& list() const { return list_; }

 private:
  RdkafkaHandle handle_;  // Outlives the messages: they point into its memory.
  std::vector<rd_kafka_message_s*> list_;
};

/// Messages of one partition in offset order; at least one.
BatchPointer make_message_batch(Messages messages);

}  // namespace weft::stream
