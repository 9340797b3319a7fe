#include "stream/remote/broker_connection.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "kafka/errors.h"
#include "kafka/messages/api_versions.h"

namespace weft::stream {
namespace {

constexpr env::Duration kConnectTimeout = std::chrono::seconds(10);
constexpr std::int16_t kNewestAsked = 3;  // Every broker since 2.4.
constexpr char kClientId[] = "weft";
constexpr char kClientVersion[] = "0.1.0";

}  // namespace

void BrokerConnection::close() { fail(error(ErrorCode::kUnavailable, "broker {}: the connection was closed", address_.to_string())); }

void BrokerConnection::exchange(kafka::ApiKey api, Deadline deadline, Encode encode, Callback<Result<Answer>> done) {
  auto call = PendingCall<Answer>::start(
      loop_, deadline, fmt::format("{} at broker {}", kafka::api_name(api), address_.to_string()), std::move(done));
  if (waiting_.size() + sent_.size() >= kRequestsMax)
    return call->complete(error(ErrorCode::kExhausted, "broker {}: {} requests are on their way already", address_.to_string(),
                                kRequestsMax));
  Request request{api, std::move(encode), std::move(call)};
  if (state_ == State::kReady) return send(std::move(request));
  waiting_.push_back(std::move(request));
  if (state_ == State::kClosed) connect();
}

void BrokerConnection::connect() {
  state_ = State::kConnecting;
  frames_ = kafka::FrameReader();
  const auto life = ++life_;
  network_.connect(loop_, address_, kConnectTimeout,
                   [weak = weak_from_this(), life](Result<std::unique_ptr<env::Connection>> made) {
                     auto self = weak.lock();
                     if (self == nullptr || self->life_ != life) return;
                     if (!made.ok()) return self->fail(Error{ErrorCode::kUnavailable, std::move(made).error().message});
                     self->connection_ = std::move(*made);
                     self->read();
                     self->ask_versions(kNewestAsked);
                   });
}

void BrokerConnection::ask_versions(std::int16_t version) {
  state_ = State::kAskingVersions;
  kafka::ApiVersionsRequest request;
  request.client_software_name = kClientId;
  request.client_software_version = kClientVersion;
  Encode encode = [request](const kafka::RequestHeader& header) { return kafka::encode_request(request, header); };
  Callback<Result<Answer>> done = [weak = weak_from_this(), life = life_](Result<Answer> answer) {
    auto self = weak.lock();
    if (self != nullptr && self->life_ == life) self->learn_versions(std::move(answer));
  };
  auto call = PendingCall<Answer>::start(loop_, loop_.clock().monotonic() + kConnectTimeout, "ApiVersions", std::move(done));
  write(kafka::ApiKey::kApiVersions, version, encode, std::move(call));
}

void BrokerConnection::learn_versions(Result<Answer> answer) {
  if (!answer.ok()) return fail(answer.error());
  auto response = kafka::decode<kafka::ApiVersionsResponse>(answer->body, answer->version);
  // A broker older than the question answers it in version 0.
  if (!response.ok()) response = kafka::decode<kafka::ApiVersionsResponse>(answer->body, 0);
  if (!response.ok()) return fail(response.error());
  if (response->error_code == kafka::KafkaError::kUnsupportedVersion && answer->version > 0) return ask_versions(0);
  if (response->error_code != kafka::KafkaError::kNone)
    return fail(kafka::peer_error(response->error_code, "broker " + address_.to_string()));
  versions_.clear();
  for (const auto& api : response->api_keys) versions_[api.api_key] = {api.min_version, api.max_version};
  state_ = State::kReady;
  for (auto& request : std::exchange(waiting_, {})) send(std::move(request));
}

Result<std::int16_t> BrokerConnection::choose_version(kafka::ApiKey api) const {
  const auto* ours = kafka::find_api(api);
  CHECK(ours != nullptr, "a message without a definition");
  const auto theirs = versions_.find(static_cast<std::int16_t>(api));
  if (theirs == versions_.end())
    return error(ErrorCode::kUnsupported, "broker {} does not offer {}", address_.to_string(), ours->name);
  const auto version = std::min(ours->version_max, theirs->second.max);
  if (version < ours->version_min || version < theirs->second.min)
    return error(ErrorCode::kUnsupported, "broker {} offers {} v{} to v{}, weft speaks v{} to v{}", address_.to_string(),
                 ours->name, theirs->second.min, theirs->second.max, ours->version_min, ours->version_max);
  return version;
}

void BrokerConnection::send(Request request) {
  if (request.call->completed()) return;  // Its deadline passed while it waited for the connection.
  auto version = choose_version(request.api);
  if (!version.ok()) return request.call->complete(std::move(version).error());
  write(request.api, *version, request.encode, std::move(request.call));
}

void BrokerConnection::write(kafka::ApiKey api, std::int16_t version, Encode& encode, AnswerCall call) {
  const auto correlation_id = ++last_correlation_id_;
  auto encoded = encode({api, version, correlation_id, kClientId});
  if (!encoded.ok()) return call->complete(std::move(encoded).error());
  sent_.emplace(correlation_id, Sent{api, version, std::move(call)});
  std::ranges::move(encoded->pieces, std::back_inserter(unwritten_));
  write_next();
}

void BrokerConnection::write_next() {
  if (is_writing_ || unwritten_.empty()) return;
  is_writing_ = true;
  connection_->write(std::exchange(unwritten_, {}), [weak = weak_from_this(), life = life_](Result<void> written) {
    auto self = weak.lock();
    if (self == nullptr || self->life_ != life) return;
    self->is_writing_ = false;
    if (!written.ok()) return self->fail({ErrorCode::kUnavailable, written.error().message});
    self->write_next();
  });
}

void BrokerConnection::read() {
  // The buffer lies in this object, which therefore lives until the read is over.
  connection_->read(frames_.space(), [self = shared_from_this(), life = life_](Result<std::size_t> count) {
    if (self->life_ != life) return;
    if (!count.ok()) return self->fail({ErrorCode::kUnavailable, count.error().message});
    if (*count == 0)
      return self->fail(error(ErrorCode::kUnavailable, "broker {} closed the connection", self->address_.to_string()));
    self->frames_.filled(*count);
    if (auto taken = self->take_frames(); !taken.ok()) return self->fail(taken.error());
    if (self->life_ == life) self->read();
  });
}

Result<void> BrokerConnection::take_frames() {
  const auto life = life_;
  while (life_ == life) {
    TRY_ASSIGN(auto frame, frames_.next());
    if (!frame) break;
    TRY_ASSIGN(const auto correlation_id, kafka::peek_correlation_id(frame->view()));
    auto found = sent_.find(correlation_id);
    if (found == sent_.end())
      return error(ErrorCode::kUnavailable, "broker {} answered a question that was not asked", address_.to_string());
    auto sent = std::move(found->second);
    sent_.erase(found);
    TRY_ASSIGN(auto response, kafka::parse_response(std::move(*frame), sent.api, sent.version));
    sent.call->complete(Answer{sent.version, std::move(response.body)});
  }
  return {};
}

void BrokerConnection::fail(const Error& why) {
  ++life_;
  state_ = State::kClosed;
  is_writing_ = false;
  unwritten_.clear();
  if (auto connection = std::move(connection_)) connection->close();
  auto waiting = std::exchange(waiting_, {});
  auto sent = std::exchange(sent_, {});
  for (auto& request : waiting) request.call->complete(why);
  for (auto& [id, request] : sent) request.call->complete(why);
}

}  // namespace weft::stream
