// CreatePartitions, v0 to v3: partitions can only become more. v3 adds an error for quotas, which there are none of.
#include <memory>

#include "broker/api/api.h"
#include "broker/limits.h"
#include "broker/topics.h"
#include "kafka/messages/create_partitions.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Answered = kafka::CreatePartitionsResponse::Topic;

struct Question {
  Request request;
  kafka::CreatePartitionsResponse response;
  std::size_t open = 1;
};

void finish_one(const std::shared_ptr<Question>& question) {
  if (--question->open == 0) answer(question->request, question->response);
}

void refuse(Answered& into, const Error& why) {
  into.error_code = why.code == ErrorCode::kInvalidArgument || why.code == ErrorCode::kExhausted ? KafkaError::kInvalidPartitions
                    : why.code == ErrorCode::kForbidden                                          ? KafkaError::kInvalidTopicException
                                                                                                 : kafka::to_kafka_error(why.code);
  into.error_message = why.message;
}

void add(const std::shared_ptr<Question>& question, std::size_t at, std::int32_t count, bool validate_only) {
  auto& topics = question->request.broker.topics;
  auto& into = question->response.results[at];
  if (!allowed(question->request, access::Right::kAlter, access::ResourceType::kTopic, into.name)) {
    into.error_code = KafkaError::kTopicAuthorizationFailed;
    return;
  }
  if (validate_only) {
    if (const auto checked = topics.check_partitions(into.name, count); !checked.ok()) refuse(into, checked.error());
    return;
  }
  ++question->open;
  topics.add_partitions(into.name, count, [question, at](Result<void> added) {
    if (!added.ok()) refuse(question->response.results[at], added.error());
    finish_one(question);
  });
}

void handle(Request request, kafka::CreatePartitionsRequest message) {
  auto question = std::make_shared<Question>(Question{std::move(request), {}});
  auto& results = question->response.results;
  results.resize(message.topics.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i].name = message.topics[i].name;
    add(question, i, message.topics[i].count, message.validate_only);
  }
  finish_one(question);
}

}  // namespace

const ApiHandler kCreatePartitions = api_handler<kafka::CreatePartitionsRequest, handle>(0, 3);

}  // namespace weft::broker
