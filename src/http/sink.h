#pragma once

#include "http/http.h"

namespace weft::http {

/// Why a request that nobody answered is refused.
Error dropped_unanswered();

/// Where a Responder's answer goes: a session's exchange, or a test.
class Responder::Sink {
 public:
  virtual ~Sink() = default;
  /// Any thread.
  virtual void send(Response response) = 0;
  /// The request was dropped unanswered: 500. Any thread.
  virtual void drop();
  virtual std::shared_ptr<EventStream> start_events(std::size_t bytes_max) = 0;
};

}  // namespace weft::http
