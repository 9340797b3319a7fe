#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "stream/remote/message_batch.h"
#include "stream/remote/pending_call.h"
#include "stream/remote/rdkafka.h"

struct rd_kafka_topic_s;

namespace weft::stream {

/// What a stream has to say when it is asked for more.
struct Polled {
  bool has_moved = false;       ///< Something came; next() is past it.
  BatchPointer batch;           ///< None when that was nothing to visit: control records, or what compaction removed.
  std::optional<Error> failed;  ///< The stream is of no more use.
};

/// librdkafka fetching ahead in one partition, from where a reader left off. On the loop only.
class PartitionStream {
 public:
  /// `wake` runs when there may be something to poll after there was nothing.
  PartitionStream(RdkafkaHandle handle, env::EventLoop& loop, TopicPartition partition, Offset offset,
                  Function<void()> wake);
  ~PartitionStream();
  PartitionStream(const PartitionStream&) = delete;
  PartitionStream& operator=(const PartitionStream&) = delete;

  /// Where the next poll goes on.
  Offset next() const { return next_; }
  void seek(Offset offset);
  /// Takes what has come, up to about `bytes_max`, at least one message. What was fetched ahead beyond that stays.
  Polled poll(std::int32_t bytes_max);

 private:
  void take_from_queue();

  RdkafkaHandle handle_;
  TopicPartition partition_;
  Offset next_;
  rd_kafka_topic_s* topic_ = nullptr;
  rd_kafka_queue_s* queue_ = nullptr;
  std::unique_ptr<QueueWatch> watch_;
  std::deque<rd_kafka_message_s*> ahead_;
};

}  // namespace weft::stream
