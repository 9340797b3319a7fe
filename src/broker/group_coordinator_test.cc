#include "broker/group_coordinator.h"

#include <set>

#include "base/varint.h"
#include "broker/cluster_state.h"
#include "broker/metrics.h"
#include "broker/options.h"
#include "broker/testing/sim_broker.h"
#include "env/sim_env.h"
#include "kafka/messages/delete_groups.h"
#include "kafka/messages/describe_groups.h"
#include "kafka/messages/find_coordinator.h"
#include "kafka/messages/list_groups.h"
#include "kafka/messages/offset_commit.h"
#include "kafka/messages/offset_delete.h"
#include "kafka/messages/offset_fetch.h"
#include "state/testing/memory_cluster.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using namespace std::chrono_literals;

Buffer bytes_of(std::string_view text) { return to_buffer(as_bytes(text)); }

// ---- Over the wire, one request at a time

class Groups : public testing::SimBroker {
 protected:
  static kafka::JoinGroupRequest join_request(const std::string& member_id = "",
                                              std::optional<std::string> instance = std::nullopt,
                                              const std::string& protocol = "range") {
    kafka::JoinGroupRequest request;
    request.group_id = kafka::GroupId{"readers"};
    request.session_timeout_ms = 10'000;
    request.rebalance_timeout_ms = 20'000;
    request.member_id = kafka::MemberId{member_id};
    if (instance) request.group_instance_id.emplace(*instance);
    request.protocol_type = "consumer";
    request.protocols.push_back({protocol, bytes_of("subscription of " + member_id)});
    return request;
  }
  /// As clients do since KIP-394: asks for an id first.
  kafka::JoinGroupResponse join(testing::SimClient& client, const std::string& known_id = "") {
    std::string id = known_id;
    if (id.empty()) {
      const auto first = client.call<kafka::JoinGroupResponse>(join_request(), 5);
      EXPECT_EQ(first.error_code, KafkaError::kMemberIdRequired);
      id = first.member_id.get();
    }
    return client.call<kafka::JoinGroupResponse>(join_request(id), 5);
  }
  static kafka::SyncGroupRequest sync_request(const kafka::JoinGroupResponse& joined,
                                              std::vector<std::pair<std::string, std::string>> assignments = {}) {
    kafka::SyncGroupRequest request;
    request.group_id = kafka::GroupId{"readers"};
    request.generation_id = joined.generation_id;
    request.member_id = joined.member_id;
    for (const auto& [member, assignment] : assignments)
      request.assignments.push_back({kafka::MemberId{member}, bytes_of(assignment)});
    return request;
  }
  KafkaError heartbeat(testing::SimClient& client, const kafka::JoinGroupResponse& joined) {
    kafka::HeartbeatRequest request;
    request.group_id = kafka::GroupId{"readers"};
    request.generation_id = joined.generation_id;
    request.member_id = joined.member_id;
    return client.call<kafka::HeartbeatResponse>(request, 3).error_code;
  }
  KafkaError commit(testing::SimClient& client, const std::string& group, std::int64_t offset,
                    std::int32_t generation = -1, const std::string& member = "", const std::string& topic = "orders",
                    std::int16_t version = 7) {
    kafka::OffsetCommitRequest request;
    request.group_id = kafka::GroupId{group};
    request.generation_id_or_member_epoch = kafka::GenerationId{generation};
    request.member_id = kafka::MemberId{member};
    auto& into = request.topics.emplace_back();
    into.name = topic;
    into.partitions.push_back({PartitionIndex{0}, Offset{offset}, LeaderEpoch{-1}, Timestamp{-1}, "note"});
    return client.call<kafka::OffsetCommitResponse>(request, version).topics.at(0).partitions.at(0).error_code;
  }
  std::int64_t committed(testing::SimClient& client, const std::string& group, std::int16_t version = 7) {
    kafka::OffsetFetchRequest request;
    if (version < 8) {
      request.group_id = kafka::GroupId{group};
      request.topics.emplace();
      request.topics->push_back({"orders", {PartitionIndex{0}}});
      return client.call<kafka::OffsetFetchResponse>(request, version)
          .topics.at(0)
          .partitions.at(0)
          .committed_offset.get();
    }
    auto& asked = request.groups.emplace_back();
    asked.group_id = kafka::GroupId{group};
    asked.topics.emplace();
    asked.topics->push_back({"orders", {PartitionIndex{0}}});
    return client.call<kafka::OffsetFetchResponse>(request, version)
        .groups.at(0)
        .topics.at(0)
        .partitions.at(0)
        .committed_offset.get();
  }
};

TEST_F(Groups, TheCoordinatorIsHere) {
  start();
  auto& client = connect();
  for (std::int16_t version = 0; version <= 3; ++version) {
    kafka::FindCoordinatorRequest request;
    request.key = "readers";
    const auto response = client.call<kafka::FindCoordinatorResponse>(request, version);
    EXPECT_EQ(response.error_code, KafkaError::kNone);
    EXPECT_EQ(response.port, broker->addresses()[0].port);
  }
  kafka::FindCoordinatorRequest many;
  many.coordinator_keys = {"a", "b"};
  EXPECT_EQ(client.call<kafka::FindCoordinatorResponse>(many, 4).coordinators.size(), 2u);
}

TEST_F(Groups, AMemberJoinsAloneSyncsAndStays) {
  start();
  auto& client = connect();
  const auto joined = join(client);
  EXPECT_EQ(joined.error_code, KafkaError::kNone);
  EXPECT_EQ(joined.generation_id.get(), 1);
  EXPECT_EQ(joined.leader, joined.member_id);
  ASSERT_EQ(joined.members.size(), 1u);
  const auto synced = client.call<kafka::SyncGroupResponse>(sync_request(joined, {{joined.member_id.get(), "all"}}), 3);
  EXPECT_EQ(as_text(synced.assignment), "all");
  EXPECT_EQ(heartbeat(client, joined), KafkaError::kNone);
  auto stale = joined;
  stale.generation_id = kafka::GenerationId{0};
  EXPECT_EQ(heartbeat(client, stale), KafkaError::kIllegalGeneration);
  stale.member_id = kafka::MemberId{"stranger"};
  EXPECT_EQ(heartbeat(client, stale), KafkaError::kUnknownMemberId);
}

TEST_F(Groups, OldClientsJoinWithoutAskingForAnId) {
  start();
  auto& client = connect();
  for (std::int16_t version = 0; version <= 3; ++version) {
    auto request = join_request();
    request.group_id = kafka::GroupId{"group" + std::to_string(version)};
    if (version == 0) request.rebalance_timeout_ms = -1;
    const auto joined = client.call<kafka::JoinGroupResponse>(request, version);
    EXPECT_EQ(joined.error_code, KafkaError::kNone);
    EXPECT_FALSE(joined.member_id.get().empty());
  }
}

TEST_F(Groups, WithoutARebalanceTimeoutAMemberHasItsSessionToSyncIn) {
  start();
  auto& client = connect();
  auto request = join_request(client.call<kafka::JoinGroupResponse>(join_request(), 5).member_id.get());
  request.rebalance_timeout_ms = 0;
  const auto joined = client.call<kafka::JoinGroupResponse>(request, 5);
  sim.advance(2s);
  EXPECT_EQ(client.call<kafka::SyncGroupResponse>(sync_request(joined, {{joined.member_id.get(), "all"}}), 3).error_code,
            KafkaError::kNone);
}

TEST_F(Groups, ASecondMemberMakesTheFirstJoinAgainAndBothGetTheirShare) {
  start();
  auto& one = connect();
  auto& two = connect();
  const auto alone = join(one);
  one.call<kafka::SyncGroupResponse>(sync_request(alone, {{alone.member_id.get(), "all"}}), 3);

  const auto promised = two.call<kafka::JoinGroupResponse>(join_request(), 5);
  const auto second_join = two.send(join_request(promised.member_id.get()), 5);
  sim.advance(100ms);
  EXPECT_TRUE(two.frames.empty()) << "it waits for the first";
  EXPECT_EQ(heartbeat(one, alone), KafkaError::kRebalanceInProgress);
  const auto first = one.call<kafka::JoinGroupResponse>(join_request(alone.member_id.get()), 5);
  const auto second = two.receive<kafka::JoinGroupResponse>(5, second_join);
  EXPECT_EQ(first.generation_id, second.generation_id);
  EXPECT_EQ(first.leader, second.leader);
  EXPECT_EQ(first.members.size() + second.members.size(), 2u) << "only the leader is told who is in";

  auto& leading = first.members.empty() ? two : one;
  auto& following = first.members.empty() ? one : two;
  const auto& leader = first.members.empty() ? second : first;
  const auto& follower = first.members.empty() ? first : second;
  const auto waiting = following.send(sync_request(follower), 3);
  sim.advance(100ms);
  EXPECT_TRUE(following.frames.empty()) << "the leader has not assigned yet";
  const auto led = leading.call<kafka::SyncGroupResponse>(
      sync_request(leader, {{leader.member_id.get(), "odd"}, {follower.member_id.get(), "even"}}), 3);
  EXPECT_EQ(as_text(led.assignment), "odd");
  EXPECT_EQ(as_text(following.receive<kafka::SyncGroupResponse>(3, waiting).assignment), "even");
  EXPECT_EQ(heartbeat(one, first), KafkaError::kNone);
  EXPECT_EQ(heartbeat(two, second), KafkaError::kNone);
}

TEST_F(Groups, AnAssignmentIsTakenWhileThatOfTheGenerationBeforeIsStillOnItsWayToTheDisk) {
  start();
  auto& one = connect();
  auto& two = connect();
  const auto alone = join(one);
  log->hold_appends = true;
  const auto early = one.send(sync_request(alone, {{alone.member_id.get(), "all"}}), 3);
  sim.run_idle();
  const auto promised = two.call<kafka::JoinGroupResponse>(join_request(), 5);
  const auto second_join = two.send(join_request(promised.member_id.get()), 5);
  sim.advance(100ms);
  EXPECT_EQ(one.receive<kafka::SyncGroupResponse>(3, early).error_code, KafkaError::kRebalanceInProgress);
  const auto first = one.call<kafka::JoinGroupResponse>(join_request(alone.member_id.get()), 5);
  const auto second = two.receive<kafka::JoinGroupResponse>(5, second_join);
  auto& leading = first.members.empty() ? two : one;
  const auto& leader = first.members.empty() ? second : first;
  const auto led = leading.send(sync_request(leader, {{leader.member_id.get(), "mine"}}), 3);
  sim.advance(100ms);
  log->hold_appends = false;
  on_loop([&] { log->release_all(); });
  sim.run_idle();
  sim.advance(100ms);
  ASSERT_FALSE(leading.frames.empty()) << "the leader's assignment was dropped: the group waits for ever";
  EXPECT_EQ(as_text(leading.receive<kafka::SyncGroupResponse>(3, led).assignment), "mine");
}

TEST_F(Groups, AGroupWithoutAProtocolInCommonRefusesTheStranger) {
  start();
  auto& one = connect();
  auto& two = connect();
  join(one);
  auto request = join_request("", std::nullopt, "other");
  EXPECT_EQ(two.call<kafka::JoinGroupResponse>(request, 3).error_code, KafkaError::kInconsistentGroupProtocol);
  request = join_request();
  request.protocol_type = "connect";
  EXPECT_EQ(two.call<kafka::JoinGroupResponse>(request, 3).error_code, KafkaError::kInconsistentGroupProtocol);
  request = join_request();
  request.session_timeout_ms = 1;
  EXPECT_EQ(two.call<kafka::JoinGroupResponse>(request, 3).error_code, KafkaError::kInvalidSessionTimeout);
  request = join_request();
  request.group_id = kafka::GroupId{""};
  EXPECT_EQ(two.call<kafka::JoinGroupResponse>(request, 3).error_code, KafkaError::kInvalidGroupId);
  EXPECT_EQ(two.call<kafka::JoinGroupResponse>(join_request("never-heard-of"), 5).error_code,
            KafkaError::kUnknownMemberId);
}

TEST_F(Groups, ASilentMemberIsOutAfterItsSession) {
  start();
  auto& client = connect();
  const auto joined = join(client);
  client.call<kafka::SyncGroupResponse>(sync_request(joined, {}), 3);
  for (int i = 0; i < 5; ++i) {
    sim.advance(8s);
    EXPECT_EQ(heartbeat(client, joined), KafkaError::kNone);
  }
  sim.advance(11s);
  EXPECT_EQ(heartbeat(client, joined), KafkaError::kUnknownMemberId);
}

TEST_F(Groups, AMemberThatLeavesIsOutAtOnce) {
  start();
  auto& client = connect();
  const auto joined = join(client);
  client.call<kafka::SyncGroupResponse>(sync_request(joined, {}), 3);
  kafka::LeaveGroupRequest leave;
  leave.group_id = kafka::GroupId{"readers"};
  leave.members.push_back({joined.member_id, std::nullopt, std::nullopt});
  EXPECT_EQ(client.call<kafka::LeaveGroupResponse>(leave, 3).members.at(0).error_code, KafkaError::kNone);
  EXPECT_EQ(heartbeat(client, joined), KafkaError::kUnknownMemberId);
  EXPECT_EQ(join(client).generation_id.get(), 3) << "generations go on: 2 was the empty one";
}

TEST_F(Groups, AStaticMemberComesBackWithoutARebalanceAndFencesItsOldSelf) {
  start();
  auto& one = connect();
  auto& two = connect();
  const auto first = one.call<kafka::JoinGroupResponse>(join_request("", "pod-1"), 5);
  EXPECT_EQ(first.error_code, KafkaError::kNone) << "static members need no id first";
  one.call<kafka::SyncGroupResponse>(sync_request(first, {{first.member_id.get(), "mine"}}), 3);
  const auto again = two.call<kafka::JoinGroupResponse>(join_request("", "pod-1"), 5);
  EXPECT_EQ(again.error_code, KafkaError::kNone);
  EXPECT_EQ(again.generation_id, first.generation_id);
  EXPECT_NE(again.member_id, first.member_id);
  EXPECT_EQ(as_text(two.call<kafka::SyncGroupResponse>(sync_request(again), 3).assignment), "mine");
  kafka::HeartbeatRequest old;
  old.group_id = kafka::GroupId{"readers"};
  old.generation_id = first.generation_id;
  old.member_id = first.member_id;
  old.group_instance_id.emplace("pod-1");
  EXPECT_EQ(one.call<kafka::HeartbeatResponse>(old, 3).error_code, KafkaError::kFencedInstanceId);
}

TEST_F(Groups, AGenerationOutlivesARestart) {
  start();
  auto* client = &connect();
  create_topic(*client, "orders");
  const auto joined = join(*client);
  client->call<kafka::SyncGroupResponse>(sync_request(joined, {{joined.member_id.get(), "all"}}), 3);
  EXPECT_EQ(commit(*client, "readers", 42, 1, joined.member_id.get()), KafkaError::kNone);
  restart();
  client = &connect();
  EXPECT_EQ(heartbeat(*client, joined), KafkaError::kNone);
  EXPECT_EQ(as_text(client->call<kafka::SyncGroupResponse>(sync_request(joined), 3).assignment), "all");
  EXPECT_EQ(committed(*client, "readers"), 42);
  sim.advance(11s);
  EXPECT_EQ(heartbeat(*client, joined), KafkaError::kUnknownMemberId) << "sessions start afresh, and end";
}

TEST_F(Groups, PositionsAreKeptByEveryVersion) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  EXPECT_EQ(committed(client, "readers"), -1);
  std::int64_t offset = 0;
  for (std::int16_t version = 0; version <= 9; ++version) {
    EXPECT_EQ(commit(client, "readers", ++offset, -1, "", "orders", version), KafkaError::kNone);
    EXPECT_EQ(committed(client, "readers", version), offset) << "v" << version;
  }
  kafka::OffsetFetchRequest all;
  all.group_id = kafka::GroupId{"readers"};
  const auto everything = client.call<kafka::OffsetFetchResponse>(all, 5);
  EXPECT_EQ(everything.topics.at(0).partitions.at(0).metadata, "note");
}

TEST_F(Groups, APositionIsAnsweredWhenItIsOnDisk) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  log->hold_appends = true;
  kafka::OffsetCommitRequest request;
  request.group_id = kafka::GroupId{"readers"};
  auto& into = request.topics.emplace_back();
  into.name = "orders";
  into.partitions.push_back({PartitionIndex{0}, Offset{5}, LeaderEpoch{-1}, Timestamp{-1}, ""});
  const auto sent = client.send(request, 7);
  kafka::OffsetFetchRequest read;
  read.group_id = kafka::GroupId{"readers"};
  auto& reader = connect();
  const auto asked = reader.send(read, 7);
  sim.advance(1s);
  EXPECT_TRUE(client.frames.empty());
  EXPECT_TRUE(reader.frames.empty()) << "a read waits for what it saw, too";
  on_loop([&] { log->release_all(); });
  client.receive<kafka::OffsetCommitResponse>(7, sent);
  EXPECT_EQ(reader.receive<kafka::OffsetFetchResponse>(7, asked).topics.at(0).partitions.at(0).committed_offset,
            Offset{5});
}

TEST_F(Groups, CommitsAreForMembersOfTheGenerationOnly) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  EXPECT_EQ(commit(client, "readers", 1, 3, "somebody"), KafkaError::kIllegalGeneration);
  EXPECT_EQ(commit(client, "readers", 1, -1, "", "nowhere"), KafkaError::kUnknownTopicOrPartition);
  const auto joined = join(client);
  EXPECT_EQ(commit(client, "readers", 1, 1, joined.member_id.get()), KafkaError::kRebalanceInProgress)
      << "not assigned yet";
  client.call<kafka::SyncGroupResponse>(sync_request(joined, {}), 3);
  EXPECT_EQ(commit(client, "readers", 1, 1, joined.member_id.get()), KafkaError::kNone);
  EXPECT_EQ(commit(client, "readers", 1, 0, joined.member_id.get()), KafkaError::kIllegalGeneration);
  EXPECT_EQ(commit(client, "readers", 1, 1, "stranger"), KafkaError::kUnknownMemberId);
  EXPECT_EQ(commit(client, "readers", 1), KafkaError::kUnknownMemberId)
      << "simple consumers keep out of a living group";
}

TEST_F(Groups, DeletingATopicForgetsItsPositions) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  commit(client, "readers", 7);
  broker->cluster().delete_topic("orders", env::MonotonicTime::max(), [](Result<void>) {});
  sim.run_idle();
  create_topic(client, "orders");
  EXPECT_EQ(committed(client, "readers"), -1);
}

TEST_F(Groups, ADeletedTopicsNameIsFreeOnceItsPositionsAreForgottenForGood) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  commit(client, "readers", 7);
  log->hold_appends = true;
  std::optional<Result<void>> deleted;
  broker->cluster().delete_topic("orders", env::MonotonicTime::max(),
                                 [&](Result<void> result) { deleted = std::move(result); });
  sim.run_idle();
  on_loop([&] { log->release_all(); });
  sim.run_idle();
  EXPECT_FALSE(deleted.has_value()) << "a power loss now would bring the positions back";
  std::optional<Result<stream::TopicInfo>> made;
  broker->cluster().create_topic({"orders", 1, 1, {}}, env::MonotonicTime::max(),
                                 [&](auto result) { made = std::move(result); });
  sim.run_idle();
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->error().code, ErrorCode::kAlreadyExists);
  on_loop([&] {
    log->hold_appends = false;
    log->release_all();
  });
  sim.run_idle();
  ASSERT_TRUE(deleted.has_value());
  EXPECT_TRUE(deleted->ok());
  create_topic(client, "orders");
  EXPECT_EQ(committed(client, "readers"), -1);
}

TEST_F(Groups, AStartForgetsPositionsInTopicsThatACrashHasDeletedOnly) {
  start();
  auto* client = &connect();
  create_topic(*client, "orders");
  commit(*client, "readers", 7);
  // The deletion is recorded, what should follow never is.
  log->hold_appends = true;
  broker->cluster().delete_topic("orders", env::MonotonicTime::max(), [](Result<void>) {});
  sim.run_idle();
  log->refuse.push_back(error(ErrorCode::kTooLarge, "never placed"));
  on_loop([&] {
    log->hold_appends = false;
    log->release_all();
  });
  sim.run_idle();
  restart();
  client = &connect();
  create_topic(*client, "orders");
  EXPECT_EQ(committed(*client, "readers"), -1);
}

TEST_F(Groups, GroupsCanBeListedDescribedAndDeleted) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  commit(client, "positions-only", 7);
  const auto joined = join(client);
  client.call<kafka::SyncGroupResponse>(sync_request(joined, {{joined.member_id.get(), "all"}}), 3);
  kafka::ListGroupsRequest list;
  EXPECT_EQ(client.call<kafka::ListGroupsResponse>(list, 3).groups.size(), 2u);
  list.states_filter = {"stable"};
  const auto stable = client.call<kafka::ListGroupsResponse>(list, 4).groups;
  ASSERT_EQ(stable.size(), 1u);
  EXPECT_EQ(stable[0].group_id.get(), "readers");
  kafka::DescribeGroupsRequest describe;
  describe.groups = {kafka::GroupId{"readers"}, kafka::GroupId{"nobody"}, kafka::GroupId{"positions-only"}};
  const auto groups = client.call<kafka::DescribeGroupsResponse>(describe, 5).groups;
  EXPECT_EQ(groups.at(0).group_state, "Stable");
  EXPECT_EQ(as_text(groups.at(0).members.at(0).member_assignment), "all");
  EXPECT_EQ(groups.at(1).group_state, "Dead");
  EXPECT_EQ(groups.at(1).error_code, KafkaError::kNone);
  EXPECT_EQ(groups.at(2).group_state, "Empty");
  const auto newer = client.call<kafka::DescribeGroupsResponse>(describe, 6).groups;
  EXPECT_EQ(newer.at(1).error_code, KafkaError::kGroupIdNotFound) << "said aloud from v6 on";
  EXPECT_EQ(newer.at(2).error_code, KafkaError::kNone);
  kafka::DeleteGroupsRequest remove;
  remove.groups_names = {kafka::GroupId{"readers"}, kafka::GroupId{"nobody"}, kafka::GroupId{"positions-only"}};
  const auto removed = client.call<kafka::DeleteGroupsResponse>(remove, 1).results;
  EXPECT_EQ(removed.at(0).error_code, KafkaError::kNonEmptyGroup);
  EXPECT_EQ(removed.at(1).error_code, KafkaError::kGroupIdNotFound);
  EXPECT_EQ(removed.at(2).error_code, KafkaError::kNone);
  EXPECT_EQ(committed(client, "positions-only"), -1);
}

TEST_F(Groups, PositionsInTopicsThatNobodyReadsCanBeForgotten) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  const auto forget = [&](const std::string& group, const std::string& topic) {
    kafka::OffsetDeleteRequest request;
    request.group_id = kafka::GroupId{group};
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    asked.partitions.push_back({PartitionIndex{0}});
    const auto response = client.call<kafka::OffsetDeleteResponse>(request, 0);
    return response.error_code != KafkaError::kNone ? response.error_code
                                                    : response.topics.at(0).partitions.at(0).error_code;
  };
  commit(client, "empty", 7);
  EXPECT_EQ(forget("empty", "nothing"), KafkaError::kUnknownTopicOrPartition);
  EXPECT_EQ(forget("empty", "orders"), KafkaError::kNone);
  EXPECT_EQ(committed(client, "empty"), -1);
  EXPECT_EQ(forget("nobody", "orders"), KafkaError::kGroupIdNotFound);

  create_topic(client, "others");
  auto request = join_request();
  Buffer subscription;  // ConsumerProtocolSubscription, v0: topics, no user data
  append_be<std::int16_t>(subscription, 0);
  append_be<std::int32_t>(subscription, 1);
  append_be<std::int16_t>(subscription, 6);
  append_bytes(subscription, as_bytes("orders"));
  append_be<std::int32_t>(subscription, -1);
  request.protocols.at(0).metadata = subscription;
  request.member_id = client.call<kafka::JoinGroupResponse>(request, 5).member_id;
  const auto joined = client.call<kafka::JoinGroupResponse>(request, 5);
  ASSERT_EQ(joined.error_code, KafkaError::kNone);
  EXPECT_EQ(forget("readers", "orders"), KafkaError::kGroupSubscribedToTopic);
  EXPECT_EQ(forget("readers", "others"), KafkaError::kNone);
}

// ---- In simulation: members come, go, crash and fall silent; the coordinator fails and restarts

constexpr int kPartitions = 12;

/// What must hold whatever happens.
struct Ledger {
  std::map<std::pair<int, int>, std::map<int, std::string>> owners;  ///< By life of the coordinator and generation.
  std::map<int, std::int64_t> acknowledged;  ///< Positions whose commit was answered, by partition.
};

/// A consumer as clients behave: joins, syncs, heartbeats, commits what it owns.
class SimConsumer : public std::enable_shared_from_this<SimConsumer> {
 public:
  SimConsumer(std::string name, env::EventLoop& loop, std::unique_ptr<GroupCoordinator>& coordinator, const int& life,
              Ledger& ledger)
      : name_(std::move(name)), loop_(loop), coordinator_(coordinator), life_(life), ledger_(ledger) {}

  void start() { join(); }
  void crash() { alive_ = false; }
  void leave() {
    if (!id_.empty()) static_cast<void>(coordinator_->leave("g", id_, std::nullopt));
    crash();
  }
  bool alive() const { return alive_; }
  bool active() const { return active_; }
  int generation() const { return generation_; }
  const std::set<int>& owned() const { return owned_; }

 private:
  void later(env::Duration delay, void (SimConsumer::*what)()) {
    loop_.schedule_after(delay, [self = shared_from_this(), what] {
      if (self->alive_) (self.get()->*what)();
    });
  }

  void join() {
    active_ = false;
    owned_.clear();
    kafka::JoinGroupRequest message;
    message.group_id = kafka::GroupId{"g"};
    message.session_timeout_ms = 6'000;
    message.rebalance_timeout_ms = 10'000;
    message.member_id = kafka::MemberId{id_};
    message.protocol_type = "consumer";
    message.protocols.push_back({"range", bytes_of(name_)});
    coordinator_->join({std::move(message), 5, name_, "host"},
                       [self = shared_from_this()](kafka::JoinGroupResponse response) {
                         if (self->alive_) self->on_joined(std::move(response));
                       });
  }

  void on_joined(kafka::JoinGroupResponse response) {
    if (response.error_code == KafkaError::kMemberIdRequired) {
      id_ = response.member_id.get();
      return later(1ms, &SimConsumer::join);
    }
    if (response.error_code != KafkaError::kNone) return retry(response.error_code);
    generation_ = response.generation_id.get();
    kafka::SyncGroupRequest message;
    message.group_id = kafka::GroupId{"g"};
    message.generation_id = response.generation_id;
    message.member_id = response.member_id;
    if (response.leader == response.member_id) {
      std::size_t next = 0;
      std::vector<std::string> shares(response.members.size());
      for (int partition = 0; partition < kPartitions; ++partition)
        shares[next++ % shares.size()] += static_cast<char>('A' + partition);
      for (std::size_t i = 0; i < shares.size(); ++i)
        message.assignments.push_back({response.members[i].member_id, bytes_of(shares[i])});
    }
    coordinator_->sync(std::move(message), [self = shared_from_this()](kafka::SyncGroupResponse answer) {
      if (self->alive_) self->on_synced(std::move(answer));
    });
  }

  void on_synced(kafka::SyncGroupResponse response) {
    if (response.error_code != KafkaError::kNone) return retry(response.error_code);
    active_ = true;
    auto& owners = ledger_.owners[{life_, generation_}];
    for (const char letter : as_text(response.assignment)) {
      const int partition = letter - 'A';
      owned_.insert(partition);
      const auto [at, first] = owners.emplace(partition, name_);
      EXPECT_TRUE(first || at->second == name_)
          << "partition " << partition << " of generation " << generation_ << " has two owners";
    }
    coordinator_->positions("g", [self = shared_from_this()](Result<GroupState::Positions> positions) {
      if (!positions.ok() || !self->alive_) return;
      for (const auto& [partition, acknowledged] : self->ledger_.acknowledged) {
        const auto at = positions->find({"orders", PartitionIndex{partition}});
        EXPECT_TRUE(at != positions->end() && at->second.offset.get() >= acknowledged)
            << "an acknowledged position is gone";
      }
    });
    later(1s, &SimConsumer::beat);
  }

  void beat() {
    if (!active_) return;
    kafka::HeartbeatRequest message;
    message.group_id = kafka::GroupId{"g"};
    message.generation_id = kafka::GenerationId{generation_};
    message.member_id = kafka::MemberId{id_};
    const auto error = coordinator_->heartbeat(message);
    if (error != KafkaError::kNone) return retry(error);
    commit();
    later(1s, &SimConsumer::beat);
  }

  void commit() {
    GroupCoordinator::Committing committing{kafka::GenerationId{generation_}, kafka::MemberId{id_}, std::nullopt, {}};
    if (owned_.empty() || coordinator_->check_commit("g", committing) != KafkaError::kNone) return;
    std::vector<std::pair<stream::TopicPartition, CommittedPosition>> positions;
    std::map<int, std::int64_t> wanted;
    for (const int partition : owned_) {
      wanted[partition] = ledger_.acknowledged[partition] + 1;
      positions.push_back(
          {{"orders", PartitionIndex{partition}}, {Offset{wanted[partition]}, LeaderEpoch{-1}, "", kNoTimestamp}});
    }
    coordinator_->commit("g", std::move(positions), [self = shared_from_this(), wanted](Result<void> committed) {
      if (!committed.ok()) return;
      for (const auto& [partition, offset] : wanted) {
        EXPECT_LE(self->ledger_.acknowledged[partition], offset) << "a zombie's commit was accepted";
        self->ledger_.acknowledged[partition] = offset;
      }
    });
  }

  void retry(KafkaError error) {
    active_ = false;
    if (error == KafkaError::kUnknownMemberId) id_.clear();
    later(error == KafkaError::kRebalanceInProgress ? 10ms : 200ms, &SimConsumer::join);
  }

  std::string name_;
  env::EventLoop& loop_;
  std::unique_ptr<GroupCoordinator>& coordinator_;
  const int& life_;
  Ledger& ledger_;
  std::string id_;
  int generation_ = 0;
  std::set<int> owned_;
  bool alive_ = true;
  bool active_ = false;
};

TEST(GroupSim, EveryGenerationSharesThePartitionsOutOnceAndNoAcknowledgedPositionIsLost) {
  for (const auto seed : env::sim_seeds(30)) {
    SCOPED_TRACE(seed);
    env::SimEnv sim(seed);
    auto loop = sim.make_loop("broker");
    state::testing::MemoryCluster cluster(*loop);
    Metrics metrics;
    BrokerMetrics broker_metrics(metrics);
    const Options options;
    Ledger ledger;
    int life = 0;
    std::unique_ptr<GroupCoordinator> coordinator;
    std::vector<std::shared_ptr<SimConsumer>> consumers;
    int names = 0;

    const auto start_coordinator = [&] {
      ++life;
      coordinator = std::make_unique<GroupCoordinator>(sim, *loop, cluster, options, broker_metrics);
      coordinator->start([](Result<void> started) { EXPECT_TRUE(started.ok()); });
    };
    const auto add_consumer = [&] {
      consumers.push_back(
          std::make_shared<SimConsumer>("c" + std::to_string(names++), *loop, coordinator, life, ledger));
      consumers.back()->start();
    };
    sim.run_on(*loop, start_coordinator);
    sim.run_idle();
    for (int step = 0; step < 120; ++step) {
      const auto what = sim.draw() % 100;
      sim.run_on(*loop, [&] {
        std::erase_if(consumers, [](const auto& each) { return !each->alive(); });
        if (what < 25 && consumers.size() < 6) {
          add_consumer();
        } else if (what < 35 && !consumers.empty()) {
          consumers[sim.draw() % consumers.size()]->leave();
        } else if (what < 45 && !consumers.empty()) {
          consumers[sim.draw() % consumers.size()]->crash();
        } else if (what < 48) {
          coordinator.reset();
          start_coordinator();
        } else if (what < 51) {
          cluster.fate = [&] {
            return sim.draw_chance(0.5) ? state::testing::MemoryCluster::Fate::kUnknown
                                        : state::testing::MemoryCluster::Fate::kDurable;
          };
        } else if (what < 60) {
          cluster.fate = nullptr;
        }
      });
      sim.advance(std::chrono::milliseconds(sim.draw() % 3'000));
    }
    sim.run_on(*loop, [&] {
      cluster.fate = nullptr;
      add_consumer();
    });
    sim.advance(120s);

    std::set<int> owned;
    std::set<int> generations;
    for (const auto& consumer : consumers) {
      if (!consumer->alive()) continue;
      EXPECT_TRUE(consumer->active());
      generations.insert(consumer->generation());
      for (const int partition : consumer->owned()) EXPECT_TRUE(owned.insert(partition).second);
    }
    EXPECT_EQ(generations.size(), 1u);
    EXPECT_EQ(owned.size(), static_cast<std::size_t>(kPartitions));
    sim.run_on(*loop, [&] {
      for (const auto& consumer : consumers) consumer->crash();
      coordinator.reset();
    });
    sim.run_idle();
  }
}

}  // namespace
}  // namespace weft::broker
