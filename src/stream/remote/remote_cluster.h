#pragma once

#include <memory>
#include <string>

#include "env/env.h"
#include "stream/cluster.h"
#include "stream/remote/rdkafka.h"

namespace weft::stream {

/// A Kafka cluster somewhere else.
struct RemoteClusterOptions {
  ClusterIdentity identity;  ///< cluster_id is filled in by connect_remote.
  std::string bootstrap;     ///< "host:port,host:port"
  /// For librdkafka, on top of what weft sets: "compression.type", "linger.ms", …
  RdkafkaProperties properties;
};

/// Asks the cluster who it is and completes on `loop`, as every call of the cluster will. kInvalidArgument for addresses
/// and properties; kUnsupported for a security.protocol other than plaintext; kTimeout when nobody answers.
///
/// The cluster is destroyed on its loop, or elsewhere while the loop still runs and nothing waits for the destroying
/// thread; never from inside one of its completions. What is under way completes with kCancelled. `env` and `loop` live longer.
void connect_remote(env::Env& env, env::EventLoop& loop, RemoteClusterOptions options, Deadline deadline,
                    Callback<Result<std::unique_ptr<Cluster>>> done);

}  // namespace weft::stream
