#include "server/node_addresses.h"

namespace weft::server {
namespace {

/// "example" of "example:8080" and "[::1]" of "[::1]:8080".
std::string_view host_of(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  return has_port ? authority.substr(0, colon) : authority;
}

std::string at(std::string_view host, std::string_view bound) {
  const std::size_t colon = bound.rfind(':');
  return std::string(host) + std::string(bound.substr(colon));
}

}  // namespace

api::Addresses addresses_for(const Settings& settings, const NodeAddresses& bound, std::string_view host) {
  const std::string_view name = host.empty() ? host_of(bound.http) : host_of(host);
  api::Addresses addresses;
  for (std::size_t i = 0; i < bound.kafka.size(); ++i) {
    const ListenerText listener = split_listener(settings.kafka[i]);
    addresses.kafka.push_back(listener.advertised.value_or(at(name, bound.kafka[i])));
  }
  addresses.http = "http://" + at(name, bound.http);
  addresses.registry = "http://" + at(name, bound.registry);
  return addresses;  // No ksql until something answers there.
}

}  // namespace weft::server
