#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "registry/config.h"

namespace weft::api {

/// Bodies of PUT /config and PUT /mode. Errors: detail 400 when it is no JSON object, otherwise a code of refusal.h.
Result<registry::ConfigUpdate> parse_config_body(std::string_view body);
/// The mode; empty for null, which clears it.
Result<std::string> parse_mode_body(std::string_view body);

}  // namespace weft::api
