// AlterClientQuotas, v0 and v1: all quotas of users and client ids (KIP-546). Those of addresses (KIP-612) are refused by
// name rather than kept without effect.
#include "kafka/messages/alter_client_quotas.h"

#include "broker/api/joint_answer.h"
#include "broker/api/quota_entities.h"
#include "broker/topics.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::AlterClientQuotasResponse;
using Asked = kafka::AlterClientQuotasRequest::Entry;

Result<Topics::QuotaChanges> changes_of(const Asked& asked) {
  Topics::QuotaChanges changes;
  for (const auto& op : asked.ops) {
    const auto kind = parse_quota(op.key);
    if (!kind)
      return error(ErrorCode::kInvalidArgument,
                   "{}: not offered; there are producer_byte_rate, consumer_byte_rate, request_percentage and "
                   "controller_mutation_rate",
                   op.key);
    changes[*kind] = op.remove ? std::nullopt : std::optional(op.value);
  }
  return changes;
}

Result<void> alter(const std::shared_ptr<JointAnswer<Response>>& joint, std::size_t at, const Asked& asked,
                   bool validate_only) {
  auto& topics = joint->request.broker.topics;
  TRY_ASSIGN(const QuotaEntity entity, entity_of(asked.entity));
  TRY_ASSIGN(Topics::QuotaChanges changes, changes_of(asked));
  if (validate_only) return topics.check_quotas(entity, changes);
  ++joint->open;
  topics.alter_quotas(entity, std::move(changes), [joint, at](Result<void> altered) {
    if (!altered.ok())
      refuse(joint->response.entries[at], kafka::to_kafka_error(altered.error().code), altered.error().message);
    joint->one_done();
  });
  return {};
}

void handle(Request request, kafka::AlterClientQuotasRequest message) {
  const auto joint = make_joint_answer<Response>(std::move(request));
  auto& entries = joint->response.entries;
  entries.resize(message.entries.size());
  const bool may = allowed(joint->request, access::Right::kAlter, access::ResourceType::kCluster, "");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    for (const auto& part : message.entries[i].entity)
      entries[i].entity.push_back({part.entity_type, part.entity_name});
    if (!may) {
      refuse(entries[i], KafkaError::kClusterAuthorizationFailed, "missing right: alter the cluster");
    } else if (const auto altered = alter(joint, i, message.entries[i], message.validate_only); !altered.ok()) {
      refuse(entries[i], kafka::to_kafka_error(altered.error().code), altered.error().message);
    }
  }
  joint->one_done();
}

}  // namespace

const ApiHandler kAlterClientQuotas = api_handler<kafka::AlterClientQuotasRequest, handle>(0, 1);

}  // namespace weft::broker
