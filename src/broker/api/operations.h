#pragma once

#include <cstdint>
#include <string_view>

#include "broker/api/api.h"

namespace weft::broker {

/// Bits of Kafka's AclOperation that the client has (KIP-430): 1 << operation.
std::int32_t topic_operations(const Request& request, std::string_view topic);
std::int32_t group_operations(const Request& request, std::string_view group);
std::int32_t cluster_operations(const Request& request);

}  // namespace weft::broker
