#include "broker/produce_gate.h"

#include "broker/testing/sim_broker.h"
#include "kafka/messages/metadata.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using testing::batch_of;

/// Looks at one topic; the test says what becomes of each batch, and when.
class FakeGate final : public ProduceGate {
 public:
  bool watches(std::string_view topic) const override { return topic == "watched"; }
  void validate(GatedBatch batch, Callback<GateVerdict> done) override {
    seen.push_back(std::move(batch));
    if (immediate) return done(*immediate);
    waiting.push_back(std::move(done));
  }

  std::optional<GateVerdict> immediate;
  std::vector<GatedBatch> seen;
  std::vector<Callback<GateVerdict>> waiting;
};

class Gate : public testing::SimBroker {
 protected:
  void SetUp() override {
    gate = &fake;
    start();
    client = &connect();
    create_topic(*client, "watched");
    create_topic(*client, "free");
  }
  void decide(GateVerdict verdict) {
    ASSERT_TRUE(sim.run_until([&] { return !fake.waiting.empty(); }));
    auto done = std::move(fake.waiting.front());
    fake.waiting.erase(fake.waiting.begin());
    on_loop([&] { done(std::move(verdict)); });
  }

  FakeGate fake;
  testing::SimClient* client = nullptr;
};

TEST_F(Gate, SeesOnlyWhatItWatchesAndKnowsWhoSentIt) {
  fake.immediate = AcceptBatch{};
  EXPECT_EQ(produce(*client, "free", batch_of({{"a", "1"}})).error_code, KafkaError::kNone);
  EXPECT_TRUE(fake.seen.empty());
  EXPECT_EQ(produce(*client, "watched", batch_of({{"a", "1"}})).error_code, KafkaError::kNone);
  ASSERT_EQ(fake.seen.size(), 1u);
  EXPECT_EQ(fake.seen[0].topic, "watched");
  EXPECT_EQ(fake.seen[0].client_id, "test");
}

TEST_F(Gate, ARejectedBatchLeavesNothingAndNamesItsRecords) {
  fake.immediate = RejectBatch{"not what the contract says", {{1, "amount: must not be negative"}}};
  const auto answer = produce(*client, "watched", batch_of({{"a", "1"}, {"b", "-2"}}));
  EXPECT_EQ(answer.error_code, KafkaError::kInvalidRecord);
  EXPECT_EQ(answer.error_message, "not what the contract says");
  ASSERT_EQ(answer.record_errors.size(), 1u);
  EXPECT_EQ(answer.record_errors[0].batch_index, 1);
  EXPECT_TRUE(records_in(fetch(*client, "watched", 0).records).empty());
}

TEST_F(Gate, AReplacedBatchKeepsItsProducersSequence) {
  fake.immediate = ReplaceBatch{batch_of({{"a", "masked"}})};
  EXPECT_EQ(produce(*client, "watched", batch_of({{"a", "secret"}}, ProducerId{9}, Sequence{17})).error_code, KafkaError::kNone);
  const auto fetched = fetch(*client, "watched", 0);
  EXPECT_EQ(records_in(fetched.records), (std::vector<std::string>{"a=masked"}));
  const auto header = record::load_header(fetched.records.at(0).data());
  EXPECT_EQ(header.producer_id, ProducerId{9});
  EXPECT_EQ(header.base_sequence, Sequence{17});
  EXPECT_TRUE(record::crc_holds(fetched.records.at(0).view()));
}

TEST_F(Gate, AReplacementWithOtherRecordsIsRefused) {
  fake.immediate = ReplaceBatch{batch_of({{"a", "1"}, {"b", "2"}})};
  EXPECT_EQ(produce(*client, "watched", batch_of({{"a", "1"}})).error_code, KafkaError::kInvalidRecord);
}

TEST_F(Gate, NothingOvertakesABatchThatIsBeingLookedAt) {
  const auto first = client->send(produce_request("watched", batch_of({{"k", "first"}})), 9);
  const auto second = client->send(produce_request("watched", batch_of({{"k", "second"}})), 9);
  const auto third = client->send(kafka::MetadataRequest{}, 9);
  sim.advance(std::chrono::seconds(1));
  EXPECT_EQ(fake.seen.size(), 1u) << "the connection is held";
  decide(AcceptBatch{});
  decide(AcceptBatch{});
  EXPECT_EQ(client->receive<kafka::ProduceResponse>(9, first).responses.at(0).partition_responses.at(0).base_offset, Offset{0});
  EXPECT_EQ(client->receive<kafka::ProduceResponse>(9, second).responses.at(0).partition_responses.at(0).base_offset, Offset{1});
  client->receive<kafka::MetadataResponse>(9, third);
}

}  // namespace
}  // namespace weft::broker
