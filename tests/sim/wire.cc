#include "wire.h"

namespace weft::sim {
namespace {

const env::Address kBroker{"127.0.0.1", 9092};
constexpr auto kConnectTimeout = std::chrono::seconds(2);

}  // namespace

Wire::Wire(env::SimEnv& sim, env::EventLoop& loop, Counts& counts, std::string client_id)
    : sim_(sim), loop_(loop), counts_(counts), client_id_(std::move(client_id)) {}

Wire::~Wire() {
  for (auto& [correlation, waiting] : waiting_) loop_.cancel(waiting.timer);
}

void Wire::send(std::vector<SharedBytes> pieces, env::Duration timeout, Answer answer) {
  const auto timer = loop_.schedule_after(timeout, [this] {
    counts_.add(Event::kAnswerLate);
    drop();
  });
  waiting_.emplace(correlation_, Waiting{std::move(answer), timer});
  push(std::move(pieces));
}

void Wire::push(std::vector<SharedBytes> pieces) {
  unsent_.insert(unsent_.end(), std::make_move_iterator(pieces.begin()), std::make_move_iterator(pieces.end()));
  if (connection_ == nullptr) return connect();
  write();
}

void Wire::connect() {
  if (std::exchange(connecting_, true)) return;
  attempt_ = std::make_shared<int>();
  frames_.emplace();
  sim_.network().connect(loop_, kBroker, kConnectTimeout, [this, attempt = std::weak_ptr(attempt_)](auto connected) {
    if (attempt.expired()) return;
    connecting_ = false;
    if (!connected.ok()) return drop();
    connection_ = std::move(connected).value();
    read();
    write();
  });
}

void Wire::write() {
  if (writing_ || connecting_ || unsent_.empty()) return;
  writing_ = true;
  connection_->write(std::exchange(unsent_, {}), [this, attempt = std::weak_ptr(attempt_)](Result<void> written) {
    if (attempt.expired()) return;
    writing_ = false;
    if (!written.ok()) return drop();
    write();
  });
}

void Wire::read() {
  connection_->read(frames_->space(), [this, attempt = std::weak_ptr(attempt_)](Result<std::size_t> count) {
    if (attempt.expired()) return;
    if (!count.ok() || *count == 0) return drop();
    frames_->filled(*count);
    take_frames();
    if (!attempt.expired()) read();
  });
}

void Wire::take_frames() {
  const auto attempt = std::weak_ptr(attempt_);
  while (!attempt.expired()) {
    auto frame = frames_->next();
    CHECK(frame.ok(), "the broker sends whole frames");
    if (!frame->has_value()) return;
    const auto asked = waiting_.find(kafka::peek_correlation_id((*frame)->view()).value());
    CHECK(asked != waiting_.end() && asked == waiting_.begin(), "answers come in the order of the requests");
    Answer answer = std::move(asked->second.answer);
    loop_.cancel(asked->second.timer);
    waiting_.erase(asked);
    answer(std::move(**frame));
  }
}

void Wire::drop() {
  attempt_.reset();
  // It may be on the stack.
  if (connection_ != nullptr) loop_.post([gone = std::move(connection_)] {});
  connecting_ = writing_ = false;
  unsent_.clear();
  auto lost = std::exchange(waiting_, {});
  for (auto& [correlation, waiting] : lost) loop_.cancel(waiting.timer);
  for (auto& [correlation, waiting] : lost) waiting.answer(std::nullopt);
}

}  // namespace weft::sim
