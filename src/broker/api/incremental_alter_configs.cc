// IncrementalAlterConfigs, v0 and v1: settings of topics. Set and delete for all, append and subtract for lists. What
// the broker itself runs with comes from weft's settings and is read-only here.
#include <algorithm>
#include <map>

#include "broker/api/joint_answer.h"
#include "broker/topics.h"
#include "kafka/messages/incremental_alter_configs.h"

namespace weft::broker {
namespace {

using kafka::ConfigOperation;
using kafka::KafkaError;
using Asked = kafka::IncrementalAlterConfigsRequest::Resource;
using Answered = kafka::IncrementalAlterConfigsResponse::Resource;
using Changes = std::map<std::string, std::optional<std::string>>;
using Joint = JointAnswer<kafka::IncrementalAlterConfigsResponse>;

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> elements;
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (comma != 0) elements.emplace_back(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return elements;
}

std::string join(const std::vector<std::string>& elements) {
  std::string list;
  for (const auto& element : elements) list += (list.empty() ? "" : ",") + element;
  return list;
}

/// A list setting with elements added or taken away.
Result<std::string> changed_list(const Topic& topic, const kafka::IncrementalAlterConfigsRequest::Config& config) {
  const auto* const definition = find_topic_config(config.name);
  if (definition == nullptr || definition->type != kafka::ConfigType::kList) {
    return error(ErrorCode::kInvalidArgument, "{}: append and subtract are for lists", config.name);
  }
  const auto set = topic.configs.find(config.name);
  auto elements = split(set != topic.configs.end() ? std::string_view(set->second) : definition->default_value);
  for (auto& element : split(config.value.value_or(""))) {
    const bool there = std::find(elements.begin(), elements.end(), element) != elements.end();
    if (config.config_operation == ConfigOperation::kAppend && !there) elements.push_back(std::move(element));
    if (config.config_operation == ConfigOperation::kSubtract) std::erase(elements, element);
  }
  return join(elements);
}

Result<Changes> changes_of(const Topic& topic, const Asked& asked) {
  Changes changes;
  for (const auto& config : asked.configs) {
    if (changes.contains(config.name)) return error(ErrorCode::kInvalidArgument, "{}: is named twice", config.name);
    switch (config.config_operation) {
      case ConfigOperation::kSet:
        if (!config.value) return error(ErrorCode::kInvalidArgument, "{}: needs a value", config.name);
        changes[config.name] = config.value;
        break;
      case ConfigOperation::kDelete: changes[config.name] = std::nullopt; break;
      case ConfigOperation::kAppend:
      case ConfigOperation::kSubtract: {
        TRY_ASSIGN(auto list, changed_list(topic, config));
        changes[config.name] = std::move(list);
        break;
      }
      default:
        return error(ErrorCode::kInvalidArgument, "{}: there is no operation {}", config.name,
                     static_cast<int>(config.config_operation));
    }
  }
  return changes;
}

void alter(const std::shared_ptr<Joint>& joint, std::size_t at, const Asked& asked, bool validate_only) {
  auto& topics = joint->request.broker.topics;
  auto& into = joint->response.responses[at];
  if (asked.resource_type != kafka::ConfigResourceType::kTopic) {
    return refuse(into, KafkaError::kInvalidRequest, "only settings of topics can be changed here; the broker's are in weft's settings");
  }
  if (!allowed(joint->request, access::Right::kAlter, access::ResourceType::kTopic, asked.resource_name)) {
    return refuse(into, KafkaError::kTopicAuthorizationFailed, "missing right: alter topic " + asked.resource_name);
  }
  const auto topic = topics.find(asked.resource_name);
  if (!topic) return refuse(into, KafkaError::kUnknownTopicOrPartition, "no topic " + asked.resource_name);
  auto changes = changes_of(*topic, asked);
  if (!changes.ok()) return refuse(into, KafkaError::kInvalidConfig, changes.error().message);
  if (validate_only) {
    if (const auto checked = topics.check_configs(topic->name, *changes); !checked.ok()) {
      refuse(into, KafkaError::kInvalidConfig, checked.error().message);
    }
    return;
  }
  ++joint->open;
  topics.alter_configs(topic->name, std::move(*changes), [joint, at](Result<void> altered) {
    if (!altered.ok()) {
      refuse(joint->response.responses[at],
             altered.error().code == ErrorCode::kInvalidArgument ? KafkaError::kInvalidConfig
                                                                 : kafka::to_kafka_error(altered.error().code),
             altered.error().message);
    }
    joint->one_done();
  });
}

void handle(Request request, kafka::IncrementalAlterConfigsRequest message) {
  auto joint = make_joint_answer<kafka::IncrementalAlterConfigsResponse>(std::move(request));
  auto& responses = joint->response.responses;
  responses.resize(message.resources.size());
  for (std::size_t i = 0; i < responses.size(); ++i) {
    responses[i].resource_type = message.resources[i].resource_type;
    responses[i].resource_name = message.resources[i].resource_name;
    alter(joint, i, message.resources[i], message.validate_only);
  }
  joint->one_done();
}

}  // namespace

const ApiHandler kIncrementalAlterConfigs = api_handler<kafka::IncrementalAlterConfigsRequest, handle>(0, 1);

}  // namespace weft::broker
