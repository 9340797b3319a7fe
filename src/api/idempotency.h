#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "env/clock.h"
#include "http/http.h"

namespace weft::api {

/// Answers of changes by the Idempotency-Key that clients sent with them (draft-ietf-httpapi-idempotency-key-header): a
/// client that lost an answer sends the same again and gets it, and nothing is done twice. Keys belong to who sent them,
/// method and path. Kept in this process only: after a restart If-Match decides. Lives on the loop of the API.
class Idempotency {
 public:
  static constexpr std::size_t kAnswersMax = 2'000;
  static constexpr std::size_t kBytesMax = 8 << 20;
  static constexpr std::size_t kKeyMax = 200;
  static constexpr std::size_t kWaitingMax = 100;  ///< Repeats of one request that is still being answered.
  static constexpr env::Duration kAge = std::chrono::hours(24);

  explicit Idempotency(const env::Clock& clock) : clock_(clock) {}

  /// Whether this request asks for it.
  static bool wanted(const http::Request& request);
  /// Answers a repeat from what is kept; otherwise calls `handle`, and keeps what it answers unless that is 5xx.
  void run(http::Request request, http::Responder responder, Function<void(http::Request, http::Responder)> handle);

  std::size_t size() const { return answers_.size(); }

 private:
  struct Entry {
    std::size_t fingerprint = 0;  ///< Of body and If-Match: the same key with another request is a mistake.
    env::MonotonicTime since;
    std::optional<http::Response> answer;
    std::vector<http::Responder> waiting;
  };

  void finish(const std::string& key, http::Response response);
  void trim();
  void forget_oldest();

  const env::Clock& clock_;
  std::map<std::string, Entry> answers_;
  std::deque<std::string> order_;  ///< Oldest first; only of those that are answered.
  std::size_t bytes_ = 0;
};

}  // namespace weft::api
