// ElectLeaders, v0 to v2: the one replica of a partition leads it already, whatever the kind of election.
#include "kafka/messages/elect_leaders.h"

#include "broker/api/joint_answer.h"
#include "broker/topics.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::ElectLeadersResponse;

void handle(Request request, kafka::ElectLeadersRequest message) {
  Response response;
  if (!allowed(request, access::Right::kAlter, access::ResourceType::kCluster, "")) {
    response.error_code = KafkaError::kClusterAuthorizationFailed;
    return answer(request, response);
  }
  // All partitions: Kafka leaves out those that need no election, which is every one.
  if (!message.topic_partitions) return answer(request, response);
  for (const auto& asked : *message.topic_partitions) {
    auto& topic = response.replica_election_results.emplace_back();
    topic.topic = asked.topic;
    const auto found = request.broker.topics.find(asked.topic);
    for (const PartitionIndex index : asked.partitions) {
      auto& into = topic.partition_result.emplace_back();
      into.partition_id = index;
      if (found && found->has(index)) {
        refuse(into, KafkaError::kElectionNotNeeded, "the only replica leads already");
      } else {
        refuse(into, KafkaError::kUnknownTopicOrPartition, "no such partition");
      }
    }
  }
  answer(request, response);
}

}  // namespace

const ApiHandler kElectLeaders = api_handler<kafka::ElectLeadersRequest, handle>(0, 2);

}  // namespace weft::broker
