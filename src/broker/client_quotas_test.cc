#include "broker/client_quotas.h"

#include <limits>

#include "broker/testing/sim_broker.h"
#include "kafka/messages/alter_client_quotas.h"
#include "kafka/messages/describe_client_quotas.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using testing::batch_of;
using namespace std::chrono_literals;

constexpr QuotaKind kIn = QuotaKind::kProducerByteRate;

TEST(QuotaTable, TheMostSpecificQuotaHolds) {
  QuotaTable table;
  const auto rate = [&](const char* user, const char* client) {
    const auto* const found = table.find(user, client, kIn);
    return found == nullptr ? 0 : found->second.at(kIn);
  };
  EXPECT_EQ(rate("alice", "app"), 0);
  // From the least specific to the most: each covers the one before.
  const QuotaEntity order[] = {{{}, ""},    {{}, "app"},   {"", {}},      {"", ""},
                               {"", "app"}, {"alice", {}}, {"alice", ""}, {"alice", "app"}};
  double value = 1;
  for (const QuotaEntity& entity : order) {
    table.put(entity, {{kIn, value}});
    EXPECT_EQ(rate("alice", "app"), value) << entity.to_string();
    ++value;
  }
  EXPECT_EQ(rate("bob", "other"), 4) << "the default of users with the default of client ids";
  table.put({"alice", "app"}, {{QuotaKind::kConsumerByteRate, 9}});
  EXPECT_EQ(rate("alice", "app"), 7) << "a quota of another kind covers nothing";
}

TEST(QuotaMeter, WithinItsRateAClientIsNeverHeldAndBeyondItRestsForWhatItOwes) {
  env::SimEnv sim(1);
  QuotaMeter meter(sim.clock());
  QuotaTable table;
  table.put({"", {}}, {{kIn, 1000}});
  const auto charge = [&](const char* user, std::uint64_t bytes) {
    return meter.charge(table, user, "app", kIn, bytes);
  };
  EXPECT_EQ(charge("alice", 1000), 0s) << "a second's worth at once";
  EXPECT_EQ(charge("alice", 500), 500ms);
  EXPECT_EQ(charge("bob", 500), 0s) << "everybody has the default's rate of his own";
  sim.advance(500ms);
  EXPECT_EQ(charge("alice", 100), 100ms) << "what was owed is paid";
  sim.advance(10s);
  EXPECT_EQ(charge("alice", 1000), 0s) << "a long rest saves up one second, no more";
  EXPECT_EQ(charge("alice", 1), 1ms);
  EXPECT_EQ(charge("alice", 1'000'000'000), 30s) << "bounded";
}

class Quotas : public testing::SimBroker {
 protected:
  using Alter = kafka::AlterClientQuotasRequest;

  KafkaError alter(testing::SimClient& client, std::vector<Alter::Entity> entity, std::vector<Alter::Op> ops,
                   bool validate_only = false) {
    Alter request;
    request.entries.push_back({std::move(entity), std::move(ops)});
    request.validate_only = validate_only;
    const auto response = client.call<kafka::AlterClientQuotasResponse>(request, 1);
    return response.entries.at(0).error_code;
  }
  std::vector<std::string> describe(testing::SimClient& client,
                                    std::vector<kafka::DescribeClientQuotasRequest::Component> components,
                                    bool strict = false) {
    const auto response = client.call<kafka::DescribeClientQuotasResponse>(
        kafka::DescribeClientQuotasRequest{std::move(components), strict}, 1);
    EXPECT_EQ(response.error_code, KafkaError::kNone);
    std::vector<std::string> found;
    for (const auto& entry : response.entries.value_or(std::vector<kafka::DescribeClientQuotasResponse::Entry>{})) {
      std::string text;
      for (const auto& part : entry.entity)
        text += part.entity_type + "=" + part.entity_name.value_or("<default>") + " ";
      for (const auto& value : entry.values) text += fmt::format("{}={} ", value.key, value.value);
      found.push_back(text);
    }
    return found;
  }
};

TEST_F(Quotas, TheyAreKeptFilteredAndRemoved) {
  start();
  auto& client = connect();
  EXPECT_EQ(alter(client, {{"user", "alice"}}, {{"producer_byte_rate", 1000, false}}), KafkaError::kNone);
  EXPECT_EQ(alter(client, {{"user", "alice"}}, {{"consumer_byte_rate", 2000, false}}), KafkaError::kNone);
  EXPECT_EQ(alter(client, {{"user", std::nullopt}, {"client-id", "app"}}, {{"producer_byte_rate", 5, false}}),
            KafkaError::kNone);
  EXPECT_EQ(alter(client, {{"client-id", "tried"}}, {{"producer_byte_rate", 5, false}}, true), KafkaError::kNone);
  restart();
  auto& again = connect();
  const std::string alice = "user=alice producer_byte_rate=1000 consumer_byte_rate=2000 ";
  const std::string both = "user=<default> client-id=app producer_byte_rate=5 ";
  EXPECT_EQ(describe(again, {}), (std::vector<std::string>{both, alice}));
  EXPECT_EQ(describe(again, {{"user", 0, "alice"}}), (std::vector<std::string>{alice}));
  EXPECT_EQ(describe(again, {{"user", 1, std::nullopt}}), (std::vector<std::string>{both}));
  EXPECT_EQ(describe(again, {{"user", 2, std::nullopt}}, true), (std::vector<std::string>{alice}))
      << "strict: no further parts";
  EXPECT_EQ(alter(again, {{"user", "alice"}}, {{"producer_byte_rate", 0, true}, {"consumer_byte_rate", 0, true}}),
            KafkaError::kNone);
  EXPECT_EQ(describe(again, {{"user", 0, "alice"}}), (std::vector<std::string>{}));
}

TEST_F(Quotas, WhatCannotBeKeptIsRefused) {
  start();
  auto& client = connect();
  EXPECT_EQ(alter(client, {{"user", "a"}}, {{"connection_creation_rate", 50, false}}), KafkaError::kInvalidRequest);
  EXPECT_EQ(alter(client, {{"ip", "1.2.3.4"}}, {{"producer_byte_rate", 50, false}}), KafkaError::kInvalidRequest);
  EXPECT_EQ(alter(client, {}, {{"producer_byte_rate", 50, false}}), KafkaError::kInvalidRequest);
  EXPECT_EQ(alter(client, {{"user", "a"}}, {{"producer_byte_rate", -1, false}}), KafkaError::kInvalidRequest);
  EXPECT_EQ(alter(client, {{"user", "a"}}, {{"producer_byte_rate", std::numeric_limits<double>::quiet_NaN(), false}}),
            KafkaError::kInvalidRequest);
  EXPECT_TRUE(describe(client, {}).empty());
}

TEST_F(Quotas, AProducerOverItsRateIsToldAndItsConnectionRests) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  ASSERT_EQ(alter(client, {{"client-id", "greedy"}}, {{"producer_byte_rate", 1000, false}}), KafkaError::kNone);
  const auto produce_as = [&](const std::string& name) {
    return client.call<kafka::ProduceResponse>(produce_request("orders", batch_of({{"k", std::string(3000, 'x')}})), 9,
                                               name);
  };
  EXPECT_EQ(produce_as("modest").throttle_time_ms, 0);
  const auto told = produce_as("greedy").throttle_time_ms;
  EXPECT_GT(told, 2000);
  EXPECT_LT(told, 2200) << "3 kB and a header, one second of which was at hand";
  const auto before = sim.clock().monotonic();
  produce_as("modest");
  const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(sim.clock().monotonic() - before).count();
  EXPECT_GE(waited, told - 5) << "the same connection: nothing is read from it meanwhile";
}

TEST_F(Quotas, AClientThatKeepsTheBrokerBusyRests) {
  struct Slow final : access::Authorizer {
    explicit Slow(env::SimEnv& its_sim) : sim(its_sim) {}
    Result<void> check(const access::Principal&, access::Right, const access::Resource&) const override {
      sim.spend(200ms);
      return {};
    }
    env::SimEnv& sim;
  } slow(sim);
  start();
  auto& client = connect();
  create_topic(client, "orders");
  ASSERT_EQ(alter(client, {{"client-id", "busy"}}, {{"request_percentage", 10, false}}), KafkaError::kNone);
  switchable.rules = &slow;
  const auto duration_of_two = [&](const std::string& name) {
    const auto begun = sim.clock().monotonic();
    for (int i = 0; i < 2; ++i) client.call<kafka::FetchResponse>(fetch_request("orders", 0), 11, name);
    return sim.clock().monotonic() - begun;
  };
  EXPECT_LT(duration_of_two("other"), 1s);
  EXPECT_GE(duration_of_two("busy"), 1s) << "200 ms are 10 % of two seconds, one of which was at hand";
  switchable.rules = &switchable.open;
}

TEST_F(Quotas, MakingPartitionsTooFastIsRefusedOrSlowedByVersion) {
  start();
  auto& client = connect();
  ASSERT_EQ(alter(client, {{"client-id", std::nullopt}}, {{"controller_mutation_rate", 2, false}}), KafkaError::kNone);
  const auto create = [&](const std::string& name, std::int16_t version) {
    kafka::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = 6;
    topic.replication_factor = 1;
    return client.call<kafka::CreateTopicsResponse>(request, version);
  };
  EXPECT_EQ(create("first", 7).topics.at(0).error_code, KafkaError::kNone) << "whoever owes nothing is served";
  const auto refused = create("second", 7);
  EXPECT_EQ(refused.topics.at(0).error_code, KafkaError::kThrottlingQuotaExceeded);
  EXPECT_GT(refused.throttle_time_ms, 1900);
  sim.advance(2s);
  const auto begun = sim.clock().monotonic();
  EXPECT_EQ(create("third", 5).topics.at(0).error_code, KafkaError::kNone);
  EXPECT_EQ(create("fourth", 5).topics.at(0).error_code, KafkaError::kNone) << "an older client waits instead";
  EXPECT_GE(sim.clock().monotonic() - begun, 2900ms);
}

TEST_F(Quotas, AConsumerOverItsRateRestsToo) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  produce(client, "orders", batch_of({{"k", std::string(3000, 'x')}}));
  ASSERT_EQ(alter(client, {{"client-id", std::nullopt}}, {{"consumer_byte_rate", 1000, false}}), KafkaError::kNone);
  const auto response = client.call<kafka::FetchResponse>(fetch_request("orders", 0), 11);
  EXPECT_GT(response.throttle_time_ms, 2000);
  EXPECT_FALSE(response.responses.at(0).partitions.at(0).records.empty());
}

}  // namespace
}  // namespace weft::broker
