// ListOffsets, v0 to v8: -1 latest, -2 earliest, -3 the largest timestamp (v7), -4 earliest local (v8, the same here);
// otherwise the first record at or after a timestamp, and offset -1 without error when there is none.
// There are no transactions yet, so read_committed sees the same end.
#include <memory>

#include "broker/api/api.h"
#include "broker/api/topic_access.h"
#include "kafka/messages/list_offsets.h"
#include "log/log.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::ListOffsetsResponse;

constexpr Timestamp kLatest{-1}, kEarliest{-2}, kMaxTimestamp{-3}, kEarliestLocal{-4};

struct Question {
  Request request;
  Response response;
  std::size_t open = 1;
};

void finish_one(const std::shared_ptr<Question>& question) {
  if (--question->open == 0) answer(question->request, question->response);
}

void put(const Question& question, Response::Partition& into, Offset offset, Timestamp timestamp) {
  if (question.request.version == 0) {
    if (offset.get() >= 0) into.old_style_offsets = {offset};
    return;
  }
  into.offset = offset;
  into.timestamp = timestamp;
  if (offset.get() >= 0) into.leader_epoch = LeaderEpoch{0};
}

void look_up(const std::shared_ptr<Question>& question, PartitionId partition, Timestamp timestamp, std::size_t topic,
             std::size_t index) {
  ++question->open;
  question->request.broker.log.find_timestamp(
      partition, timestamp, [question, topic, index](Result<std::optional<log::TimestampedOffset>> found) {
        auto& into = question->response.topics[topic].partitions[index];
        if (!found.ok()) {
          into.error_code = kafka::to_kafka_error(found.error().code);
        } else if (*found) {
          put(*question, into, (*found)->offset, (*found)->timestamp);
        }
        finish_one(question);
      });
}

void find(const std::shared_ptr<Question>& question, const Topic& topic, const kafka::ListOffsetsRequest::Partition& asked,
          std::size_t topic_at, std::size_t index) {
  auto& into = question->response.topics[topic_at].partitions[index];
  const auto state = question->request.broker.log.state(topic.partition(asked.partition_index));
  if (!state.ok()) {
    into.error_code = kafka::to_kafka_error(state.error().code);
  } else if (asked.current_leader_epoch.get() > 0) {
    into.error_code = KafkaError::kUnknownLeaderEpoch;
  } else if (asked.timestamp == kLatest) {
    put(*question, into, state->visible_end, kNoTimestamp);
  } else if (asked.timestamp == kEarliest || asked.timestamp == kEarliestLocal) {
    put(*question, into, state->log_start, kNoTimestamp);
  } else if (asked.timestamp == kMaxTimestamp) {
    if (state->visible_end > state->log_start) {
      look_up(question, topic.partition(asked.partition_index), state->last_timestamp, topic_at, index);
    }
  } else if (asked.timestamp.get() < 0) {
    into.error_code = KafkaError::kUnsupportedVersion;
  } else {
    look_up(question, topic.partition(asked.partition_index), asked.timestamp, topic_at, index);
  }
}

void handle(Request request, kafka::ListOffsetsRequest message) {
  auto question = std::make_shared<Question>(Question{std::move(request), {}});
  auto& topics = question->response.topics;
  topics.resize(message.topics.size());
  for (std::size_t i = 0; i < topics.size(); ++i) {
    topics[i].name = message.topics[i].name;
    topics[i].partitions.resize(message.topics[i].partitions.size());
    const auto resolved = resolve_topic(question->request, topics[i].name, access::Right::kDescribe);
    for (std::size_t j = 0; j < topics[i].partitions.size(); ++j) {
      const auto& asked = message.topics[i].partitions[j];
      auto& into = topics[i].partitions[j];
      into.partition_index = asked.partition_index;
      into.error_code = resolved.error;
      if (!resolved.topic) continue;
      if (!resolved.topic->has(asked.partition_index)) {
        into.error_code = KafkaError::kUnknownTopicOrPartition;
      } else {
        find(question, *resolved.topic, asked, i, j);
      }
    }
  }
  finish_one(question);
}

}  // namespace

const ApiHandler kListOffsets = api_handler<kafka::ListOffsetsRequest, handle>(0, 8);

}  // namespace weft::broker
