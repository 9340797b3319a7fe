// DeleteRecords, v0 to v2: raises where a partition begins, durably. Kafka Streams purges its repartition topics so.
// Only topics that retention may delete from (kafka: cleanup.policy holds delete).
#include "kafka/messages/delete_records.h"

#include "broker/api/joint_answer.h"
#include "broker/api/topic_access.h"
#include "log/log.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::DeleteRecordsResponse;

constexpr Offset kHighWatermark{-1};

void raise(const std::shared_ptr<JointAnswer<Response>>& joint, std::size_t topic_at, std::size_t index,
           PartitionId partition, Offset offset) {
  auto& log = joint->request.broker.log;
  auto& into = joint->response.topics[topic_at].partitions[index];
  const auto state = log.state(partition);
  if (!state.ok()) {
    into.error_code = kafka::to_kafka_error(state.error().code);
    return;
  }
  const Offset wanted = offset == kHighWatermark ? state->visible_end : offset;
  if (wanted < Offset{0} || wanted > state->visible_end) {
    into.error_code = KafkaError::kOffsetOutOfRange;
    return;
  }
  ++joint->open;
  log.raise_log_start(partition, wanted, [joint, topic_at, index, partition](Result<void> raised) {
    auto& answered = joint->response.topics[topic_at].partitions[index];
    const auto now = joint->request.broker.log.state(partition);
    if (!raised.ok() || !now.ok()) {
      answered.error_code = kafka::to_kafka_error(raised.ok() ? now.error().code : raised.error().code);
    } else {
      answered.low_watermark = now->log_start;
    }
    joint->one_done();
  });
}

KafkaError may_delete_from(const Topic& topic) {
  return topic.internal || !topic.effective.deletes ? KafkaError::kPolicyViolation : KafkaError::kNone;
}

void handle(Request request, kafka::DeleteRecordsRequest message) {
  const auto joint = make_joint_answer<Response>(std::move(request));
  auto& topics = joint->response.topics;
  topics.resize(message.topics.size());
  for (std::size_t i = 0; i < topics.size(); ++i) {
    topics[i].name = message.topics[i].name;
    topics[i].partitions.resize(message.topics[i].partitions.size());
    auto resolved = resolve_topic(joint->request, topics[i].name, access::Right::kDelete);
    if (resolved.topic) resolved.error = may_delete_from(*resolved.topic);
    for (std::size_t j = 0; j < topics[i].partitions.size(); ++j) {
      const auto& asked = message.topics[i].partitions[j];
      auto& into = topics[i].partitions[j];
      into.partition_index = asked.partition_index;
      into.low_watermark = Offset{-1};
      into.error_code = resolved.error;
      if (resolved.error != KafkaError::kNone) continue;
      if (!resolved.topic->has(asked.partition_index)) {
        into.error_code = KafkaError::kUnknownTopicOrPartition;
      } else {
        raise(joint, i, j, resolved.topic->partition(asked.partition_index), asked.offset);
      }
    }
  }
  joint->one_done();
}

}  // namespace

const ApiHandler kDeleteRecords = api_handler<kafka::DeleteRecordsRequest, handle>(0, 2);

}  // namespace weft::broker
