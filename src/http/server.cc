#include <ctime>

#include "base/check.h"
#include "base/log.h"
#include "http/session.h"

namespace weft::http {
namespace {

constexpr Logger kLog("http");

class ListeningServer final : public Server {
 public:
  ListeningServer(env::EventLoop& loop, env::ClientMemory& memory, ServerOptions options, Authenticate authenticate,
                  Router router)
      : core_(loop, memory, std::move(options), std::move(authenticate), std::move(router)) {}

  ~ListeningServer() override {
    if (listener_ == nullptr) return;  // Could not listen: nothing ever came.
    CHECK(core_.loop.is_current(), "a server is destroyed on its loop");
    listener_.reset();
    while (!core_.sessions.empty()) {
      const auto session = core_.sessions.begin()->second;
      session->abandon();
    }
  }

  Result<void> listen(env::Network& network) {
    TRY_ASSIGN(listener_,
               network.listen(core_.loop, core_.options.listen,
                              [this](std::unique_ptr<env::Connection> made) { core_.accept(std::move(made)); }));
    kLog.debug("listening", {{"port", core_.options.name}, {"address", local().to_string()}});
    return {};
  }

  const env::Address& local() const override { return listener_->local(); }
  std::size_t connection_count() const override { return core_.sessions.size(); }

 private:
  ServerCore core_;
  std::unique_ptr<env::Listener> listener_;
};

}  // namespace

ServerProbe::ServerProbe(Metrics* metrics, const std::string& port) {
  if (metrics == nullptr) return;
  for (std::size_t hundred = 1; hundred < requests.size(); ++hundred) {
    requests[hundred] =
        &metrics->counter("weft_http_requests_total", "Requests answered, by port and hundred of the status.",
                          {{"port", port}, {"status", fmt::format("{}xx", hundred)}});
  }
  seconds = &metrics->histogram("weft_http_request_seconds", "From a request's first byte to its answer.",
                                latency_bounds_seconds(), {{"port", port}});
  connections = &metrics->gauge("weft_http_connections", "Open connections.", {{"port", port}});
  event_streams = &metrics->gauge("weft_http_event_streams", "Open event streams.", {{"port", port}});
}

void ServerProbe::answered(int status, env::Duration took) const {
  const auto hundred = static_cast<std::size_t>(status / 100);
  if (hundred < requests.size() && requests[hundred] != nullptr) requests[hundred]->add();
  if (seconds != nullptr) seconds->observe(std::chrono::duration<double>(took).count());
}

ServerCore::ServerCore(env::EventLoop& loop_, env::ClientMemory& memory_, ServerOptions options_,
                       Authenticate authenticate_, Router router_)
    : loop(loop_),
      memory(memory_),
      options(std::move(options_)),
      hosts(options.listen, options.hosts_allowed),
      authenticate(std::move(authenticate_)),
      router(std::move(router_)),
      probe(options.metrics, options.name) {}

void ServerCore::accept(std::unique_ptr<env::Connection> connection) {
  const auto session = std::make_shared<Session>(*this, std::move(connection));
  sessions.emplace(session.get(), session);
  if (probe.connections != nullptr) probe.connections->add(1);
  if (sessions.size() > options.connections_max)
    session->turn_away();
  else
    session->start();
}

std::string_view ServerCore::date() {
  const std::int64_t second = loop.clock().wall_ms() / 1000;
  if (second != date_second_) {
    date_second_ = second;
    const auto time = static_cast<std::time_t>(second);
    std::tm parts{};
    gmtime_r(&time, &parts);
    constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    date_ = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[parts.tm_wday], parts.tm_mday,
                        kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  }
  return date_;
}

Result<std::unique_ptr<Server>> Server::start(env::Network& network, env::EventLoop& loop, env::ClientMemory& memory,
                                              ServerOptions options, Authenticate authenticate, Router router) {
  auto server = std::make_unique<ListeningServer>(loop, memory, std::move(options), std::move(authenticate),
                                                  std::move(router));
  TRY(server->listen(network));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace weft::http
