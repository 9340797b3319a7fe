#pragma once

#include "http/http.h"

namespace weft::http {

/// Where a Responder's answer goes: a session's exchange, or a test.
class Responder::Sink {
 public:
  virtual ~Sink() = default;
  /// Any thread.
  virtual void send(Response response) = 0;
  virtual std::shared_ptr<EventStream> start_events(std::size_t bytes_max) = 0;
};

}  // namespace weft::http
