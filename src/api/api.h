#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/function.h"
#include "base/result.h"
#include "http/http.h"

namespace weft {
class Metrics;
}
namespace weft::access {
class Authorizer;
}
namespace weft::env {
class EventLoop;
class Executor;
class Random;
}  // namespace weft::env
namespace weft::identity {
class DirectoryFile;
class Sessions;
}  // namespace weft::identity
namespace weft::mesh {
class Catalogue;
class Conversations;
class Consumers;
class FactsCollector;
class Personal;
struct Probe;
class Products;
class Schemas;
}  // namespace weft::mesh
namespace weft::stream {
class Cluster;
class Observer;
}

namespace weft::api {

/// Where this weft is reached.
struct Addresses {
  std::vector<std::string> kafka;  ///< Bootstrap servers, "host:port".
  std::string http;                ///< "http://host:port"
  std::optional<std::string> registry;
  std::optional<std::string> ksql;
};

/// One setting with its value, as the settings page shows it.
struct SettingValue {
  std::string name;
  std::string help;
  std::optional<std::string> value;  ///< None when secret.
  std::string default_value;
  std::string source;  ///< "default", "file", "environment", "flag"
  bool restart_needed = true;
};

/// What the API works with. All of it lives on `loop`, except Metrics, and outlives the Api.
struct Services {
  env::EventLoop& loop;
  env::Executor& blocking_pool;  ///< Where records are searched through.
  env::Random& random;
  identity::DirectoryFile& directory;
  identity::Sessions& sessions;
  mesh::Products& products;
  mesh::Personal& personal;
  mesh::Conversations& conversations;
  mesh::Catalogue& catalogue;
  mesh::FactsCollector& facts;
  mesh::Consumers& consumers;
  stream::Observer& observer;
  mesh::Schemas& schemas;
  stream::Cluster& home;
  const access::Authorizer& authorizer;
  Metrics& metrics;
  /// Asks one probe; blocks, on the blocking pool. Empty: nothing is asked.
  Function<Result<void>(const mesh::Probe&)> probe = {};
  std::string version;
  std::int64_t started_at_ms = 0;
  /// For a client that sent this Host header ("127.0.0.1:8080").
  Function<Addresses(std::string_view host)> addresses;
  Function<std::vector<SettingValue>()> settings;
  /// Nothing when ready, else what is missing: "mesh state is being replayed".
  Function<std::optional<std::string>()> not_ready;
};

struct Context;
class EventHub;

/// The resources of /api/v1, and /metrics, /healthz and /readyz. Lives on the loop, longer than every router it was
/// added to.
class Api {
 public:
  explicit Api(Services services);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// Adds every route of openapi.yaml.
  void add_to(http::Router& router);
  struct Route {
    http::Method method;
    std::string pattern;
  };
  const std::vector<Route>& routes() const;
  EventHub& hub();
  /// Who asks, by session cookie; anonymous without one, or when it has ended.
  http::Authenticate authenticate();

 private:
  std::unique_ptr<Context> context_;
};

inline constexpr std::string_view kSessionCookie = "weft_session";

}  // namespace weft::api
