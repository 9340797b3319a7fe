#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "registry/registry.h"

namespace weft::api {

/// Reads the JSON body of a registration or lookup. Members that other registries' answers have (guid, ts, …) are let
/// through, so that an answer can be sent back; others are refused. Errors: detail 400 when it is no JSON object, 422
/// naming the member otherwise.
Result<registry::RegisterRequest> parse_register_body(std::string_view body, std::string subject);

}  // namespace weft::api
