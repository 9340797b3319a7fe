// AlterPartitionReassignments, v0: partitions can only be "moved" to where they are, which is done at once, and there
// is never a move to take back.
#include "kafka/messages/alter_partition_reassignments.h"

#include "broker/api/joint_answer.h"
#include "broker/options.h"
#include "broker/topics.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Asked = kafka::AlterPartitionReassignmentsRequest::Partition;
using Answered = kafka::AlterPartitionReassignmentsResponse::Partition;

void move(const Request& request, const Topic* topic, const Asked& asked, Answered& into) {
  const kafka::NodeId self(request.broker.options.node_id);
  if (topic == nullptr || !topic->has(asked.partition_index)) {
    refuse(into, KafkaError::kUnknownTopicOrPartition, "no such partition");
  } else if (!asked.replicas) {
    refuse(into, KafkaError::kNoReassignmentInProgress, "nothing is being moved");
  } else if (asked.replicas->size() != 1 || asked.replicas->front() != self) {
    refuse(into, KafkaError::kInvalidReplicaAssignment,
           fmt::format("there is one broker, and its id is {}", self.get()));
  }
}

void handle(Request request, kafka::AlterPartitionReassignmentsRequest message) {
  kafka::AlterPartitionReassignmentsResponse response;
  if (!allowed(request, access::Right::kAlter, access::ResourceType::kCluster, "")) {
    response.error_code = KafkaError::kClusterAuthorizationFailed;
    return answer(request, response);
  }
  for (const auto& asked : message.topics) {
    auto& topic = response.responses.emplace_back();
    topic.name = asked.name;
    const auto found = request.broker.topics.find(asked.name);
    for (const Asked& each : asked.partitions) {
      auto& into = topic.partitions.emplace_back();
      into.partition_index = each.partition_index;
      move(request, found.get(), each, into);
    }
  }
  answer(request, response);
}

}  // namespace

const ApiHandler kAlterPartitionReassignments = api_handler<kafka::AlterPartitionReassignmentsRequest, handle>(0, 0);

}  // namespace weft::broker
