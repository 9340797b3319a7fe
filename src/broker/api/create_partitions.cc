// CreatePartitions, v0 to v3: partitions can only become more; assignments by hand name this broker only. v3 adds an error
// for quotas (KIP-599).
#include <algorithm>

#include "broker/api/joint_answer.h"
#include "broker/api/throttle.h"
#include "broker/limits.h"
#include "broker/options.h"
#include "broker/topics.h"
#include "kafka/messages/create_partitions.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Asked = kafka::CreatePartitionsRequest::Topic;
using Answered = kafka::CreatePartitionsResponse::Topic;
using Joint = JointAnswer<kafka::CreatePartitionsResponse>;

void refuse_addition(Answered& into, const Error& why) {
  into.error_code = why.code == ErrorCode::kInvalidArgument || why.code == ErrorCode::kExhausted ? KafkaError::kInvalidPartitions
                    : why.code == ErrorCode::kForbidden                                          ? KafkaError::kInvalidTopicException
                                                                                                 : kafka::to_kafka_error(why.code);
  into.error_message = why.message;
}

/// Whether the new partitions, if they are placed by hand, each have their one replica here.
bool placed_here(const Request& request, const Asked& asked) {
  if (!asked.assignments) return true;
  const auto topic = request.broker.topics.find(asked.name);
  if (!topic || asked.count <= topic->partition_count) return true;  // Refused for that.
  const auto fresh = static_cast<std::size_t>(asked.count - topic->partition_count);
  return asked.assignments->size() == fresh && std::ranges::all_of(*asked.assignments, [&](const auto& assignment) {
           return assignment.broker_ids.size() == 1 && assignment.broker_ids[0].get() == request.broker.options.node_id;
         });
}

void add(const std::shared_ptr<Joint>& joint, std::size_t at, const Asked& asked, bool validate_only) {
  auto& topics = joint->request.broker.topics;
  auto& into = joint->response.results[at];
  if (!allowed(joint->request, access::Right::kAlter, access::ResourceType::kTopic, into.name)) {
    into.error_code = KafkaError::kTopicAuthorizationFailed;
    return;
  }
  if (!placed_here(joint->request, asked)) {
    into.error_code = KafkaError::kInvalidReplicaAssignment;
    into.error_message = "assignments: must place each new partition, and nothing else, on broker " +
                         std::to_string(joint->request.broker.options.node_id);
    return;
  }
  if (validate_only) {
    if (const auto checked = topics.check_partitions(into.name, asked.count); !checked.ok()) refuse_addition(into, checked.error());
    return;
  }
  const auto topic = topics.find(into.name);
  const auto more = topic ? std::max(asked.count - topic->partition_count, 0) : 0;
  if (const auto wait_ms = charge_mutations(joint->request, 3, more); wait_ms > 0) {
    joint->response.throttle_time_ms = wait_ms;
    into.error_code = KafkaError::kThrottlingQuotaExceeded;
    return;
  }
  ++joint->open;
  topics.add_partitions(into.name, asked.count, [joint, at](Result<void> added) {
    if (!added.ok()) refuse_addition(joint->response.results[at], added.error());
    joint->one_done();
  });
}

void handle(Request request, kafka::CreatePartitionsRequest message) {
  auto joint = make_joint_answer<kafka::CreatePartitionsResponse>(std::move(request));
  auto& results = joint->response.results;
  results.resize(message.topics.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i].name = message.topics[i].name;
    add(joint, i, message.topics[i], message.validate_only);
  }
  joint->one_done();
}

}  // namespace

const ApiHandler kCreatePartitions = api_handler<kafka::CreatePartitionsRequest, handle>(0, 3);

}  // namespace weft::broker
