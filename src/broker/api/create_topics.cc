// CreateTopics, v0 to v7. Answered when durable and visible. -1 partitions or replicas mean the default (v4, and taken so
// before); v1 validate_only; manual assignments name this broker only; v5 answers with the settings, v7 with the id.
#include <algorithm>
#include <map>

#include "broker/api/config_answers.h"
#include "broker/api/joint_answer.h"
#include "broker/api/throttle.h"
#include "broker/topics.h"
#include "kafka/messages/create_topics.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Asked = kafka::CreateTopicsRequest::Topic;
using Answered = kafka::CreateTopicsResponse::Topic;
using Joint = JointAnswer<kafka::CreateTopicsResponse>;

/// kInvalidArgument covers four errors of the protocol; which one depends on the field.
void refuse_creation(Answered& into, const Error& why) {
  const std::string_view text = why.message;
  auto error = kafka::to_kafka_error(why.code);
  if (why.code == ErrorCode::kInvalidArgument) {
    error = text.starts_with("topic name")           ? KafkaError::kInvalidTopicException
            : text.starts_with("partitions")         ? KafkaError::kInvalidPartitions
            : text.starts_with("replication factor") ? KafkaError::kInvalidReplicationFactor
                                                     : KafkaError::kInvalidConfig;
  } else if (why.code == ErrorCode::kExhausted) {
    error = KafkaError::kPolicyViolation;
  }
  refuse(into, error, why.message);
}

void fill(Answered& into, TopicId id, const Topic& topic) {
  into.topic_id = id;
  into.num_partitions = topic.partition_count;
  into.replication_factor = 1;
  into.configs.emplace();
  for (auto& config : describe_topic_configs(topic)) {
    into.configs->push_back({std::string(config.name), std::move(config.value), config.read_only, config.source, false});
  }
}

/// Replicas placed by hand: partitions 0 to n-1, each on this broker.
Result<std::int32_t> count_assigned(const Request& request, const Asked& asked) {
  const auto count = static_cast<std::int32_t>(asked.assignments.size());
  std::vector<bool> seen(asked.assignments.size());
  for (const auto& assignment : asked.assignments) {
    const auto index = assignment.partition_index.get();
    const bool here = assignment.broker_ids.size() == 1 && assignment.broker_ids.front().get() == request.broker.options.node_id;
    if (index < 0 || index >= count || seen[static_cast<std::size_t>(index)] || !here) {
      return error(ErrorCode::kInvalidArgument, "assignments: must place partitions 0 to {} on broker {} each", count - 1,
                   request.broker.options.node_id);
    }
    seen[static_cast<std::size_t>(index)] = true;
  }
  return count;
}

void create(const std::shared_ptr<Joint>& joint, std::size_t at, const Asked& asked, bool validate_only) {
  const auto& request = joint->request;
  auto& into = joint->response.topics[at];
  if (!allowed(request, access::Right::kCreate, access::ResourceType::kTopic, asked.name)) {
    return refuse(into, KafkaError::kTopicAuthorizationFailed, "missing right: create topic " + asked.name);
  }
  if (is_internal_topic(asked.name)) {
    return refuse(into, KafkaError::kInvalidTopicException, "topic name " + asked.name + " is one of weft's own");
  }
  Topics::NewTopic wanted{asked.name, asked.num_partitions, asked.replication_factor, {}};
  if (!asked.assignments.empty()) {
    const auto count = count_assigned(request, asked);
    if (!count.ok()) return refuse(into, KafkaError::kInvalidReplicaAssignment, count.error().message);
    if (asked.num_partitions != -1 || asked.replication_factor != -1) {
      return refuse(into, KafkaError::kInvalidRequest, "with assignments, partitions and replication factor must be -1");
    }
    wanted.partition_count = *count;
  }
  for (const auto& config : asked.configs) {
    if (!config.value) return refuse(into, KafkaError::kInvalidConfig, config.name + ": needs a value");
    wanted.configs[config.name] = *config.value;
  }
  if (validate_only) {
    const auto checked = request.broker.topics.check(wanted);
    if (!checked.ok()) return refuse_creation(into, checked.error());
    return fill(into, TopicId{}, Topic(checked->name, checked->id, checked->partition_count, checked->configs));
  }
  if (const auto wait_ms = charge_mutations(request, 6, std::max(wanted.partition_count, 1)); wait_ms > 0) {
    joint->response.throttle_time_ms = wait_ms;
    return refuse(into, KafkaError::kThrottlingQuotaExceeded, "over the quota controller_mutation_rate");
  }
  ++joint->open;
  request.broker.topics.create(std::move(wanted), [joint, at](Result<TopicPointer> made) {
    auto& answered = joint->response.topics[at];
    if (made.ok()) {
      fill(answered, (*made)->id, **made);
    } else {
      refuse_creation(answered, made.error());
    }
    joint->one_done();
  });
}

void handle(Request request, kafka::CreateTopicsRequest message) {
  std::map<std::string_view, int> times;
  for (const auto& topic : message.topics) ++times[topic.name];
  auto joint = make_joint_answer<kafka::CreateTopicsResponse>(std::move(request));
  auto& topics = joint->response.topics;
  topics.resize(message.topics.size());
  for (std::size_t i = 0; i < topics.size(); ++i) {
    topics[i].name = message.topics[i].name;
    if (times[topics[i].name] > 1) {
      refuse(topics[i], KafkaError::kInvalidRequest, "topic " + topics[i].name + " is named twice in one request");
    } else {
      create(joint, i, message.topics[i], message.validate_only);
    }
  }
  joint->one_done();
}

}  // namespace

const ApiHandler kCreateTopics = api_handler<kafka::CreateTopicsRequest, handle>(0, 7);

}  // namespace weft::broker
