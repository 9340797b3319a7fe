// DeleteGroups, v0 to v2: groups without members, with everything they have committed.
#include "broker/api/group_access.h"
#include "broker/api/joint_answer.h"
#include "kafka/messages/delete_groups.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;

KafkaError removal_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound: return KafkaError::kGroupIdNotFound;
    case ErrorCode::kConflict: return KafkaError::kNonEmptyGroup;
    default: return coordinator_error(code);
  }
}

void handle(Request request, kafka::DeleteGroupsRequest message) {
  auto joint = make_joint_answer<kafka::DeleteGroupsResponse>(std::move(request));
  auto& results = joint->response.results;
  results.resize(message.groups_names.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i].group_id = message.groups_names[i];
    results[i].error_code = may_use_group(joint->request, results[i].group_id.get(), access::Right::kDelete);
    if (results[i].error_code != KafkaError::kNone) continue;
    ++joint->open;
    joint->request.broker.groups.remove(results[i].group_id.get(), [joint, i](Result<void> removed) {
      if (!removed.ok()) joint->response.results[i].error_code = removal_error(removed.error().code);
      joint->one_done();
    });
  }
  joint->one_done();
}

}  // namespace

const ApiHandler kDeleteGroups = api_handler<kafka::DeleteGroupsRequest, handle>(0, 2);

}  // namespace weft::broker
