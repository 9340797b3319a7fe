#include "http/probe.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>

namespace weft::http {
namespace {

constexpr std::size_t kBytesMax = 64 << 10;

using Ip = std::array<std::uint8_t, 16>;  ///< IPv4 as IPv4-mapped.

bool begins(const Ip& ip, std::initializer_list<std::uint8_t> bytes, unsigned bits) {
  std::size_t at = 0;
  for (const std::uint8_t byte : bytes) {
    const unsigned left = bits > at * 8 ? bits - static_cast<unsigned>(at) * 8 : 0;
    const std::uint8_t mask = left >= 8 ? 0xFF : static_cast<std::uint8_t>(0xFF << (8 - left));
    if ((ip[at] & mask) != (byte & mask)) return false;
    ++at;
  }
  return true;
}

bool begins4(const Ip& ip, std::uint8_t a, std::uint8_t b, unsigned bits) {
  return begins(ip, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, a, b}, 96 + bits);
}

bool is_this_machine_or_link_local(const Ip& ip) {
  static constexpr Ip kUnspecified{};
  Ip loopback{};
  loopback[15] = 1;
  return ip == kUnspecified || ip == loopback || begins4(ip, 127, 0, 8) || begins4(ip, 0, 0, 8) ||
         begins4(ip, 169, 254, 16) || begins(ip, {0xFE, 0x80}, 10) || begins4(ip, 224, 0, 3) || begins(ip, {0xFF}, 8);
}

/// RFC 1918, 6598, 4193, and addresses that stand for IPv4 ones behind a translator (RFC 6052, 3056).
bool is_private(const Ip& ip) {
  return begins4(ip, 10, 0, 8) || begins4(ip, 172, 16, 12) || begins4(ip, 192, 168, 16) || begins4(ip, 100, 64, 10) ||
         begins4(ip, 198, 18, 15) || begins(ip, {0xFC}, 7) || begins(ip, {0x00, 0x64, 0xFF, 0x9B}, 32) ||
         begins(ip, {0x20, 0x02}, 16);
}

bool is_within(Reach reach, const Ip& ip) {
  switch (reach) {
    case Reach::kNone:
      return false;
    case Reach::kPublic:
      return !is_this_machine_or_link_local(ip) && !is_private(ip);
    case Reach::kNetwork:
      return !is_this_machine_or_link_local(ip);
    case Reach::kAnywhere:
      return true;
  }
  return false;
}

Ip ip_of(const sockaddr& address) {
  Ip ip{};
  if (address.sa_family == AF_INET) {
    ip[10] = ip[11] = 0xFF;
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    std::memcpy(ip.data() + 12, &v4.sin_addr, 4);
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    std::memcpy(ip.data(), &v6.sin6_addr, 16);
  }
  return ip;
}

struct Probing {
  Reach reach;
  bool out_of_reach = false;
  std::size_t bytes = 0;
};

/// Called with what the name resolved to: whoever changes that between two look-ups gains nothing.
curl_socket_t open_socket(void* context, curlsocktype, curl_sockaddr* address) {
  auto& probing = *static_cast<Probing*>(context);
  const bool internet = address->family == AF_INET || address->family == AF_INET6;
  if (!internet || !is_within(probing.reach, ip_of(address->addr))) {
    probing.out_of_reach = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t drop_body(char*, std::size_t, std::size_t count, void* context) {
  auto& probing = *static_cast<Probing*>(context);
  probing.bytes += count;
  return probing.bytes > kBytesMax ? 0 : count;
}

}  // namespace

bool is_within(Reach reach, const std::string& text) {
  Ip ip{};
  if (::inet_pton(AF_INET6, text.c_str(), ip.data()) != 1) {
    ip = {};
    ip[10] = ip[11] = 0xFF;
    if (::inet_pton(AF_INET, text.c_str(), ip.data() + 12) != 1) return false;
  }
  return is_within(reach, ip);
}

Result<void> probe(const ProbeRequest& request) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), curl_easy_cleanup);
  if (started != CURLE_OK || handle == nullptr) return error(ErrorCode::kInternal, "libcurl does not start");
  Probing probing{request.reach};
  const std::string url = request.connect_only ? "http://" + request.target : request.target;
  CURL* const curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, request.connect_only ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "weft-probe");
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &probing);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &probing);
  const CURLcode done = curl_easy_perform(curl);
  if (probing.out_of_reach)
    return error(ErrorCode::kForbidden, "{} is out of reach: the setting `probes` says where weft may ask", request.target);
  if (done == CURLE_OPERATION_TIMEDOUT)
    return error(ErrorCode::kTimeout, "{} did not answer within {} ms", request.target, request.timeout.count());
  // Enough was answered to know the status.
  const bool cut = done == CURLE_WRITE_ERROR && probing.bytes > kBytesMax;
  if (done != CURLE_OK && !cut)
    return error(ErrorCode::kUnavailable, "{}: {}", request.target, curl_easy_strerror(done));
  if (request.connect_only) return {};
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 || status > 299) return error(ErrorCode::kUnavailable, "{} answered {}", request.target, status);
  return {};
}

}  // namespace weft::http
