// DescribeConfigs, v0 to v4: topics and this broker. v0 says is_default instead of a source; v1 synonyms; v3 types and
// documentation. Other resources are refused.
#include <algorithm>

#include "broker/api/api.h"
#include "broker/api/config_answers.h"
#include "broker/topics.h"
#include "kafka/messages/describe_configs.h"

namespace weft::broker {
namespace {

using kafka::ConfigResourceType;
using kafka::ConfigSource;
using kafka::KafkaError;
using Result_ = kafka::DescribeConfigsResponse::Result;

Result_ refused(KafkaError error, std::string why) {
  Result_ result;
  result.error_code = error;
  result.error_message = std::move(why);
  return result;
}

Result_ put(const kafka::DescribeConfigsRequest& message, const kafka::DescribeConfigsRequest::Resource& resource,
            std::vector<ConfigAnswer> answers) {
  Result_ result;
  const auto& wanted = resource.configuration_keys;
  for (auto& each : answers) {
    if (wanted && std::find(wanted->begin(), wanted->end(), each.name) == wanted->end()) continue;
    auto& config = result.configs.emplace_back();
    config.name = each.name;
    config.value = each.value;
    config.read_only = each.read_only;
    config.is_default = each.source == ConfigSource::kDefault;
    config.config_source = each.source;
    config.config_type = each.type;
    if (message.include_documentation) config.documentation = std::string(each.doc);
    if (!message.include_synonyms) continue;
    if (each.source != ConfigSource::kDefault) config.synonyms.push_back({config.name, each.value, each.source});
    if (!each.default_name.empty()) {
      config.synonyms.push_back({std::string(each.default_name), std::string(each.default_value), ConfigSource::kDefault});
    }
  }
  return result;
}

Result_ describe_topic(const Request& request, const kafka::DescribeConfigsRequest& message,
                       const kafka::DescribeConfigsRequest::Resource& resource) {
  if (!allowed(request, access::Right::kDescribe, access::ResourceType::kTopic, resource.resource_name)) {
    return refused(KafkaError::kTopicAuthorizationFailed, "missing right: describe topic " + resource.resource_name);
  }
  const auto topic = request.broker.topics.find(resource.resource_name);
  if (!topic) {
    const auto named_well = check_topic_name(resource.resource_name);
    if (!named_well.ok()) return refused(KafkaError::kInvalidTopicException, named_well.error().message);
    return refused(KafkaError::kUnknownTopicOrPartition, "no topic " + resource.resource_name);
  }
  return put(message, resource, describe_topic_configs(*topic));
}

Result_ describe_broker(const Request& request, const kafka::DescribeConfigsRequest& message,
                        const kafka::DescribeConfigsRequest::Resource& resource) {
  if (!allowed(request, access::Right::kDescribe, access::ResourceType::kCluster, "")) {
    return refused(KafkaError::kClusterAuthorizationFailed, "missing right: describe the cluster");
  }
  const auto self = std::to_string(request.broker.options.node_id);
  if (resource.resource_name.empty()) return put(message, resource, {});  // the dynamic defaults of all brokers: none
  if (resource.resource_name != self) {
    return refused(KafkaError::kInvalidRequest, "there is one broker, and its id is " + self);
  }
  return put(message, resource, describe_broker_configs(request.broker.options));
}

void handle(Request request, kafka::DescribeConfigsRequest message) {
  kafka::DescribeConfigsResponse response;
  for (const auto& resource : message.resources) {
    Result_ result;
    switch (resource.resource_type) {
      case ConfigResourceType::kTopic: result = describe_topic(request, message, resource); break;
      case ConfigResourceType::kBroker: result = describe_broker(request, message, resource); break;
      case ConfigResourceType::kBrokerLogger: break;  // none that could be set one by one
      default:
        result = refused(KafkaError::kInvalidRequest, "only topics and the broker have settings here");
    }
    result.resource_type = resource.resource_type;
    result.resource_name = resource.resource_name;
    response.results.push_back(std::move(result));
  }
  answer(request, response);
}

}  // namespace

const ApiHandler kDescribeConfigs = api_handler<kafka::DescribeConfigsRequest, handle>(0, 4);

}  // namespace weft::broker
