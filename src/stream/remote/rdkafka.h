#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/function.h"
#include "base/result.h"
#include "env/executor.h"

// librdkafka's own names: its header is included in .cc files only.
struct rd_kafka_s;
struct rd_kafka_queue_s;
struct rd_kafka_message_s;

namespace weft::stream {

/// librdkafka's configuration properties by name.
using RdkafkaProperties = std::map<std::string, std::string>;

/// A librdkafka instance, shared by whatever still holds messages of it; the last one out destroys it, which may block.
using RdkafkaHandle = std::shared_ptr<rd_kafka_s>;
enum class RdkafkaKind { kProducer, kConsumer };

/// kInvalidArgument names the property that librdkafka refuses. Delivery reports of a producer come as events, or to
/// `on_delivered` (from librdkafka's flush) when given.
Result<RdkafkaHandle> make_rdkafka(RdkafkaKind kind, const RdkafkaProperties& properties,
                                   void (*on_delivered)(rd_kafka_s*, const rd_kafka_message_s*, void*) = nullptr);

/// librdkafka's error code (rd_kafka_resp_err_t) as ours; `what` begins the message.
Error rdkafka_error(int code, std::string_view what);

/// Calls `drain` on the loop when a queue gets something, and never after it is destroyed. `drain` must empty the queue:
/// librdkafka speaks up only when an empty one fills. On the loop only.
class QueueWatch {
 public:
  QueueWatch(rd_kafka_queue_s* queue, env::EventLoop& loop, Function<void()> drain);
  ~QueueWatch();
  QueueWatch(const QueueWatch&) = delete;
  QueueWatch& operator=(const QueueWatch&) = delete;

 private:
  struct Shared;

  rd_kafka_queue_s* queue_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace weft::stream
