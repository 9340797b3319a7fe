// Metadata, v0 to v13. One broker leads everything. v0: an empty list means all topics, later null does.
// v4 auto-creation as a wish (and the broker's setting must agree); v8 authorized operations when asked for;
// v10 topic ids, v12 also in questions. Not here: v13 (top-level error for re-bootstrap).
#include <memory>

#include "broker/api/api.h"
#include "broker/api/operations.h"
#include "broker/api/topic_access.h"
#include "broker/options.h"
#include "kafka/messages/metadata.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::MetadataResponse;

/// A question under way: topics that do not exist may have to be made first.
struct Question {
  Request request;
  kafka::MetadataRequest message;
  std::size_t creating = 1;
  std::map<std::string, KafkaError> refused;  ///< Topics that could not be made.
};

Response::Topic describe(const Request& request, const Topic& topic, bool with_operations) {
  Response::Topic described;
  const kafka::NodeId self{request.broker.options.node_id};
  described.name = topic.name;
  described.topic_id = topic.id;
  described.is_internal = topic.internal;
  if (with_operations) described.topic_authorized_operations = topic_operations(request, topic.name);
  if (topic.open_count == 0) {
    described.error_code = KafkaError::kLeaderNotAvailable;
    return described;
  }
  described.partitions.resize(static_cast<std::size_t>(topic.open_count));
  for (std::int32_t i = 0; i < topic.open_count; ++i) {
    auto& partition = described.partitions[static_cast<std::size_t>(i)];
    partition.partition_index = PartitionIndex{i};
    partition.leader_id = self;
    partition.leader_epoch = LeaderEpoch{0};
    partition.replica_nodes = {self};
    partition.isr_nodes = {self};
  }
  return described;
}

Response::Topic describe_named(const Question& question, const std::string& name) {
  const auto& request = question.request;
  Response::Topic unknown;
  unknown.name = name;
  if (!allowed(request, access::Right::kDescribe, access::ResourceType::kTopic, name)) {
    unknown.error_code = KafkaError::kTopicAuthorizationFailed;
    return unknown;
  }
  if (const auto topic = request.broker.topics.find(name)) {
    return describe(request, *topic, question.message.include_topic_authorized_operations);
  }
  const auto refused = question.refused.find(name);
  unknown.error_code = refused != question.refused.end()   ? refused->second
                       : !check_topic_name(name).ok()      ? KafkaError::kInvalidTopicException
                                                           : KafkaError::kUnknownTopicOrPartition;
  return unknown;
}

Response::Topic describe_by_id(const Question& question, TopicId id) {
  const auto& request = question.request;
  const auto topic = request.broker.topics.find(id);
  if (topic && allowed(request, access::Right::kDescribe, access::ResourceType::kTopic, topic->name)) {
    return describe(request, *topic, question.message.include_topic_authorized_operations);
  }
  Response::Topic unknown;
  unknown.topic_id = id;
  unknown.error_code = KafkaError::kUnknownTopicId;
  return unknown;
}

bool asks_for_all(const Question& question) {
  const auto& topics = question.message.topics;
  return !topics || (question.request.version == 0 && topics->empty());
}

void respond(const Question& question) {
  const auto& request = question.request;
  const auto& topics = request.broker.topics;
  Response response;
  const kafka::NodeId self{request.broker.options.node_id};
  response.brokers.push_back({self, request.client->advertised.host, request.client->advertised.port, std::nullopt});
  response.cluster_id = topics.cluster_id();
  response.controller_id = self;
  if (question.message.include_cluster_authorized_operations) {
    response.cluster_authorized_operations = cluster_operations(request);
  }
  if (asks_for_all(question)) {
    for (const auto& [name, topic] : topics.all()) {
      if (!allowed(request, access::Right::kDescribe, access::ResourceType::kTopic, name)) continue;
      response.topics.push_back(describe(request, *topic, question.message.include_topic_authorized_operations));
    }
  } else {
    for (const auto& asked : *question.message.topics) {
      response.topics.push_back(asked.name ? describe_named(question, *asked.name) : describe_by_id(question, asked.topic_id));
    }
  }
  answer(request, response);
}

KafkaError creation_error(const Error& why) {
  switch (why.code) {
    case ErrorCode::kAlreadyExists: return KafkaError::kNone;  // somebody else was faster
    case ErrorCode::kInvalidArgument: return KafkaError::kInvalidTopicException;
    case ErrorCode::kUnavailable: return KafkaError::kLeaderNotAvailable;
    default: return kafka::to_kafka_error(why.code);
  }
}

void finish_one(const std::shared_ptr<Question>& question) {
  if (--question->creating == 0) respond(*question);
}

void create(const std::shared_ptr<Question>& question, const std::string& name) {
  const auto& request = question->request;
  if (!allowed(request, access::Right::kCreate, access::ResourceType::kTopic, name)) return;
  ++question->creating;
  request.broker.topics.create({name, -1, -1, {}}, [question, name](Result<TopicPointer> made) {
    if (!made.ok()) {
      const auto error = creation_error(made.error());
      if (error != KafkaError::kNone) question->refused[name] = error;
    }
    finish_one(question);
  });
}

void handle(Request request, kafka::MetadataRequest message) {
  auto question = std::make_shared<Question>(Question{std::move(request), std::move(message)});
  const auto& broker = question->request.broker;
  if (!asks_for_all(*question) && broker.options.auto_create_topics && question->message.allow_auto_topic_creation) {
    for (const auto& asked : *question->message.topics) {
      if (!asked.name || broker.topics.find(*asked.name) || is_internal_topic(*asked.name)) continue;
      if (check_topic_name(*asked.name).ok()) create(question, *asked.name);
    }
  }
  finish_one(question);
}

}  // namespace

const ApiHandler kMetadata = api_handler<kafka::MetadataRequest, handle>(0, 13);

}  // namespace weft::broker
