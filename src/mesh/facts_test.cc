#include "mesh/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mesh/facts_collector.h"
#include "mesh/field_texts.h"
#include "mesh/json_writer.h"
#include "mesh/rules/rules_history.h"
#include "mesh/testing/mesh_world.h"

namespace weft::mesh {
namespace {

using namespace std::chrono_literals;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

std::map<std::string, stream::ConfigEntry> configs(std::map<std::string, std::string> values) {
  std::map<std::string, stream::ConfigEntry> out;
  for (auto& [name, value] : values) out[name] = {value};
  return out;
}

TEST(History, FollowsFromTheTopicsSettings) {
  EXPECT_EQ(
      history_of(configs({{"cleanup.policy", "delete"}, {"retention.ms", "604800000"}, {"retention.bytes", "-1"}}))
          .kind,
      History::Kind::kRecent);
  EXPECT_EQ(history_of(configs({{"cleanup.policy", "delete"}, {"retention.ms", "604800000"}})).retention_ms,
            604'800'000);
  EXPECT_EQ(history_of(configs({{"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}})).kind,
            History::Kind::kEverything);
  EXPECT_EQ(
      history_of(configs({{"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "1000"}})).kind,
      History::Kind::kRecent);
  EXPECT_EQ(history_of(configs({{"cleanup.policy", "compact"}, {"retention.ms", "604800000"}})).kind,
            History::Kind::kLatestPerKey);
  EXPECT_FALSE(history_of(configs({{"cleanup.policy", "compact"}, {"retention.ms", "604800000"}})).retention_ms);
}

TEST(RateWindow, FollowsTheNewestTenSecondsAndKeepsPointsOfThirty) {
  RateWindow window;
  env::MonotonicTime now{};
  EXPECT_FALSE(window.rate());
  std::int64_t total = 0;
  window.add(now, total);
  EXPECT_FALSE(window.rate());
  for (int i = 0; i < 60; ++i) window.add(now += 1s, total += 10);
  EXPECT_THAT(window.rate()->records_per_second, DoubleNear(10, 1e-9));
  for (int i = 0; i < 10; ++i) window.add(now += 1s, total += 40);
  const Rate rate = *window.rate();
  EXPECT_THAT(rate.records_per_second, DoubleNear(40, 1e-9));
  EXPECT_THAT(rate.points, ElementsAre(DoubleNear(10, 1e-9), DoubleNear(10, 1e-9), DoubleNear(40, 1e-9)));
  EXPECT_EQ(rate.window_seconds, 70);
}

TEST(RateWindow, AFewFreshSecondsSayMoreThanALookBack) {
  RateWindow window;
  window.add(env::MonotonicTime{} - 60s, 0);
  window.add(env::MonotonicTime{} - 30s, 0);
  window.add(env::MonotonicTime{}, 0);
  window.add(env::MonotonicTime{} + 5s, 50);
  EXPECT_THAT(window.rate()->records_per_second, DoubleNear(10, 1e-9));
}

TEST(RateWindow, IsBoundedAndForgetsATopicThatWasMadeAgain) {
  RateWindow window;
  env::MonotonicTime now{};
  for (int i = 0; i < 10'000; ++i) window.add(now += 5s, i);
  EXPECT_LE(window.rate()->points.size(), RateWindow::kPointsMax);
  EXPECT_LE(window.rate()->window_seconds, 900);
  window.add(now += 5s, 3);
  EXPECT_FALSE(window.rate());
}

TEST(Freshness, IsJudgedByTheUsualPause) {
  const Rate often{10, 900, {10, 10}};
  const Rate seldom{0.01, 900, {0.01, 0.01}};
  EXPECT_EQ(freshness_of(9'000, often).state, Freshness::State::kFresh);
  EXPECT_EQ(freshness_of(11'000, often).state, Freshness::State::kLate);
  EXPECT_EQ(freshness_of(300'000, seldom).state, Freshness::State::kFresh);
  EXPECT_EQ(freshness_of(600'000, seldom).state, Freshness::State::kLate);
  EXPECT_EQ(freshness_of(900'000, often).state, Freshness::State::kSilent);
  EXPECT_EQ(freshness_of(-5, often).age_ms, 0);
}

class FactsCollectorTest : public ::testing::Test {
 protected:
  FactsCollectorTest() {
    collector_.on_schema([this](const std::string& subject) { schemas_heard_.push_back(subject); });
    collector_.on_topic(
        [this](const std::string& topic, bool exists) { topics_heard_.push_back((exists ? "+" : "-") + topic); });
    collector_.on_measured([this](const std::string&) { ++measured_; });
  }
  void start() {
    bool done = false;
    collector_.start([&](Result<void> listed) { done = listed.ok(); });
    world_.loop.run();
    ASSERT_TRUE(done);
  }

  testing::MeshWorld world_;
  FactsCollector collector_{world_.loop, world_.cluster, world_.schemas, {}};
  std::vector<std::string> schemas_heard_, topics_heard_;
  int measured_ = 0;
};

TEST_F(FactsCollectorTest, KnowsEveryTopicAfterTheFirstRound) {
  start();
  const auto facts = collector_.topic("trades");
  ASSERT_NE(facts, nullptr);
  EXPECT_EQ(facts->offsets_held, 1);
  EXPECT_EQ(facts->partitions, 1);
  EXPECT_EQ(facts->last_record->timestamp_ms, 1'700'000'000'000);
  EXPECT_EQ(facts->history->since_ms, 1'700'000'000'000);
  EXPECT_EQ(facts->freshness->state, Freshness::State::kFresh);
  EXPECT_THAT(facts->unknown, ElementsAre(::testing::Field(&UnknownFact::fact, "size")));
  EXPECT_EQ(collector_.subject("trades-value")->fields.size(), 3u);
  EXPECT_EQ(collector_.subject("trades-value")->fields_without_doc(), 1u);
  EXPECT_EQ(collector_.topic("nothing"), nullptr);
}

TEST_F(FactsCollectorTest, ATopicExistsBeforeItIsMeasured) {
  world_.cluster.intrude("_internal", {std::nullopt, "1", Timestamp{5}});
  world_.cluster.hold_bounds = true;
  start();
  EXPECT_THAT(collector_.topics(), ::testing::IsSupersetOf({"_internal", "_weft_mesh", "trades"}));
  EXPECT_TRUE(collector_.topic("_internal")->internal);
  const auto facts = collector_.topic("trades");
  ASSERT_NE(facts, nullptr);
  EXPECT_FALSE(facts->measured_at_ms);
  EXPECT_EQ(facts->partitions, 1);
  const auto findings = check_candidate("trades", evidence_of(facts.get(), collector_.subject("trades-value").get()),
                                        *RulesHistory().current()->book, "2026-11-23");
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].rule, "has-events");
  EXPECT_EQ(findings[0].message, "Could not look: it has not been measured yet");

  bool refreshed = false;
  collector_.refresh("trades", {}, [&] { refreshed = true; });
  world_.loop.run();
  EXPECT_FALSE(refreshed) << "the measurement under way has not ended";
  world_.cluster.release_bounds();
  world_.loop.run();
  EXPECT_TRUE(refreshed);
  EXPECT_EQ(collector_.topic("trades")->offsets_held, 1);
}

TEST_F(FactsCollectorTest, FollowsRatesNewTopicsAndSchemas) {
  start();
  for (int i = 0; i < 4; ++i) {
    for (int each = 0; each < 50; ++each)
      world_.cluster.intrude("trades", {"IBM", "x", Timestamp{1'700'000'000'000 + i * 5000}});
    world_.loop.advance(5s);
  }
  EXPECT_THAT(collector_.topic("trades")->rate->records_per_second, DoubleNear(10, 0.5));
  EXPECT_EQ(collector_.topic("trades")->last_record->offset, 200);

  world_.cluster.intrude("orders", {std::nullopt, "1", Timestamp{1}});
  world_.schemas.put("trades-value", R"("string")");
  world_.loop.advance(6s);
  EXPECT_THAT(topics_heard_, ElementsAre("+orders"));
  EXPECT_THAT(schemas_heard_, ElementsAre("trades-value"));
  EXPECT_EQ(collector_.subject("trades-value")->schema->version, 2);
  world_.cluster.delete_topic("orders", {}, [](auto) {});
  world_.loop.advance(6s);
  EXPECT_THAT(topics_heard_, ElementsAre("+orders", "-orders"));
  EXPECT_EQ(collector_.topic("orders"), nullptr);
}

TEST_F(FactsCollectorTest, KnowsTheRateFromBeforeItsStart) {
  // Two records a second for five minutes, then one for five, until now.
  for (int i = 0; i < 600; ++i)
    world_.cluster.intrude("busy", {std::nullopt, "x", Timestamp{1'700'000'000'000 - 600'000 + i * 500}});
  for (int i = 0; i < 300; ++i)
    world_.cluster.intrude("busy", {std::nullopt, "x", Timestamp{1'700'000'000'000 - 300'000 + i * 1000}});
  start();
  const Rate rate = *collector_.topic("busy")->rate;
  EXPECT_THAT(rate.records_per_second, DoubleNear(1, 0.05));
  ASSERT_GE(rate.points.size(), 29u);
  EXPECT_THAT(rate.points.front(), DoubleNear(0, 0.05));
  EXPECT_THAT(rate.points[rate.points.size() - 15], DoubleNear(2, 0.1));
  EXPECT_THAT(rate.points.back(), DoubleNear(1, 0.05));
}

TEST_F(FactsCollectorTest, MeasuresWatchedTopicsEverySecond) {
  start();
  collector_.watch({"trades"});
  measured_ = 0;
  world_.loop.advance(4s);
  EXPECT_EQ(measured_, 4);
  collector_.watch({});
  world_.loop.advance(500ms);
  measured_ = 0;
  world_.loop.advance(300ms);
  EXPECT_EQ(measured_, 0);
}

TEST_F(FactsCollectorTest, AFailingClusterIsSaidAndNotForgotten) {
  start();
  world_.cluster.fetches_fail = true;
  world_.cluster.intrude("trades", {"IBM", "x", Timestamp{1'700'000'009'000}});
  world_.loop.advance(6s);
  const auto facts = collector_.topic("trades");
  EXPECT_EQ(facts->last_record->timestamp_ms, 1'700'000'000'000);
  EXPECT_THAT(facts->unknown, ::testing::Contains(::testing::Field(&UnknownFact::fact, "last_record")));
  world_.cluster.fetches_fail = false;
  world_.loop.advance(6s);
  EXPECT_EQ(collector_.topic("trades")->last_record->timestamp_ms, 1'700'000'009'000);
}

TEST_F(FactsCollectorTest, ARefreshAnswersWhenTheFactsAreThere) {
  start();
  world_.cluster.intrude("fresh", {std::nullopt, "1", Timestamp{5}});
  world_.schemas.put("other", R"("long")");
  bool done = false;
  collector_.refresh("fresh", {"other"}, [&] { done = true; });
  world_.loop.run();
  EXPECT_TRUE(done);
  EXPECT_EQ(collector_.topic("fresh")->offsets_held, 1);
  EXPECT_NE(collector_.subject("other"), nullptr);
  done = false;
  collector_.refresh("nowhere", {}, [&] { done = true; });
  world_.loop.run();
  EXPECT_TRUE(done);
}

TEST(SubjectFacts, FieldsAreKnownInEveryLanguage) {
  testing::MeshWorld world;
  auto& loop = world.loop;
  testing::MemorySchemas schemas(loop);
  schemas.put("json-value", R"({"type":"object","properties":{"price":{"type":"number","description":"Per unit."}}})",
              "JSON");
  schemas.put("proto-value", "syntax = \"proto3\"; message Order { Line line = 1; } message Line { double price = 1; }",
              "PROTOBUF");
  const auto paths = [&](const std::string& subject) {
    std::vector<std::string> found;
    schemas.find(subject, std::nullopt, [&](Result<SchemaPointer> schema) {
      const SubjectFactsPointer facts = subject_facts(*schema);
      for (const FieldText& field : facts->fields) found.push_back(field.path + ": " + field.type);
    });
    loop.run();
    return found;
  };
  EXPECT_THAT(paths("json-value"), ElementsAre("price: number"));
  EXPECT_THAT(paths("proto-value"), ElementsAre("line: Line", "line.price: double"));
}

}  // namespace
}  // namespace weft::mesh
