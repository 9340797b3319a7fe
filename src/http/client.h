#pragma once

#include <chrono>
#include <string>

#include "http/http.h"

namespace weft::http {

struct ClientRequest {
  Method method = Method::kGet;
  std::string url;
  Headers headers = {};
  std::string body = {};
  std::chrono::milliseconds timeout{30'000};
  std::size_t body_bytes_max = 64 << 20;  ///< Of the answer; kTooLarge above.
};

/// Sends one request and waits for its answer, whatever its status. Blocks: for commands, not for loops. Header names of
/// the answer are in lower case. Redirects are answers too. Errors: kUnavailable when nobody answers there, kTimeout.
Result<Response> send(const ClientRequest& request);

}  // namespace weft::http
