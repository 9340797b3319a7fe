// OffsetForLeaderEpoch, v0 to v4. There is one node and so one epoch, 0, which never ends: its end is the high
// watermark.
#include "kafka/messages/offset_for_leader_epoch.h"

#include "broker/api/topic_access.h"
#include "log/log.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::OffsetForLeaderEpochResponse;

constexpr LeaderEpoch kEpoch{0};

void find_end(const Request& request, const Topic& topic, const kafka::OffsetForLeaderEpochRequest::Partition& asked,
              Response::Partition& into) {
  if (!topic.has(asked.partition)) {
    into.error_code = KafkaError::kUnknownTopicOrPartition;
    return;
  }
  if (asked.current_leader_epoch > kEpoch) {
    into.error_code = KafkaError::kUnknownLeaderEpoch;
    return;
  }
  const auto state = request.broker.log.state(topic.partition(asked.partition));
  if (!state.ok()) {
    into.error_code = kafka::to_kafka_error(state.error().code);
    return;
  }
  if (asked.leader_epoch != kEpoch) return;  // an epoch that never was: -1 and -1, as Kafka says it
  into.leader_epoch = kEpoch;
  into.end_offset = state->visible_end;
}

void handle(Request request, kafka::OffsetForLeaderEpochRequest message) {
  Response response;
  for (const auto& asked : message.topics) {
    auto& topic = response.topics.emplace_back();
    topic.topic = asked.topic;
    const auto resolved = resolve_topic(request, asked.topic, access::Right::kDescribe);
    for (const auto& each : asked.partitions) {
      auto& into = topic.partitions.emplace_back();
      into.partition = each.partition;
      into.error_code = resolved.error;
      if (resolved.topic) find_end(request, *resolved.topic, each, into);
    }
  }
  answer(request, response);
}

}  // namespace

const ApiHandler kOffsetForLeaderEpoch = api_handler<kafka::OffsetForLeaderEpochRequest, handle>(0, 4);

}  // namespace weft::broker
