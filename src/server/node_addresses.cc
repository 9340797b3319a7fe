#include "server/node_addresses.h"

namespace weft::server {
namespace {

/// "example" of "example:8080" and "[::1]" of "[::1]:8080".
std::string_view host_of(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  return has_port ? authority.substr(0, colon) : authority;
}

bool is_any(std::string_view host) { return host == "0.0.0.0" || host == "[::]"; }

/// `bound` as a client sees it that reached us at `http` under `name`: by that name when it listens there too.
std::string seen(std::string_view bound, std::string_view http, std::string_view name) {
  const std::string_view host = host_of(bound);
  const std::string_view shown = is_any(host) || host == host_of(http) ? name : host;
  return std::string(shown) + std::string(bound.substr(host.size()));
}

}  // namespace

api::Addresses addresses_for(const Settings& settings, const NodeAddresses& bound, std::string_view host) {
  const std::string_view name = host.empty() ? host_of(bound.http) : host_of(host);
  api::Addresses addresses;
  for (std::size_t i = 0; i < bound.kafka.size(); ++i) {
    const ListenerText listener = split_listener(settings.kafka[i]);
    addresses.kafka.push_back(listener.advertised.value_or(seen(bound.kafka[i], bound.http, name)));
  }
  addresses.http = "http://" + seen(bound.http, bound.http, name);
  addresses.registry = "http://" + seen(bound.registry, bound.http, name);
  return addresses;  // No ksql until something answers there.
}

}  // namespace weft::server
