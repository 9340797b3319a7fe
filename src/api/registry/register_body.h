#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "registry/registry.h"
#include "schema/json_tree.h"

namespace weft::api {

/// Of a request to the registry's port. A schema's record has at most 1 MB (Kafka's default), its quotes escaped as
/// they are in the body: twice that is room for white space. More would keep the loop busy for longer than 20 ms.
inline constexpr std::size_t kRegistryBodyBytesMax = std::size_t{2} << 20;

/// The body's JSON object, within bounds. Error: detail 400.
Result<schema::JsonNode> parse_registry_body(std::string_view body);

/// Reads the JSON body of a registration or lookup. Members that other registries' answers have (guid, ts, …) are let
/// through, so that an answer can be sent back; others are refused. Errors: detail 400 when it is no JSON object, 422
/// naming the member otherwise.
Result<registry::RegisterRequest> parse_register_body(std::string_view body, std::string subject);

}  // namespace weft::api
