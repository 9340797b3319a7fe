// AlterConfigs, v0 to v2: all settings of a topic at once; what is not named goes back to its default.
#include "kafka/messages/alter_configs.h"

#include <set>

#include "broker/api/alter_topic.h"

namespace weft::broker {
namespace {

using Resource = kafka::AlterConfigsRequest::Resource;

Result<ConfigChanges> changes_of(const Topic& topic, const Resource& asked) {
  ConfigChanges changes;
  for (const auto& [name, value] : topic.configs) changes[name] = std::nullopt;
  std::set<std::string_view> named;
  for (const auto& config : asked.configs) {
    if (!named.insert(config.name).second) return error(ErrorCode::kInvalidArgument, "{}: is named twice", config.name);
    if (!config.value) return error(ErrorCode::kInvalidArgument, "{}: needs a value", config.name);
    changes[config.name] = config.value;
  }
  return changes;
}

void handle(Request request, kafka::AlterConfigsRequest message) {
  alter_topics<kafka::AlterConfigsResponse>(std::move(request), message, changes_of);
}

}  // namespace

const ApiHandler kAlterConfigs = api_handler<kafka::AlterConfigsRequest, handle>(0, 2);

}  // namespace weft::broker
