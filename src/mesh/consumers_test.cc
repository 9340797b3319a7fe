#include "mesh/consumers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mesh/testing/memory_observer.h"
#include "state/testing/manual_loop.h"
#include "state/testing/memory_cluster.h"

namespace weft::mesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const stream::TopicPartition kTrades{"trades", PartitionIndex{0}};

stream::GroupInfo idle(const std::string& group, const std::string& topic, std::int64_t offset) {
  return {group, "Empty", "", {}, {{{topic, PartitionIndex{0}}, Offset{offset}, 1'700'000'000'000}}};
}
stream::GroupInfo reading(const std::string& group, const std::string& client) {
  return {group, "Stable", "consumer", {{group + "-1", std::nullopt, client, "10.0.0.7", {kTrades, {"other", PartitionIndex{3}}}}}, {}};
}

class ConsumersTest : public ::testing::Test {
 protected:
  ConsumersTest() {
    for (int i = 0; i < 10; ++i) cluster.intrude("trades", {"IBM", "x", Timestamp{1'700'000'000'000}});
    cluster.intrude("quiet", {"IBM", "x", Timestamp{1'700'000'000'000}});
  }
  Result<TopicConsumers> of(const std::string& topic) {
    std::optional<Result<TopicConsumers>> answer;
    consumers.of(topic, [&](auto found) { answer = std::move(found); });
    loop.run();
    return answer.value_or(error(ErrorCode::kInternal, "no answer"));
  }
  std::vector<std::string> names(const TopicConsumers& found) {
    std::vector<std::string> out;
    for (const auto& group : found.groups) out.push_back(group.group);
    return out;
  }

  state::testing::ManualLoop loop;
  state::testing::MemoryCluster cluster{loop};
  testing::MemoryObserver observer{loop};
  Consumers consumers{loop, cluster, observer, {}};
};

TEST_F(ConsumersTest, GroupsWithPositionsOrMembersOnTheTopicAndNobodyElse) {
  observer.groups["billing"] = idle("billing", "trades", 4);
  observer.groups["fraud"] = reading("fraud", "fraud-app");
  observer.groups["elsewhere"] = idle("elsewhere", "quiet", 1);
  consumers.start();
  loop.run();
  const auto found = of("trades");
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_THAT(names(*found), ElementsAre("billing", "fraud"));
  EXPECT_TRUE(found->groups_listed);
  EXPECT_EQ(found->groups[0].lag(), 6);
  EXPECT_EQ(found->groups[0].last_commit_ms(), 1'700'000'000'000);
  EXPECT_FALSE(found->groups[1].lag()) << "it has not committed yet";
  ASSERT_EQ(found->groups[1].members.size(), 1u);
  EXPECT_EQ(found->groups[1].members[0].client_host, "10.0.0.7");
  EXPECT_THAT(found->groups[1].members[0].assigned, ElementsAre(kTrades)) << "what it reads elsewhere is not said here";
  EXPECT_EQ(found->groups[1].partitions[0].member, "fraud-1");
}

TEST_F(ConsumersTest, LagIsAsOfTheQuestionNotOfTheRound) {
  observer.groups["billing"] = idle("billing", "trades", 4);
  consumers.start();
  loop.run();
  cluster.intrude("trades", {"IBM", "x", Timestamp{1'700'000'000'001}});
  EXPECT_EQ(of("trades")->groups.at(0).lag(), 7);
  observer.groups["billing"] = idle("billing", "trades", 11);
  EXPECT_EQ(of("trades")->groups.at(0).lag(), 0);
  observer.groups["billing"] = idle("billing", "trades", 99);
  EXPECT_EQ(of("trades")->groups.at(0).lag(), 0) << "ahead of the end: the topic was made again";
}

TEST_F(ConsumersTest, WhoIsInAGroupIsNoReaderWithoutOne) {
  observer.groups["billing"] = idle("billing", "trades", 4);
  observer.groups["fraud"] = reading("fraud", "fraud-app");
  observer.clients["trades"] = {
      {"fraud-app", "User:a", "10.0.0.7", "", false, 1, 9},   // a member
      {"biller", "User:b", "10.0.0.8", "billing", false, 2, 8},  // commits …
      {"biller", "User:b", "10.0.0.8", "", false, 2, 8},         // … and fetches
      {"kcat", "User:c", "10.0.0.9", "", false, 3, 7},
      {"feed", "User:d", "10.0.0.9", "", true, 3, 7},
  };
  consumers.start();
  loop.run();
  const auto found = of("trades");
  ASSERT_EQ(found->clients.size(), 1u);
  EXPECT_EQ(found->clients[0].client_id, "kcat");
  ASSERT_EQ(found->writers.size(), 1u);
  EXPECT_EQ(found->writers[0].client_id, "feed");
}

TEST_F(ConsumersTest, AGroupThatCommittedSinceTheLastRoundIsThereAtOnce) {
  consumers.start();
  loop.run();
  observer.groups["new"] = idle("new", "trades", 1);
  observer.clients["trades"] = {{"app", "User:b", "10.0.0.8", "new", false, 1'700'000'000'500, 1'700'000'000'600}};
  const auto found = of("trades");
  EXPECT_THAT(names(*found), ElementsAre("new"));
  EXPECT_EQ(found->groups[0].since_ms, 1'700'000'000'500);
}

TEST_F(ConsumersTest, ManyGroupsAreLookedAtAFewAtATimeAndCutWithTheirNumber) {
  for (int i = 0; i < 1000; ++i) observer.groups[fmt::format("g{:04}", i)] = idle(fmt::format("g{:04}", i), "trades", 4);
  consumers.start();
  loop.run();
  EXPECT_EQ(consumers.groups_on("trades").size(), 1000u);
  EXPECT_THAT(consumers.groups_on("quiet"), IsEmpty());
  const auto found = of("trades");
  EXPECT_EQ(found->groups.size(), 200u);
  EXPECT_EQ(found->groups_total, 1000u);
  EXPECT_LE(observer.described_max, 16u);
}

TEST_F(ConsumersTest, SinceStaysWhatItWasAndAGroupThatIsGoneIsForgotten) {
  observer.groups["billing"] = idle("billing", "trades", 4);
  consumers.start();
  loop.run();
  const auto since = of("trades")->groups.at(0).since_ms;
  loop.advance(std::chrono::seconds(20));
  EXPECT_EQ(of("trades")->groups.at(0).since_ms, since);
  observer.groups.clear();
  loop.advance(std::chrono::seconds(20));
  EXPECT_THAT(of("trades")->groups, IsEmpty());
  EXPECT_THAT(consumers.groups_on("trades"), IsEmpty());
}

TEST_F(ConsumersTest, ATopicThatIsNotThereIsNotFound) {
  consumers.start();
  loop.run();
  EXPECT_EQ(of("nowhere").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace weft::mesh
