#pragma once

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
#include "env/network.h"

namespace weft::http {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One request, whole. Percent-decoding is done: `path`, `parameters` and `query` hold UTF-8 text.
struct Request {
  Method method = Method::kGet;
  std::string path;                               ///< "/api/v1/products/edge/pageviews"
  std::map<std::string, std::string> parameters;  ///< From the route: {domain} → "edge".
  std::multimap<std::string, std::string> query;
  Headers headers;                                ///< Names in lower case.
  std::string body;
  env::Address peer;
  access::Principal principal;

  std::optional<std::string_view> header(std::string_view lower_case_name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::optional<std::string_view> cookie(std::string_view name) const;
  bool accepts(std::string_view media_type) const;
};

struct Response {
  int status = 200;
  Headers headers;
  SharedBytes body;

  static Response text(int status, std::string body, std::string_view content_type = "text/plain; charset=utf-8");
  static Response json(int status, std::string body) { return text(status, std::move(body), "application/json"); }
};

/// A response that goes on: server-sent events (WHATWG HTML 9.2). Calls from the server's loop.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// False when the reader is gone or more than `bytes_max` wait unsent: the caller drops or closes.
  virtual bool send(std::string_view event, std::string_view id, std::string_view data) = 0;
  virtual std::size_t bytes_waiting() const = 0;
  virtual void on_closed(Function<void()> closed) = 0;
  virtual void close() = 0;
};

/// The one place an answer goes to; answers exactly once. Dropping it unanswered answers 500. Move it into callbacks;
/// any thread may answer.
class Responder {
 public:
  class Sink;
  explicit Responder(std::shared_ptr<Sink> sink);
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) noexcept;
  ~Responder();

  void send(Response response);
  /// Starts an event stream: 200, text/event-stream, a comment line every 15 s while idle.
  std::shared_ptr<EventStream> start_events(std::size_t bytes_max = 1 << 20);

 private:
  std::shared_ptr<Sink> sink_;
};

using Handler = Function<void(Request, Responder)>;

/// Which handler serves which path. "{name}" matches one segment, "{name...}" the rest. 404 and 405 (with Allow) are its own,
/// made by `not_found`, so that each port answers in its own error format.
class Router {
 public:
  void add(Method method, std::string_view pattern, Handler handler);
  void not_found(Function<Response(const Request&, int status)> make);
  void dispatch(Request request, Responder responder);

  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

 private:
  struct Table;
  std::unique_ptr<Table> table_;
};

/// RFC 9457 for any Error: type, title, status, detail. One mapping of ErrorCode to status for every port.
int status_of(ErrorCode code);
Response problem(const Error& why);

struct ServerOptions {
  env::Address listen;
  std::size_t body_bytes_max = 8 << 20;      ///< 413 above.
  std::size_t header_bytes_max = 32 << 10;   ///< 431 above.
  std::size_t connections_max = 2000;
  /// Names besides loopback ones and the bound address that Host and Origin may carry.
  std::vector<std::string> hosts_allowed;
};

/// Authenticates a request before it is routed: sets the principal or refuses.
using Authenticate = Function<Result<access::Principal>(const Request&)>;

/// One port. Handlers run on the loop it was given.
class Server {
 public:
  static Result<std::unique_ptr<Server>> start(env::EventLoop& loop, ServerOptions options, Authenticate authenticate,
                                               Router router);
  virtual ~Server() = default;
  virtual const env::Address& local() const = 0;
};

}  // namespace weft::http
