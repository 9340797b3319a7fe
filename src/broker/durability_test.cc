// The broker on the real log and a simulated disk: what was acknowledged survives restarts and power losses.
#include <set>

#include "broker/testing/sim_broker.h"
#include "env/disk_simulated.h"
#include "kafka/messages/metadata.h"
#include "kafka/messages/offset_commit.h"
#include "kafka/messages/offset_fetch.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using testing::batch_of;

class Durability : public testing::SimBroker {
 protected:
  Durability() : Durability(std::make_shared<env::SimulatedDisk>(7)) {}
  explicit Durability(std::shared_ptr<env::SimulatedDisk> on_disk) : SimBroker({.disk = on_disk}), disk(std::move(on_disk)) {}

  std::unique_ptr<log::Log> make_log() override {
    auto opened = log::Log::open(sim, loop(), {.directory = "data", .journal_slot_bytes = 256 << 10, .journal_slot_count = 4, .free_bytes_min = 0});
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    return opened.ok() ? std::move(*opened) : nullptr;
  }
  /// The process is gone, and with the power what was not durable; then a new one starts.
  void lose_power() {
    drop_clients();
    kill();
    disk->crash();
    start();
  }

  std::shared_ptr<env::SimulatedDisk> disk;
};

TEST_F(Durability, RecordsAndTopicsOutliveARestartAndAPowerLoss) {
  start();
  create_topic(connect(), "orders", 2);
  EXPECT_EQ(produce(connect(), "orders", batch_of({{"a", "1"}}), 0).error_code, KafkaError::kNone);
  restart();
  EXPECT_EQ(produce(connect(), "orders", batch_of({{"b", "2"}}), 1).error_code, KafkaError::kNone);
  lose_power();
  auto& client = connect();
  EXPECT_EQ(records_in(fetch(client, "orders", 0).records), (std::vector<std::string>{"a=1"}));
  auto other = fetch_request("orders", 0);
  other.topics[0].partitions[0].partition = PartitionIndex{1};
  EXPECT_EQ(records_in(client.call<kafka::FetchResponse>(other, 11).responses.at(0).partitions.at(0).records), (std::vector<std::string>{"b=2"}));
}

TEST_F(Durability, AnIdempotentProducersResendIsAnsweredWithTheFirstOffsetWheneverItComes) {
  start();
  create_topic(connect(), "orders");
  const ProducerId id{5};
  const auto first = batch_of({{"a", "1"}, {"b", "2"}}, id, Sequence{0});
  const auto second = batch_of({{"c", "3"}}, id, Sequence{2});
  EXPECT_EQ(produce(connect(), "orders", first).base_offset, Offset{0});
  EXPECT_EQ(produce(connect(), "orders", first).base_offset, Offset{0}) << "live";
  restart();
  EXPECT_EQ(produce(connect(), "orders", first).base_offset, Offset{0}) << "after a restart";
  EXPECT_EQ(produce(connect(), "orders", second).base_offset, Offset{2});
  lose_power();
  auto& client = connect();
  const auto resent = produce(client, "orders", second);
  EXPECT_EQ(resent.error_code, KafkaError::kNone);
  EXPECT_EQ(resent.base_offset, Offset{2}) << "after a power loss";
  EXPECT_EQ(produce(client, "orders", batch_of({{"e", "5"}}, id, Sequence{9})).error_code, KafkaError::kOutOfOrderSequenceNumber);
  EXPECT_EQ(produce(client, "orders", batch_of({{"d", "4"}}, id, Sequence{3})).base_offset, Offset{3});
  EXPECT_EQ(records_in(fetch(client, "orders", 0).records), (std::vector<std::string>{"a=1", "b=2", "c=3", "d=4"}));
}

TEST_F(Durability, WhatWasAcknowledgedSurvivesPowerLossesUnderLoad) {
  start();
  create_topic(connect(), "orders", 3);
  std::set<std::string> acknowledged;
  std::int64_t committed = -1;
  int number = 0;
  for (int life = 0; life < 12; ++life) {
    auto& client = connect();
    std::vector<std::pair<std::int32_t, std::string>> sent;
    for (int i = 0; i < 30; ++i) {
      const auto value = std::to_string(number++);
      sent.emplace_back(client.send(produce_request("orders", batch_of({{"k", value}}), static_cast<std::int32_t>(sim.draw() % 3)), 9), "k=" + value);
    }
    kafka::OffsetCommitRequest commit;
    commit.group_id = kafka::GroupId{"readers"};
    commit.topics.push_back({"orders", {{PartitionIndex{0}, Offset{life}, LeaderEpoch{-1}, Timestamp{-1}, ""}}});
    const auto commit_sent = client.send(commit, 7);
    // The power goes somewhere in the middle: only what was answered by then counts.
    const auto answers = sim.draw() % 32;
    EXPECT_TRUE(sim.run_until([&] { return client.frames.size() >= answers; }));
    for (const auto& [correlation, value] : sent) {
      if (client.frames.empty()) break;
      const auto answer = client.receive<kafka::ProduceResponse>(9, correlation).responses.at(0).partition_responses.at(0);
      EXPECT_EQ(answer.error_code, KafkaError::kNone);
      acknowledged.insert(value);
    }
    if (!client.frames.empty()) {
      client.receive<kafka::OffsetCommitResponse>(7, commit_sent);
      committed = life;
    }
    lose_power();
    std::set<std::string> found;
    auto& reader = connect();
    for (std::int32_t partition = 0; partition < 3; ++partition) {
      auto request = fetch_request("orders", 0);
      request.topics[0].partitions[0].partition = PartitionIndex{partition};
      for (auto& record : records_in(reader.call<kafka::FetchResponse>(request, 11).responses.at(0).partitions.at(0).records)) {
        EXPECT_TRUE(found.insert(record).second) << record << " is there twice";
      }
    }
    for (const auto& value : acknowledged) EXPECT_TRUE(found.contains(value)) << value << " is lost";
    kafka::OffsetFetchRequest ask;
    ask.group_id = kafka::GroupId{"readers"};
    ask.topics.emplace();
    ask.topics->push_back({"orders", {PartitionIndex{0}}});
    EXPECT_GE(reader.call<kafka::OffsetFetchResponse>(ask, 7).topics.at(0).partitions.at(0).committed_offset.get(), committed);
  }
}

}  // namespace
}  // namespace weft::broker
