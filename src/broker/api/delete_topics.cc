// DeleteTopics, v0 to v6: by name, from v6 on by id too. Positions of groups go with the topic; one made again under the
// name has a new id.
#include <memory>

#include "broker/api/api.h"
#include "broker/topics.h"
#include "kafka/messages/delete_topics.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Answered = kafka::DeleteTopicsResponse::Topic;

struct Question {
  Request request;
  kafka::DeleteTopicsResponse response;
  std::size_t open = 1;
};

void finish_one(const std::shared_ptr<Question>& question) {
  if (--question->open == 0) answer(question->request, question->response);
}

void refuse(Answered& into, KafkaError error, std::string why) {
  into.error_code = error;
  into.error_message = std::move(why);
}

void remove(const std::shared_ptr<Question>& question, std::size_t at) {
  const auto& request = question->request;
  auto& into = question->response.responses[at];
  const auto topic = into.name ? request.broker.topics.find(*into.name) : request.broker.topics.find(into.topic_id);
  const std::string name = topic ? topic->name : into.name.value_or("");
  if (!name.empty() && !allowed(request, access::Right::kDelete, access::ResourceType::kTopic, name)) {
    return refuse(into, KafkaError::kTopicAuthorizationFailed, "missing right: delete topic " + name);
  }
  if (!topic) {
    return refuse(into, into.name ? KafkaError::kUnknownTopicOrPartition : KafkaError::kUnknownTopicId, "no such topic");
  }
  if (question->request.version >= 6) {
    into.name = topic->name;
    into.topic_id = topic->id;
  }
  ++question->open;
  request.broker.topics.remove(topic->name, [question, at](Result<void> removed) {
    if (!removed.ok()) {
      refuse(question->response.responses[at],
             removed.error().code == ErrorCode::kForbidden ? KafkaError::kInvalidTopicException
                                                           : kafka::to_kafka_error(removed.error().code),
             removed.error().message);
    }
    finish_one(question);
  });
}

void handle(Request request, kafka::DeleteTopicsRequest message) {
  auto question = std::make_shared<Question>(Question{std::move(request), {}});
  auto& responses = question->response.responses;
  for (auto& name : message.topic_names) responses.emplace_back().name = std::move(name);
  for (auto& topic : message.topics) {
    auto& into = responses.emplace_back();
    into.name = std::move(topic.name);
    into.topic_id = topic.topic_id;
  }
  for (std::size_t i = 0; i < responses.size(); ++i) remove(question, i);
  finish_one(question);
}

}  // namespace

const ApiHandler kDeleteTopics = api_handler<kafka::DeleteTopicsRequest, handle>(0, 6);

}  // namespace weft::broker
