#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "http/http.h"

namespace weft::http {

/// Why the server itself turns a request away, and with which status.
struct Refusal {
  int status;
  Error why;
};

/// Bytes of a connection in, one Request out (RFC 9112). Beast's parser behind our limits, and stricter where its
/// leniency would let two readers of one stream disagree about where a request ends.
class RequestParser {
 public:
  RequestParser(std::size_t header_bytes_max, std::size_t body_bytes_max);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  enum class Progress {
    kMore,  ///< Bytes are missing.
    kHead,  ///< The headers are complete, and request() but for its body; reported once.
    kDone,  ///< So is the body.
  };
  struct Step {
    std::size_t consumed = 0;
    Progress progress = Progress::kMore;
    std::optional<Refusal> refusal;  ///< The parser is of no more use.
  };
  /// What was not consumed is given again, with more behind it: headers are parsed whole. Never empty bytes.
  Step feed(ByteView bytes);

  bool started() const { return started_; }  ///< Some bytes of a request have come.
  bool head_done() const { return head_done_; }
  bool done() const { return done_; }
  Request& request() { return request_; }
  /// The body so far.
  std::size_t body_bytes() const;
  /// The client would like to send another request afterwards.
  bool keep_alive() const { return keep_alive_; }
  bool http_1_0() const { return http_1_0_; }
  bool expects_continue() const { return expects_continue_; }
  /// Moves the body into request(). Once done.
  Request take();

 private:
  struct Beast;
  std::optional<Refusal> read_head();

  std::unique_ptr<Beast> beast_;
  Request request_;
  bool started_ = false;
  bool head_done_ = false;
  bool done_ = false;
  bool keep_alive_ = false;
  bool http_1_0_ = false;
  bool expects_continue_ = false;
};

}  // namespace weft::http
