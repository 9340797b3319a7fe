// ListGroups, v0 to v5. v4 filters by state, v5 by type; every group here is of the classic protocol.
#include <algorithm>

#include "broker/api/group_access.h"
#include "kafka/messages/list_groups.h"

namespace weft::broker {
namespace {

bool passes(const std::vector<std::string>& filter, std::string_view value) {
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  return filter.empty() || std::any_of(filter.begin(), filter.end(), [&](const std::string& each) {
           return std::equal(each.begin(), each.end(), value.begin(), value.end(), same);
         });
}

void handle(Request request, kafka::ListGroupsRequest message) {
  kafka::ListGroupsResponse response;
  if (!request.broker.groups.ready()) {
    response.error_code = kafka::KafkaError::kCoordinatorLoadInProgress;
    return answer(request, response);
  }
  for (auto& group : request.broker.groups.list()) {
    if (!passes(message.states_filter, group.phase) || !passes(message.types_filter, "classic")) continue;
    if (may_use_group(request, group.id, access::Right::kDescribe) != kafka::KafkaError::kNone) continue;
    response.groups.push_back({kafka::GroupId{group.id}, group.protocol_type, group.phase, "classic"});
  }
  answer(request, response);
}

}  // namespace

const ApiHandler kListGroups = api_handler<kafka::ListGroupsRequest, handle>(0, 5);

}  // namespace weft::broker
