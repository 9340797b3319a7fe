#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/metrics.h"
#include "http/host_policy.h"
#include "http/http.h"
#include "http/request_parser.h"

namespace weft::http {

class Session;
class SessionEvents;

/// Counts what a port does; nothing when there is no Metrics.
struct ServerProbe {
  ServerProbe(Metrics* metrics, const std::string& port);
  void answered(int status, env::Duration took) const;

  std::array<Counter*, 6> requests{};  ///< By hundred of the status.
  Histogram* seconds = nullptr;
  Gauge* connections = nullptr;
  Gauge* event_streams = nullptr;
};

/// What the sessions of one port share. On its loop.
struct ServerCore {
  ServerCore(env::EventLoop& loop, env::ClientMemory& memory, ServerOptions options, Authenticate authenticate,
             Router router);

  void accept(std::unique_ptr<env::Connection> connection);
  /// IMF-fixdate of now (RFC 9110 5.6.7), made once a second.
  std::string_view date();

  env::EventLoop& loop;
  env::ClientMemory& memory;
  ServerOptions options;
  HostPolicy hosts;
  Authenticate authenticate;
  Router router;
  ServerProbe probe;
  std::unordered_map<Session*, std::shared_ptr<Session>> sessions;

 private:
  std::string date_;
  std::int64_t date_second_ = -1;
};

/// One connection: reads a request, has it handled, writes the answer, and again. At any time it does one of these.
///
///     kReading → kHandling → kWriting → kReading …      kHandling → kStreaming → kReading
///     any of them → kLingering → closed: the answer is out, what the client still sends is read and dropped, because
///     closing with unread bytes would reset the connection and could take the answer with it.
///
/// Owned by ServerCore; a Responder's sink and an event stream hold it weakly and name the exchange they belong to.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(ServerCore& core, std::unique_ptr<env::Connection> connection);
  ~Session();

  void start();
  /// Answers 503 and closes: too many connections.
  void turn_away();
  /// The server ends.
  void abandon();

  void respond(std::uint64_t exchange, Response response);
  /// The handler let go of the request without an answer: 500.
  void drop(std::uint64_t exchange);
  std::shared_ptr<EventStream> start_events(std::uint64_t exchange, std::size_t bytes_max);

  // For SessionEvents.
  bool stream_open(std::uint64_t exchange) const {
    return state_ == State::kStreaming && exchange == exchange_ && !stream_finished_;
  }
  void stream_send(std::string_view bytes);
  void stream_finish();
  std::size_t stream_bytes_waiting() const { return stream_pending_.size() + unsent_bytes_; }

 private:
  enum class State { kReading, kHandling, kWriting, kStreaming, kLingering };

  void next_request();
  void read_more();
  void on_read(Result<std::size_t> got);
  void process();
  bool begin_request();
  void send_continue();
  /// False when the request was refused: there is no memory for its body.
  bool hold_body();
  void handle();

  void refuse(const Refusal& refusal);
  void answer(Response response);
  void write(std::vector<SharedBytes> pieces);
  void write_next();
  void on_written();
  void stream_flush();
  void linger();
  void close();

  void set_deadline(env::Duration from_now);
  void clear_deadline();
  void log_answer(int status, std::size_t bytes);
  std::string make_head(const Response& response, bool chunked, std::size_t content_length);
  void compress(Response& response) const;

  env::EventLoop& loop_;
  ServerCore* core_;  ///< None once abandoned.
  std::unique_ptr<env::Connection> connection_;
  State state_ = State::kReading;
  std::uint64_t exchange_ = 0;

  Buffer in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  bool read_under_way_ = false;
  std::size_t lingered_bytes_ = 0;

  RequestParser parser_;
  env::MemoryBudget::Share body_;

  // Of the request being answered; the Request itself goes to its handler.
  Method method_ = Method::kGet;
  std::string path_;
  std::string principal_;
  bool accepts_gzip_ = false;
  bool keep_alive_ = false;
  env::MonotonicTime started_{};

  std::deque<SharedBytes> out_;
  std::size_t unsent_bytes_ = 0;  ///< In out_ and in the write under way.
  env::MemoryBudget::Share unsent_;
  bool write_under_way_ = false;
  std::string stream_pending_;
  bool stream_chunked_ = false;
  bool stream_finished_ = false;
  std::weak_ptr<SessionEvents> events_;

  env::EventLoop::TimerId timer_ = 0;
};

}  // namespace weft::http
