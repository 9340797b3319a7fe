#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/principal.h"
#include "base/bytes.h"
#include "base/function.h"
#include "base/result.h"
#include "env/memory_budget.h"
#include "env/network.h"

namespace weft {
class Metrics;
}

namespace weft::http {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };
std::string_view method_name(Method method);
/// RFC 9110 9.2.1: changes nothing on the server.
bool is_safe(Method method);

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One request, whole. Percent-decoding is done: `path`, `parameters` and `query` hold UTF-8 text.
struct Request {
  Method method = Method::kGet;
  std::string target;                             ///< As received: path and query, still encoded.
  std::string path;                               ///< "/api/v1/products/edge/pageviews"
  std::map<std::string, std::string> parameters;  ///< From the route: {domain} → "edge".
  std::multimap<std::string, std::string> query;
  Headers headers;  ///< Names in lower case.
  std::string body;
  env::Address peer;
  access::Principal principal;

  std::optional<std::string_view> header(std::string_view lower_case_name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::optional<std::string_view> cookie(std::string_view name) const;
  /// By its Accept header, ranges such as text/* included; without one everything is accepted.
  bool accepts(std::string_view media_type) const;
};

struct Response {
  int status = 200;
  Headers headers;
  SharedBytes body;

  static Response text(int status, std::string body, std::string_view content_type = "text/plain; charset=utf-8");
  static Response json(int status, std::string body) { return text(status, std::move(body), "application/json"); }
};

/// A response that goes on: server-sent events (WHATWG HTML 9.2). Every call and `closed` are on the server's loop.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// An empty `event` or `id` leaves its line out. False, and nothing sent, when the reader is gone or more than
  /// `bytes_max` would wait unsent: the caller drops or closes.
  virtual bool send(std::string_view event, std::string_view id, std::string_view data) = 0;
  virtual std::size_t bytes_waiting() const = 0;
  /// Called once when the reader has gone or the server ends, not for close(); at once when that was before.
  virtual void on_closed(Function<void()> closed) = 0;
  /// What was sent still goes out. Dropping the last pointer closes too.
  virtual void close() = 0;
};

/// The one place an answer goes to; answers exactly once. Dropping it unanswered answers 500. Move it into callbacks;
/// any thread may answer.
class Responder {
 public:
  class Sink;
  explicit Responder(std::shared_ptr<Sink> sink);
  /// Calls back instead of answering a socket: for tests of handlers. It has no event streams.
  static Responder to(Callback<Response> answered);
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) noexcept;
  ~Responder();

  void send(Response response);
  /// Starts an event stream: 200, text/event-stream, a comment line every 15 s while idle. On the server's loop.
  std::shared_ptr<EventStream> start_events(std::size_t bytes_max = 1 << 20);

 private:
  std::shared_ptr<Sink> sink_;
};

using Handler = Function<void(Request, Responder)>;

/// Which handler serves which path. "{name}" matches one segment, "{name...}" the rest; words go before "{name}", that
/// before "{name...}". Segments are told apart before they are decoded: "%2F" is a part of a name. A slash at the end
/// makes no difference. HEAD is served by GET's handler, OPTIONS by the router. 404 and 405 (with Allow) are its own.
class Router {
 public:
  /// Two handlers for the same method and pattern are a mistake, and stop the process.
  void add(Method method, std::string_view pattern, Handler handler);
  /// Serves GET and HEAD of paths without a route: the browser UI.
  void otherwise(Handler handler);
  /// Whatever is refused before a handler sees it, by the router (no such path or method) or by the server (malformed,
  /// too large, foreign host, unauthenticated, …), is answered in this format: each port has its own. A problem document
  /// unless set. Of a request that could not be read whole, what is missing is empty.
  using RefusalFormat = Function<Response(const Request& request, const Error& why, int status)>;
  void refuse_as(RefusalFormat format);
  Response refusal(const Request& request, const Error& why, int status) const;
  void dispatch(Request request, Responder responder);

  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

 private:
  struct Table;
  std::unique_ptr<Table> table_;
};

/// One mapping of ErrorCode to status for every port.
int status_of(ErrorCode code);
/// RFC 9457 for any Error: type, title, status (that of the code unless given), detail, and `code`, the ErrorCode's
/// name.
Response problem(const Error& why);
Response problem(const Error& why, int status);

struct ServerOptions {
  std::string name = "http";  ///< The port's, for log lines and metrics.
  env::Address listen;
  std::size_t body_bytes_max = 8 << 20;     ///< 413 above.
  std::size_t header_bytes_max = 32 << 10;  ///< 431 above.
  std::size_t connections_max = 2000;       ///< More are answered 503 and closed.
  env::Duration head_timeout =
      std::chrono::seconds(30);  ///< From the first byte of a request to the end of its headers.
  env::Duration idle_timeout = std::chrono::seconds(75);   ///< Between requests.
  env::Duration stall_timeout = std::chrono::seconds(30);  ///< Without a byte moving in a body or an answer.
  /// Names (or name:port) besides loopback ones and the bound address that Host and Origin may carry.
  std::vector<std::string> hosts_allowed;
  Metrics* metrics = nullptr;  ///< Counts requests, connections and event streams when given.
};

/// Authenticates a request before it is routed: sets the principal or refuses. Runs when the headers are there: the
/// body is still empty.
using Authenticate = Function<Result<access::Principal>(const Request&)>;

/// One port. Handlers run on the loop it was given. HTTP/1.1 and 1.0 (RFC 9112) with keep-alive, pipelining (one
/// request at a time), chunked bodies and 100-continue. Refuses what no browser page of ours and no client would send:
/// unknown Host (DNS rebinding), foreign Origin. Answers carry nosniff, referrer and a closed content policy unless the
/// handler set its own.
class Server {
 public:
  /// From any thread. Bodies and answers are counted in `memory`, which outlives the server: a body that finds it used
  /// up is refused with 503. Authenticate may be empty: everybody is anonymous then.
  static Result<std::unique_ptr<Server>> start(env::Network& network, env::EventLoop& loop, env::ClientMemory& memory,
                                               ServerOptions options, Authenticate authenticate, Router router);
  /// On its loop: closes every connection; answers that come later go nowhere.
  virtual ~Server() = default;
  virtual const env::Address& local() const = 0;
  virtual std::size_t connection_count() const = 0;  ///< On its loop.
};

}  // namespace weft::http
