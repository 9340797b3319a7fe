// The part of GroupCoordinator that moves members through rebalances: join, sync, heartbeat, leave and their timers.
#include <algorithm>

#include "broker/group_coordinator.h"
#include "broker/limits.h"
#include "broker/metrics.h"
#include "broker/options.h"

namespace weft::broker {

using kafka::KafkaError;

namespace {

kafka::JoinGroupResponse join_refused(KafkaError error, kafka::MemberId member_id) {
  kafka::JoinGroupResponse response;
  response.error_code = error;
  response.member_id = std::move(member_id);
  return response;
}

kafka::SyncGroupResponse sync_refused(KafkaError error) {
  kafka::SyncGroupResponse response;
  response.error_code = error;
  return response;
}

void answer_join(Member& member, kafka::JoinGroupResponse response) {
  if (member.join) std::exchange(member.join, {})(std::move(response));
}

void answer_sync(Member& member, kafka::SyncGroupResponse response) {
  if (member.sync) std::exchange(member.sync, {})(std::move(response));
}

}  // namespace

// ---- Joining

KafkaError GroupCoordinator::check_join(const Joining& joining) const {
  const auto& message = joining.message;
  if (!ready()) return KafkaError::kCoordinatorLoadInProgress;
  if (message.group_id.get().empty() || message.group_id.get().size() > kGroupIdBytesMax) return KafkaError::kInvalidGroupId;
  if (message.session_timeout_ms < options_.group_session_timeout_ms_min ||
      message.session_timeout_ms > options_.group_session_timeout_ms_max) {
    return KafkaError::kInvalidSessionTimeout;
  }
  if (message.protocol_type.empty() || message.protocols.empty()) return KafkaError::kInconsistentGroupProtocol;
  const auto* const existing = find(message.group_id.get());
  if (existing == nullptr) {
    if (!message.member_id.get().empty()) return KafkaError::kUnknownMemberId;
    return groups_.size() < kGroupsMax ? KafkaError::kNone : KafkaError::kGroupMaxSizeReached;
  }
  const bool known = existing->members.contains(message.member_id.get()) || existing->promised.contains(message.member_id.get()) ||
                     (message.group_instance_id && existing->static_members.contains(message.group_instance_id->get()));
  if (!known && existing->members.size() + existing->promised.size() >= static_cast<std::size_t>(options_.group_members_max)) {
    return KafkaError::kGroupMaxSizeReached;
  }
  return existing->accepts(message.protocol_type, message.protocols) ? KafkaError::kNone
                                                                     : KafkaError::kInconsistentGroupProtocol;
}

void GroupCoordinator::join(Joining joining, Callback<kafka::JoinGroupResponse> done) {
  auto& message = joining.message;
  // v0 has none. With none at all every member would be gone before it could sync: kafkajs's low-level API sends 0.
  if (message.rebalance_timeout_ms <= 0) message.rebalance_timeout_ms = message.session_timeout_ms;
  if (const auto problem = check_join(joining); problem != KafkaError::kNone) {
    return done(join_refused(problem, message.member_id));
  }
  auto& joined_group = group(message.group_id.get());
  if (!message.member_id.get().empty()) return join_known(joined_group, std::move(joining), std::move(done));
  if (message.group_instance_id) {
    if (joined_group.static_members.contains(message.group_instance_id->get())) {
      return replace_static(joined_group, std::move(joining), std::move(done));
    }
  } else if (joining.version >= 4) {
    return promise_member_id(joined_group, std::move(joining), std::move(done));
  }
  join_new(joined_group, std::move(joining), std::move(done));
}

void GroupCoordinator::promise_member_id(Group& group, Joining joining, Callback<kafka::JoinGroupResponse> done) {
  auto id = new_member_id(joining.client_id);
  group.promised[id] = after_ms(joining.message.session_timeout_ms, [this, group_id = group.id, id] {
    auto* const waiting = find(group_id);
    if (waiting == nullptr || waiting->promised.erase(id) == 0) return;
    if (waiting->phase == GroupPhase::kPreparingRebalance) maybe_complete_join(*waiting);
    drop_if_unused(group_id);
  });
  done(join_refused(KafkaError::kMemberIdRequired, kafka::MemberId{std::move(id)}));
}

void GroupCoordinator::join_new(Group& group, Joining joining, Callback<kafka::JoinGroupResponse> done) {
  const auto& instance = joining.message.group_instance_id;
  auto& member = add_member(group, kafka::MemberId{new_member_id(instance ? instance->get() : joining.client_id)}, joining);
  update_member(group, member, joining, std::move(done));
  if (group.phase == GroupPhase::kPreparingRebalance) {
    maybe_complete_join(group);
  } else {
    prepare_rebalance(group);
  }
}

void GroupCoordinator::join_known(Group& group, Joining joining, Callback<kafka::JoinGroupResponse> done) {
  const auto& message = joining.message;
  const auto& id = message.member_id;
  if (const auto promised = group.promised.find(id.get()); promised != group.promised.end()) {
    cancel(promised->second);
    group.promised.erase(promised);
    add_member(group, id, joining);
    auto& member = *group.find(id.get());
    update_member(group, member, joining, std::move(done));
    return group.phase == GroupPhase::kPreparingRebalance ? maybe_complete_join(group) : prepare_rebalance(group);
  }
  if (message.group_instance_id) {
    const auto at = group.static_members.find(message.group_instance_id->get());
    if (at == group.static_members.end()) return done(join_refused(KafkaError::kUnknownMemberId, id));
    if (at->second != id) return done(join_refused(KafkaError::kFencedInstanceId, id));
  }
  auto* const member = group.find(id.get());
  if (member == nullptr) return done(join_refused(KafkaError::kUnknownMemberId, id));

  const bool unchanged = member->protocols == message.protocols;
  const bool leads = group.leader == member->id;
  if (group.phase == GroupPhase::kPreparingRebalance) {
    update_member(group, *member, joining, std::move(done));
    maybe_complete_join(group);
  } else if (unchanged && (group.phase == GroupPhase::kCompletingRebalance || !leads)) {
    // It has missed the answer, or asks again without need: this generation still holds.
    keep_alive(group, *member);
    done(joined(group, *member));
  } else {
    // A leader that joins again wants a new assignment.
    update_member(group, *member, joining, std::move(done));
    prepare_rebalance(group);
  }
}

void GroupCoordinator::replace_static(Group& group, Joining joining, Callback<kafka::JoinGroupResponse> done) {
  const auto& instance = *joining.message.group_instance_id;
  const auto old_id = group.static_members.at(instance.get());
  auto node = group.members.extract(old_id.get());
  CHECK(!node.empty(), "a static id belongs to a member");
  const kafka::MemberId id{new_member_id(instance.get())};
  node.key() = id.get();
  auto& member = group.members.insert(std::move(node)).position->second;
  answer_join(member, join_refused(KafkaError::kFencedInstanceId, old_id));
  answer_sync(member, sync_refused(KafkaError::kFencedInstanceId));
  cancel(member.timer);
  member.id = id;
  group.static_members[instance.get()] = id;
  const bool leads = group.leader == old_id;
  if (leads) group.leader = id;

  if (group.phase == GroupPhase::kStable && member.protocols == joining.message.protocols) {
    // The same program again: it takes its old place and assignment without a rebalance (KIP-345).
    keep_alive(group, member);
    record(group);
    auto response = joined(group, member);
    if (leads && joining.version >= 9) {
      response.skip_assignment = true;  // KIP-814
    } else if (leads) {
      response.leader = old_id;  // so that it does not assign again
      response.members.clear();
    }
    return done(std::move(response));
  }
  update_member(group, member, joining, std::move(done));
  if (group.phase == GroupPhase::kPreparingRebalance) {
    maybe_complete_join(group);
  } else {
    prepare_rebalance(group);
  }
}

Member& GroupCoordinator::add_member(Group& group, kafka::MemberId id, Joining& joining) {
  auto& member = group.members[id.get()];
  member.id = std::move(id);
  member.instance_id = joining.message.group_instance_id;
  if (member.instance_id) group.static_members[member.instance_id->get()] = member.id;
  if (group.members.size() == 1) group.protocol_type = joining.message.protocol_type;
  return member;
}

void GroupCoordinator::update_member(Group& group, Member& member, Joining& joining, Callback<kafka::JoinGroupResponse> done) {
  member.client_id = std::move(joining.client_id);
  member.client_host = std::move(joining.client_host);
  member.session_timeout_ms = joining.message.session_timeout_ms;
  member.rebalance_timeout_ms = joining.message.rebalance_timeout_ms;
  member.protocols = std::move(joining.message.protocols);
  member.join_version = joining.version;
  answer_join(member, join_refused(KafkaError::kRebalanceInProgress, member.id));  // the client has asked again since
  member.join = std::move(done);
  keep_alive(group, member);
}

kafka::JoinGroupResponse GroupCoordinator::joined(Group& group, const Member& member) const {
  kafka::JoinGroupResponse response;
  response.generation_id = group.generation;
  response.protocol_type = group.protocol_type;
  response.protocol_name = group.protocol;
  response.leader = group.leader.value_or(kafka::MemberId{});
  response.member_id = member.id;
  if (group.leader == member.id && group.protocol) {
    for (const auto& [id, each] : group.members) {
      response.members.push_back({each.id, each.instance_id, each.metadata_for(*group.protocol)});
    }
  }
  return response;
}

// ---- Rebalancing

void GroupCoordinator::prepare_rebalance(Group& group) {
  if (group.phase == GroupPhase::kCompletingRebalance) answer_syncs(group, KafkaError::kRebalanceInProgress);
  const bool was_empty = group.phase == GroupPhase::kEmpty;
  group.phase = GroupPhase::kPreparingRebalance;
  group.gathering = was_empty && options_.group_initial_rebalance_delay_ms > 0;
  cancel(group.rebalance_timer);
  const auto delay_ms = group.gathering ? options_.group_initial_rebalance_delay_ms : group.rebalance_timeout_ms_max();
  group.rebalance_timer = after_ms(delay_ms, [this, id = group.id, generation = group.generation] { on_rebalance_timer(id, generation); });
  maybe_complete_join(group);
}

void GroupCoordinator::maybe_complete_join(Group& group) {
  if (!group.gathering && group.everybody_joined()) complete_join(group);
}

void GroupCoordinator::on_rebalance_timer(const std::string& id, kafka::GenerationId generation) {
  auto* const waiting = find(id);
  if (waiting == nullptr || waiting->generation != generation || waiting->phase != GroupPhase::kPreparingRebalance) return;
  waiting->rebalance_timer = 0;
  waiting->gathering = false;
  complete_join(*waiting);
}

void GroupCoordinator::complete_join(Group& group) {
  cancel(group.rebalance_timer);
  // Whoever has not come back is out; static members keep their place until their session ends.
  for (auto at = group.members.begin(); at != group.members.end();) {
    auto& member = at->second;
    if (member.join || member.instance_id) {
      ++at;
    } else {
      cancel(member.timer);
      at = group.members.erase(at);
    }
  }
  const auto first_joined = std::find_if(group.members.begin(), group.members.end(), [](const auto& each) { return static_cast<bool>(each.second.join); });
  if (!group.members.empty() && first_joined == group.members.end()) {
    group.rebalance_timer = after_ms(group.rebalance_timeout_ms_max(), [this, id = group.id, generation = group.generation] { on_rebalance_timer(id, generation); });
    return;
  }
  group.generation = kafka::GenerationId{group.generation.get() == INT32_MAX ? 1 : group.generation.get() + 1};
  metrics_.rebalances.add();
  if (group.members.empty()) {
    group.phase = GroupPhase::kEmpty;
    group.protocol.reset();
    group.leader.reset();
    return record(group);
  }
  if (auto* const leading = group.leading(); leading == nullptr || !leading->join) group.leader = first_joined->second.id;
  group.protocol = group.vote();
  group.phase = GroupPhase::kCompletingRebalance;
  group.rebalance_timer = after_ms(group.rebalance_timeout_ms_max(), [this, id = group.id, generation = group.generation] { on_sync_timer(id, generation); });
  // An answer may bring the next request at once: everything is in place before the first leaves.
  std::vector<std::pair<Callback<kafka::JoinGroupResponse>, kafka::JoinGroupResponse>> answers;
  for (auto& [id, member] : group.members) {
    member.assignment.clear();
    member.synced = !member.join;  // a static member that is away is not waited for
    if (!member.join) continue;
    keep_alive(group, member);
    answers.emplace_back(std::exchange(member.join, {}), joined(group, member));
  }
  for (auto& [done, response] : answers) done(std::move(response));
}

void GroupCoordinator::on_sync_timer(const std::string& id, kafka::GenerationId generation) {
  auto* const waiting = find(id);
  if (waiting == nullptr || waiting->generation != generation || waiting->phase == GroupPhase::kPreparingRebalance) return;
  waiting->rebalance_timer = 0;
  std::vector<std::string> silent;
  for (const auto& [member_id, member] : waiting->members) {
    if (!member.synced) silent.push_back(member_id);
  }
  for (const auto& member_id : silent) {
    if (auto* const still = find(id)) remove_member(*still, member_id, KafkaError::kUnknownMemberId);
  }
}

// ---- Assigning

void GroupCoordinator::sync(kafka::SyncGroupRequest message, Callback<kafka::SyncGroupResponse> done) {
  Group* synced_group = nullptr;
  Member* member = nullptr;
  auto problem = check_member(message.group_id.get(), message.member_id.get(), message.group_instance_id, message.generation_id,
                              synced_group, member);
  if (problem == KafkaError::kNone) {
    const bool other_type = message.protocol_type && *message.protocol_type != synced_group->protocol_type;
    const bool other_protocol = message.protocol_name && message.protocol_name != synced_group->protocol;
    if (other_type || other_protocol) problem = KafkaError::kInconsistentGroupProtocol;
    if (synced_group->phase == GroupPhase::kPreparingRebalance) problem = KafkaError::kRebalanceInProgress;
    if (synced_group->phase == GroupPhase::kEmpty) problem = KafkaError::kUnknownMemberId;
  }
  if (problem != KafkaError::kNone) return done(sync_refused(problem));

  keep_alive(*synced_group, *member);
  member->synced = true;
  if (synced_group->phase == GroupPhase::kStable) {
    kafka::SyncGroupResponse response;
    response.protocol_type = synced_group->protocol_type;
    response.protocol_name = synced_group->protocol;
    response.assignment = member->assignment;
    return done(std::move(response));
  }
  answer_sync(*member, sync_refused(KafkaError::kRebalanceInProgress));  // the client has asked again since
  member->sync = std::move(done);
  if (synced_group->leader == member->id && synced_group->recording != synced_group->generation) {
    record_assignment(*synced_group, std::move(message.assignments));
  }
}

void GroupCoordinator::record_assignment(Group& group, std::vector<kafka::SyncGroupRequest::Assignment> assignments) {
  for (auto& each : assignments) {
    if (auto* const member = group.find(each.member_id.get())) member->assignment = std::move(each.assignment);
  }
  group.recording = group.generation;
  auto record = GroupState::generation_record(group.id, group.recorded(Timestamp{loop_.clock().wall_ms()}));
  shard_.submit<bool>([record = std::move(record)] { return Result<state::Decision<bool>>(state::Decision<bool>{true, {record}}); },
                      [this, alive = std::weak_ptr(alive_), id = group.id, generation = group.generation](Result<bool> recorded) {
                        if (alive.expired()) return;
                        on_assignment_recorded(id, generation, recorded.ok() ? Result<void>{} : Result<void>(recorded.error()));
                      });
}

void GroupCoordinator::on_assignment_recorded(const std::string& id, kafka::GenerationId generation, Result<void> recorded) {
  auto* const assigned = find(id);
  if (assigned == nullptr) return;
  if (assigned->recording == generation) assigned->recording = kafka::kNoGeneration;
  if (assigned->generation != generation || assigned->phase != GroupPhase::kCompletingRebalance) return;
  if (!recorded.ok()) return prepare_rebalance(*assigned);  // tells everybody to join again
  assigned->phase = GroupPhase::kStable;
  answer_syncs(*assigned, KafkaError::kNone);
}

void GroupCoordinator::answer_syncs(Group& group, KafkaError error) {
  std::vector<std::pair<Callback<kafka::SyncGroupResponse>, kafka::SyncGroupResponse>> answers;
  for (auto& [id, member] : group.members) {
    if (!member.sync) continue;
    kafka::SyncGroupResponse response;
    response.error_code = error;
    if (error == KafkaError::kNone) {
      response.protocol_type = group.protocol_type;
      response.protocol_name = group.protocol;
      response.assignment = member.assignment;
      keep_alive(group, member);
    }
    answers.emplace_back(std::exchange(member.sync, {}), std::move(response));
  }
  for (auto& [done, response] : answers) done(std::move(response));
}

// ---- Staying and leaving

KafkaError GroupCoordinator::check_member(std::string_view group_id, std::string_view member_id,
                                          const std::optional<kafka::GroupInstanceId>& instance,
                                          kafka::GenerationId generation, Group*& found_group, Member*& found_member) {
  if (!ready()) return KafkaError::kCoordinatorLoadInProgress;
  if (group_id.empty()) return KafkaError::kInvalidGroupId;
  found_group = find(group_id);
  if (found_group == nullptr) return KafkaError::kUnknownMemberId;
  if (instance) {
    const auto at = found_group->static_members.find(instance->get());
    if (at == found_group->static_members.end()) return KafkaError::kUnknownMemberId;
    if (at->second.get() != member_id) return KafkaError::kFencedInstanceId;
  }
  found_member = found_group->find(member_id);
  if (found_member == nullptr) return KafkaError::kUnknownMemberId;
  return generation == found_group->generation ? KafkaError::kNone : KafkaError::kIllegalGeneration;
}

KafkaError GroupCoordinator::heartbeat(const kafka::HeartbeatRequest& message) {
  Group* beating_group = nullptr;
  Member* member = nullptr;
  const auto problem = check_member(message.group_id.get(), message.member_id.get(), message.group_instance_id,
                                    message.generation_id, beating_group, member);
  if (problem != KafkaError::kNone) return problem;
  keep_alive(*beating_group, *member);
  return beating_group->phase == GroupPhase::kPreparingRebalance ? KafkaError::kRebalanceInProgress : KafkaError::kNone;
}

KafkaError GroupCoordinator::leave(std::string_view group_id, std::string_view member_id,
                                   const std::optional<kafka::GroupInstanceId>& instance) {
  if (!ready()) return KafkaError::kCoordinatorLoadInProgress;
  if (group_id.empty()) return KafkaError::kInvalidGroupId;
  auto* const left = find(group_id);
  if (left == nullptr) return KafkaError::kUnknownMemberId;
  if (const auto promised = left->promised.find(member_id); promised != left->promised.end()) {
    cancel(promised->second);
    left->promised.erase(promised);
    if (left->phase == GroupPhase::kPreparingRebalance) maybe_complete_join(*left);
    drop_if_unused(group_id);
    return KafkaError::kNone;
  }
  std::string id(member_id);
  if (instance) {
    const auto at = left->static_members.find(instance->get());
    if (at == left->static_members.end()) return KafkaError::kUnknownMemberId;
    if (!id.empty() && at->second.get() != id) return KafkaError::kFencedInstanceId;
    id = at->second.get();
  }
  if (left->find(id) == nullptr) return KafkaError::kUnknownMemberId;
  remove_member(*left, id, KafkaError::kUnknownMemberId);
  return KafkaError::kNone;
}

void GroupCoordinator::remove_member(Group& group, const std::string& member_id, KafkaError why) {
  auto node = group.members.extract(member_id);
  if (node.empty()) return;
  auto& member = node.mapped();
  cancel(member.timer);
  if (member.instance_id) group.static_members.erase(member.instance_id->get());
  answer_join(member, join_refused(why, member.id));
  answer_sync(member, sync_refused(why));
  if (group.phase == GroupPhase::kPreparingRebalance) {
    maybe_complete_join(group);
  } else if (group.phase != GroupPhase::kEmpty) {
    prepare_rebalance(group);
  }
}

void GroupCoordinator::keep_alive(Group& group, Member& member) {
  member.expires_at = loop_.clock().monotonic() + std::chrono::milliseconds(member.session_timeout_ms);
  if (member.timer != 0) return;  // it looks at expires_at when it runs
  member.timer = after_ms(member.session_timeout_ms,
                          [this, group_id = group.id, id = member.id.get()] { on_session_timer(group_id, id); });
}

void GroupCoordinator::on_session_timer(const std::string& id, const std::string& member_id) {
  auto* const beating = find(id);
  auto* const member = beating == nullptr ? nullptr : beating->find(member_id);
  if (member == nullptr) return;
  member->timer = 0;
  const auto now = loop_.clock().monotonic();
  if (member->join || member->sync) {
    keep_alive(*beating, *member);  // it waits for us
  } else if (now < member->expires_at) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(member->expires_at - now);
    member->timer = after_ms(static_cast<std::int32_t>(left.count()), [this, id, member_id] { on_session_timer(id, member_id); });
  } else {
    metrics_.members_expired.add();
    remove_member(*beating, member_id, KafkaError::kUnknownMemberId);
  }
}

// ---- The table of groups

Group& GroupCoordinator::group(std::string_view id) {
  auto at = groups_.find(id);
  if (at == groups_.end()) {
    at = groups_.emplace(std::string(id), Group{}).first;
    at->second.id = id;
    const auto recorded = state_.generations().find(id);
    if (recorded != state_.generations().end()) at->second.generation = recorded->second.generation;
  }
  return at->second;
}

Group* GroupCoordinator::find(std::string_view id) {
  const auto at = groups_.find(id);
  return at == groups_.end() ? nullptr : &at->second;
}

const Group* GroupCoordinator::find(std::string_view id) const {
  const auto at = groups_.find(id);
  return at == groups_.end() ? nullptr : &at->second;
}

void GroupCoordinator::record(Group& group) {
  auto record = GroupState::generation_record(group.id, group.recorded(Timestamp{loop_.clock().wall_ms()}));
  shard_.submit<bool>([record = std::move(record)] { return Result<state::Decision<bool>>(state::Decision<bool>{true, {record}}); },
                      [this, alive = std::weak_ptr(alive_), id = group.id](Result<bool>) {
                        if (!alive.expired()) drop_if_unused(id);
                      });
}

void GroupCoordinator::drop_if_unused(std::string_view id) {
  auto* const unused = find(id);
  if (unused == nullptr || unused->phase != GroupPhase::kEmpty || !unused->members.empty() || !unused->promised.empty()) return;
  groups_.erase(groups_.find(id));
}

}  // namespace weft::broker
