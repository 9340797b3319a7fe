#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "broker/limits.h"
#include "broker/testing/sim_broker.h"
#include "kafka/messages/metadata.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using std::chrono::seconds;
using testing::batch_of;
using testing::SimClient;

constexpr std::size_t kMiB = 1u << 20;

/// Little memory, and a topic that holds more than all of it.
class ClientMemory : public testing::SimBroker {
 protected:
  ClientMemory() {
    client_memory_bytes_max = 8 * kMiB;
    start();
    auto& producer = connect();
    create_topic(producer, "t");
    for (int i = 0; i < 24; ++i) produce(producer, "t", batch_of({{"k", std::string(kMiB / 4, 'x')}}));
  }

  static kafka::FetchRequest fetch_all(std::int32_t wait_ms) {
    auto request = fetch_request("t", 0, wait_ms);
    request.max_bytes = request.topics[0].partitions[0].partition_max_bytes = 6 << 20;
    return request;
  }
  /// Asks for everything and takes nothing.
  SimClient& slow_consumer() {
    auto& client = connect();
    client.stop_reading();
    client.send(fetch_all(0), 11);
    return client;
  }
  std::size_t answers_taken() const { return memory->answers.bytes_taken(); }
  std::size_t requests_taken() const { return memory->requests.bytes_taken(); }
};

TEST_F(ClientMemory, IsGivenBackWhenTheAnswerIsTaken) {
  auto& consumer = connect();
  const auto records = consumer.call<kafka::FetchResponse>(fetch_all(0), 11).responses.at(0).partitions.at(0).records;
  EXPECT_GT(records_in(records).size(), 10u);
  sim.run_idle();
  EXPECT_EQ(answers_taken(), 0u);
  EXPECT_EQ(requests_taken(), 0u);
}

TEST_F(ClientMemory, SlowConsumersTogetherHoldNoMoreThanThereIs) {
  for (int i = 0; i < 20; ++i) slow_consumer();
  sim.advance(seconds(5));
  EXPECT_GT(answers_taken(), 3 * kMiB);
  EXPECT_LT(answers_taken(), 5 * kMiB) << "half of all, and what small answers come to";
}

TEST_F(ClientMemory, SlowConsumersKeepNobodyFromProducing) {
  for (int i = 0; i < 20; ++i) slow_consumer();
  auto& producer = connect();
  EXPECT_EQ(produce(producer, "t", batch_of({{"k", std::string(kMiB / 2, 'y')}})).error_code, KafkaError::kNone);
}

TEST_F(ClientMemory, AFetchWithoutMemoryIsAnsweredEmptyAtItsDeadline) {
  for (int i = 0; i < 20; ++i) slow_consumer();
  sim.advance(seconds(1));
  auto& consumer = connect();
  const auto begun = sim.clock().monotonic();
  const auto starved = consumer.call<kafka::FetchResponse>(fetch_all(500), 11).responses.at(0).partitions.at(0);
  EXPECT_GE(sim.clock().monotonic() - begun, std::chrono::milliseconds(500));
  EXPECT_EQ(starved.error_code, KafkaError::kNone);
  EXPECT_EQ(records_in(starved.records).size(), 0u);
  EXPECT_EQ(starved.high_watermark.get(), 24);
}

TEST_F(ClientMemory, WhoeverTakesTooLongGivesWayToThoseWhoWait) {
  auto& slow = slow_consumer();
  for (int i = 0; i < 20; ++i) slow_consumer();
  auto& consumer = connect();
  std::size_t got = 0;
  const auto begun = sim.clock().monotonic();
  while (got == 0 && sim.clock().monotonic() - begun < seconds(120)) {
    got = records_in(consumer.call<kafka::FetchResponse>(fetch_all(500), 11).responses.at(0).partitions.at(0).records)
              .size();
  }
  EXPECT_GT(got, 0u);
  EXPECT_GE(sim.clock().monotonic() - begun, kHoardingMax - seconds(1));
  EXPECT_THAT(metrics.expose(), ::testing::Not(::testing::HasSubstr("weft_kafka_hoarders_closed_total 0\n")));
  (void)slow;
}

TEST_F(ClientMemory, ASlowConsumerIsLeftAloneWhileNobodyWaits) {
  slow_consumer();
  sim.advance(seconds(300));
  EXPECT_GT(answers_taken(), 3 * kMiB);
  EXPECT_THAT(metrics.expose(), ::testing::HasSubstr("weft_kafka_hoarders_closed_total 0\n"));
}

TEST_F(ClientMemory, AFetchThatWaitsForRecordsHoldsNone) {
  auto& consumer = connect();
  auto request = fetch_all(10'000);
  request.min_bytes = 100 << 20;
  const auto asked = consumer.send(request, 11);
  sim.advance(seconds(1));
  EXPECT_EQ(answers_taken(), 0u);
  const auto answer = consumer.receive<kafka::FetchResponse>(11, asked);
  EXPECT_GT(records_in(answer.responses.at(0).partitions.at(0).records).size(), 10u)
      << "at the deadline, what there is";
}

class LargeRequests : public ClientMemory {
 protected:
  /// Its first bytes, and the rest.
  static std::pair<SharedBytes, SharedBytes> halves(std::size_t bytes) {
    auto encoded = kafka::encode_request(produce_request("t", batch_of({{"k", std::string(bytes, 'z')}})),
                                         {kafka::ApiKey::kProduce, 9, 1, "test"});
    Buffer whole = encoded->flatten();
    const auto all = SharedBytes(std::move(whole));
    return {all.slice(0, 100), all.slice(100, all.size() - 100)};
  }
  static std::vector<SharedBytes> one(SharedBytes bytes) {
    std::vector<SharedBytes> pieces;
    pieces.push_back(std::move(bytes));
    return pieces;
  }
};

TEST_F(LargeRequests, WaitForOneAnotherAndSmallOnesPass) {
  auto [first_begin, first_rest] = halves(3 * kMiB);
  auto& first = connect();
  first.send_bytes(one(first_begin));
  sim.advance(seconds(1));
  EXPECT_GE(requests_taken(), 3 * kMiB);

  auto& second = connect();
  auto [second_begin, second_rest] = halves(3 * kMiB);
  second.send_bytes(one(second_begin));
  second.send_bytes(one(second_rest));
  sim.advance(seconds(1));
  EXPECT_TRUE(second.frames.empty());
  EXPECT_LT(requests_taken(), 4 * kMiB);
  EXPECT_EQ(produce(connect(), "t", batch_of({{"small", "one"}})).error_code, KafkaError::kNone);

  first.send_bytes(one(first_rest));
  ASSERT_TRUE(sim.run_until([&] { return !first.frames.empty() && !second.frames.empty(); }));
  sim.run_idle();
  EXPECT_EQ(requests_taken(), 0u);
}

TEST_F(LargeRequests, ManyThatWaitAreServedOneAfterTheOther) {
  auto [held_begin, held_rest] = halves(3 * kMiB);
  auto& holder = connect();
  holder.send_bytes(one(held_begin));
  sim.advance(seconds(1));
  std::vector<SimClient*> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(&connect());
    auto [begin, rest] = halves(3 * kMiB);
    waiting.back()->send_bytes(one(begin));
    waiting.back()->send_bytes(one(rest));
  }
  sim.advance(seconds(1));
  holder.send_bytes(one(held_rest));
  EXPECT_TRUE(sim.run_until([&] { return std::ranges::all_of(waiting, [](const auto* each) { return !each->frames.empty(); }); }));
  sim.run_idle();
  EXPECT_EQ(requests_taken(), 0u);
}

TEST_F(LargeRequests, OneThatNeverComesGivesWay) {
  auto& stalled = connect();
  stalled.send_bytes(one(halves(3 * kMiB).first));
  sim.advance(seconds(100));
  EXPECT_FALSE(stalled.closed) << "nobody waits";
  auto& other = connect();
  auto [begin, rest] = halves(3 * kMiB);
  other.send_bytes(one(begin));
  other.send_bytes(one(rest));
  ASSERT_TRUE(sim.run_until([&] { return !other.frames.empty(); }));
  EXPECT_TRUE(sim.run_until([&] { return stalled.closed; }));
}

TEST_F(LargeRequests, AConnectionThatGoesGivesBackWhatItHad) {
  connect().send_bytes(one(halves(3 * kMiB).first));
  sim.advance(seconds(1));
  drop_clients();
  sim.advance(seconds(1));
  EXPECT_EQ(requests_taken(), 0u);
}

}  // namespace
}  // namespace weft::broker
