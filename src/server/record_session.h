#pragma once

#include <memory>
#include <string>

#include "server/api_client.h"
#include "server/schema_client.h"
#include "stream/cluster.h"

namespace weft::env {
class Env;
class EventLoop;
}  // namespace weft::env

namespace weft::server {

/// What `produce` and `consume` need: the server's word on where things are, and a Kafka client of our own. Its calls
/// block; the cluster completes on a thread of its own, which ends with the session.
class RecordSession {
 public:
  /// `bootstrap` empty: as the server says.
  static Result<std::unique_ptr<RecordSession>> open(const ClientOptions& client, const std::string& bootstrap);
  ~RecordSession();

  stream::Cluster& cluster() { return *cluster_; }
  SchemaClient& schemas() { return schemas_; }
  /// For a call that begins now.
  stream::Deadline deadline() const;
  /// kNotFound says how to find out which topics there are.
  Result<stream::TopicInfo> topic(const std::string& name);

 private:
  RecordSession(ApiClient api, std::string registry);

  ApiClient api_;
  SchemaClient schemas_;
  std::unique_ptr<env::Env> env_;
  std::unique_ptr<env::EventLoop> loop_;
  std::unique_ptr<stream::Cluster> cluster_;
};

}  // namespace weft::server
