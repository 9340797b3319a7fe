// IncrementalAlterConfigs, v0 and v1: settings of topics. Set and delete for all, append and subtract for lists.
#include "kafka/messages/incremental_alter_configs.h"

#include <algorithm>

#include "broker/api/alter_topic.h"

namespace weft::broker {
namespace {

using kafka::ConfigOperation;
using Resource = kafka::IncrementalAlterConfigsRequest::Resource;

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

Result<ConfigChanges> changes_of(const Topic& topic, const Resource& asked) {
  ConfigChanges changes;
  for (const auto& config : asked.configs) {
    if (changes.contains(config.name)) return error(ErrorCode::kInvalidArgument, "{}: is named twice", config.name);
    switch (config.config_operation) {
      case ConfigOperation::kSet:
        if (!config.value) return error(ErrorCode::kInvalidArgument, "{}: needs a value", config.name);
        changes[config.name] = config.value;
        break;
      case ConfigOperation::kDelete:
        changes[config.name] = std::nullopt;
        break;
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

void handle(Request request, kafka::IncrementalAlterConfigsRequest message) {
  alter_topics<kafka::IncrementalAlterConfigsResponse>(std::move(request), message, changes_of);
}

}  // namespace

const ApiHandler kIncrementalAlterConfigs = api_handler<kafka::IncrementalAlterConfigsRequest, handle>(0, 1);

}  // namespace weft::broker
