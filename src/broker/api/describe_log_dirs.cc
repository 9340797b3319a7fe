// DescribeLogDirs, v0 to v4: the one data directory, what each partition takes in it, and (v4) the space of its volume.
#include "kafka/messages/describe_log_dirs.h"

#include <algorithm>

#include "broker/api/joint_answer.h"
#include "broker/options.h"
#include "broker/topics.h"
#include "env/disk.h"
#include "log/log.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::DescribeLogDirsResponse;

std::int64_t signed_bytes(std::uint64_t bytes) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, INT64_MAX));
}

void put_partition(const Request& request, const Topic& topic, PartitionIndex index, Response::Topic& into) {
  const auto state = request.broker.log.state(topic.partition(index));
  if (!state.ok()) return;
  auto& partition = into.partitions.emplace_back();
  partition.partition_index = index;
  partition.partition_size = static_cast<std::int64_t>(state->bytes);
}

void put_all(const Request& request, Response::Result& into) {
  for (const auto& [name, topic] : request.broker.topics.all()) {
    auto& described = into.topics.emplace_back();
    described.name = name;
    for (std::int32_t i = 0; i < topic->open_count; ++i) put_partition(request, *topic, PartitionIndex(i), described);
  }
}

void put_named(const Request& request, const std::vector<kafka::DescribeLogDirsRequest::Topic>& asked,
               Response::Result& into) {
  for (const auto& each : asked) {
    const auto topic = request.broker.topics.find(each.topic);
    if (!topic) continue;  // as Kafka does: what is not there has no place
    auto& described = into.topics.emplace_back();
    described.name = each.topic;
    for (const PartitionIndex index : each.partitions) {
      if (topic->has(index)) put_partition(request, *topic, index, described);
    }
  }
}

void handle(Request request, kafka::DescribeLogDirsRequest message) {
  const auto joint = make_joint_answer<Response>(std::move(request));
  if (!allowed(joint->request, access::Right::kDescribe, access::ResourceType::kCluster, "")) {
    joint->response.error_code = KafkaError::kClusterAuthorizationFailed;
    return joint->one_done();
  }
  auto& directory = joint->response.results.emplace_back();
  directory.log_dir = joint->request.broker.options.data_directory;
  if (message.topics) {
    put_named(joint->request, *message.topics, directory);
  } else {
    put_all(joint->request, directory);
  }
  auto& env = joint->request.broker.env;
  env.blocking_pool().post([joint, &env, &loop = joint->request.broker.loop] {
    auto space = env.disk().space(joint->request.broker.options.data_directory);
    loop.post([joint, space = std::move(space)] {
      if (space.ok()) {
        joint->response.results[0].total_bytes = signed_bytes(space->total_bytes);
        joint->response.results[0].usable_bytes = signed_bytes(space->free_bytes);
      }
      joint->one_done();
    });
  });
}

}  // namespace

const ApiHandler kDescribeLogDirs = api_handler<kafka::DescribeLogDirsRequest, handle>(0, 4);

}  // namespace weft::broker
