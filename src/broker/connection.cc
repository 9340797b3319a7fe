#include "broker/connection.h"

#include <algorithm>

#include "broker/api/throttle.h"
#include "broker/limits.h"
#include "broker/metrics.h"

namespace weft::broker {
namespace {

constexpr Logger kLog("broker.connection");
/// Answers gathered into one write.
constexpr std::size_t kPiecesPerWrite = 512;

}  // namespace

/// Fills one slot; answers that come after the connection has gone are dropped.
class ClientConnection::SlotResponder final : public Responder {
 public:
  SlotResponder(std::weak_ptr<ClientConnection> connection, std::uint64_t number)
      : connection_(std::move(connection)), number_(number) {}

  void respond(kafka::Encoded response, env::MemoryBudget::Share memory) override {
    if (const auto connection = connection_.lock()) {
      connection->answered(number_, std::move(response), std::move(memory), false);
    }
  }
  void respond_nothing() override {
    if (const auto connection = connection_.lock()) connection->answered(number_, {}, {}, false);
  }
  void close(Error why) override {
    const auto connection = connection_.lock();
    if (!connection) return;
    kLog.warn("connection closed: a request could not be served",
              {{"client", connection->client_->host}, {"why", why}});
    connection->broker_.metrics.bad_requests.add();
    connection->answered(number_, {}, {}, true);
  }
  void hold() override {
    if (const auto connection = connection_.lock()) ++connection->holds_;
  }
  void release() override {
    const auto connection = connection_.lock();
    if (!connection) return;
    CHECK(connection->holds_ > 0, "a hold for every release");
    --connection->holds_;
    connection->go_on();
  }

 private:
  std::weak_ptr<ClientConnection> connection_;
  std::uint64_t number_;
};

ClientConnection::ClientConnection(Services& broker, std::unique_ptr<env::Connection> connection,
                                   std::shared_ptr<Client> client, Function<void()> closed)
    : broker_(broker),
      connection_(std::move(connection)),
      client_(std::move(client)),
      closed_callback_(std::move(closed)),
      last_read_(broker.loop.clock().monotonic()) {}

ClientConnection::~ClientConnection() = default;

void ClientConnection::start() { read_more(); }

// ---- In

bool ClientConnection::may_handle() const {
  return !closed_ && !closing_ && !draining_ && holds_ == 0 && slots_.size() < kRequestsInFlightMax &&
         unanswered_bytes_ + untaken_bytes_ < kConnectionBytesMax && !broker_.appends.blocked() &&
         !broker_.memory.requests.is_full() && !(untaken_bytes_ > 0 && broker_.memory.answers.is_full()) &&
         (slots_.empty() || !slots_.back().close_after);
}

void ClientConnection::read_more() {
  if (reading_ || peer_finished_ || memory_ticket_ != 0 || !may_handle()) return;
  const auto bytes = frames_.buffer_bytes_needed();
  if (bytes > kafka::kReadBytes && incoming_.bytes() == 0 && !take_incoming(bytes)) return;
  reading_ = true;
  connection_->read(frames_.space(), [self = weak_from_this()](Result<std::size_t> count) {
    if (const auto connection = self.lock()) connection->on_read(std::move(count));
  });
}

bool ClientConnection::take_incoming(std::size_t bytes) {
  incoming_since_ = broker_.loop.clock().monotonic();
  incoming_ = broker_.memory.requests.share();
  if (incoming_.try_grow(bytes) == bytes) return true;
  incoming_.shrink_to(0);
  const auto wanted = std::min(bytes, broker_.memory.requests.bytes_max());
  memory_ticket_ = broker_.memory.requests.wait(wanted, [self = weak_from_this()](env::MemoryBudget::Share share) {
    const auto connection = self.lock();
    if (!connection || connection->closed_) return;
    connection->memory_ticket_ = 0;
    connection->incoming_since_ = connection->broker_.loop.clock().monotonic();
    connection->incoming_ = std::move(share);
    connection->read_more();
  });
  return false;
}

void ClientConnection::on_read(Result<std::size_t> count) {
  reading_ = false;
  if (closed_) return;
  if (!count.ok()) return close();
  if (*count == 0) {
    // The peer sends no more; what it asked is still answered.
    peer_finished_ = true;
    if (slots_.empty()) close();
    return;
  }
  last_read_ = broker_.loop.clock().monotonic();
  frames_.filled(*count);
  go_on();
}

void ClientConnection::go_on() {
  const auto self = shared_from_this();
  handle_frames();
  if (closed_) return;
  wait_for_room();
  read_more();
}

void ClientConnection::wait_for_room() {
  if (broker_.appends.blocked() && !waiting_for_room_) {
    waiting_for_room_ = true;
    broker_.appends.on_free([weak = weak_from_this()] {
      if (const auto connection = weak.lock()) {
        connection->waiting_for_room_ = false;
        connection->go_on();
      }
    });
  }
  if (broker_.memory.requests.is_full() && memory_ticket_ == 0) {
    memory_ticket_ = broker_.memory.requests.wait(1, [weak = weak_from_this()](env::MemoryBudget::Share) {
      if (const auto connection = weak.lock()) {
        connection->memory_ticket_ = 0;
        if (!connection->closed_) connection->go_on();
      }
    });
  }
}

void ClientConnection::handle_frames() {
  if (handling_) return;  // a handler answered at once; the loop below goes on
  handling_ = true;
  while (may_handle()) {
    auto frame = frames_.next();
    if (!frame.ok()) {
      fail(frame.error());
      break;
    }
    if (!frame->has_value()) break;
    handle_frame(std::move(**frame));
  }
  handling_ = false;
}

void ClientConnection::handle_frame(SharedBytes frame) {
  const auto number = first_slot_ + slots_.size();
  slots_.push_back({});
  auto& memory = slots_.back().request;
  if (incoming_.bytes() > 0) {
    memory = std::exchange(incoming_, {});
  } else {
    memory = broker_.memory.requests.share();
    memory.grow(frame.size());
  }
  unanswered_bytes_ += memory.bytes();
  broker_.metrics.requests.add();
  auto responder = std::make_shared<SlotResponder>(weak_from_this(), number);

  auto parsed = kafka::parse_request(std::move(frame));
  if (!parsed.ok()) return responder->close(std::move(parsed).error());
  auto& header = parsed->header;
  Request request{broker_, client_, responder, header.version, header.correlation_id, header.client_id.value_or("")};
  const auto* handler = find_handler(header.api);
  if (header.api == kafka::ApiKey::kApiVersions && !handler->serves(header.version)) {
    return answer_unknown_api_versions(std::move(request));
  }
  if (handler == nullptr || parsed->api == nullptr || !handler->serves(header.version)) {
    return responder->close(error(ErrorCode::kUnsupported, "{} ({}) v{} is not served", kafka::api_name(header.api),
                                  static_cast<std::int16_t>(header.api), header.version));
  }
  dispatch(*handler, std::move(request), std::move(parsed->body));
}

/// Measures what it takes where a quota asks for that.
void ClientConnection::dispatch(const ApiHandler& handler, Request request, SharedBytes body) {
  const auto& quotas = broker_.topics.quotas();
  if (quotas.find(client_->principal.name, request.client_id, QuotaKind::kRequestPercentage) == nullptr) {
    return handler.handle(std::move(request), std::move(body));
  }
  const Request measured = request;
  const auto begun = broker_.loop.clock().monotonic();
  handler.handle(std::move(request), std::move(body));
  const std::chrono::duration<double> took = broker_.loop.clock().monotonic() - begun;
  rest_if_over_quota(measured, QuotaKind::kRequestPercentage, 100 * took.count());
}

// ---- Out

ClientConnection::Slot* ClientConnection::slot(std::uint64_t number) {
  if (number < first_slot_ || number - first_slot_ >= slots_.size()) return nullptr;
  return &slots_[static_cast<std::size_t>(number - first_slot_)];
}

void ClientConnection::answered(std::uint64_t number, kafka::Encoded response, env::MemoryBudget::Share memory,
                                bool close_after) {
  if (closed_ || closing_) return;
  auto* const place = slot(number);
  CHECK(place != nullptr && !place->answered, "a request is answered once");
  place->answered = true;
  place->close_after = close_after;
  place->pieces = std::move(response.pieces);
  unanswered_bytes_ -= place->request.bytes();
  place->request.shrink_to(0);
  place->answer = broker_.memory.answers.share();
  place->answer.add(std::move(memory));
  place->answer.shrink_to(response.size);
  place->answer.grow(response.size - place->answer.bytes());
  untaken_bytes_ += response.size;
  if (number == first_slot_) write_answers();
}

void ClientConnection::write_answers() {
  if (writing_ || closed_) return;
  std::vector<SharedBytes> pieces;
  bool popped = false;
  bool close_after = false;
  while (!slots_.empty() && slots_.front().answered && pieces.size() < kPiecesPerWrite && !close_after) {
    auto& front = slots_.front();
    close_after = front.close_after;
    written_.add(std::move(front.answer));
    popped = true;
    if (pieces.empty()) {
      pieces = std::move(front.pieces);
    } else {
      pieces.insert(pieces.end(), std::make_move_iterator(front.pieces.begin()),
                    std::make_move_iterator(front.pieces.end()));
    }
    slots_.pop_front();
    ++first_slot_;
  }
  if (close_after) {
    // A request that could not be understood: what was asked before it is answered, nothing after it is.
    slots_.clear();
    closing_ = true;
  }
  if (pieces.empty()) {
    if (close_after) return close();
    if (popped && !handling_) go_on();
    if ((draining_ || peer_finished_) && slots_.empty()) close();
    return;
  }
  writing_ = true;
  writing_since_ = broker_.loop.clock().monotonic();
  connection_->write(std::move(pieces), [self = weak_from_this(), close_after](Result<void> written) {
    const auto connection = self.lock();
    if (!connection || connection->closed_) return;
    connection->on_written(std::move(written));
    if (close_after) connection->close();
  });
}

void ClientConnection::on_written(Result<void> written) {
  writing_ = false;
  if (!written.ok()) return close();
  untaken_bytes_ -= written_.bytes();
  written_ = {};
  write_answers();
  if (closed_ || writing_) return;
  if ((draining_ || peer_finished_) && slots_.empty()) return close();
  go_on();
}

// ---- The end

void ClientConnection::fail(const Error& why) {
  kLog.warn("connection closed: not a request", {{"client", client_->host}, {"why", why}});
  broker_.metrics.bad_requests.add();
  close();
}

void ClientConnection::give_way() {
  kLog.warn("connection closed: it took too long while others waited for memory",
            {{"client", client_->host}, {"request_bytes", incoming_.bytes()}, {"answer_bytes", untaken_bytes_}});
  broker_.metrics.hoarders_closed.add();
  close();
}

void ClientConnection::drain() {
  draining_ = true;
  if (slots_.empty() && !writing_) close();
}

void ClientConnection::close() {
  if (closed_) return;
  const auto self = shared_from_this();
  closed_ = true;
  slots_.clear();
  incoming_ = {};
  written_ = {};
  if (memory_ticket_ != 0) broker_.memory.requests.cancel(memory_ticket_);
  connection_->close();
  if (closed_callback_) std::exchange(closed_callback_, {})();
}

}  // namespace weft::broker
