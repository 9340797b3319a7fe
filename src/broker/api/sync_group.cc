// SyncGroup, v0 to v5. v3 static members; v5 protocol type and name, checked against the group's.
#include "broker/api/group_access.h"

namespace weft::broker {
namespace {

void handle(Request request, kafka::SyncGroupRequest message) {
  if (const auto error = may_use_group(request, message.group_id.get()); error != kafka::KafkaError::kNone) {
    kafka::SyncGroupResponse refused;
    refused.error_code = error;
    return answer(request, refused);
  }
  auto& groups = request.broker.groups;
  groups.sync(std::move(message), [request = std::move(request)](kafka::SyncGroupResponse response) { answer(request, response); });
}

}  // namespace

const ApiHandler kSyncGroup = api_handler<kafka::SyncGroupRequest, handle>(0, 5);

}  // namespace weft::broker
