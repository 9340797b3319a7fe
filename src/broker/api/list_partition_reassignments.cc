// ListPartitionReassignments, v0: on one node nothing is ever being moved.
#include "kafka/messages/list_partition_reassignments.h"

#include "broker/api/api.h"

namespace weft::broker {
namespace {

void handle(Request request, kafka::ListPartitionReassignmentsRequest) {
  kafka::ListPartitionReassignmentsResponse response;
  if (!allowed(request, access::Right::kDescribe, access::ResourceType::kCluster, "")) {
    response.error_code = kafka::KafkaError::kClusterAuthorizationFailed;
  }
  answer(request, response);
}

}  // namespace

const ApiHandler kListPartitionReassignments = api_handler<kafka::ListPartitionReassignmentsRequest, handle>(0, 0);

}  // namespace weft::broker
