#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/testing/api_world.h"
#include "schema/json_text.h"

namespace weft::api {
namespace {

using http::Method;
using testing::ApiWorld;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// gfischer is a governor, mkovac publishes.
class RulesApiTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_THAT(world.faults, IsEmpty()); }

  static std::string body_of(std::string_view text, std::string_view more = "") {
    std::string out = "{\"text\":";
    schema::append_json_string(out, text);
    return fmt::format("{}{}}}", out, more);
  }
  ApiWorld::Answer put(std::string_view text, std::string_view version) {
    return world.call(Method::kPut, "/api/v1/rules", body_of(text), {{"if-match", fmt::format("\"{}\"", version)}});
  }
  ApiWorld::Answer publish(const std::string& name = "trades") {
    return world.call(Method::kPut, "/api/v1/products/analytics/" + name, ApiWorld::product_body("trades"));
  }

  static constexpr std::string_view kLongDescriptions =
      "format: 1\nowner: execution-team\nrules:\n"
      "  - {id: long, title: Say more, path: description, kind: length, min: 200, fix: Say who and when.}\n";

  ApiWorld world;
};

TEST_F(RulesApiTest, TheDefaultRulesAreVersionZero) {
  const auto rules = world.get("/api/v1/rules");
  EXPECT_EQ(rules.headers.at("ETag"), "\"0\"");
  EXPECT_EQ(rules.at("version"), "0");
  EXPECT_EQ(rules.at("saved_at"), "null");
  EXPECT_EQ(rules.at("rules.0.id"), "description-length");
  EXPECT_EQ(rules.at("rules.0.owner"), "data-governance") << "governors answer for what names nobody";
  EXPECT_EQ(rules.at("rules.0.wants"), "at least 20 characters");
  EXPECT_EQ(rules.at("may_change"), "false");
  EXPECT_THAT(rules.at("text"), HasSubstr("description-length"));
  EXPECT_EQ(world.get("/api/v1/rules/versions").json.find("versions")->elements.size(), 0U);
  world.act_as("gfischer");
  EXPECT_EQ(world.get("/api/v1/rules").at("may_change"), "true");
}

TEST_F(RulesApiTest, ARuleThatIsSavedRefusesTheNextProduct) {
  world.act_as("gfischer");
  const auto saved = put(kLongDescriptions, "0");
  ASSERT_EQ(saved.status, 200) << saved.text;
  EXPECT_EQ(saved.headers.at("ETag"), "\"1\"");
  EXPECT_EQ(saved.at("saved_by_name"), "Greta Fischer");
  EXPECT_EQ(world.get("/api/v1/audit").at("entries.0.summary"), "Saved rules version 1");

  world.act_as("mkovac");
  const auto refused = publish();
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.rules(), ElementsAre("description:long"));
  EXPECT_EQ(refused.at("findings.0.owner"), "execution-team");
  EXPECT_EQ(refused.at("findings.0.fix"), "Say who and when.");
  const auto checked = world.call(Method::kPost, "/api/v1/products/check",
                                  R"({"domain":"analytics","name":"trades","description":"Short."})");
  EXPECT_THAT(checked.rules(), Contains("description:long"));
}

TEST_F(RulesApiTest, OnlyGovernorsSaveAndEveryRefusalIsAudited) {
  EXPECT_EQ(put(kLongDescriptions, "0").status, 401);
  world.act_as("mkovac");
  const auto forbidden = put(kLongDescriptions, "0");
  EXPECT_EQ(forbidden.status, 403);
  EXPECT_THAT(forbidden.rules(), ElementsAre(":rules-governor"));
  EXPECT_THAT(forbidden.at("findings.0.fix"), HasSubstr("data-governance"));
  const auto entry = world.get("/api/v1/audit/" + forbidden.at("audit_id"));
  EXPECT_EQ(entry.at("action"), "rules.change");
  EXPECT_EQ(entry.at("outcome"), "refused");
  EXPECT_EQ(world.get("/api/v1/rules").at("version"), "0");
}

TEST_F(RulesApiTest, EachVersionIsReplacedByOneWhoSawIt) {
  world.act_as("gfischer");
  EXPECT_EQ(put(kLongDescriptions, "0").status, 200);
  EXPECT_EQ(put(kLongDescriptions, "1").at("version"), "1") << "nothing differs";
  const auto stale = put("format: 1", "0");
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.at("current_version"), "1");
  EXPECT_EQ(put("format: 1", "1").at("version"), "2");
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/rules", body_of("format: 1")).status, 428);
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/rules", body_of("format: 1"), {{"if-match", "2"}}).status, 400);
  EXPECT_EQ(world.get("/api/v1/rules/versions").at("versions.1.version"), "1");
  EXPECT_EQ(world.get("/api/v1/rules/versions/1").at("text"), kLongDescriptions);
  EXPECT_EQ(world.get("/api/v1/rules/versions/3").status, 404);
  EXPECT_EQ(world.get("/api/v1/rules/versions/x").status, 404);
}

TEST_F(RulesApiTest, WhatCannotBeWrittenIsNotInForce) {
  world.act_as("gfischer");
  world.cluster.fate = [] { return state::testing::MemoryCluster::Fate::kRefused; };
  EXPECT_EQ(put(kLongDescriptions, "0").status, 503);
  world.cluster.fate = {};
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/rules/check", "{").status, 400);
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/rules/check", R"({"txt":1})").status, 422);
  const std::string large = body_of(std::string(2 << 20, ' '));
  EXPECT_EQ(put(std::string(2 << 20, ' '), "0").status, 413);
  for (const char* path : {"/api/v1/rules/trial", "/api/v1/rules/check"})
    EXPECT_EQ(world.call(Method::kPost, path, large).status, 413) << path;
  EXPECT_EQ(world.get("/api/v1/rules").at("version"), "0");
}

TEST_F(RulesApiTest, MistakesHaveLineAndColumnAndChangeNothing) {
  const std::string_view wrong = "format: 1\nrules:\n  - {id: a, title: A, path: name, kind: pattern, pattern: '('}\n";
  const auto checked = world.call(Method::kPost, "/api/v1/rules/check", body_of(wrong));
  EXPECT_EQ(checked.at("understood"), "false");
  EXPECT_EQ(checked.at("findings.0.line"), "3");
  EXPECT_EQ(checked.at("findings.0.column"), "59");
  EXPECT_EQ(checked.at("findings.0.field"), "rules[0].pattern");
  const auto stranger = world.call(Method::kPost, "/api/v1/rules/check",
                                   body_of("format: 1\nrules:\n  - {id: a, title: A, path: name, kind: required, "
                                           "owner: nobody, scope: {domains: [x]}}"));
  EXPECT_EQ(stranger.at("findings.0.message"), "The directory knows no team 'nobody'.");
  EXPECT_EQ(stranger.at("findings.1.severity"), "warns");
  world.act_as("gfischer");
  EXPECT_EQ(put(wrong, "0").status, 422);
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/rules", R"({"txt":1})", {{"if-match", "\"0\""}}).status, 422);
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/rules", "{", {{"if-match", "\"0\""}}).status, 400);
  EXPECT_EQ(world.get("/api/v1/rules").at("version"), "0");
}

TEST_F(RulesApiTest, ATrialSaysWhoWouldBeBlockedAndChangesNothing) {
  world.act_as("mkovac");
  ASSERT_EQ(publish().status, 201);
  const auto now = world.call(Method::kPost, "/api/v1/rules/trial", "{}");
  EXPECT_EQ(now.at("products"), "1");
  EXPECT_EQ(now.at("blocked"), "0");
  EXPECT_EQ(now.at("warned"), "1") << "price has no doc";

  const auto tried = world.call(Method::kPost, "/api/v1/rules/trial", body_of(kLongDescriptions));
  EXPECT_EQ(tried.at("whole"), "true");
  EXPECT_EQ(tried.at("blocked"), "1");
  EXPECT_EQ(tried.at("newly_blocked"), "1");
  EXPECT_EQ(tried.at("rules.0.fails"), "1");
  EXPECT_EQ(tried.at("hits.0.product"), "analytics/trades");
  EXPECT_EQ(tried.at("hits.0.blocked_now"), "false");
  EXPECT_EQ(tried.at("hits.0.findings.0.message"), "39 of at least 200 characters.");
  EXPECT_EQ(world.get("/api/v1/rules").at("version"), "0");

  const auto trial = [&](std::string_view more) {
    return world.call(Method::kPost, "/api/v1/rules/trial", body_of(kLongDescriptions, more));
  };
  EXPECT_EQ(trial(R"(,"rule":"long","limit":1)").at("hits.0.product"), "analytics/trades");
  EXPECT_EQ(trial(R"(,"rule":"nope")").status, 404);
  EXPECT_EQ(trial(R"(,"limit":0)").status, 422);
  EXPECT_EQ(trial(R"(,"cursor":"nothing")").status, 422);
  EXPECT_EQ(trial(R"(,"cursor":"analytics/trades")").json.find("hits")->elements.size(), 0U);
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/rules/trial", body_of("rules: 1")).status, 422);
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/rules/trial", "[]").status, 400);
}

TEST_F(RulesApiTest, PagesOfATrialFollowEachOther) {
  world.act_as("mkovac");
  for (int i = 0; i < 5; ++i) {
    const std::string topic = fmt::format("t{}", i);
    world.cluster.intrude(topic, {"k", "v", Timestamp{1'700'000'000'000}});
    world.schemas.put(topic + "-value", std::string(mesh::testing::kTradeAvro));
    ASSERT_EQ(world.call(Method::kPut, "/api/v1/products/analytics/" + topic, ApiWorld::product_body(topic)).status,
              201);
  }
  std::vector<std::string> seen;
  std::string cursor;
  for (int page = 0; page < 4; ++page) {
    const auto answer =
        world.call(Method::kPost, "/api/v1/rules/trial",
                   body_of(kLongDescriptions,
                           fmt::format(R"(,"limit":2{})", cursor.empty() ? "" : R"(,"cursor":")" + cursor + "\"")));
    for (const auto& hit : answer.json.find("hits")->elements) seen.push_back(hit.find("product")->text);
    cursor = answer.at("next_cursor");
    if (cursor == "null") break;
  }
  EXPECT_THAT(seen, ElementsAre("analytics/t0", "analytics/t1", "analytics/t2", "analytics/t3", "analytics/t4"));
}

TEST_F(RulesApiTest, AnExceptionLetsOneProductUntilItsDay) {
  world.act_as("gfischer");
  ASSERT_EQ(
      put(fmt::format("{}exceptions:\n  - {{rule: long, product: analytics/trades, until: 2999-01-31, why: Soon.}}\n",
                      kLongDescriptions),
          "0")
          .status,
      200);
  EXPECT_EQ(world.get("/api/v1/rules").at("exceptions.0.over"), "false");
  world.act_as("mkovac");
  const auto published = publish();
  EXPECT_EQ(published.status, 201);
  EXPECT_EQ(published.at("findings.0.severity"), "excepted");
  EXPECT_EQ(published.at("findings.0.excepted_until"), "2999-01-31");
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/rules/trial", "{}").at("rules.0.excepted"), "1");
}

TEST_F(RulesApiTest, ReadersHearOfANewVersion) {
  world.act_as("gfischer");
  const auto stream = world.open_events();
  const std::string hello = stream->events.front().data;
  const std::string id = hello.substr(11, hello.find('"', 11) - 11);
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/events/" + id + "/subscriptions", R"({"subjects":["rules"]})").status,
            200);
  put(kLongDescriptions, "0");
  ASSERT_EQ(stream->of("rules").size(), 1U);
  EXPECT_THAT(stream->of("rules")[0].data, HasSubstr("\"version\":1"));
}

}  // namespace
}  // namespace weft::api
