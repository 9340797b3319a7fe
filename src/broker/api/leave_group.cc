// LeaveGroup, v0 to v5. v3 several members at once, by static id too.
#include "broker/api/group_access.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;

void handle(Request request, kafka::LeaveGroupRequest message) {
  auto& groups = request.broker.groups;
  const auto& group = message.group_id.get();
  kafka::LeaveGroupResponse response;
  response.error_code = may_use_group(request, group);
  if (response.error_code == KafkaError::kNone && !groups.ready()) response.error_code = KafkaError::kCoordinatorLoadInProgress;
  if (response.error_code == KafkaError::kNone) {
    if (request.version < 3) {
      response.error_code = groups.leave(group, message.member_id.get(), std::nullopt);
    }
    for (auto& member : message.members) {
      const auto error = groups.leave(group, member.member_id.get(), member.group_instance_id);
      response.members.push_back({std::move(member.member_id), std::move(member.group_instance_id), error});
    }
  }
  answer(request, response);
}

}  // namespace

const ApiHandler kLeaveGroup = api_handler<kafka::LeaveGroupRequest, handle>(0, 5);

}  // namespace weft::broker
