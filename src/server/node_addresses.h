#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/api.h"
#include "server/settings.h"

namespace weft::server {

/// Where a node can be reached, with the ports that were really bound.
struct NodeAddresses {
  std::vector<std::string> kafka;  ///< Every listener, in the order of the settings.
  std::string http;
  std::string registry;
  std::string ksql;
};

/// The addresses as a client should use them that reached us as `host` (its Host header): its host with our ports, except
/// for a Kafka listener that advertises an address of its own, and for ports that do not listen where HTTP does.
api::Addresses addresses_for(const Settings& settings, const NodeAddresses& bound, std::string_view host);

}  // namespace weft::server
