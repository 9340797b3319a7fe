#include "server/record_session.h"

#include <nlohmann/json.hpp>

#include "env/posix_env.h"
#include "server/wait.h"
#include "stream/remote/remote_cluster.h"

namespace weft::server {

using nlohmann::json;

namespace {
constexpr auto kCallTimeout = std::chrono::seconds(30);
}

RecordSession::RecordSession(ApiClient api, std::string registry)
    : api_(std::move(api)), schemas_(api_, std::move(registry)), env_(env::make_posix_env()), loop_(env_->make_loop("records")) {}

RecordSession::~RecordSession() = default;

Result<std::unique_ptr<RecordSession>> RecordSession::open(const ClientOptions& client, const std::string& bootstrap) {
  TRY_ASSIGN(ApiClient api, ApiClient::open(client));
  TRY_ASSIGN(const json server, api.get("/api/v1/server"));
  const json& addresses = server["addresses"];
  std::string kafka = bootstrap;
  if (kafka.empty() && !addresses["kafka"].empty()) kafka = addresses["kafka"][0].get<std::string>();
  if (kafka.empty()) return error(ErrorCode::kUnavailable, "the server names no Kafka address; give one with --bootstrap");
  auto session = std::unique_ptr<RecordSession>(new RecordSession(
      std::move(api), addresses["registry"].is_string() ? addresses["registry"].get<std::string>() : ""));
  stream::RemoteClusterOptions options;
  options.bootstrap = kafka;
  TRY_ASSIGN(session->cluster_, wait_for<std::unique_ptr<stream::Cluster>>([&](auto done) {
    stream::connect_remote(*session->env_, *session->loop_, std::move(options), session->deadline(), std::move(done));
  }));
  return session;
}

stream::Deadline RecordSession::deadline() const { return env_->clock().monotonic() + kCallTimeout; }

Result<stream::TopicInfo> RecordSession::topic(const std::string& name) {
  TRY_ASSIGN(auto found, wait_for<std::vector<stream::TopicInfo>>([&](auto done) {
    cluster_->describe_topics(std::vector<std::string>{name}, deadline(), std::move(done));
  }));
  if (found.empty())
    return error(ErrorCode::kNotFound, "there is no topic '{}'. `weft topic list` shows those there are", name);
  return std::move(found.front());
}
}  // namespace weft::server
