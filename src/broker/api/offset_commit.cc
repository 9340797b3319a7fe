// OffsetCommit, v0 to v9. v0 (ZooKeeper's in its time) is stored like the others. Retention times (v2 to v4) are ignored.
// Answered when durable. v9's member epochs belong to the new group protocol, which is not offered.
#include <memory>

#include "broker/api/group_access.h"
#include "broker/api/topic_access.h"
#include "broker/limits.h"
#include "broker/options.h"
#include "broker/traffic.h"
#include "kafka/messages/offset_commit.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::OffsetCommitResponse;
using Positions = std::vector<std::pair<stream::TopicPartition, CommittedPosition>>;

/// Fills the answer's shape; with NONE for what may be committed, which is returned.
Positions check_partitions(const Request& request, kafka::OffsetCommitRequest& message, Response& response) {
  Positions positions;
  const Timestamp now{request.broker.loop.clock().wall_ms()};
  for (auto& topic : message.topics) {
    auto& into = response.topics.emplace_back();
    into.name = topic.name;
    const auto resolved = resolve_topic(request, topic.name, access::Right::kRead);
    for (auto& partition : topic.partitions) {
      auto& answered = into.partitions.emplace_back();
      answered.partition_index = partition.partition_index;
      auto metadata = std::move(partition.committed_metadata).value_or("");
      if (!resolved.topic) {
        answered.error_code = resolved.error;
      } else if (!resolved.topic->has(partition.partition_index)) {
        answered.error_code = KafkaError::kUnknownTopicOrPartition;
      } else if (metadata.size() > static_cast<std::size_t>(request.broker.options.offset_metadata_bytes_max)) {
        answered.error_code = KafkaError::kOffsetMetadataTooLarge;
      } else if (positions.size() >= kRecordsPerDecisionMax) {
        answered.error_code = KafkaError::kInvalidCommitOffsetSize;
      } else {
        positions.emplace_back(stream::TopicPartition{topic.name, partition.partition_index},
                               CommittedPosition{partition.committed_offset, partition.committed_leader_epoch, std::move(metadata), now});
      }
    }
    if (resolved.topic) {
      traffic_of(*resolved.topic).saw(
          {request.client_id, request.client->principal_name, request.client->host, message.group_id.get()}, now.get());
    }
  }
  return positions;
}

void set_error(Response& response, KafkaError error) {
  for (auto& topic : response.topics) {
    for (auto& partition : topic.partitions) {
      if (partition.error_code == KafkaError::kNone) partition.error_code = error;
    }
  }
}

void handle(Request request, kafka::OffsetCommitRequest message) {
  auto response = std::make_shared<Response>();
  const auto group = message.group_id.get();
  auto error = may_use_group(request, group);
  if (error == KafkaError::kNone) {
    error = request.broker.groups.check_commit(group, {message.generation_id_or_member_epoch, message.member_id, message.group_instance_id, {}});
  }
  auto positions = check_partitions(request, message, *response);
  if (error != KafkaError::kNone || positions.empty()) {
    if (error != KafkaError::kNone) set_error(*response, error);
    return answer(request, *response);
  }
  auto& groups = request.broker.groups;
  groups.commit(group, std::move(positions), [request = std::move(request), response](Result<void> committed) {
    if (!committed.ok()) set_error(*response, coordinator_error(committed.error().code));
    answer(request, *response);
  });
}

}  // namespace

const ApiHandler kOffsetCommit = api_handler<kafka::OffsetCommitRequest, handle>(0, 9);

}  // namespace weft::broker
