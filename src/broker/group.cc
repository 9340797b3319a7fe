#include "broker/group.h"

#include <algorithm>

#include "kafka/wire.h"

namespace weft::broker {

bool Member::supports(std::string_view protocol) const {
  return std::any_of(protocols.begin(), protocols.end(), [&](const auto& each) { return each.name == protocol; });
}

Buffer Member::metadata_for(std::string_view protocol) const {
  const auto at =
      std::find_if(protocols.begin(), protocols.end(), [&](const auto& each) { return each.name == protocol; });
  return at == protocols.end() ? Buffer{} : at->metadata;
}

bool Member::asks_for(std::string_view topic) const {
  for (const auto& protocol : protocols) {
    kafka::Reader subscription(SharedBytes(Buffer(protocol.metadata)), false);
    subscription.int16("version");
    for (auto left = subscription.count("topics", 2, sizeof(std::string)); left > 0 && !subscription.failed(); --left) {
      if (subscription.string("topic") == topic) return true;
    }
  }
  return false;
}

std::string_view group_phase_name(GroupPhase phase) {
  switch (phase) {
    case GroupPhase::kEmpty:
      return "Empty";
    case GroupPhase::kPreparingRebalance:
      return "PreparingRebalance";
    case GroupPhase::kCompletingRebalance:
      return "CompletingRebalance";
    case GroupPhase::kStable:
      return "Stable";
  }
  return "Empty";
}

Member* Group::find(std::string_view member_id) {
  const auto at = members.find(member_id);
  return at == members.end() ? nullptr : &at->second;
}

bool Group::everybody_joined() const {
  return promised.empty() && std::all_of(members.begin(), members.end(),
                                         [](const auto& each) { return static_cast<bool>(each.second.join); });
}

std::int32_t Group::rebalance_timeout_ms_max() const {
  std::int32_t most = 0;
  for (const auto& each : members) most = std::max(most, each.second.rebalance_timeout_ms);
  return most;
}

bool Group::accepts(std::string_view type, const std::vector<kafka::JoinGroupRequest::Protocol>& protocols) const {
  if (members.empty()) return true;
  if (type != protocol_type) return false;
  return std::any_of(protocols.begin(), protocols.end(), [&](const auto& offered) {
    return std::all_of(members.begin(), members.end(),
                       [&](const auto& each) { return each.second.supports(offered.name); });
  });
}

std::string Group::vote() const {
  std::map<std::string, std::size_t> votes;
  const auto everybody_supports = [&](const std::string& name) {
    return std::all_of(members.begin(), members.end(), [&](const auto& each) { return each.second.supports(name); });
  };
  for (const auto& each : members) {
    const auto& offered = each.second.protocols;
    const auto first =
        std::find_if(offered.begin(), offered.end(), [&](const auto& one) { return everybody_supports(one.name); });
    CHECK(first != offered.end(), "nobody joins without a protocol in common");
    ++votes[first->name];
  }
  const auto most =
      std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  CHECK(most != votes.end(), "only a group with members votes");
  return most->first;
}

RecordedGeneration Group::recorded(Timestamp now) const {
  RecordedGeneration complete{protocol_type, generation, protocol, leader, now, {}};
  for (const auto& each : members) {
    const auto& member = each.second;
    complete.members.push_back({member.id, member.instance_id, member.client_id, member.client_host,
                                member.rebalance_timeout_ms, member.session_timeout_ms,
                                protocol ? member.metadata_for(*protocol) : Buffer{}, member.assignment});
  }
  return complete;
}

}  // namespace weft::broker
