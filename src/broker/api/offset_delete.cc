// OffsetDelete, v0: forgets a group's positions in topics that none of its members reads.
#include "kafka/messages/offset_delete.h"

#include "broker/api/group_access.h"
#include "broker/api/joint_answer.h"
#include "broker/topics.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::OffsetDeleteResponse;

KafkaError group_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return KafkaError::kGroupIdNotFound;
    case ErrorCode::kConflict:
      return KafkaError::kNonEmptyGroup;
    default:
      return coordinator_error(code);
  }
}

/// What may be forgotten; the rest gets its error in the answer.
std::vector<stream::TopicPartition> checked(JointAnswer<Response>& joint, const kafka::OffsetDeleteRequest& message) {
  const auto& groups = joint.request.broker.groups;
  std::vector<stream::TopicPartition> forgotten;
  for (const auto& asked : message.topics) {
    auto& topic = joint.response.topics.emplace_back();
    topic.name = asked.name;
    const auto found = joint.request.broker.topics.find(asked.name);
    const KafkaError error = !allowed(joint.request, access::Right::kRead, access::ResourceType::kTopic, asked.name)
                                 ? KafkaError::kTopicAuthorizationFailed
                             : !found ? KafkaError::kUnknownTopicOrPartition
                             : groups.is_subscribed(message.group_id.get(), asked.name)
                                 ? KafkaError::kGroupSubscribedToTopic
                                 : KafkaError::kNone;
    for (const auto& each : asked.partitions) {
      auto& into = topic.partitions.emplace_back();
      into.partition_index = each.partition_index;
      into.error_code = error == KafkaError::kNone && !found->has(each.partition_index)
                            ? KafkaError::kUnknownTopicOrPartition
                            : error;
      if (into.error_code == KafkaError::kNone) forgotten.push_back({asked.name, each.partition_index});
    }
  }
  return forgotten;
}

void handle(Request request, kafka::OffsetDeleteRequest message) {
  const auto joint = make_joint_answer<Response>(std::move(request));
  auto& response = joint->response;
  response.error_code = may_use_group(joint->request, message.group_id.get(), access::Right::kDelete);
  if (response.error_code == KafkaError::kNone) {
    ++joint->open;
    auto partitions = checked(*joint, message);
    joint->request.broker.groups.forget_positions(message.group_id.get(), std::move(partitions),
                                                  [joint](Result<void> forgotten) {
                                                    if (!forgotten.ok()) {
                                                      joint->response.topics.clear();
                                                      joint->response.error_code = group_error(forgotten.error().code);
                                                    }
                                                    joint->one_done();
                                                  });
  }
  joint->one_done();
}

}  // namespace

const ApiHandler kOffsetDelete = api_handler<kafka::OffsetDeleteRequest, handle>(0, 0);

}  // namespace weft::broker
