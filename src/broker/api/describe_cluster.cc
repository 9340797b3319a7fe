// DescribeCluster, v0 and v1. v1 may ask for controllers (KIP-919): clients have no business with ours.
#include "broker/api/api.h"
#include "broker/api/operations.h"
#include "broker/options.h"
#include "broker/topics.h"
#include "kafka/messages/describe_cluster.h"

namespace weft::broker {
namespace {

void handle(Request request, kafka::DescribeClusterRequest message) {
  constexpr std::int8_t kBrokers = 1;
  kafka::DescribeClusterResponse response;
  const kafka::NodeId self{request.broker.options.node_id};
  response.cluster_id = request.broker.topics.cluster_id();
  if (message.endpoint_type != kBrokers) {
    response.error_code = kafka::KafkaError::kMismatchedEndpointType;
    response.error_message = "this listener serves brokers' clients";
    return answer(request, response);
  }
  response.controller_id = self;
  response.brokers.push_back({self, request.client->advertised.host, request.client->advertised.port, std::nullopt});
  if (message.include_cluster_authorized_operations) response.cluster_authorized_operations = cluster_operations(request);
  answer(request, response);
}

}  // namespace

const ApiHandler kDescribeCluster = api_handler<kafka::DescribeClusterRequest, handle>(0, 1);

}  // namespace weft::broker
