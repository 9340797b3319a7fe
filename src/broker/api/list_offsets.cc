// ListOffsets, v0 to v8: -1 latest, -2 earliest, -3 the largest timestamp (v7), -4 earliest local (v8, the same here);
// otherwise the first record at or after a timestamp, and offset -1 without error when there is none.
// There are no transactions yet, so read_committed sees the same end.
#include "broker/api/joint_answer.h"
#include "broker/api/topic_access.h"
#include "kafka/messages/list_offsets.h"
#include "log/log.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::ListOffsetsResponse;

constexpr Timestamp kLatest{-1}, kEarliest{-2}, kMaxTimestamp{-3}, kEarliestLocal{-4};

using Joint = JointAnswer<Response>;

void put(const Joint& joint, Response::Partition& into, Offset offset, Timestamp timestamp) {
  if (joint.request.version == 0) {
    if (offset.get() >= 0) into.old_style_offsets = {offset};
    return;
  }
  into.offset = offset;
  into.timestamp = timestamp;
  if (offset.get() >= 0) into.leader_epoch = LeaderEpoch{0};
}

void look_up(const std::shared_ptr<Joint>& joint, PartitionId partition, Timestamp timestamp, std::size_t topic,
             std::size_t index) {
  ++joint->open;
  joint->request.broker.log.find_timestamp(
      partition, timestamp, [joint, topic, index](Result<std::optional<log::TimestampedOffset>> found) {
        auto& into = joint->response.topics[topic].partitions[index];
        if (!found.ok()) {
          into.error_code = kafka::to_kafka_error(found.error().code);
        } else if (*found) {
          put(*joint, into, (*found)->offset, (*found)->timestamp);
        }
        joint->one_done();
      });
}

void find(const std::shared_ptr<Joint>& joint, const Topic& topic, const kafka::ListOffsetsRequest::Partition& asked,
          std::size_t topic_at, std::size_t index) {
  auto& into = joint->response.topics[topic_at].partitions[index];
  const auto state = joint->request.broker.log.state(topic.partition(asked.partition_index));
  if (!state.ok()) {
    into.error_code = kafka::to_kafka_error(state.error().code);
  } else if (asked.current_leader_epoch.get() > 0) {
    into.error_code = KafkaError::kUnknownLeaderEpoch;
  } else if (asked.timestamp == kLatest) {
    put(*joint, into, state->visible_end, kNoTimestamp);
  } else if (asked.timestamp == kEarliest || asked.timestamp == kEarliestLocal) {
    put(*joint, into, state->log_start, kNoTimestamp);
  } else if (asked.timestamp == kMaxTimestamp) {
    if (state->visible_end > state->log_start) {
      look_up(joint, topic.partition(asked.partition_index), state->last_timestamp, topic_at, index);
    }
  } else if (asked.timestamp.get() < 0) {
    into.error_code = KafkaError::kUnsupportedVersion;
  } else {
    look_up(joint, topic.partition(asked.partition_index), asked.timestamp, topic_at, index);
  }
}

void handle(Request request, kafka::ListOffsetsRequest message) {
  auto joint = make_joint_answer<Response>(std::move(request));
  auto& topics = joint->response.topics;
  topics.resize(message.topics.size());
  for (std::size_t i = 0; i < topics.size(); ++i) {
    topics[i].name = message.topics[i].name;
    topics[i].partitions.resize(message.topics[i].partitions.size());
    const auto resolved = resolve_topic(joint->request, topics[i].name, access::Right::kDescribe);
    for (std::size_t j = 0; j < topics[i].partitions.size(); ++j) {
      const auto& asked = message.topics[i].partitions[j];
      auto& into = topics[i].partitions[j];
      into.partition_index = asked.partition_index;
      into.error_code = resolved.error;
      if (!resolved.topic) continue;
      if (!resolved.topic->has(asked.partition_index)) {
        into.error_code = KafkaError::kUnknownTopicOrPartition;
      } else {
        find(joint, *resolved.topic, asked, i, j);
      }
    }
  }
  joint->one_done();
}

}  // namespace

const ApiHandler kListOffsets = api_handler<kafka::ListOffsetsRequest, handle>(0, 8);

}  // namespace weft::broker
