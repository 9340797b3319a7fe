#include "mesh/web_address.h"

#include <algorithm>
#include <charconv>

#include "mesh/port.h"

namespace weft::mesh {

namespace {

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  return fault == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65'535;
}

bool is_host(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    return host.find_first_not_of("0123456789abcdefABCDEF:.", 1) == host.size() - 1;
  return !host.empty() && host.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_") ==
                              host.npos;
}

}  // namespace

bool is_web_address(std::string_view url) {
  if (url.size() > kAddressMax || !is_printable(url)) return false;
  // Signs that browsers read in their own way, and that end a quoted place in a page.
  if (url.find_first_of("\\\"<>^`{|}") != url.npos) return false;
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0) return false;
  url.remove_prefix(scheme);
  const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  return is_host(authority) || is_host_and_port(authority);
}

bool is_host_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  return text.size() <= kAddressMax && colon != text.npos && is_host(text.substr(0, colon)) &&
         is_port(text.substr(colon + 1));
}

}  // namespace weft::mesh
