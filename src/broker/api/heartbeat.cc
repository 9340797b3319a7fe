// Heartbeat, v0 to v4. v3 static members. REBALANCE_IN_PROGRESS tells a member to join again.
#include "broker/api/group_access.h"

namespace weft::broker {
namespace {

void handle(Request request, kafka::HeartbeatRequest message) {
  kafka::HeartbeatResponse response;
  response.error_code = may_use_group(request, message.group_id.get());
  if (response.error_code == kafka::KafkaError::kNone) response.error_code = request.broker.groups.heartbeat(message);
  answer(request, response);
}

}  // namespace

const ApiHandler kHeartbeat = api_handler<kafka::HeartbeatRequest, handle>(0, 4);

}  // namespace weft::broker
