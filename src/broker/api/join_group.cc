// JoinGroup, v0 to v9. v0 and v1 stay advertised (librdkafka below 2.11 and kafka-go send them). From v4 on a first join
// is answered MEMBER_ID_REQUIRED with an id; v5 static members; v9 skip_assignment for a static leader that came back.
#include "broker/api/group_access.h"

namespace weft::broker {
namespace {

void handle(Request request, kafka::JoinGroupRequest message) {
  if (const auto error = may_use_group(request, message.group_id.get()); error != kafka::KafkaError::kNone) {
    kafka::JoinGroupResponse refused;
    refused.error_code = error;
    refused.member_id = message.member_id;
    return answer(request, refused);
  }
  GroupCoordinator::Joining joining{std::move(message), request.version, request.client_id, request.client->host};
  auto& groups = request.broker.groups;
  groups.join(std::move(joining), [request = std::move(request)](kafka::JoinGroupResponse response) { answer(request, response); });
}

}  // namespace

const ApiHandler kJoinGroup = api_handler<kafka::JoinGroupRequest, handle>(0, 9);

}  // namespace weft::broker
