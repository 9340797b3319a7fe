#pragma once

#include <map>
#include <optional>
#include <string>

#include "broker/api/joint_answer.h"
#include "broker/topics.h"

namespace weft::broker {

/// What a request makes of a topic's settings; none goes back to the default.
using ConfigChanges = std::map<std::string, std::optional<std::string>>;

/// Answers one resource of AlterConfigs or IncrementalAlterConfigs. `changes_of(topic)` is a Result<ConfigChanges>.
/// What the broker itself runs with comes from weft's settings and is read-only here.
template <class Response, class Resource, class ChangesOf>
void alter_topic(const std::shared_ptr<JointAnswer<Response>>& joint, std::size_t at, const Resource& asked,
                 bool validate_only, ChangesOf changes_of) {
  using kafka::KafkaError;
  auto& topics = joint->request.broker.topics;
  auto& into = joint->response.responses[at];
  into.resource_type = asked.resource_type;
  into.resource_name = asked.resource_name;
  if (asked.resource_type != kafka::ConfigResourceType::kTopic) {
    return refuse(into, KafkaError::kInvalidRequest,
                  "only settings of topics can be changed here; the broker's are in weft's settings");
  }
  if (!allowed(joint->request, access::Right::kAlter, access::ResourceType::kTopic, asked.resource_name)) {
    return refuse(into, KafkaError::kTopicAuthorizationFailed, "missing right: alter topic " + asked.resource_name);
  }
  const auto topic = topics.find(asked.resource_name);
  if (!topic) return refuse(into, KafkaError::kUnknownTopicOrPartition, "no topic " + asked.resource_name);
  Result<ConfigChanges> changes = changes_of(*topic);
  if (!changes.ok()) return refuse(into, KafkaError::kInvalidConfig, changes.error().message);
  if (validate_only) {
    if (const auto checked = topics.check_configs(topic->name, *changes); !checked.ok()) {
      refuse(into, KafkaError::kInvalidConfig, checked.error().message);
    }
    return;
  }
  ++joint->open;
  topics.alter_configs(topic->name, std::move(*changes), [joint, at](Result<void> altered) {
    if (!altered.ok()) {
      refuse(joint->response.responses[at],
             altered.error().code == ErrorCode::kInvalidArgument ? KafkaError::kInvalidConfig
                                                                 : kafka::to_kafka_error(altered.error().code),
             altered.error().message);
    }
    joint->one_done();
  });
}

/// Answers the whole request; `changes_of(topic, resource)` is what one of its resources makes of a topic's settings.
template <class Response, class Message, class ChangesOf>
void alter_topics(Request request, const Message& message, ChangesOf changes_of) {
  const auto joint = make_joint_answer<Response>(std::move(request));
  joint->response.responses.resize(message.resources.size());
  for (std::size_t i = 0; i < message.resources.size(); ++i) {
    const auto& asked = message.resources[i];
    alter_topic(joint, i, asked, message.validate_only, [&](const Topic& topic) { return changes_of(topic, asked); });
  }
  joint->one_done();
}

}  // namespace weft::broker
