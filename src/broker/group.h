#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/function.h"
#include "broker/group_state.h"
#include "env/executor.h"
#include "kafka/messages/join_group.h"
#include "kafka/messages/sync_group.h"

namespace weft::broker {

/// Protocol type of groups of consumers: their members' metadata are subscriptions.
inline constexpr std::string_view kConsumerProtocolType = "consumer";

/// A member of a group, between heartbeats: soft.
struct Member {
  kafka::MemberId id;
  std::optional<kafka::GroupInstanceId> instance_id;
  std::string client_id;
  std::string client_host;
  std::int32_t session_timeout_ms = 0;
  std::int32_t rebalance_timeout_ms = 0;
  std::vector<kafka::JoinGroupRequest::Protocol> protocols;
  Buffer assignment;
  std::int16_t join_version = 0;
  Callback<kafka::JoinGroupResponse> join;  ///< Waits for the rebalance to complete.
  Callback<kafka::SyncGroupResponse> sync;  ///< Waits for the leader's assignment.
  bool synced = false;                      ///< Has asked for its assignment in this generation.
  env::MonotonicTime expires_at;
  env::EventLoop::TimerId timer = 0;  ///< Runs at or before expires_at.

  bool supports(std::string_view protocol) const;
  /// Whether one of its subscriptions names the topic (kafka: ConsumerProtocolSubscription); not known of other types
  /// of groups.
  bool asks_for(std::string_view topic) const;
  /// Empty when it does not.
  Buffer metadata_for(std::string_view protocol) const;
};

/// Kafka's names, as DescribeGroups gives them.
enum class GroupPhase { kEmpty, kPreparingRebalance, kCompletingRebalance, kStable };
std::string_view group_phase_name(GroupPhase phase);

/// A group of the classic protocol: who is in it and how far its rebalance is. Soft; what must survive is recorded as
/// RecordedGeneration when a rebalance is complete. Only data and what follows from it: GroupCoordinator drives it.
struct Group {
  std::string id;
  GroupPhase phase = GroupPhase::kEmpty;
  kafka::GenerationId generation{0};
  std::string protocol_type;
  std::optional<std::string> protocol;
  std::optional<kafka::MemberId> leader;
  std::map<std::string, Member, std::less<>> members;                  ///< By member id.
  std::map<std::string, kafka::MemberId, std::less<>> static_members;  ///< By instance id.
  /// Ids handed out by MEMBER_ID_REQUIRED and not used yet, with the timer that forgets them.
  std::map<std::string, env::EventLoop::TimerId, std::less<>> promised;
  env::EventLoop::TimerId rebalance_timer = 0;
  bool gathering = false;  ///< The first generation waits for more members (group.initial.rebalance.delay.ms).
  kafka::GenerationId recording = kafka::kNoGeneration;  ///< Whose assignment is on its way to the log.

  Member* find(std::string_view member_id);
  Member* leading() { return leader ? find(leader->get()) : nullptr; }
  bool everybody_joined() const;
  std::int32_t rebalance_timeout_ms_max() const;
  /// Whether somebody with these could join: same type, and a protocol that all members support.
  bool accepts(std::string_view type, const std::vector<kafka::JoinGroupRequest::Protocol>& protocols) const;
  /// The protocol that everybody supports and most prefer.
  std::string vote() const;
  RecordedGeneration recorded(Timestamp now) const;
};

}  // namespace weft::broker
