#pragma once

#include <string_view>

#include "broker/api/api.h"
#include "broker/topics.h"

namespace weft::broker {

/// A partition that a request names, or why the client can't have it.
struct Resolved {
  TopicPointer topic;  ///< Null with an error.
  kafka::KafkaError error = kafka::KafkaError::kNone;
};

/// The topic for somebody with `right`. A name that may not even be described looks like one that does not exist only
/// where Kafka hides it too (Metadata of all topics); asked for by name, the answer is TOPIC_AUTHORIZATION_FAILED.
inline Resolved resolve_topic(const Request& request, std::string_view name, access::Right right) {
  if (!allowed(request, right, access::ResourceType::kTopic, name)) {
    return {nullptr, kafka::KafkaError::kTopicAuthorizationFailed};
  }
  auto topic = request.broker.topics.find(name);
  if (!topic || topic->open_count == 0) return {nullptr, kafka::KafkaError::kUnknownTopicOrPartition};
  return {std::move(topic), kafka::KafkaError::kNone};
}

}  // namespace weft::broker
