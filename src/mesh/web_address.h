#pragma once

#include <string_view>

namespace weft::mesh {

/// An absolute http or https URL with a host, printable ASCII without spaces, at most kAddressMax bytes; no user name or
/// password in it, as these would be shown to everybody.
bool is_web_address(std::string_view url);
/// "prices.example:9443", "[::1]:80".
bool is_host_and_port(std::string_view text);

}  // namespace weft::mesh
