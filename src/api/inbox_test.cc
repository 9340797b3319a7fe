#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/testing/api_world.h"

namespace weft::api {
namespace {

using http::Method;
using testing::ApiWorld;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// mkovac owns analytics/trades.
class InboxApiTest : public ::testing::Test {
 protected:
  InboxApiTest() {
    world.act_as("mkovac");
    world.publish();
  }
  void TearDown() override { EXPECT_THAT(world.faults, IsEmpty()); }

  ApiWorld::Answer ask(const std::string& text = "Is the price per share?") {
    world.act_as("trivera");
    return world.call(Method::kPost, "/api/v1/products/analytics/trades/questions", R"({"text":")" + text + "\"}");
  }
  ApiWorld::Answer post(std::string target, std::string body) {
    return world.call(Method::kPost, std::move(target), std::move(body));
  }

  ApiWorld world;
};

TEST_F(InboxApiTest, AQuestionIsAskedAnsweredAndAccepted) {
  const auto asked = ask();
  ASSERT_EQ(asked.status, 201) << asked.text;
  EXPECT_EQ(asked.headers.at("Location"), "/api/v1/inbox/1");
  EXPECT_EQ(asked.at("conversation.state"), "waiting");
  EXPECT_EQ(asked.at("conversation.teams.0"), "analytics-team");
  EXPECT_EQ(world.get("/api/v1/inbox").at("counts.for_you"), "0");
  EXPECT_EQ(world.get("/api/v1/inbox?view=sent").at("items.0.text"), "Is the price per share?");

  world.act_as("mkovac");
  EXPECT_EQ(world.get("/api/v1/inbox").at("counts.for_you"), "1");
  EXPECT_EQ(world.get("/api/v1/inbox?kind=ask").at("items.0.number"), "");
  EXPECT_EQ(post("/api/v1/inbox/1/messages", R"({"text":"Per share."})").at("conversation.state"), "answered");
  EXPECT_EQ(world.get("/api/v1/inbox").at("decided.0.number"), "1");

  world.act_as("trivera");
  const auto detail = world.get("/api/v1/inbox/1");
  EXPECT_EQ(detail.at("conversation.waits_for_you"), "true");
  EXPECT_EQ(detail.at("messages.0.display_name"), "Mara Kovač");
  EXPECT_THAT(detail.text, HasSubstr(R"("you_may":["reply","accept","withdraw"])"));
  EXPECT_EQ(post("/api/v1/inbox/1/close", R"({"how":"accepted","accepted":1})").at("conversation.ended.how"), "accepted");
  EXPECT_EQ(post("/api/v1/inbox/1/close", R"({"how":"withdrawn"})").status, 409);
  EXPECT_EQ(post("/api/v1/inbox/1/messages", R"({"text":"More."})").status, 409);
  const auto shown = world.get("/api/v1/products/analytics/trades/conversations");
  EXPECT_EQ(shown.at("conversations.0.answer.text"), "Per share.");
}

TEST_F(InboxApiTest, WhoMayNotIsToldWhoMay) {
  ask();
  EXPECT_EQ(post("/api/v1/products/analytics/trades/announcements", R"({"text":"!"})").status, 403);
  EXPECT_EQ(post("/api/v1/inbox/1/close", R"({"how":"declined","text":"no"})").status, 403);
  world.cookie.clear();
  EXPECT_EQ(post("/api/v1/products/analytics/trades/questions", R"({"text":"?"})").status, 401);
  EXPECT_EQ(post("/api/v1/products/analytics/trades/announcements", R"({"text":"?"})").status, 401);
  EXPECT_EQ(post("/api/v1/asks", R"({"text":"?"})").status, 401);
  EXPECT_EQ(post("/api/v1/inbox/1/messages", R"({"text":"?"})").status, 401);
  EXPECT_EQ(post("/api/v1/inbox/1/close", R"({"how":"withdrawn"})").status, 401);
  EXPECT_EQ(world.get("/api/v1/inbox").at("counts.for_you"), "0");
  EXPECT_EQ(world.get("/api/v1/inbox?view=all").at("counts.all"), "1");
}

TEST_F(InboxApiTest, AnAskGoesToItsDomainAndIsFulfilledByAProduct) {
  world.act_as("trivera");
  EXPECT_THAT(post("/api/v1/asks", R"({"text":"Returns","domain":"nowhere"})").rules(), ElementsAre("domain:domain-known"));
  const auto asked = post("/api/v1/asks", R"({"text":"Returns by store","domain":"analytics","fields":["store_id","reason"]})");
  ASSERT_EQ(asked.status, 201) << asked.text;
  EXPECT_EQ(asked.at("conversation.fields.1"), "reason");
  world.act_as("mkovac");
  EXPECT_THAT(post("/api/v1/inbox/1/close", R"({"how":"fulfilled","product":"analytics/none"})").rules(), ElementsAre("product:closing-fits"));
  const auto done = post("/api/v1/inbox/1/close", R"({"how":"fulfilled","product":"analytics/trades","text":"Here it is."})");
  EXPECT_EQ(done.at("conversation.ended.product"), "analytics/trades");
  EXPECT_EQ(done.at("messages.0.text"), "Here it is.");
}

TEST_F(InboxApiTest, AnAnnouncementSaysWhenAndIsWithdrawn) {
  world.act_as("mkovac");
  const std::string path = "/api/v1/products/analytics/trades/announcements";
  EXPECT_EQ(post(path, R"({"text":"Moves","happens_from":"tomorrow"})").status, 422);
  EXPECT_THAT(post(path, R"({"text":"Moves","happens_from":"2026-12-05T10:00:00Z","happens_until":"2026-12-05T08:00:00Z"})").rules(),
              ElementsAre("until:until-after-from"));
  const auto announced = post(path, R"({"text":"Moves","happens_from":"2026-12-05T08:00:00Z"})");
  ASSERT_EQ(announced.status, 201) << announced.text;
  EXPECT_EQ(announced.at("conversation.happens_from"), "2026-12-05T08:00:00.000Z");
  EXPECT_EQ(announced.at("conversation.state"), "standing");
  EXPECT_EQ(post("/api/v1/inbox/1/close", R"({"how":"withdrawn"})").at("conversation.state"), "closed");
}

TEST_F(InboxApiTest, WhatIsNotThereOrOfAnotherShapeIsSaid) {
  ask();
  for (const char* path : {"/api/v1/inbox/9", "/api/v1/inbox/x", "/api/v1/products/analytics/none/conversations"})
    EXPECT_EQ(world.get(path).status, 404) << path;
  for (const char* path : {"/api/v1/inbox/9/messages", "/api/v1/inbox/9/close", "/api/v1/products/analytics/none/questions",
                           "/api/v1/products/analytics/none/announcements"})
    EXPECT_EQ(post(path, R"({"text":"?"})").status, 404) << path;
  for (const char* path : {"/api/v1/inbox/1/messages", "/api/v1/inbox/1/close", "/api/v1/products/analytics/trades/questions",
                           "/api/v1/products/analytics/trades/announcements", "/api/v1/asks"}) {
    EXPECT_EQ(post(path, "{").status, 400) << path;
    EXPECT_EQ(post(path, R"({"what":1})").status, 422) << path;
    EXPECT_EQ(post(path, std::string(2 << 20, ' ')).status, 413) << path;
  }
  EXPECT_EQ(post("/api/v1/asks", R"({"text":" "})").status, 422);
  EXPECT_EQ(post("/api/v1/inbox/1/close", R"({"how":"forgotten"})").status, 422);
  EXPECT_EQ(world.get("/api/v1/inbox?view=mine").status, 422);
}

TEST_F(InboxApiTest, PagesGoOnWhereTheLastEnded) {
  for (int i = 0; i < 5; ++i) ask();
  const auto first = world.get("/api/v1/inbox?view=all&limit=2");
  EXPECT_EQ(first.at("items.0.number"), "5");
  EXPECT_EQ(first.at("next_cursor"), "4");
  const auto second = world.get("/api/v1/inbox?view=all&limit=3&cursor=4");
  EXPECT_EQ(second.at("items.0.number"), "3");
  EXPECT_EQ(second.at("next_cursor"), "null");
}

TEST_F(InboxApiTest, EveryOpenStreamHearsOfTheInbox) {
  world.act_as("mkovac");
  const auto stream = world.open_events();
  const std::string id = schema::parse_json(stream->events.at(0).data)->find("stream")->text;
  ASSERT_EQ(world.call(Method::kPut, "/api/v1/events/" + id + "/subscriptions", R"({"subjects":["inbox"]})").status, 200);
  ask();
  const auto events = stream->of("inbox");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_THAT(world.document.schema_faults("InboxEvent", events[0].data), IsEmpty());
  EXPECT_THAT(events[0].data, HasSubstr(R"("change":"opened","number":1,"kind":"question","product":"analytics/trades","from":"User:trivera","teams":["analytics-team"])"));
}

TEST_F(InboxApiTest, AFollowedProductHasNewsUntilTheyAreSeen) {
  world.act_as("trivera");
  const auto followed = world.call(Method::kPut, "/api/v1/products/analytics/trades/follow");
  ASSERT_EQ(followed.status, 200) << followed.text;
  EXPECT_EQ(followed.at("followers"), "1");
  EXPECT_EQ(world.get("/api/v1/me/follows").at("follows.0.product"), "analytics/trades");
  EXPECT_EQ(world.get("/api/v1/me/news").at("total"), "0");
  world.loop.advance(std::chrono::milliseconds(10));

  world.act_as("mkovac");
  world.call(Method::kPut, "/api/v1/products/analytics/trades", ApiWorld::product_body("trades", "One fill on one venue, within two seconds."), {{"if-match", "\"1\""}});
  post("/api/v1/products/analytics/trades/announcements", R"({"text":"Moves."})");
  world.act_as("trivera");
  const auto news = world.get("/api/v1/me/news");
  EXPECT_EQ(news.at("total"), "2");
  EXPECT_EQ(news.at("products"), "1");
  EXPECT_EQ(news.at("since"), "null");
  EXPECT_THAT(news.text, HasSubstr("Edited analytics/trades version 2"));

  EXPECT_EQ(post("/api/v1/me/news/seen", R"({"until":"2999-01-01T00:00:00Z"})").status, 422);
  EXPECT_EQ(post("/api/v1/me/news/seen", "{").status, 400);
  EXPECT_EQ(post("/api/v1/me/news/seen", std::string(2 << 20, ' ')).status, 413);
  EXPECT_EQ(post("/api/v1/me/news/seen", R"({"until":")" + news.at("as_of") + "\"}").status, 200);
  EXPECT_EQ(world.get("/api/v1/me/news").at("total"), "0");
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/trades/follow").at("followers"), "0");
}

TEST_F(InboxApiTest, WhatCannotBeKeptIsNotSaid) {
  ask();
  world.cluster.fate = [] { return state::testing::MemoryCluster::Fate::kRefused; };
  const std::string product = "/api/v1/products/analytics/trades";
  EXPECT_EQ(post("/api/v1/asks", R"({"text":"?"})").status, 503);
  EXPECT_EQ(post(product + "/questions", R"({"text":"?"})").status, 503);
  EXPECT_EQ(post("/api/v1/inbox/1/messages", R"({"text":"?"})").status, 503);
  EXPECT_EQ(post("/api/v1/inbox/1/close", R"({"how":"withdrawn"})").status, 503);
  EXPECT_EQ(world.call(Method::kPut, product + "/follow").status, 503);
  EXPECT_EQ(post("/api/v1/me/news/seen", R"({"until":"2020-01-01T00:00:00Z"})").status, 503);
  world.act_as("mkovac");
  EXPECT_EQ(post(product + "/announcements", R"({"text":"?"})").status, 503);
  world.cluster.fate = {};
  EXPECT_EQ(world.call(Method::kPut, product + "/follow").status, 200);
  world.cluster.fate = [] { return state::testing::MemoryCluster::Fate::kRefused; };
  EXPECT_EQ(world.call(Method::kDelete, product + "/follow").status, 503);
  world.cluster.fate = {};
  EXPECT_EQ(world.get("/api/v1/inbox?view=all").at("counts.all"), "1");
}

TEST_F(InboxApiTest, OnePersonKeepsSoManyOpenAndFollowsSoMany) {
  for (std::size_t i = 0; i < mesh::kOpenOfOnePersonMax; ++i) ASSERT_EQ(ask().status, 201);
  EXPECT_EQ(ask().status, 409);
  EXPECT_EQ(post("/api/v1/asks", R"({"text":"?"})").status, 409);
  for (std::size_t i = 0; i < mesh::personal_entries_max(mesh::PersonalKind::kFollow); ++i)
    world.personal->put("User:trivera", mesh::PersonalKind::kFollow, fmt::format("a/p{}", i), "", [](auto) {});
  world.loop.run();
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/products/analytics/trades/follow").status, 409);
}

TEST_F(InboxApiTest, AnOrphanIsSeenAndHandedOver) {
  const std::string owner = "/api/v1/products/analytics/trades/owner";
  const auto taken = [&](std::string team) { return post(owner, R"({"team":")" + team + "\"}"); };
  identity::Roster roster;
  roster.teams["quants"] = {.name = "quants", .id = "ldap:1", .display_name = "Quants", .members = {"mkovac"}};
  world.directory.set_roster("ldap", roster);
  world.act_as("mkovac");
  EXPECT_EQ(taken("quants").at("product.owner"), "quants");
  world.directory.set_roster("ldap", {});
  const auto domain = world.get("/api/v1/domains/analytics");
  EXPECT_EQ(domain.at("domain.orphans"), "1");
  EXPECT_EQ(domain.at("orphans.0.product"), "analytics/trades");
  EXPECT_EQ(domain.at("orphans.0.owner"), "quants");
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades").at("owner_team"), "null");
  EXPECT_EQ(taken("execution-team").status, 422);
  EXPECT_EQ(post(owner, "{}").status, 422);
  EXPECT_EQ(post(owner, "{").status, 400);
  EXPECT_EQ(post(owner, std::string(2 << 20, ' ')).status, 413);
  EXPECT_EQ(post("/api/v1/products/analytics/none/owner", R"({"team":"analytics-team"})").status, 404);
  world.cluster.fate = [] { return state::testing::MemoryCluster::Fate::kRefused; };
  EXPECT_EQ(taken("analytics-team").status, 503);
  world.cluster.fate = {};
  world.act_as("trivera");
  EXPECT_EQ(taken("analytics-team").status, 403);
  world.cookie.clear();
  EXPECT_EQ(taken("analytics-team").status, 401);
  world.act_as("mkovac");
  const auto done = taken("analytics-team");
  EXPECT_EQ(done.status, 200) << done.text;
  EXPECT_EQ(done.headers.at("ETag"), "\"3\"");
  EXPECT_EQ(world.get("/api/v1/domains").at("domains.0.orphans"), "0");
}

TEST_F(InboxApiTest, NothingIsKeptForTheAnonymous) {
  world.cookie.clear();
  for (const char* path : {"/api/v1/me/follows", "/api/v1/me/news"}) EXPECT_EQ(world.get(path).status, 401) << path;
  EXPECT_EQ(post("/api/v1/me/news/seen", R"({"until":"2020-01-01T00:00:00Z"})").status, 401);
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/products/analytics/trades/follow").status, 401);
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/trades/follow").status, 401);
  world.act_as("mkovac");
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/products/analytics/none/follow").status, 404);
}

}  // namespace
}  // namespace weft::api
