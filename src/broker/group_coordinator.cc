#include "broker/group_coordinator.h"

#include <algorithm>
#include <set>

#include "broker/cluster_state.h"
#include "broker/limits.h"
#include "broker/metrics.h"
#include "broker/options.h"
#include "env/random.h"

namespace weft::broker {

using kafka::KafkaError;

namespace {

constexpr std::int32_t kForgetRetryMs = 100;

}  // namespace

GroupCoordinator::GroupCoordinator(env::Env& env, env::EventLoop& loop, stream::Cluster& cluster,
                                   const Options& options, BrokerMetrics& metrics)
    : env_(env),
      loop_(loop),
      options_(options),
      metrics_(metrics),
      shard_(loop, cluster, state_, {{std::string(kGroupsTopic), PartitionIndex{0}}}) {
  state_.on_reset = [this] { on_reset(); };
  state_.on_loaded = [this] { on_loaded(); };
}

GroupCoordinator::~GroupCoordinator() { stop(); }

void GroupCoordinator::stop() {
  stop_membership();
  shard_.close();
}

void GroupCoordinator::stop_membership() {
  if (stopped_) return;
  stopped_ = true;
  answer_everybody(KafkaError::kNotCoordinator);
}

// ---- When the state is thrown away and replayed

void GroupCoordinator::on_reset() { answer_everybody(KafkaError::kNotCoordinator); }

void GroupCoordinator::answer_everybody(KafkaError why) {
  auto groups = std::exchange(groups_, {});
  for (auto& [id, group] : groups) {
    cancel(group.rebalance_timer);
    for (auto& [member_id, timer] : group.promised) cancel(timer);
    for (auto& [member_id, member] : group.members) {
      cancel(member.timer);
      kafka::JoinGroupResponse join;
      join.error_code = why;
      join.member_id = member.id;
      if (member.join) std::exchange(member.join, {})(std::move(join));
      kafka::SyncGroupResponse sync;
      sync.error_code = why;
      if (member.sync) std::exchange(member.sync, {})(std::move(sync));
    }
  }
}

void GroupCoordinator::on_loaded() {
  for (const auto& [id, recorded] : state_.generations()) {
    if (recorded.members.empty()) continue;
    auto& revived = group(id);
    revived.phase = GroupPhase::kStable;
    revived.protocol_type = recorded.protocol_type;
    revived.protocol = recorded.protocol;
    revived.leader = recorded.leader;
    for (const auto& from : recorded.members) {
      auto& member = revived.members[from.id.get()];
      member.id = from.id;
      member.instance_id = from.instance_id;
      if (member.instance_id) revived.static_members[member.instance_id->get()] = member.id;
      member.client_id = from.client_id;
      member.client_host = from.client_host;
      member.session_timeout_ms = from.session_timeout_ms;
      member.rebalance_timeout_ms = from.rebalance_timeout_ms;
      member.protocols = {{recorded.protocol.value_or(""), from.subscription}};
      member.assignment = from.assignment;
      member.synced = true;
      keep_alive(revived, member);  // sessions start afresh
    }
  }
}

// ---- Positions

KafkaError GroupCoordinator::check_commit(std::string_view group_id, const Committing& committing) {
  if (!ready()) return KafkaError::kCoordinatorLoadInProgress;
  if (group_id.empty() || group_id.size() > kGroupIdBytesMax) return KafkaError::kInvalidGroupId;
  if (committing.generation.get() < 0 && committing.member_id.get().empty() && !committing.instance_id) {
    return has_members(group_id) ? KafkaError::kUnknownMemberId : KafkaError::kNone;
  }
  if (find(group_id) == nullptr) return KafkaError::kIllegalGeneration;
  Group* found = nullptr;
  Member* member = nullptr;
  const auto problem =
      check_member(group_id, committing.member_id.get(), committing.instance_id, committing.generation, found, member);
  if (problem != KafkaError::kNone) return problem;
  keep_alive(*found, *member);
  // Nobody knows yet who owns what in this generation.
  return found->phase == GroupPhase::kCompletingRebalance ? KafkaError::kRebalanceInProgress : KafkaError::kNone;
}

void GroupCoordinator::commit(std::string group_id,
                              std::vector<std::pair<stream::TopicPartition, CommittedPosition>> positions,
                              Callback<Result<void>> done, state::Shard::Append append) {
  std::vector<state::Record> records;
  records.reserve(positions.size());
  for (const auto& [partition, position] : positions)
    records.push_back(GroupState::position_record(group_id, partition, position));
  commit_all(std::move(records), std::move(done), std::move(append));
}

void GroupCoordinator::commit_all(std::vector<state::Record> records, Callback<Result<void>> done,
                                  state::Shard::Append append) {
  shard_.submit<bool>(
      [records = std::move(records)]() mutable {
        return Result<state::Decision<bool>>(state::Decision<bool>{true, std::move(records)});
      },
      [done = std::move(done)](Result<bool> recorded) mutable {
        done(recorded.ok() ? Result<void>{} : Result<void>(std::move(recorded).error()));
      },
      std::move(append));
}

void GroupCoordinator::positions(std::string group_id, Callback<Result<GroupState::Positions>> done) {
  shard_.submit<GroupState::Positions>(
      [this, group_id = std::move(group_id)] {
        const auto at = state_.positions().find(group_id);
        return Result<state::Decision<GroupState::Positions>>(state::Decision<GroupState::Positions>{
            at == state_.positions().end() ? GroupState::Positions{} : at->second, {}});
      },
      std::move(done));
}

bool GroupCoordinator::has_members(std::string_view group_id) const {
  const auto* const found = find(group_id);
  return found != nullptr && !found->members.empty();
}

bool GroupCoordinator::is_subscribed(std::string_view group_id, std::string_view topic) const {
  const auto* const found = find(group_id);
  if (found == nullptr) return false;
  return std::ranges::any_of(found->members, [&](const auto& member) { return member.second.asks_for(topic); });
}

void GroupCoordinator::forget_positions(std::string group_id, std::vector<stream::TopicPartition> partitions,
                                        Callback<Result<void>> done) {
  if (!ready()) return done(error(ErrorCode::kUnavailable, "groups are being loaded; try again"));
  shard_.submit<bool>(
      [this, group_id = std::move(group_id), partitions = std::move(partitions)]() -> Result<state::Decision<bool>> {
        const auto* const found = find(group_id);
        if (found != nullptr && !found->members.empty() && found->protocol_type != kConsumerProtocolType)
          return error(ErrorCode::kConflict, "group {} has members that are no consumers", group_id);
        if (found == nullptr && !state_.is_known(group_id)) return error(ErrorCode::kNotFound, "no group {}", group_id);
        return state::Decision<bool>{true, state_.forget_positions(group_id, partitions)};
      },
      [done = std::move(done)](Result<bool> forgotten) mutable {
        done(forgotten.ok() ? Result<void>{} : Result<void>(std::move(forgotten).error()));
      });
}

void GroupCoordinator::forget_topic(std::string topic, Function<void()> done) {
  auto decide = [this, topic] {
    return Result<state::Decision<bool>>(state::Decision<bool>{true, state_.forget_topic(topic)});
  };
  shard_.submit<bool>(std::move(decide), [this, alive = std::weak_ptr(alive_), topic,
                                          done = std::move(done)](Result<bool> forgotten) mutable {
    // Unknown whether it happened: once more, after the state was replayed. A next topic of the name must not find
    // them.
    if (!forgotten.ok() && forgotten.error().code == ErrorCode::kUnavailable && !alive.expired() && !stopped_) {
      after_ms(kForgetRetryMs, [this, topic = std::move(topic), done = std::move(done)]() mutable {
        forget_topic(std::move(topic), std::move(done));
      });
      return;
    }
    done();
  });
}

void GroupCoordinator::forget_topics_but(const std::function<bool(std::string_view)>& exists, Function<void()> done) {
  std::set<std::string> gone;
  for (const auto& [group_id, positions] : state_.positions())
    for (const auto& [partition, position] : positions)
      if (!exists(partition.topic)) gone.insert(partition.topic);
  auto all_done = std::make_shared<Function<void()>>(std::move(done));
  const auto left = std::make_shared<std::size_t>(gone.size() + 1);
  const auto one_done = [all_done, left] {
    if (--*left == 0) (*all_done)();
  };
  for (const std::string& topic : gone) forget_topic(topic, one_done);
  one_done();
}

// ---- Looking at groups

GroupCoordinator::Described GroupCoordinator::describe(std::string_view group_id) const {
  Described described{std::string(group_id), "Dead", "", "", {}};
  const auto recorded = state_.generations().find(group_id);
  if (recorded != state_.generations().end()) {
    described.phase = group_phase_name(GroupPhase::kEmpty);
    described.protocol_type = recorded->second.protocol_type;
  } else if (state_.positions().contains(group_id)) {
    described.phase = group_phase_name(GroupPhase::kEmpty);
  }
  if (const auto* const found = find(group_id)) {
    described.phase = group_phase_name(found->phase);
    described.protocol_type = found->protocol_type;
    const bool settled = found->phase == GroupPhase::kStable;
    described.protocol = settled ? found->protocol.value_or("") : "";
    described.members = found->recorded(kNoTimestamp).members;
    if (!settled) {
      for (auto& member : described.members) member.subscription.clear();
    }
  }
  return described;
}

std::vector<GroupCoordinator::Described> GroupCoordinator::list() const {
  std::set<std::string, std::less<>> ids;
  for (const auto& [id, group] : groups_) ids.insert(id);
  for (const auto& [id, generation] : state_.generations()) ids.insert(id);
  for (const auto& [id, positions] : state_.positions()) ids.insert(id);
  std::vector<Described> described;
  described.reserve(ids.size());
  for (const auto& id : ids) {
    described.push_back(describe(id));
    described.back().members.clear();
  }
  return described;
}

std::vector<std::string> GroupCoordinator::list_ids(std::string_view after, std::size_t limit) const {
  std::set<std::string, std::less<>> ids;
  const auto add = [&](const auto& groups) {
    auto at = groups.upper_bound(after);
    for (std::size_t count = 0; count < limit && at != groups.end(); ++count, ++at) ids.insert(at->first);
  };
  add(groups_);
  add(state_.generations());
  add(state_.positions());
  std::vector<std::string> next;
  for (auto at = ids.begin(); at != ids.end() && next.size() < limit; ++at) next.push_back(*at);
  return next;
}

stream::GroupInfo GroupCoordinator::info_of(const std::string& id) const {
  Described described = describe(id);
  stream::GroupInfo info{id, std::move(described.phase), std::move(described.protocol_type), {}, {}};
  for (RecordedMember& member : described.members) {
    auto assigned = info.protocol_type == kConsumerProtocolType ? stream::parse_assignment(member.assignment)
                                                                : std::vector<stream::TopicPartition>();
    info.members.push_back(
        {member.id.get(), member.instance_id ? std::optional(member.instance_id->get()) : std::nullopt,
         std::move(member.client_id), std::move(member.client_host), std::move(assigned)});
  }
  const auto at = state_.positions().find(id);
  if (at == state_.positions().end()) return info;
  for (const auto& [partition, position] : at->second)
    info.positions.push_back({partition, position.offset, position.committed_at.get()});
  return info;
}

void GroupCoordinator::look_at(std::vector<std::string> groups,
                               Callback<Result<std::vector<stream::GroupInfo>>> done) {
  using Infos = std::vector<stream::GroupInfo>;
  shard_.submit<Infos>(
      [this, groups = std::move(groups)] {
        Infos infos;
        for (const std::string& id : groups)
          if (find(id) != nullptr || state_.is_known(id)) infos.push_back(info_of(id));
        return Result<state::Decision<Infos>>(state::Decision<Infos>{std::move(infos), {}});
      },
      std::move(done));
}

void GroupCoordinator::remove(std::string group_id, Callback<Result<void>> done) {
  if (!ready()) return done(error(ErrorCode::kUnavailable, "groups are being loaded; try again"));
  shard_.submit<bool>(
      [this, group_id = std::move(group_id)]() -> Result<state::Decision<bool>> {
        if (has_members(group_id)) return error(ErrorCode::kConflict, "group {} has members", group_id);
        auto records = state_.forget_group(group_id);
        if (records.empty()) return error(ErrorCode::kNotFound, "no group {}", group_id);
        return state::Decision<bool>{true, std::move(records)};
      },
      [done = std::move(done)](Result<bool> removed) mutable {
        done(removed.ok() ? Result<void>{} : Result<void>(std::move(removed).error()));
      });
}

// ---- Timers and names

env::EventLoop::TimerId GroupCoordinator::after_ms(std::int32_t delay_ms, Function<void()> task) {
  return loop_.schedule_after(std::chrono::milliseconds(std::max(delay_ms, 0)),
                              [alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
                                if (!alive.expired()) task();
                              });
}

void GroupCoordinator::cancel(env::EventLoop::TimerId& timer) {
  if (timer != 0) loop_.cancel(std::exchange(timer, 0));
}

std::string GroupCoordinator::new_member_id(const std::string& prefix) {
  const auto id = Uuid::from_random(env_.random().next(), env_.random().next());
  return fmt::format("{}-{}", prefix.empty() ? "member" : prefix.substr(0, 200), id.to_string());
}

}  // namespace weft::broker
