// ApiVersions, v0 to v4. Answered on every connection, before anything else is known about the client.
// v3 validates the client's software name; v4 is the same on the wire (we have no features to report).
#include <algorithm>

#include "broker/api/api.h"
#include "kafka/messages/api_versions.h"

namespace weft::broker {
namespace {

/// [a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])? (KIP-511)
bool is_software_name(std::string_view text) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && alphanumeric(text.front()) && alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return alphanumeric(c) || c == '-' || c == '.'; });
}

kafka::ApiVersionsResponse served_apis() {
  kafka::ApiVersionsResponse response;
  for (const auto* handler : all_handlers()) {
    response.api_keys.push_back({static_cast<std::int16_t>(handler->key), handler->version_min, handler->version_max});
  }
  std::sort(response.api_keys.begin(), response.api_keys.end(),
            [](const auto& a, const auto& b) { return a.api_key < b.api_key; });
  return response;
}

void handle(Request request, kafka::ApiVersionsRequest message) {
  if (request.version >= 3 &&
      (!is_software_name(message.client_software_name) || !is_software_name(message.client_software_version))) {
    kafka::ApiVersionsResponse refused;
    refused.error_code = kafka::KafkaError::kInvalidRequest;
    return answer(request, refused);
  }
  answer(request, served_apis());
}

}  // namespace

const ApiHandler kApiVersions = api_handler<kafka::ApiVersionsRequest, handle>(0, 4);

void answer_unknown_api_versions(Request request) {
  kafka::ApiVersionsResponse response;
  response.error_code = kafka::KafkaError::kUnsupportedVersion;
  response.api_keys.push_back({static_cast<std::int16_t>(kApiVersions.key), kApiVersions.version_min, kApiVersions.version_max});
  request.version = 0;
  answer(request, response);
}

}  // namespace weft::broker
