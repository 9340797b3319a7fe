// FindCoordinator, v0 to v4: always this broker, for groups and (v1) transactional ids alike. v0 stays advertised
// (librdkafka below 2.11.1 turns lz4 and its group consumer off without it). v4 asks for many keys at once.
#include "broker/api/group_access.h"
#include "broker/options.h"
#include "kafka/messages/find_coordinator.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Coordinator = kafka::FindCoordinatorResponse::Coordinator;

Coordinator find(const Request& request, kafka::CoordinatorType type, const std::string& key) {
  Coordinator found;
  found.key = key;
  found.node_id = kafka::kNoNode;
  found.port = -1;
  if (type == kafka::CoordinatorType::kGroup) {
    found.error_code = key.empty() ? KafkaError::kInvalidGroupId : may_use_group(request, key, access::Right::kDescribe);
  } else {
    found.error_code = KafkaError::kInvalidRequest;
    found.error_message = "only groups have a coordinator here; there are no transactions yet";
  }
  if (found.error_code == KafkaError::kNone) {
    found.node_id = kafka::NodeId{request.broker.options.node_id};
    found.host = request.client->advertised.host;
    found.port = request.client->advertised.port;
  }
  return found;
}

void handle(Request request, kafka::FindCoordinatorRequest message) {
  kafka::FindCoordinatorResponse response;
  if (request.version >= 4) {
    for (const auto& key : message.coordinator_keys) response.coordinators.push_back(find(request, message.key_type, key));
  } else {
    auto found = find(request, message.key_type, message.key);
    response.error_code = found.error_code;
    response.error_message = std::move(found.error_message);
    response.node_id = found.node_id;
    response.host = std::move(found.host);
    response.port = found.port;
  }
  answer(request, response);
}

}  // namespace

const ApiHandler kFindCoordinator = api_handler<kafka::FindCoordinatorRequest, handle>(0, 4);

}  // namespace weft::broker
