// DescribeGroups, v0 to v6. A group that does not exist is "Dead", and from v6 on an error too (KIP-1043). v3 authorized
// operations; v4 static members.
#include "broker/api/group_access.h"
#include "broker/api/operations.h"
#include "kafka/messages/describe_groups.h"

namespace weft::broker {
namespace {

kafka::DescribeGroupsResponse::Group describe(const Request& request, const std::string& id, bool with_operations) {
  kafka::DescribeGroupsResponse::Group group;
  group.group_id = kafka::GroupId{id};
  group.error_code = may_use_group(request, id, access::Right::kDescribe);
  if (group.error_code == kafka::KafkaError::kNone && !request.broker.groups.ready()) {
    group.error_code = kafka::KafkaError::kCoordinatorLoadInProgress;
  }
  if (group.error_code != kafka::KafkaError::kNone) return group;
  auto described = request.broker.groups.describe(id);
  if (request.version >= 6 && described.phase == "Dead") {
    group.error_code = kafka::KafkaError::kGroupIdNotFound;
    group.error_message = fmt::format("there is no group {}", id);
  }
  group.group_state = std::move(described.phase);
  group.protocol_type = std::move(described.protocol_type);
  group.protocol_data = std::move(described.protocol);
  for (auto& member : described.members) {
    // Kafka shows addresses as Java prints them, with a slash.
    group.members.push_back({std::move(member.id), std::move(member.instance_id), std::move(member.client_id),
                             "/" + member.client_host, std::move(member.subscription), std::move(member.assignment)});
  }
  if (with_operations) group.authorized_operations = group_operations(request, id);
  return group;
}

void handle(Request request, kafka::DescribeGroupsRequest message) {
  kafka::DescribeGroupsResponse response;
  for (const auto& id : message.groups) {
    response.groups.push_back(describe(request, id.get(), message.include_authorized_operations));
  }
  answer(request, response);
}

}  // namespace

const ApiHandler kDescribeGroups = api_handler<kafka::DescribeGroupsRequest, handle>(0, 6);

}  // namespace weft::broker
