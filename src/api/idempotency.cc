#include "api/idempotency.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "api/problem.h"

namespace weft::api {

namespace {

constexpr std::string_view kHeader = "idempotency-key";

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= Idempotency::kKeyMax &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

std::size_t fingerprint_of(const http::Request& request) {
  return std::hash<std::string>()(fmt::format("{}\n{}", request.header("if-match").value_or(""), request.body));
}

http::Response mistake(std::string detail) {
  return Problem{.status = 422, .code = "refused", .title = "Refused", .detail = std::move(detail)}.response();
}

}  // namespace

bool Idempotency::wanted(const http::Request& request) {
  return !http::is_safe(request.method) && request.header(kHeader) && request.path != "/api/v1/session";
}

void Idempotency::run(http::Request request, http::Responder responder,
                      Function<void(http::Request, http::Responder)> handle) {
  const std::string_view given = *request.header(kHeader);
  if (!is_key(given))
    return responder.send(
        mistake(fmt::format("Idempotency-Key must be 1 to {} printable characters without spaces.", kKeyMax)));
  trim();
  const std::string key = fmt::format("{} {} {} {}", request.principal.to_string(), http::method_name(request.method),
                                      request.path, given);
  const std::size_t fingerprint = fingerprint_of(request);
  const auto [at, added] = answers_.try_emplace(key);
  Entry& entry = at->second;
  if (!added) {
    if (entry.fingerprint != fingerprint)
      return responder.send(mistake("This Idempotency-Key was sent with another request. Take a new key for each."));
    if (entry.answer) {
      http::Response repeated = *entry.answer;
      repeated.headers.emplace_back("Idempotency-Replayed", "true");
      return responder.send(std::move(repeated));
    }
    if (entry.waiting.size() >= kWaitingMax)
      return responder.send(http::problem(error(ErrorCode::kExhausted, "This request is sent too often at once."), 503));
    entry.waiting.push_back(std::move(responder));
    return;
  }
  entry.fingerprint = fingerprint;
  entry.since = clock_.monotonic();
  entry.waiting.push_back(std::move(responder));
  handle(std::move(request),
         http::Responder::to([this, key](http::Response response) { finish(key, std::move(response)); }));
}

void Idempotency::finish(const std::string& key, http::Response response) {
  const auto at = answers_.find(key);
  std::vector<http::Responder> waiting = std::move(at->second.waiting);
  at->second.waiting.clear();
  // What failed for want of something may be tried again.
  if (response.status >= 500 || response.body.size() > kBytesMax / 8) {
    answers_.erase(at);
  } else {
    at->second.answer = response;
    bytes_ += response.body.size();
    order_.push_back(key);
    trim();
  }
  for (http::Responder& each : waiting) each.send(response);
}

void Idempotency::trim() {
  while (!order_.empty() && (order_.size() > kAnswersMax || bytes_ > kBytesMax ||
                             clock_.monotonic() - answers_.at(order_.front()).since > kAge))
    forget_oldest();
}

void Idempotency::forget_oldest() {
  const auto at = answers_.find(order_.front());
  bytes_ -= at->second.answer->body.size();
  answers_.erase(at);
  order_.pop_front();
}

}  // namespace weft::api
