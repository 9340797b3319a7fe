#include "http/host_policy.h"

#include <algorithm>

#include "http/ascii.h"

namespace weft::http {
namespace {

/// Host and port of "name", "name:port", "[::1]:port"; an empty host when it is none of these.
struct Authority {
  std::string host;
  std::string port;
};

Authority parse_authority(std::string_view text) {
  Authority parts;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {};
    parts.host = ascii_lower(text.substr(1, end - 1));
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    parts.host = ascii_lower(text.substr(0, colon));
    rest = text.substr(colon);
  }
  if (rest.empty()) return parts;
  if (!rest.starts_with(':') || rest.find_first_not_of("0123456789", 1) != std::string_view::npos) return {};
  parts.port = rest.substr(1);
  return parts;
}

}  // namespace

HostPolicy::HostPolicy(const env::Address& listen, std::vector<std::string> hosts_allowed)
    : listen_(listen), hosts_allowed_(std::move(hosts_allowed)) {
  listen_.host = ascii_lower(listen_.host);
  for (std::string& host : hosts_allowed_) host = ascii_lower(host);
}

bool HostPolicy::listed(std::string_view authority) const {
  const Authority parts = parse_authority(authority);
  return std::any_of(hosts_allowed_.begin(), hosts_allowed_.end(), [&](const std::string& allowed) {
    const Authority entry = parse_authority(allowed);
    return !parts.host.empty() && entry.host == parts.host && (entry.port.empty() || entry.port == parts.port);
  });
}

bool HostPolicy::host_allowed(std::string_view authority, const env::Address& local) const {
  const Authority parts = parse_authority(authority);
  if (parts.host.empty()) return false;
  // The port is not looked at: containers and tunnels change it, and rebinding needs a name.
  return env::Address{parts.host, 0}.is_loopback() || parts.host == listen_.host || parts.host == local.host ||
         listed(authority);
}

Result<void> HostPolicy::check(const Request& request, const env::Address& local) const {
  const auto host = request.header("host");
  if (host && !host_allowed(*host, local)) {
    return error(ErrorCode::kForbidden, "Host '{}' is not one this port answers to; add it to the allowed hosts",
                 *host);
  }
  const auto origin = request.header("origin");
  if (origin) {
    const std::size_t scheme = origin->find("://");
    const std::string_view authority =
        scheme == std::string_view::npos ? std::string_view{} : origin->substr(scheme + 3);
    const bool same = host && !authority.empty() && ascii_lower(authority) == ascii_lower(*host);
    if (!same && !listed(authority)) {
      return error(ErrorCode::kForbidden, "a page of '{}' may not send requests here; add it to the allowed hosts",
                   *origin);
    }
    return {};
  }
  // Browsers that leave Origin out still say where the page came from.
  const auto site = request.header("sec-fetch-site");
  if (site && *site != "same-origin" && *site != "none" && !is_safe(request.method)) {
    return error(ErrorCode::kForbidden, "a page of another site may not send {} requests here",
                 method_name(request.method));
  }
  return {};
}

}  // namespace weft::http
