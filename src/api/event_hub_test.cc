#include "api/event_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/tail.h"
#include "api/testing/api_world.h"

namespace weft::api {
namespace {

using namespace std::chrono_literals;
using http::Method;
using testing::ApiWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RecordedStream;
using testing::SentEvent;
using ::testing::SizeIs;

class EventHubTest : public ::testing::Test {
 protected:
  EventHubTest() {
    world.act_as("mkovac");
    stream = world.open_events();
    const auto hello = parsed(stream->events.at(0));
    id = hello.at("stream");
    start = hello.at("sequence");
  }
  void TearDown() override {
    constexpr std::pair<const char*, const char*> kSchemas[] = {
        {"hello", "HelloEvent"},     {"reset", "ResetEvent"},         {"product", "ProductEvent"},
        {"topic", "TopicEvent"},     {"directory", "DirectoryEvent"}, {"audit", "AuditEntry"},
        {"metrics", "MetricsEvent"}, {"tail", "TailEvent"},           {"tail_ended", "TailEndedEvent"}};
    for (const SentEvent& event : stream->events) {
      const auto* known = std::find_if(std::begin(kSchemas), std::end(kSchemas),
                                       [&](const auto& each) { return event.type == each.first; });
      ASSERT_NE(known, std::end(kSchemas)) << event.type;
      EXPECT_THAT(world.document.schema_faults(known->second, event.data), IsEmpty());
    }
    EXPECT_THAT(world.faults, IsEmpty());
  }

  static ApiWorld::Answer parsed(const SentEvent& event) {
    ApiWorld::Answer answer;
    answer.json = *schema::parse_json(event.data, {.text_bytes_max = 8 << 20});
    return answer;
  }
  ApiWorld::Answer subscribe(const std::string& subjects, const std::string& since = "") {
    return world.call(Method::kPut, "/api/v1/events/" + id + "/subscriptions",
                      "{" + (since.empty() ? "" : "\"since\":\"" + since + "\",") + "\"subjects\":[" + subjects + "]}");
  }
  std::vector<std::string> types() const {
    std::vector<std::string> out;
    for (const SentEvent& event : stream->events) out.push_back(event.type);
    return out;
  }
  void produce(int count, std::size_t bytes = 1) {
    for (int i = 0; i < count; ++i) {
      world.cluster.intrude("trades",
                            {std::nullopt, std::string(bytes, 'x'), Timestamp{1'700'000'000'000 + ++produced_}});
    }
  }

  ApiWorld world;
  std::shared_ptr<RecordedStream> stream;
  std::string id, start;
  int produced_ = 0;
};

TEST_F(EventHubTest, ChangesArriveAtThoseWhoSubscribed) {
  const auto answer = subscribe(R"("products","audit")");
  ASSERT_EQ(answer.status, 200) << answer.text;
  world.publish();
  EXPECT_THAT(types(), ElementsAre("hello", "audit", "product"));
  const auto event = parsed(stream->events[2]);
  EXPECT_EQ(event.at("change"), "published");
  EXPECT_EQ(event.at("product"), "analytics/trades");
  EXPECT_EQ(event.at("sequence"), stream->events[2].id);
  subscribe(R"("product:analytics/other")");
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/trades", "", {{"if-match", "\"1\""}}).status, 200);
  EXPECT_THAT(stream->events, SizeIs(3));
}

TEST_F(EventHubTest, NothingIsMissedBetweenReadingAndSubscribing) {
  const std::string seen = world.get("/api/v1/products").at("sequence");
  world.publish();
  subscribe(R"("products","product:analytics/trades")", seen);
  EXPECT_THAT(types(), ElementsAre("hello", "product")) << "once, though two subjects name it";
  subscribe(R"("products","product:analytics/trades","audit")", seen);
  EXPECT_THAT(types(), ElementsAre("hello", "product", "audit")) << "only what is new is caught up";
}

TEST_F(EventHubTest, AGapThatIsTooOldIsAReset) {
  for (std::size_t i = 0; i < EventHub::kEventsHeldMax + 2; ++i) world.api.hub().topic_changed("t", true);
  subscribe(R"("topics")", start);
  EXPECT_THAT(types(), ElementsAre("hello", "reset"));
  subscribe(R"("products")", "ffffff-1");
  EXPECT_THAT(types(), ElementsAre("hello", "reset", "reset"));
  EXPECT_THAT(stream->events.back().data, HasSubstr("no sequence of this server run"));
}

TEST_F(EventHubTest, SubjectsThatCannotBeAreRefusedWithTheirReason) {
  const auto answer = subscribe(R"("everything","metrics:no/such","tail:no/such","product:x","topics")");
  EXPECT_EQ(answer.at("subjects.0"), "topics");
  EXPECT_EQ(answer.at("refused.0.subject"), "everything");
  EXPECT_THAT(answer.at("refused.1.why"), HasSubstr("no product no/such"));
  world.publish();
  world.authorizer.denies = true;
  EXPECT_THAT(subscribe(R"("tail:analytics/trades")").at("refused.0.why"), HasSubstr("no right"));
  EXPECT_EQ(subscribe("3").status, 422);
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/events/" + id + "/subscriptions", "").status, 400);
}

TEST_F(EventHubTest, AStreamBelongsToWhoOpenedIt) {
  world.act_as("trivera");
  EXPECT_EQ(subscribe(R"("topics")").status, 404);
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/events/nothing/subscriptions", R"({"subjects":[]})").status, 404);
  world.act_as("mkovac");
  stream->leave();
  EXPECT_EQ(subscribe(R"("topics")").status, 404);
}

TEST_F(EventHubTest, StreamsAreBounded) {
  for (std::size_t i = 1; i < EventHub::kStreamsMax; ++i) ASSERT_NE(world.open_events(), nullptr);
  EXPECT_EQ(world.open_events(), nullptr);
  stream->leave();
  EXPECT_NE(world.open_events(), nullptr);
}

TEST_F(EventHubTest, ASlowReaderLosesMetricsAndTailsFirstAndThenTheStream) {
  world.publish();
  subscribe(R"("products","metrics:analytics/trades","tail:analytics/trades")");
  world.loop.advance(2s);
  EXPECT_THAT(stream->of("metrics"), ::testing::Not(IsEmpty()));
  stream->waiting = EventHub::kLiveBytesMax;
  const auto before = stream->events.size();
  produce(5);
  world.loop.advance(3s);
  EXPECT_EQ(stream->events.size(), before);
  stream->waiting = 0;
  produce(1);
  world.loop.advance(1s);
  ASSERT_THAT(stream->of("tail"), SizeIs(1));
  EXPECT_EQ(parsed(stream->of("tail")[0]).at("skipped"), "5");
  stream->stuck = true;
  world.call(Method::kDelete, "/api/v1/products/analytics/trades", "", {{"if-match", "\"1\""}});
  EXPECT_TRUE(stream->closed);
}

TEST_F(EventHubTest, MetricsComeAtMostOnceASecondAndOnlyWhenMeasured) {
  world.publish();
  subscribe(R"("metrics:analytics/trades","topic_metrics:trades")");
  produce(100);
  world.loop.advance(5s);
  const auto metrics = stream->of("metrics");
  EXPECT_LE(metrics.size(), 5u);
  EXPECT_GE(metrics.size(), 4u);
  const auto last = parsed(metrics.back());
  EXPECT_EQ(last.at("rows.0.subject"), "metrics:analytics/trades");
  EXPECT_EQ(last.at("rows.0.offsets_held"), "101");
  EXPECT_EQ(last.at("rows.1.subject"), "topic_metrics:trades");
  EXPECT_EQ(metrics.back().id, "") << "no sequence: not a change";
  subscribe("");
  const auto before = stream->events.size();
  world.loop.advance(5s);
  EXPECT_EQ(stream->events.size(), before);
}

TEST_F(EventHubTest, ATailShowsNewRecordsOnlyOldestFirst) {
  world.publish();
  subscribe(R"("tail:analytics/trades")");
  world.loop.advance(1s);
  EXPECT_THAT(stream->of("tail"), IsEmpty());
  produce(3);
  world.loop.advance(1s);
  ASSERT_THAT(stream->of("tail"), SizeIs(1));
  const auto event = parsed(stream->of("tail")[0]);
  EXPECT_EQ(event.at("records.0.offset"), "1");
  EXPECT_EQ(event.at("records.2.offset"), "3");
  EXPECT_EQ(event.at("skipped"), "0");
}

TEST_F(EventHubTest, ABurstIsSkippedAndCounted) {
  world.publish();
  subscribe(R"("tail:analytics/trades")");
  std::size_t shown = 0;
  std::int64_t skipped = 0;
  constexpr int kSeconds = 10, kPerQuarter = 5'000;
  for (int i = 0; i < kSeconds * 4; ++i) {
    produce(kPerQuarter);
    world.loop.advance(250ms);
  }
  world.loop.advance(1s);
  for (const SentEvent& event : stream->of("tail")) {
    const auto tail = parsed(event);
    shown += tail.json.find("records")->elements.size();
    skipped += std::stoll(tail.at("skipped"));
  }
  EXPECT_LE(shown, Tail::kRecordsPerSecondMax * (kSeconds + 2));
  EXPECT_GE(shown, Tail::kRecordsPerSecondMax * (kSeconds - 2) / 2);
  EXPECT_EQ(static_cast<std::int64_t>(shown) + skipped, kSeconds * 4 * kPerQuarter);
}

TEST_F(EventHubTest, LargeRecordsAreBoundedByTheirBytes) {
  world.publish();
  subscribe(R"("tail:analytics/trades")");
  for (int i = 0; i < 40; ++i) {
    produce(4, 60'000);
    world.loop.advance(250ms);
  }
  std::size_t bytes = 0;
  for (const SentEvent& event : stream->of("tail")) bytes += event.data.size();
  EXPECT_LE(bytes, Tail::kBytesPerSecondMax * 12);
  EXPECT_GE(bytes, Tail::kBytesPerSecondMax * 5);
}

TEST_F(EventHubTest, ATailWithAFilterShowsWhatMatchesAndSaysHowMuchItRead) {
  world.publish();
  EXPECT_THAT(subscribe(R"("tail:analytics/trades where n = 7")").at("subjects.0"), HasSubstr("where n = 7"));
  world.loop.advance(1s);
  for (int i = 0; i < 100; ++i)
    world.cluster.intrude("trades", {"k", fmt::format(R"({{"n":{}}})", i % 10), Timestamp{1'700'000'000'000}});
  world.loop.advance(2s);
  std::int64_t scanned = 0, matched = 0;
  std::size_t shown = 0;
  for (const SentEvent& event : stream->of("tail")) {
    const auto tail = parsed(event);
    EXPECT_EQ(tail.at("where"), "n = 7");
    for (const auto& record : tail.json.find("records")->elements)
      EXPECT_EQ(record.find("value")->find("text")->text, R"({"n":7})");
    shown += tail.json.find("records")->elements.size();
    scanned += std::stoll(tail.at("scanned"));
    matched += std::stoll(tail.at("matched"));
    EXPECT_EQ(tail.at("skipped"), "0");
  }
  EXPECT_EQ(shown, 10u);
  EXPECT_EQ(matched, 10);
  EXPECT_GE(scanned, 95) << "what came after the last match is told with the next event";
}

TEST_F(EventHubTest, ATailWithoutAnyMatchSaysOnceASecondThatItReads) {
  world.publish();
  subscribe(R"("tail:analytics/trades where value contains nothing-of-that")");
  for (int i = 0; i < 20; ++i) {
    produce(5);
    world.loop.advance(250ms);
  }
  EXPECT_LE(stream->of("tail").size(), 6u);
  EXPECT_GE(stream->of("tail").size(), 4u);
  EXPECT_EQ(parsed(stream->of("tail").back()).at("records.0"), "");
}

TEST_F(EventHubTest, ATailWithAFilterReadsABoundedNumberAndCountsTheRest) {
  world.publish();
  subscribe(R"("tail:analytics/trades where value contains x")");
  world.loop.advance(1s);
  std::size_t shown = 0;
  std::int64_t skipped = 0;
  for (int i = 0; i < 20; ++i) {
    produce(10'000);
    world.loop.advance(250ms);
  }
  world.loop.advance(1s);
  for (const SentEvent& event : stream->of("tail")) {
    const auto tail = parsed(event);
    shown += tail.json.find("records")->elements.size();
    skipped += std::stoll(tail.at("skipped"));
  }
  EXPECT_LE(shown, Tail::kRecordsPerSecondMax * 8);
  EXPECT_EQ(static_cast<std::int64_t>(shown) + skipped, 200'000);
}

TEST_F(EventHubTest, AFilterWithAMistakeIsRefusedWithItsPlace) {
  world.publish();
  const auto answer = subscribe(R"("tail:analytics/trades where n 7","tail:analytics/trades where ")");
  EXPECT_THAT(answer.at("refused.0.why"), HasSubstr("Character 3"));
}

TEST_F(EventHubTest, ATailDecodesEveryLanguageDigitForDigitAndSaysWhyWhenNot) {
  world.publish();
  const auto json_id = world.schemas.put("orders-value", R"({"type":"object"})", "JSON");
  const auto protobuf_id = world.schemas.put(
      "fills-value", "syntax = \"proto3\"; message Fill { string symbol = 1; uint64 quantity = 2; }", "PROTOBUF");
  const auto avro_id = world.schemas.put("longs-value", R"("long")");
  const auto intrude = [&](schema::SchemaId schema, std::string_view payload) {
    Buffer out;
    schema::append_frame(out, schema);
    world.cluster.intrude("trades",
                          {"k", std::string(as_text(out)) + std::string(payload), Timestamp{1'700'000'000'000}});
  };
  subscribe(R"("tail:analytics/trades")");
  world.loop.advance(1s);
  intrude(avro_id, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  intrude(json_id, R"({"price": 0.1000000000000000000000001})");
  intrude(protobuf_id, std::string("\x00\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12));
  world.cluster.intrude("trades", {"k", R"({"no":18446744073709551616})", Timestamp{1'700'000'000'000}});
  intrude(avro_id, "\xff");
  intrude(schema::SchemaId{77}, "x");
  world.loop.advance(1s);
  ASSERT_THAT(stream->of("tail"), SizeIs(1));
  const auto tail = parsed(stream->of("tail")[0]);
  EXPECT_EQ(tail.at("records.0.value.text"), "-9223372036854775808");
  EXPECT_EQ(tail.at("records.1.value.text"), R"({"price": 0.1000000000000000000000001})");
  EXPECT_THAT(tail.at("records.2.value.text"), HasSubstr("18446744073709551615"));
  EXPECT_EQ(tail.at("records.3.value.format"), "json");
  EXPECT_EQ(tail.at("records.3.value.text"), R"({"no":18446744073709551616})");
  EXPECT_THAT(tail.at("records.4.value.why"), HasSubstr("Does not decode"));
  EXPECT_EQ(tail.at("records.4.value.format"), "base64");
  EXPECT_THAT(tail.at("records.5.value.why"), HasSubstr("no schema has id 77"));
  EXPECT_EQ(tail.at("records.5.value.bytes"), "6");
}

TEST_F(EventHubTest, ATailEndsByItselfAndIsRenewedByAsking) {
  world.publish();
  subscribe(R"("tail:analytics/trades")");
  world.loop.advance(16min);
  EXPECT_THAT(stream->of("tail_ended"), SizeIs(1));
  produce(1);
  world.loop.advance(1s);
  EXPECT_THAT(stream->of("tail"), IsEmpty());
  subscribe(R"("tail:analytics/trades")");
  world.loop.advance(1s);
  produce(1);
  world.loop.advance(1s);
  EXPECT_THAT(stream->of("tail"), SizeIs(1));
}

TEST_F(EventHubTest, ATopicMadeOrDeletedThroughUsIsOneChange) {
  subscribe(R"("topics")");
  world.call(Method::kPost, "/api/v1/topics", R"({"name":"orders"})");
  world.call(Method::kDelete, "/api/v1/topics/orders");
  world.loop.advance(10s);
  EXPECT_THAT(types(), ElementsAre("hello", "topic", "topic"));
}

TEST_F(EventHubTest, NewSchemasAndTopicsAreChanges) {
  world.publish();
  subscribe(R"("product:analytics/trades","topics")");
  world.schemas.put("trades-value", R"("string")");
  world.cluster.create_topic({.name = "orders"}, {}, [](auto) {});
  world.loop.advance(6s);
  EXPECT_THAT(types(), ElementsAre("hello", "topic", "product", "topic"));
}

}  // namespace
}  // namespace weft::api
