// DeleteTopics, v0 to v6: by name, from v6 on by id too. Positions of groups go with the topic; one made again under the
// name has a new id.
#include "broker/api/joint_answer.h"
#include "broker/api/throttle.h"
#include "broker/topics.h"
#include "kafka/messages/delete_topics.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Answered = kafka::DeleteTopicsResponse::Topic;
using Joint = JointAnswer<kafka::DeleteTopicsResponse>;

void remove(const std::shared_ptr<Joint>& joint, std::size_t at) {
  const auto& request = joint->request;
  auto& into = joint->response.responses[at];
  const auto topic = into.name ? request.broker.topics.find(*into.name) : request.broker.topics.find(into.topic_id);
  const std::string name = topic ? topic->name : into.name.value_or("");
  if (!name.empty() && !allowed(request, access::Right::kDelete, access::ResourceType::kTopic, name)) {
    return refuse(into, KafkaError::kTopicAuthorizationFailed, "missing right: delete topic " + name);
  }
  if (!topic) {
    return refuse(into, into.name ? KafkaError::kUnknownTopicOrPartition : KafkaError::kUnknownTopicId, "no such topic");
  }
  if (const auto wait_ms = charge_mutations(request, 5, topic->partition_count); wait_ms > 0) {
    joint->response.throttle_time_ms = wait_ms;
    return refuse(into, KafkaError::kThrottlingQuotaExceeded, "over the quota controller_mutation_rate");
  }
  if (joint->request.version >= 6) {
    into.name = topic->name;
    into.topic_id = topic->id;
  }
  ++joint->open;
  request.broker.topics.remove(topic->name, [joint, at](Result<void> removed) {
    if (!removed.ok()) {
      refuse(joint->response.responses[at],
             removed.error().code == ErrorCode::kForbidden ? KafkaError::kInvalidTopicException
                                                           : kafka::to_kafka_error(removed.error().code),
             removed.error().message);
    }
    joint->one_done();
  });
}

void handle(Request request, kafka::DeleteTopicsRequest message) {
  auto joint = make_joint_answer<kafka::DeleteTopicsResponse>(std::move(request));
  auto& responses = joint->response.responses;
  for (auto& name : message.topic_names) responses.emplace_back().name = std::move(name);
  for (auto& topic : message.topics) {
    auto& into = responses.emplace_back();
    into.name = std::move(topic.name);
    into.topic_id = topic.topic_id;
  }
  for (std::size_t i = 0; i < responses.size(); ++i) remove(joint, i);
  joint->one_done();
}

}  // namespace

const ApiHandler kDeleteTopics = api_handler<kafka::DeleteTopicsRequest, handle>(0, 6);

}  // namespace weft::broker
