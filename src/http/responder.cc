#include "base/check.h"
#include "http/sink.h"

namespace weft::http {
namespace {

class CallbackSink final : public Responder::Sink {
 public:
  explicit CallbackSink(Callback<Response> answered) : answered_(std::move(answered)) {}
  void send(Response response) override { answered_(std::move(response)); }
  std::shared_ptr<EventStream> start_events(std::size_t) override {
    check_failed("Responder::start_events", __FILE__, __LINE__,
                 "a Responder made from a callback has no event streams");
  }

 private:
  Callback<Response> answered_;
};

}  // namespace

Error dropped_unanswered() {
  return error(ErrorCode::kInternal, "the request was dropped unanswered; please report it");
}

void Responder::Sink::drop() { send(problem(dropped_unanswered())); }

Responder::Responder(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}
Responder::Responder(Responder&&) noexcept = default;
Responder& Responder::operator=(Responder&& other) noexcept {
  std::swap(sink_, other.sink_);
  return *this;
}

Responder::~Responder() {
  if (sink_) sink_->drop();
}

Responder Responder::to(Callback<Response> answered) {
  return Responder(std::make_shared<CallbackSink>(std::move(answered)));
}

void Responder::send(Response response) {
  CHECK(sink_ != nullptr, "a request is answered once");
  std::exchange(sink_, nullptr)->send(std::move(response));
}

std::shared_ptr<EventStream> Responder::start_events(std::size_t bytes_max) {
  CHECK(sink_ != nullptr, "a request is answered once");
  return std::exchange(sink_, nullptr)->start_events(bytes_max);
}

}  // namespace weft::http
