// Fetch sessions (KIP-227) over the wire, and their bounds.
#include "broker/fetch_sessions.h"

#include "broker/limits.h"
#include "broker/testing/sim_broker.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using testing::batch_of;
using Records = std::vector<std::string>;

class Sessions : public testing::SimBroker {
 protected:
  /// Partitions of "orders", from offset 0.
  static kafka::FetchRequest asking(std::vector<std::int32_t> partitions, std::int32_t id = 0, std::int32_t epoch = 0) {
    kafka::FetchRequest request;
    request.session_id = id;
    request.session_epoch = epoch;
    if (partitions.empty()) return request;
    auto& topic = request.topics.emplace_back();
    topic.topic = "orders";
    for (const auto partition : partitions) {
      topic.partitions.push_back(
          {PartitionIndex{partition}, LeaderEpoch{-1}, Offset{0}, LeaderEpoch{-1}, Offset{-1}, 1 << 20});
    }
    return request;
  }
  static std::vector<std::int32_t> told_of(const kafka::FetchResponse& response) {
    std::vector<std::int32_t> partitions;
    for (const auto& topic : response.responses) {
      for (const auto& partition : topic.partitions) partitions.push_back(partition.partition_index.get());
    }
    return partitions;
  }
  kafka::FetchResponse fetch_session(testing::SimClient& client, const kafka::FetchRequest& request) {
    return client.call<kafka::FetchResponse>(request, 12);
  }
};

TEST_F(Sessions, TheFirstAnswerIsWholeAndLaterOnesHoldNewsOnly) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 3);
  const auto first = fetch_session(client, asking({0, 1, 2}));
  EXPECT_NE(first.session_id, 0);
  EXPECT_EQ(told_of(first), (std::vector<std::int32_t>{0, 1, 2}));
  EXPECT_TRUE(told_of(fetch_session(client, asking({}, first.session_id, 1))).empty()) << "nothing is new";
  produce(client, "orders", batch_of({{"k", "v"}}), 1);
  const auto news = fetch_session(client, asking({}, first.session_id, 2));
  EXPECT_EQ(news.session_id, first.session_id);
  EXPECT_EQ(told_of(news), (std::vector<std::int32_t>{1}));
  EXPECT_EQ(records_in(news.responses.at(0).partitions.at(0).records), (Records{"k=v"}));
}

TEST_F(Sessions, WhatAReaderAsksForChangesWithItsRequests) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 3);
  for (int i = 0; i < 3; ++i) produce(client, "orders", batch_of({{"k", std::to_string(i)}}), i);
  const auto id = fetch_session(client, asking({0, 1})).session_id;
  auto change = asking({2}, id, 1);
  change.forgotten_topics_data.push_back({"orders", {}, {PartitionIndex{0}}});
  EXPECT_EQ(told_of(fetch_session(client, change)), (std::vector<std::int32_t>{1, 2}));
  auto further = asking({1}, id, 2);
  further.topics[0].partitions[0].fetch_offset = Offset{1};
  EXPECT_EQ(told_of(fetch_session(client, further)), (std::vector<std::int32_t>{2})) << "1 is at its end, and was told";
}

TEST_F(Sessions, WhoGotRecordsIsServedLastNextTime) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 2);
  for (int i = 0; i < 2; ++i) produce(client, "orders", batch_of({{"k", std::string(1000, 'x')}}), i);
  auto request = asking({0, 1});
  request.max_bytes = 1;
  const auto first = fetch_session(client, request);
  EXPECT_FALSE(first.responses.at(0).partitions.at(0).records.empty());
  EXPECT_TRUE(first.responses.at(0).partitions.at(1).records.empty());
  auto again = asking({}, first.session_id, 1);
  again.max_bytes = 1;
  const auto second = fetch_session(client, again);
  EXPECT_EQ(told_of(second), (std::vector<std::int32_t>{1})) << "its turn, although 0 has records too";
}

TEST_F(Sessions, AnUnknownSessionAndASkippedEpochHaveTheirErrors) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  EXPECT_EQ(fetch_session(client, asking({0}, 7, 1)).error_code, KafkaError::kFetchSessionIdNotFound);
  const auto id = fetch_session(client, asking({0})).session_id;
  EXPECT_EQ(fetch_session(client, asking({}, id, 2)).error_code, KafkaError::kInvalidFetchSessionEpoch);
  EXPECT_EQ(fetch_session(client, asking({}, id, 1)).error_code, KafkaError::kNone)
      << "the refused request counts for nothing";
  EXPECT_EQ(client.call<kafka::FetchResponse>(asking({}, id, 2), 13).error_code, KafkaError::kFetchSessionTopicIdError);
}

TEST_F(Sessions, TheFinalEpochEndsASessionAndAFirstOneReplacesIt) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  const auto id = fetch_session(client, asking({0})).session_id;
  const auto ended = fetch_session(client, asking({0}, id, -1));
  EXPECT_EQ(ended.session_id, 0);
  EXPECT_EQ(told_of(ended), (std::vector<std::int32_t>{0}));
  EXPECT_EQ(fetch_session(client, asking({}, id, 1)).error_code, KafkaError::kFetchSessionIdNotFound);
  const auto second = fetch_session(client, asking({0})).session_id;
  const auto third = fetch_session(client, asking({0}, second, 0)).session_id;
  EXPECT_NE(second, third);
  EXPECT_EQ(fetch_session(client, asking({}, second, 1)).error_code, KafkaError::kFetchSessionIdNotFound);
}

TEST_F(Sessions, AnErrorIsToldEveryTimeUntilItIsMended) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  const auto id = fetch_session(client, asking({0, 1})).session_id;
  EXPECT_EQ(told_of(fetch_session(client, asking({}, id, 1))), (std::vector<std::int32_t>{1}));
  EXPECT_EQ(told_of(fetch_session(client, asking({}, id, 2))), (std::vector<std::int32_t>{1}));
}

TEST(FetchSessions, TheLongestIdleOneGivesWayButNotABusyOne) {
  env::SimEnv sim(1);
  FetchSessions sessions(sim.clock(), sim.random());
  const auto begin = [&] {
    kafka::FetchRequest request;
    request.session_epoch = 0;
    request.topics.push_back({"orders", {}, {{}}});
    return sessions.open(request, 12).session;
  };
  const auto oldest = begin();
  while (sessions.size() < kFetchSessionsMax) ASSERT_NE(begin(), nullptr);
  EXPECT_EQ(begin(), nullptr) << "all are in use: this reader goes without";
  sim.advance(kFetchSessionIdleMin);
  EXPECT_NE(begin(), nullptr);
  EXPECT_EQ(sessions.size(), kFetchSessionsMax);
  kafka::FetchRequest request;
  request.session_id = oldest->id();
  request.session_epoch = 1;
  EXPECT_EQ(sessions.open(request, 12).error, KafkaError::kFetchSessionIdNotFound);
}

}  // namespace
}  // namespace weft::broker
