#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "env/network.h"
#include "env/sim_env.h"
#include "faults.h"
#include "kafka/frame.h"

namespace weft::sim {

/// A client's connection to the broker: connects when there is something to send, and gives up all that is under way
/// when one answer does not come in time. Real frames, both ways. Lives on the clients' loop.
class Wire {
 public:
  Wire(env::SimEnv& sim, env::EventLoop& loop, Counts& counts, std::string client_id);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// `done` is given none when the connection broke first: whether the request was handled is unknown.
  template <class Response, class Request>
  void call(const Request& request, std::int16_t version, env::Duration timeout,
            Function<void(std::optional<Response>)> done) {
    send(encode(request, version), timeout,
         [version, done = std::move(done)](std::optional<SharedBytes> frame) mutable {
           if (!frame.has_value()) return done(std::nullopt);
           auto parsed = kafka::parse_response(std::move(*frame), Response::kApi, version);
           CHECK(parsed.ok(), "the broker's frames can be read");
           auto response = kafka::decode<Response>(parsed->body, version);
           CHECK(response.ok(), "the broker's answers can be read");
           done(std::move(*response));
         });
  }
  /// A request without an answer: acks=0.
  template <class Request>
  void tell(const Request& request, std::int16_t version) {
    push(encode(request, version));
  }
  /// Breaks the connection.
  void drop();

 private:
  using Answer = Function<void(std::optional<SharedBytes>)>;
  struct Waiting {
    Answer answer;
    env::EventLoop::TimerId timer;
  };

  template <class Request>
  std::vector<SharedBytes> encode(const Request& request, std::int16_t version) {
    auto encoded = kafka::encode_request(request, {Request::kApi, version, ++correlation_, client_id_});
    CHECK(encoded.ok(), "clients send what can be encoded");
    return std::move(encoded->pieces);
  }
  void send(std::vector<SharedBytes> pieces, env::Duration timeout, Answer answer);
  void push(std::vector<SharedBytes> pieces);
  void connect();
  void write();
  void read();
  void take_frames();

  env::SimEnv& sim_;
  env::EventLoop& loop_;
  Counts& counts_;
  const std::string client_id_;
  std::unique_ptr<env::Connection> connection_;
  std::shared_ptr<int> attempt_;  ///< Of this connection; what completes for an older one is ignored.
  std::optional<kafka::FrameReader> frames_;
  std::vector<SharedBytes> unsent_;
  bool connecting_ = false;
  bool writing_ = false;
  std::int32_t correlation_ = 0;
  std::map<std::int32_t, Waiting> waiting_;
};

}  // namespace weft::sim
