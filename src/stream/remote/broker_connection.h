#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "env/network.h"
#include "kafka/frame.h"
#include "stream/remote/pending_call.h"

namespace weft::stream {

/// One connection to a foreign broker: connects when it is first needed and again after it broke, asks which versions are
/// served, and answers requests in the order they were sent. On the loop only; held by std::shared_ptr.
class BrokerConnection : public std::enable_shared_from_this<BrokerConnection> {
 public:
  static constexpr std::size_t kRequestsMax = 1'000;

  BrokerConnection(env::EventLoop& loop, env::Network& network, env::Address address)
      : loop_(loop), network_(network), address_(std::move(address)) {}
  ~BrokerConnection() { close(); }

  const env::Address& address() const { return address_; }
  /// Whether the broker serves an API, by its number, in any version; false before it was ever asked for anything.
  bool offers(std::int16_t api) const { return versions_.contains(api); }
  /// Breaks the connection; what waits for an answer fails with kUnavailable. Its owner calls it before letting go: a read
  /// under way keeps the object alive.
  void close();

  /// Sends `request` in the highest version that both sides know. kUnsupported when there is none, or none that carries
  /// what the request says; kUnavailable when the broker can't be reached or went away: then it may have been done.
  template <class Request, class Response>
  void call(Request request, Deadline deadline, Callback<Result<Response>> done) {
    static_assert(Request::kApi == Response::kApi);
    exchange(
        Request::kApi, deadline,
        [request = std::move(request)](const kafka::RequestHeader& header) { return kafka::encode_request(request, header); },
        [done = std::move(done)](Result<Answer> answer) mutable {
          if (!answer.ok()) return done(std::move(answer).error());
          done(kafka::decode<Response>(std::move(answer->body), answer->version));
        });
  }

 private:
  enum class State { kClosed, kConnecting, kAskingVersions, kReady };
  struct Answer {
    std::int16_t version;
    SharedBytes body;
  };
  struct VersionRange {
    std::int16_t min;
    std::int16_t max;
  };
  using Encode = Function<Result<kafka::Encoded>(const kafka::RequestHeader&)>;
  using AnswerCall = std::shared_ptr<PendingCall<Answer>>;
  struct Request {
    kafka::ApiKey api;
    Encode encode;
    AnswerCall call;
  };
  struct Sent {
    kafka::ApiKey api;
    std::int16_t version;
    AnswerCall call;
  };

  void exchange(kafka::ApiKey api, Deadline deadline, Encode encode, Callback<Result<Answer>> done);
  void connect();
  void ask_versions(std::int16_t version);
  void learn_versions(Result<Answer> answer);
  Result<std::int16_t> choose_version(kafka::ApiKey api) const;
  void send(Request request);
  void write(kafka::ApiKey api, std::int16_t version, Encode& encode, AnswerCall call);
  void write_next();
  void read();
  Result<void> take_frames();
  void fail(const Error& why);

  env::EventLoop& loop_;
  env::Network& network_;
  env::Address address_;
  State state_ = State::kClosed;
  std::unique_ptr<env::Connection> connection_;
  std::uint64_t life_ = 0;  ///< Counts connections: what an earlier one still has to say is not heard.
  kafka::FrameReader frames_;
  std::map<std::int16_t, VersionRange> versions_;
  std::vector<Request> waiting_;  ///< Until the connection is ready.
  std::vector<SharedBytes> unwritten_;
  bool is_writing_ = false;
  std::int32_t last_correlation_id_ = 0;
  std::map<std::int32_t, Sent> sent_;
};

}  // namespace weft::stream
