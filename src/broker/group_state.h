#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "kafka/ids.h"
#include "record/ids.h"
#include "state/shard.h"

namespace weft::broker {

/// How far a group has come in one partition.
struct CommittedPosition {
  Offset offset;
  LeaderEpoch leader_epoch{-1};
  std::string metadata;
  Timestamp committed_at;

  bool operator==(const CommittedPosition&) const = default;
};

/// A member as the last complete rebalance left it.
struct RecordedMember {
  kafka::MemberId id;
  std::optional<kafka::GroupInstanceId> instance_id;
  std::string client_id;
  std::string client_host;
  std::int32_t rebalance_timeout_ms = 0;
  std::int32_t session_timeout_ms = 0;
  Buffer subscription;
  Buffer assignment;

  bool operator==(const RecordedMember&) const = default;
};

/// One complete generation of a group.
struct RecordedGeneration {
  std::string protocol_type;
  kafka::GenerationId generation{0};
  std::optional<std::string> protocol;
  std::optional<kafka::MemberId> leader;
  Timestamp since;
  std::vector<RecordedMember> members;

  bool operator==(const RecordedGeneration&) const = default;
};

/// What is durable about groups. Records have Apache Kafka's own format of __consumer_offsets, which tools read: key v1
/// with value v3 is a position, key v2 with value v3 a generation; a null value forgets.
class GroupState final : public state::Machine {
 public:
  using Positions = std::map<stream::TopicPartition, CommittedPosition>;

  // ---- Records, for decisions
  static state::Record position_record(std::string_view group, const stream::TopicPartition& partition,
                                       const CommittedPosition& position);
  static state::Record generation_record(std::string_view group, const RecordedGeneration& generation);
  /// Everything about a group, forgotten.
  std::vector<state::Record> forget_group(std::string_view group) const;
  /// Some of a group's positions, forgotten; those that there are.
  std::vector<state::Record> forget_positions(std::string_view group,
                                              const std::vector<stream::TopicPartition>& partitions) const;
  /// Every group's positions in a topic, forgotten.
  std::vector<state::Record> forget_topic(std::string_view topic) const;

  // ---- Machine
  void replay(const state::Record& record, Offset offset, Timestamp timestamp) override;
  void reset() override;
  void loaded() override {
    if (on_loaded) on_loaded();
  }

  // ---- Reading
  const std::map<std::string, Positions, std::less<>>& positions() const { return positions_; }
  const std::map<std::string, RecordedGeneration, std::less<>>& generations() const { return generations_; }
  bool is_known(std::string_view group) const { return generations_.contains(group) || positions_.contains(group); }
  const CommittedPosition* position(std::string_view group, const stream::TopicPartition& partition) const;

  /// What is soft about groups goes with the state and starts afresh.
  Function<void()> on_reset;
  Function<void()> on_loaded;

 private:
  std::map<std::string, Positions, std::less<>> positions_;
  std::map<std::string, RecordedGeneration, std::less<>> generations_;
};

}  // namespace weft::broker
