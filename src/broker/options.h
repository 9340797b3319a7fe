#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "env/network.h"

namespace weft::broker {

/// One place to accept Kafka clients.
struct ListenerOptions {
  env::Address address{"127.0.0.1", 9092};
  /// What Metadata tells clients of this listener; by default the address that each connected to. Port 0: that one's.
  std::optional<env::Address> advertised;
};

/// What can be set about the embedded broker; the defaults suit a developer's machine.
struct Options {
  std::vector<ListenerOptions> listeners = {ListenerOptions{}};
  /// How the rest of weft calls this cluster (stream::ClusterIdentity).
  std::string cluster_name = "local";
  std::string environment = "dev";
  std::string region = "local";

  /// Where the log lies, as DescribeLogDirs tells it.
  std::string data_directory;
  std::int32_t node_id = 1;
  bool auto_create_topics = true;
  std::int32_t partition_count_default = 1;
  /// There is one node. True: a replication factor above 1 is accepted and 1 is what one gets (Connect, Schema Registry
  /// and Streams ask for 3 by default); false: it is refused as Kafka would.
  bool clamp_replication_factor = true;

  std::int32_t group_session_timeout_ms_min = 6'000;
  std::int32_t group_session_timeout_ms_max = 1'800'000;
  /// How long an empty group waits for more members before its first generation.
  std::int32_t group_initial_rebalance_delay_ms = 0;
  std::int32_t group_members_max = 1'000;
  std::int32_t offset_metadata_bytes_max = 4'096;

  std::chrono::milliseconds connection_idle_max = std::chrono::minutes(10);
  std::int32_t connections_max = 10'000;
};

}  // namespace weft::broker
