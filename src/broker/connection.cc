#include "broker/connection.h"

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

  void respond(kafka::Encoded response) override {
    if (const auto connection = connection_.lock()) {
      connection->answered(number_, std::move(response.pieces), response.size, false);
    }
  }
  void respond_nothing() override {
    if (const auto connection = connection_.lock()) connection->answered(number_, {}, 0, false);
  }
  void close(Error why) override {
    const auto connection = connection_.lock();
    if (!connection) return;
    kLog.warn("connection closed: a request could not be served", {{"client", connection->client_->host}, {"why", why}});
    connection->broker_.metrics.bad_requests.add();
    connection->answered(number_, {}, 0, true);
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
                                   std::shared_ptr<Client> client, Function<void(ClientConnection*)> closed)
    : broker_(broker), connection_(std::move(connection)), client_(std::move(client)), closed_callback_(std::move(closed)),
      last_read_(broker.loop.clock().monotonic()) {}

ClientConnection::~ClientConnection() = default;

void ClientConnection::start() { read_more(); }

// ---- In

bool ClientConnection::may_handle() const {
  return !closed_ && !closing_ && !draining_ && holds_ == 0 && slots_.size() < kRequestsInFlightMax &&
         bytes_in_flight_ < kConnectionBytesMax && !broker_.appends.blocked() &&
         (slots_.empty() || !slots_.back().close_after);
}

void ClientConnection::read_more() {
  if (reading_ || peer_finished_ || !may_handle()) return;
  reading_ = true;
  connection_->read(frames_.space(), [self = weak_from_this()](Result<std::size_t> count) {
    if (const auto connection = self.lock()) connection->on_read(std::move(count));
  });
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
  if (broker_.appends.blocked() && !waiting_for_room_) {
    waiting_for_room_ = true;
    broker_.appends.on_free([weak = weak_from_this()] {
      if (const auto connection = weak.lock()) {
        connection->waiting_for_room_ = false;
        connection->go_on();
      }
    });
  }
  if (!closed_) read_more();
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
  const std::size_t frame_bytes = frame.size();
  slots_.push_back({});
  slots_.back().request_bytes = frame_bytes;
  bytes_in_flight_ += frame_bytes;
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
  handler->handle(std::move(request), std::move(parsed->body));
}

// ---- Out

ClientConnection::Slot* ClientConnection::slot(std::uint64_t number) {
  if (number < first_slot_ || number - first_slot_ >= slots_.size()) return nullptr;
  return &slots_[static_cast<std::size_t>(number - first_slot_)];
}

void ClientConnection::answered(std::uint64_t number, std::vector<SharedBytes> pieces, std::size_t size, bool close_after) {
  if (closed_ || closing_) return;
  auto* const place = slot(number);
  CHECK(place != nullptr && !place->answered, "a request is answered once");
  place->answered = true;
  place->close_after = close_after;
  place->pieces = std::move(pieces);
  place->response_bytes = size;
  bytes_in_flight_ += size;
  if (number == first_slot_) write_answers();
}

void ClientConnection::write_answers() {
  if (writing_ || closed_) return;
  std::vector<SharedBytes> pieces;
  std::size_t bytes = 0;
  bool close_after = false;
  while (!slots_.empty() && slots_.front().answered && pieces.size() < kPiecesPerWrite && !close_after) {
    auto& front = slots_.front();
    close_after = front.close_after;
    bytes += front.request_bytes + front.response_bytes;
    if (pieces.empty()) {
      pieces = std::move(front.pieces);
    } else {
      pieces.insert(pieces.end(), std::make_move_iterator(front.pieces.begin()), std::make_move_iterator(front.pieces.end()));
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
    bytes_in_flight_ -= bytes;
    if (close_after) return close();
    if (bytes > 0 && !handling_) go_on();
    if ((draining_ || peer_finished_) && slots_.empty()) close();
    return;
  }
  writing_ = true;
  connection_->write(std::move(pieces), [self = weak_from_this(), bytes, close_after](Result<void> written) {
    const auto connection = self.lock();
    if (!connection || connection->closed_) return;
    connection->on_written(std::move(written), bytes);
    if (close_after) connection->close();
  });
}

void ClientConnection::on_written(Result<void> written, std::size_t bytes) {
  writing_ = false;
  if (!written.ok()) return close();
  bytes_in_flight_ -= bytes;
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

void ClientConnection::drain() {
  draining_ = true;
  if (slots_.empty() && !writing_) close();
}

void ClientConnection::close() {
  if (closed_) return;
  const auto self = shared_from_this();
  closed_ = true;
  slots_.clear();
  connection_->close();
  if (closed_callback_) std::exchange(closed_callback_, {})(this);
}

}  // namespace weft::broker
