#include "http/session.h"

#include <algorithm>
#include <exception>

#include "base/check.h"
#include "base/log.h"
#include "http/event_stream.h"
#include "http/gzip.h"
#include "http/sink.h"

namespace weft::http {
namespace {

constexpr Logger kLog("http");
constexpr std::size_t kReadBytes = 16 << 10;
constexpr std::size_t kWriteBytes = 256 << 10;  ///< At a time: the unit in which a slow reader must make progress.
constexpr env::Duration kLingerTimeout = std::chrono::seconds(5);
constexpr std::size_t kLingerBytesMax = 64 << 20;
constexpr std::size_t kCompressBytesMin = 1 << 10;
constexpr std::size_t kCompressBytesMax = 4 << 20;

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return status < 400 ? "OK" : "Error";
  }
}

bool has_header(const Headers& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [name](const auto& header) { return header.first == name; });
}

/// Sent with every answer that does not say otherwise: an answer of the API that a browser is tricked into showing as a
/// page can do nothing.
constexpr std::pair<std::string_view, std::string_view> kDefaultHeaders[] = {
    {"x-content-type-options", "nosniff"},
    {"referrer-policy", "same-origin"},
    {"cross-origin-resource-policy", "same-origin"},
    {"content-security-policy", "default-src 'none'; frame-ancestors 'none'"},
};

bool worth_compressing(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (name == "content-encoding") return false;
    if (name == "content-type") return value.find("json") != std::string::npos || value.starts_with("text/");
  }
  return false;
}

/// Answers one exchange of one session, from any thread.
class SessionSink final : public Responder::Sink {
 public:
  SessionSink(std::weak_ptr<Session> session, env::EventLoop& loop, std::uint64_t exchange)
      : session_(std::move(session)), loop_(loop), exchange_(exchange) {}

  void send(Response response) override {
    on_session([exchange = exchange_, response = std::move(response)](Session& session) mutable {
      session.respond(exchange, std::move(response));
    });
  }

  void drop() override {
    on_session([exchange = exchange_](Session& session) { session.drop(exchange); });
  }

  std::shared_ptr<EventStream> start_events(std::size_t bytes_max) override {
    CHECK(loop_.is_current(), "an event stream is started on its server's loop");
    if (const auto session = session_.lock()) return session->start_events(exchange_, bytes_max);
    auto gone = std::make_shared<SessionEvents>(session_, loop_, exchange_, bytes_max);
    gone->lost();
    return gone;
  }

 private:
  /// At once on the session's loop, otherwise posted there; not at all when the session is gone.
  template <class Act>
  void on_session(Act act) {
    if (loop_.is_current()) {
      if (const auto session = session_.lock()) act(*session);
      return;
    }
    loop_.post([session = session_, act = std::move(act)]() mutable {
      if (const auto locked = session.lock()) act(*locked);
    });
  }

  std::weak_ptr<Session> session_;
  env::EventLoop& loop_;
  std::uint64_t exchange_;
};

}  // namespace

Session::Session(ServerCore& core, std::unique_ptr<env::Connection> connection)
    : loop_(core.loop),
      core_(&core),
      connection_(std::move(connection)),
      parser_(core.options.header_bytes_max, core.options.body_bytes_max),
      body_(core.memory.requests.share()),
      unsent_(core.memory.answers.share()) {}

Session::~Session() = default;

void Session::start() { next_request(); }

void Session::turn_away() {
  keep_alive_ = false;
  answer(core_->router.refusal({}, error(ErrorCode::kExhausted, "too many connections; try again later"), 503));
}

void Session::abandon() {
  close();
  core_ = nullptr;
}

// ---- Reading

void Session::next_request() {
  body_.shrink_to(0);
  ++exchange_;
  parser_ = RequestParser(core_->options.header_bytes_max, core_->options.body_bytes_max);
  state_ = State::kReading;
  set_deadline(core_->options.idle_timeout);
  process();
}

void Session::process() {
  while (state_ == State::kReading && in_begin_ < in_end_) {
    const bool was_started = parser_.started();
    const auto step = parser_.feed(ByteView(in_).subspan(in_begin_, in_end_ - in_begin_));
    in_begin_ += step.consumed;
    if (step.refusal) return refuse(*step.refusal);
    if (!was_started && parser_.started()) {
      started_ = loop_.clock().monotonic();
      set_deadline(core_->options.head_timeout);
    }
    if (step.progress == RequestParser::Progress::kHead && !begin_request()) return;
    if (!hold_body()) return;
    if (parser_.done()) return handle();
    if (write_under_way_) return;  // 100 Continue first.
    if (step.consumed == 0) break;
  }
  if (state_ == State::kReading) read_more();
}

void Session::read_more() {
  if (read_under_way_) return;
  if (in_begin_ > 0) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(in_begin_), in_.begin() + static_cast<std::ptrdiff_t>(in_end_),
              in_.begin());
    in_end_ -= std::exchange(in_begin_, 0);
  }
  if (in_end_ == in_.size()) {
    // The headers are parsed whole, so that they must fit; so must a chunk's line.
    const std::size_t room_max = core_->options.header_bytes_max + kReadBytes;
    if (in_.size() >= room_max) {
      if (state_ == State::kStreaming) return;  // Whoever pipelines this much behind a stream has to wait for its end.
      return refuse({400, error(ErrorCode::kInvalidArgument, "this is no HTTP request: a line without end")});
    }
    in_.resize(std::min(room_max, in_.size() + kReadBytes));
  }
  read_under_way_ = true;
  connection_->read(std::span(in_).subspan(in_end_), [this](Result<std::size_t> got) {
    const auto self = shared_from_this();
    on_read(std::move(got));
  });
}

void Session::on_read(Result<std::size_t> got) {
  read_under_way_ = false;
  if (!got.ok() || *got == 0) return close();
  if (state_ == State::kLingering) {
    lingered_bytes_ += *got;
    if (lingered_bytes_ > kLingerBytesMax) return close();
    return read_more();
  }
  in_end_ += *got;
  if (state_ == State::kStreaming) return read_more();
  if (state_ != State::kReading) return;
  if (parser_.head_done()) set_deadline(core_->options.stall_timeout);
  process();
}

/// The headers are there. False when the request was refused.
bool Session::begin_request() {
  Request& request = parser_.request();
  request.peer = connection_->peer();
  method_ = request.method;
  path_ = request.path;
  principal_.clear();
  accepts_gzip_ = accepts_gzip(request);
  keep_alive_ = parser_.keep_alive();
  if (auto allowed = core_->hosts.check(request, connection_->local()); !allowed.ok()) {
    refuse({403, std::move(allowed).error()});
    return false;
  }
  if (core_->authenticate) {
    auto principal = core_->authenticate(request);
    if (!principal.ok()) {
      refuse({status_of(principal.error().code), principal.error()});
      return false;
    }
    request.principal = std::move(principal).value();
  }
  principal_ = request.principal.to_string();
  set_deadline(core_->options.stall_timeout);
  if (parser_.expects_continue() && !parser_.done() && in_begin_ == in_end_) send_continue();
  return true;
}

void Session::send_continue() {
  write_under_way_ = true;
  std::vector<SharedBytes> pieces;
  pieces.emplace_back(std::string("HTTP/1.1 100 Continue\r\n\r\n"));
  connection_->write(std::move(pieces), [this](Result<void> done) {
    const auto self = shared_from_this();
    write_under_way_ = false;
    if (!done.ok()) return close();
    process();
  });
}

bool Session::hold_body() {
  const std::size_t more = parser_.body_bytes() - body_.bytes();
  if (body_.try_grow(more) == more) return true;
  refuse({503, error(ErrorCode::kExhausted, "too many large requests at a time; try again later")});
  return false;
}

void Session::handle() {
  state_ = State::kHandling;
  clear_deadline();
  Responder responder(std::make_shared<SessionSink>(weak_from_this(), loop_, exchange_));
  try {
    core_->router.dispatch(parser_.take(), std::move(responder));
  } catch (const std::exception& thrown) {
    // A handler's mistake costs its own request, not the process; the Responder has answered 500.
    kLog.error("a handler threw", {{"path", path_}, {"what", thrown.what()}});
  }
}

// ---- Answering

void Session::respond(std::uint64_t exchange, Response response) {
  if (core_ == nullptr || exchange != exchange_ || state_ != State::kHandling) return;
  answer(std::move(response));
}

void Session::drop(std::uint64_t exchange) {
  if (core_ == nullptr) return;
  respond(exchange, core_->router.refusal({}, dropped_unanswered(), 500));
}

void Session::refuse(const Refusal& refusal) {
  if (!parser_.done()) keep_alive_ = false;  // Where the next request would begin is not known.
  if (!parser_.head_done()) {
    path_.clear();
    method_ = Method::kGet;
  }
  Response response = core_->router.refusal(parser_.request(), refusal.why, refusal.status);
  if (response.status == 401 && !has_header(response.headers, "www-authenticate")) {
    response.headers.emplace_back("www-authenticate", "Bearer");
  }
  answer(std::move(response));
}

void Session::answer(Response response) {
  state_ = State::kWriting;
  compress(response);
  const std::size_t body_bytes = response.body.size();
  std::vector<SharedBytes> pieces;
  pieces.emplace_back(make_head(response, false, body_bytes));
  const bool bodyless = method_ == Method::kHead || response.status == 204 || response.status == 304;
  if (!bodyless) pieces.push_back(std::move(response.body));
  log_answer(response.status, body_bytes);
  write(std::move(pieces));
}

std::string Session::make_head(const Response& response, bool chunked, std::size_t content_length) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\ndate: {}\r\n", response.status, reason_of(response.status), core_->date());
  const auto append = [&head](std::string_view name, std::string_view value) {
    head += name;
    head += ": ";
    for (const char c : value) head += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;  // One header stays one.
    head += "\r\n";
  };
  for (const auto& [name, value] : response.headers) append(name, value);
  for (const auto& [name, value] : kDefaultHeaders) {
    if (!has_header(response.headers, name)) append(name, value);
  }
  if (chunked)
    append("transfer-encoding", "chunked");
  else if (response.status != 204 && response.status != 304 && state_ != State::kStreaming)
    append("content-length", fmt::to_string(content_length));
  if (!keep_alive_)
    append("connection", "close");
  else if (parser_.http_1_0())
    append("connection", "keep-alive");
  head += "\r\n";
  return head;
}

/// Not for a peer on this machine: there bytes cost less than the time to pack them.
void Session::compress(Response& response) const {
  const std::size_t bytes = response.body.size();
  if (!accepts_gzip_ || bytes < kCompressBytesMin || bytes > kCompressBytesMax || connection_->peer().is_loopback())
    return;
  if (response.status == 206 || !worth_compressing(response.headers)) return;
  Buffer packed = gzip(response.body.view());
  if (packed.size() >= bytes) return;
  response.body = SharedBytes(std::move(packed));
  response.headers.emplace_back("content-encoding", "gzip");
  response.headers.emplace_back("vary", "accept-encoding");
}

void Session::write(std::vector<SharedBytes> pieces) {
  for (SharedBytes& piece : pieces) {
    unsent_bytes_ += piece.size();
    unsent_.grow(piece.size());
    for (std::size_t at = 0; at < piece.size(); at += kWriteBytes) {
      out_.push_back(piece.size() <= kWriteBytes ? piece : piece.slice(at, std::min(kWriteBytes, piece.size() - at)));
    }
  }
  if (!write_under_way_) write_next();
}

void Session::write_next() {
  std::vector<SharedBytes> pieces;
  std::size_t bytes = 0;
  while (!out_.empty() && (pieces.empty() || bytes + out_.front().size() <= kWriteBytes)) {
    bytes += out_.front().size();
    pieces.push_back(std::move(out_.front()));
    out_.pop_front();
  }
  if (pieces.empty()) return on_written();
  write_under_way_ = true;
  set_deadline(core_->options.stall_timeout);
  connection_->write(std::move(pieces), [this, bytes](Result<void> done) {
    const auto self = shared_from_this();
    write_under_way_ = false;
    unsent_bytes_ -= bytes;
    unsent_.shrink_to(unsent_bytes_);
    if (!done.ok()) return close();
    write_next();
  });
}

void Session::on_written() {
  clear_deadline();
  if (state_ == State::kStreaming) return stream_flush();
  if (keep_alive_)
    next_request();
  else
    linger();
}

void Session::linger() {
  state_ = State::kLingering;
  body_.shrink_to(0);
  in_begin_ = in_end_ = 0;
  connection_->finish_writing();
  set_deadline(kLingerTimeout);
  read_more();
}

void Session::close() {
  if (connection_ == nullptr) return;
  clear_deadline();
  body_.shrink_to(0);
  const bool streaming = state_ == State::kStreaming;
  state_ = State::kLingering;
  ++exchange_;
  connection_.reset();
  if (streaming) {
    if (core_->probe.event_streams != nullptr) core_->probe.event_streams->add(-1);
    if (const auto events = events_.lock()) events->lost();
  }
  if (core_->probe.connections != nullptr) core_->probe.connections->add(-1);
  core_->sessions.erase(this);  // Whoever called holds a pointer.
}

// ---- Event streams

std::shared_ptr<EventStream> Session::start_events(std::uint64_t exchange, std::size_t bytes_max) {
  auto events = std::make_shared<SessionEvents>(weak_from_this(), loop_, exchange, bytes_max);
  if (core_ == nullptr || exchange != exchange_ || state_ != State::kHandling) {
    events->lost();
    return events;
  }
  Response response;
  response.headers = {
      {"content-type", "text/event-stream"}, {"cache-control", "no-store"}, {"x-accel-buffering", "no"}};
  if (method_ == Method::kHead) {
    answer(std::move(response));
    events->lost();
    return events;
  }
  state_ = State::kStreaming;
  stream_finished_ = false;
  stream_chunked_ = !parser_.http_1_0();
  if (!stream_chunked_) keep_alive_ = false;  // The end of the connection is the end of the stream.
  events_ = events;
  if (core_->probe.event_streams != nullptr) core_->probe.event_streams->add(1);
  log_answer(200, 0);
  events->keep_alive();
  std::vector<SharedBytes> pieces;
  pieces.emplace_back(make_head(response, stream_chunked_, 0));
  write(std::move(pieces));
  read_more();  // Notices when the reader goes.
  return events;
}

void Session::stream_send(std::string_view bytes) {
  if (stream_chunked_) fmt::format_to(std::back_inserter(stream_pending_), "{:x}\r\n", bytes.size());
  stream_pending_ += bytes;
  if (stream_chunked_) stream_pending_ += "\r\n";
  if (!write_under_way_) stream_flush();
}

void Session::stream_finish() {
  stream_finished_ = true;
  if (stream_chunked_) stream_pending_ += "0\r\n\r\n";
  if (!write_under_way_) stream_flush();
}

/// All that came during a write leaves with the next.
void Session::stream_flush() {
  if (!stream_pending_.empty()) {
    std::vector<SharedBytes> pieces;
    pieces.emplace_back(std::exchange(stream_pending_, {}));
    return write(std::move(pieces));
  }
  if (!stream_finished_) return;
  if (core_->probe.event_streams != nullptr) core_->probe.event_streams->add(-1);
  events_.reset();
  if (keep_alive_)
    next_request();
  else
    linger();
}

// ---- Time and log

void Session::set_deadline(env::Duration from_now) {
  clear_deadline();
  timer_ = loop_.schedule_after(from_now, [this] {
    const auto self = shared_from_this();
    timer_ = 0;
    kLog.debug("connection timed out", {{"peer", connection_->peer().to_string()}});
    close();
  });
}

void Session::clear_deadline() {
  if (timer_ != 0) loop_.cancel(std::exchange(timer_, 0));
}

void Session::log_answer(int status, std::size_t bytes) {
  const env::Duration took = started_ == env::MonotonicTime{} ? env::Duration{} : loop_.clock().monotonic() - started_;
  core_->probe.answered(status, took);
  if (!kLog.enabled(LogLevel::kDebug)) return;
  kLog.debug("request", {{"port", core_->options.name},
                         {"method", method_name(method_)},
                         {"path", path_},
                         {"status", status},
                         {"bytes", bytes},
                         {"took_us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
                         {"peer", connection_->peer().to_string()},
                         {"principal", principal_}});
}

}  // namespace weft::http
