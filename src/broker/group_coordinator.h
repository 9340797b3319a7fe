#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/group.h"
#include "broker/group_state.h"
#include "env/env.h"
#include "kafka/messages/heartbeat.h"
#include "kafka/messages/join_group.h"
#include "kafka/messages/leave_group.h"
#include "kafka/messages/sync_group.h"
#include "state/shard.h"
#include "stream/observer.h"

namespace weft::broker {

struct BrokerMetrics;
struct Options;

/// Coordinates all groups of the classic protocol (KIP-62, 134, 345, 394): membership is soft and moved by requests and
/// timers, complete generations and positions are recorded. Belongs to the loop.
///
/// While the state is being replayed everything is answered COORDINATOR_LOAD_IN_PROGRESS; when it is thrown away,
/// whoever waits is told NOT_COORDINATOR and joins again.
class GroupCoordinator {
 public:
  struct Joining {
    kafka::JoinGroupRequest message;
    std::int16_t version;
    std::string client_id;
    std::string client_host;
  };
  struct Committing {
    kafka::GenerationId generation = kafka::kNoGeneration;
    kafka::MemberId member_id;
    std::optional<kafka::GroupInstanceId> instance_id;
    std::vector<std::pair<stream::TopicPartition, CommittedPosition>> positions;
  };

  GroupCoordinator(env::Env& env, env::EventLoop& loop, stream::Cluster& cluster, const Options& options,
                   BrokerMetrics& metrics);
  ~GroupCoordinator();

  /// Replays what is recorded; the groups' topic must exist.
  void start(Callback<Result<void>> done) { shard_.load(std::move(done)); }
  /// Answers whoever waits for a rebalance, and starts none; what is being recorded goes on.
  void stop_membership();
  /// Answers whoever still waits; before the end.
  void stop();

  // ---- Membership
  void join(Joining joining, Callback<kafka::JoinGroupResponse> done);
  void sync(kafka::SyncGroupRequest message, Callback<kafka::SyncGroupResponse> done);
  kafka::KafkaError heartbeat(const kafka::HeartbeatRequest& message);
  /// One member; the answer's members repeat the request's.
  kafka::KafkaError leave(std::string_view group, std::string_view member_id,
                          const std::optional<kafka::GroupInstanceId>& instance);

  // ---- Positions
  /// Whether this commit is one that the group accepts now; refreshes the member's session.
  kafka::KafkaError check_commit(std::string_view group, const Committing& committing);
  /// Checked ones: durable when done. `append` as state::Shard::submit.
  void commit(std::string group, std::vector<std::pair<stream::TopicPartition, CommittedPosition>> positions,
              Callback<Result<void>> done, state::Shard::Append append = {});
  /// Several groups' positions as one decision.
  void commit_all(std::vector<state::Record> records, Callback<Result<void>> done, state::Shard::Append append);
  /// A group's positions, once what was seen is durable.
  void positions(std::string group, Callback<Result<GroupState::Positions>> done);
  bool has_members(std::string_view group) const;
  /// Whether a member of the group has asked for the topic; only consumers say what they ask for.
  bool is_subscribed(std::string_view group, std::string_view topic) const;
  /// The group reads them no more. kNotFound without such a group, kConflict while its members are no consumers, whose
  /// subscriptions nobody can read.
  void forget_positions(std::string group, std::vector<stream::TopicPartition> partitions, Callback<Result<void>> done);
  /// Every group's positions in a topic that is gone; durable when done.
  void forget_topic(std::string topic, Function<void()> done);
  /// What a crash between a topic's deletion and the above has left: positions in topics that do not exist.
  void forget_topics_but(const std::function<bool(std::string_view)>& exists, Function<void()> done);

  // ---- Looking at groups
  struct Described {
    std::string id;
    std::string phase;  ///< "Dead" when there is no such group.
    std::string protocol_type;
    std::string protocol;
    std::vector<RecordedMember> members;
  };
  Described describe(std::string_view group) const;
  /// All that have members, a generation or positions, by id, without members.
  std::vector<Described> list() const;
  /// The ids of the next groups after `after`, in order.
  std::vector<std::string> list_ids(std::string_view after, std::size_t limit) const;
  /// Known ones with members and positions, once what was seen is durable.
  void look_at(std::vector<std::string> groups, Callback<Result<std::vector<stream::GroupInfo>>> done);
  /// kNotFound, or kConflict while it has members.
  void remove(std::string group, Callback<Result<void>> done);

  bool ready() const { return shard_.ready() && !stopped_; }

 private:
  stream::GroupInfo info_of(const std::string& id) const;

  // group_membership.cc
  Group& group(std::string_view id);
  Group* find(std::string_view id);
  const Group* find(std::string_view id) const;
  kafka::KafkaError check_join(const Joining& joining) const;
  void join_new(Group& group, Joining joining, Callback<kafka::JoinGroupResponse> done);
  void join_known(Group& group, Joining joining, Callback<kafka::JoinGroupResponse> done);
  void replace_static(Group& group, Joining joining, Callback<kafka::JoinGroupResponse> done);
  void promise_member_id(Group& group, Joining joining, Callback<kafka::JoinGroupResponse> done);
  Member& add_member(Group& group, kafka::MemberId id, Joining& joining);
  void update_member(Group& group, Member& member, Joining& joining, Callback<kafka::JoinGroupResponse> done);
  kafka::JoinGroupResponse joined(Group& group, const Member& member) const;
  void prepare_rebalance(Group& group);
  void maybe_complete_join(Group& group);
  void complete_join(Group& group);
  void on_rebalance_timer(const std::string& id, kafka::GenerationId generation);
  void on_sync_timer(const std::string& id, kafka::GenerationId generation);
  void record_assignment(Group& group, std::vector<kafka::SyncGroupRequest::Assignment> assignments);
  void on_assignment_recorded(const std::string& id, kafka::GenerationId generation, Result<void> recorded);
  void answer_syncs(Group& group, kafka::KafkaError error);
  kafka::KafkaError check_member(std::string_view group, std::string_view member_id,
                                 const std::optional<kafka::GroupInstanceId>& instance, kafka::GenerationId generation,
                                 Group*& found_group, Member*& found_member);
  void remove_member(Group& group, const std::string& member_id, kafka::KafkaError why);
  void keep_alive(Group& group, Member& member);
  void on_session_timer(const std::string& id, const std::string& member_id);
  void record(Group& group);
  void drop_if_unused(std::string_view id);

  // group_coordinator.cc
  void on_reset();
  void on_loaded();
  void answer_everybody(kafka::KafkaError why);
  env::EventLoop::TimerId after_ms(std::int32_t delay_ms, Function<void()> task);
  void cancel(env::EventLoop::TimerId& timer);
  std::string new_member_id(const std::string& prefix);

  env::Env& env_;
  env::EventLoop& loop_;
  const Options& options_;
  BrokerMetrics& metrics_;
  std::map<std::string, Group, std::less<>> groups_;
  GroupState state_;
  state::Shard shard_;
  bool stopped_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< Timers and appends may outlive this.
};

}  // namespace weft::broker
