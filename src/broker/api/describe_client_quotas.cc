// DescribeClientQuotas, v0 and v1.
#include "kafka/messages/describe_client_quotas.h"

#include "broker/api/api.h"
#include "broker/api/quota_entities.h"
#include "broker/topics.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using Response = kafka::DescribeClientQuotasResponse;
using Component = kafka::DescribeClientQuotasRequest::Component;

enum MatchType : std::int8_t { kExact = 0, kDefault = 1, kAny = 2 };

/// Whether an entity's part fits what is asked for it, if anything is.
bool fits(const std::optional<std::string>& name, const Component* asked, bool strict) {
  if (asked == nullptr) return !strict || !name;
  if (!name) return false;
  switch (asked->match_type) {
    case kExact:
      return !name->empty() && name == asked->match;
    case kDefault:
      return name->empty();
    default:
      return true;
  }
}

struct Filter {
  const Component* user = nullptr;
  const Component* client_id = nullptr;
};

Result<Filter> filter_of(const std::vector<Component>& components) {
  Filter filter;
  for (const Component& component : components) {
    auto** const into = component.entity_type == "user"        ? &filter.user
                        : component.entity_type == "client-id" ? &filter.client_id
                                                               : nullptr;
    if (into == nullptr || *into != nullptr)
      return error(ErrorCode::kInvalidArgument, "entity type '{}': user and client-id have quotas here, each once",
                   component.entity_type);
    if (component.match_type < kExact || component.match_type > kAny ||
        (component.match_type == kExact) != component.match.has_value())
      return error(ErrorCode::kInvalidArgument, "entity type '{}': a match of type {} that does not fit",
                   component.entity_type, static_cast<int>(component.match_type));
    *into = &component;
  }
  return filter;
}

void handle(Request request, kafka::DescribeClientQuotasRequest message) {
  Response response;
  const auto filter = filter_of(message.components);
  if (!allowed(request, access::Right::kDescribe, access::ResourceType::kCluster, "")) {
    response.error_code = KafkaError::kClusterAuthorizationFailed;
  } else if (!filter.ok()) {
    response.error_code = KafkaError::kInvalidRequest;
    response.error_message = filter.error().message;
  } else {
    response.entries.emplace();
    for (const auto& [entity, values] : request.broker.topics.quotas().all()) {
      if (!fits(entity.user, filter->user, message.strict) ||
          !fits(entity.client_id, filter->client_id, message.strict))
        continue;
      auto& entry = response.entries->emplace_back();
      entry.entity = parts_of<Response::Entity>(entity);
      for (const auto& [kind, value] : values) entry.values.push_back({std::string(quota_name(kind)), value});
    }
  }
  answer(request, response);
}

}  // namespace

const ApiHandler kDescribeClientQuotas = api_handler<kafka::DescribeClientQuotasRequest, handle>(0, 1);

}  // namespace weft::broker
