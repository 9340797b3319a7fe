#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kafka/api_key.h"

namespace weft::kafka {

/// What the definitions say about an API. Which of this a broker serves, and so what ApiVersions answers, is up to what
/// it registers.
struct ApiInfo {
  ApiKey key;
  std::string_view name;
  std::int16_t version_min;
  std::int16_t version_max;
  std::int16_t flexible_min;  ///< From here on compact lengths and tagged fields (KIP-482).
  bool response_header_v0;    ///< ApiVersions: never a tag section in the response's header.

  bool has(std::int16_t version) const { return version >= version_min && version <= version_max; }
  bool is_flexible(std::int16_t version) const { return version >= flexible_min; }
  /// 2 ends in tagged fields, 1 does not. (0, without client id, was ControlledShutdown's.)
  std::int16_t request_header_version(std::int16_t version) const { return is_flexible(version) ? 2 : 1; }
  /// 1 ends in tagged fields.
  std::int16_t response_header_version(std::int16_t version) const {
    return is_flexible(version) && !response_header_v0 ? 1 : 0;
  }
};

/// All APIs that have a definition, by key.
std::span<const ApiInfo> all_apis();
/// Null for a number without a definition.
const ApiInfo* find_api(ApiKey key);
/// "Produce"; "unknown" for a number without a definition.
std::string_view api_name(ApiKey key);

}  // namespace weft::kafka
