// DeleteGroups, v0 to v2: groups without members, with everything they have committed.
#include <memory>

#include "broker/api/group_access.h"
#include "kafka/messages/delete_groups.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;

struct Question {
  Request request;
  kafka::DeleteGroupsResponse response;
  std::size_t open = 1;
};

void finish_one(const std::shared_ptr<Question>& question) {
  if (--question->open == 0) answer(question->request, question->response);
}

KafkaError removal_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound: return KafkaError::kGroupIdNotFound;
    case ErrorCode::kConflict: return KafkaError::kNonEmptyGroup;
    default: return coordinator_error(code);
  }
}

void handle(Request request, kafka::DeleteGroupsRequest message) {
  auto question = std::make_shared<Question>(Question{std::move(request), {}});
  auto& results = question->response.results;
  results.resize(message.groups_names.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i].group_id = message.groups_names[i];
    results[i].error_code = may_use_group(question->request, results[i].group_id.get(), access::Right::kDelete);
    if (results[i].error_code != KafkaError::kNone) continue;
    ++question->open;
    question->request.broker.groups.remove(results[i].group_id.get(), [question, i](Result<void> removed) {
      if (!removed.ok()) question->response.results[i].error_code = removal_error(removed.error().code);
      finish_one(question);
    });
  }
  finish_one(question);
}

}  // namespace

const ApiHandler kDeleteGroups = api_handler<kafka::DeleteGroupsRequest, handle>(0, 2);

}  // namespace weft::broker
