#include <algorithm>
#include <charconv>

#include "env/network.h"

namespace weft::env {

Result<Address> Address::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || (text.ends_with(']'))) {
    return error(ErrorCode::kInvalidArgument, "'{}' is no address: a port is missing, as in 127.0.0.1:9092", text);
  }
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos) {
    return error(ErrorCode::kInvalidArgument, "'{}' is no address: write IPv6 in brackets, as in [::1]:9092", text);
  }
  const bool printable =
      std::all_of(host.begin(), host.end(), [](char c) { return c > ' ' && c < 0x7f && c != '[' && c != ']'; });
  if (host.empty() || !printable) {
    return error(ErrorCode::kInvalidArgument, "'{}' is no address: a host is missing, as in 127.0.0.1:9092", text);
  }
  Address address{std::string(host), 0};
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (fault != std::errc{} || end != digits.data() + digits.size()) {
    return error(ErrorCode::kInvalidArgument, "'{}' is no address: '{}' is no port from 0 to 65535", text, digits);
  }
  return address;
}

std::string Address::to_string() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

bool Address::is_loopback() const {
  if (host == "localhost" || host == "::1") return true;
  // A name such as 127.0.0.1.example.org is none: only digits and dots may follow.
  return host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace weft::env
