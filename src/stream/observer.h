#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "record/ids.h"
#include "stream/cluster.h"

namespace weft::stream {

/// A member of a group, as its last complete rebalance left it.
struct GroupMember {
  std::string member_id;
  std::optional<std::string> instance_id;  ///< Static membership (KIP-345).
  std::string client_id;
  std::string client_host;
  std::vector<TopicPartition> assigned;  ///< Only consumers say what they were given.
};

/// How far a group has come in one partition.
struct GroupPosition {
  TopicPartition partition;
  Offset offset;
  std::optional<std::int64_t> committed_at_ms;  ///< Not every cluster tells.
};

struct GroupInfo {
  std::string group;
  std::string state;  ///< Kafka's names: "Stable", "Empty", "PreparingRebalance", …
  std::string protocol_type;  ///< "consumer"; empty when it only commits.
  std::vector<GroupMember> members;
  std::vector<GroupPosition> positions;  ///< By partition.
};

/// Somebody seen reading or writing a topic.
struct ObservedClient {
  std::string client_id;
  std::string principal;  ///< "User:mkaya".
  std::string host;
  std::string group;  ///< Empty for a producer, and for a consumer without group.
  bool writes = false;
  std::int64_t first_seen_ms = 0;  ///< Wall clock.
  std::int64_t last_seen_ms = 0;
};

/// What a cluster sees of those who read and write it. An optional capability: an embedded cluster has it. Calls may come
/// from any thread, never block, and complete exactly once on the cluster's executor.
class Observer {
 public:
  virtual ~Observer() = default;

  /// The ids of the next groups after `after` in order, at most `limit`; an empty `after` begins. Groups with members, a
  /// generation or positions.
  virtual void list_groups(std::string after, std::size_t limit, Deadline deadline,
                           Callback<Result<std::vector<std::string>>> done) = 0;
  /// Unknown ones are left out.
  virtual void describe_groups(std::vector<std::string> groups, Deadline deadline,
                               Callback<Result<std::vector<GroupInfo>>> done) = 0;
  /// Who was seen reading and writing a topic since the broker started; bounded, the longest unseen are forgotten. Nobody
  /// for a topic that is not there.
  virtual void observed_clients(std::string topic, Deadline deadline,
                                Callback<Result<std::vector<ObservedClient>>> done) = 0;
};

/// What a consumer was given, from its member's assignment (kafka: ConsumerProtocolAssignment); nothing when the bytes are
/// of no consumer.
std::vector<TopicPartition> parse_assignment(const Buffer& assignment);

}  // namespace weft::stream
