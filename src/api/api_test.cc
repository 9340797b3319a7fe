#include "api/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/record_renderer.h"
#include "api/idempotency.h"
#include "api/port_health.h"
#include "api/testing/api_world.h"
#include "schema/avro/encode.h"
#include "schema/wire_format.h"

namespace weft::api {
namespace {

using http::Method;
using testing::ApiWorld;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ApiTest : public ::testing::Test {
 protected:
  /// What every test ends with: nothing was answered that openapi.yaml does not describe.
  void TearDown() override { EXPECT_THAT(world.faults, IsEmpty()); }

  std::string framed_trade(int id, const std::string& json) {
    const auto schema = schema::avro::Schema::parse(mesh::testing::kTradeAvro);
    Buffer out;
    schema::append_frame(out, schema::SchemaId{id});
    EXPECT_TRUE(schema::avro::encode_json(**schema, json, out).ok());
    return std::string(as_text(out));
  }
  static std::string framed(schema::SchemaId id, std::string_view payload) {
    Buffer out;
    schema::append_frame(out, id);
    return std::string(as_text(out)) + std::string(payload);
  }
  void produce(std::optional<std::string> key, std::optional<std::string> value,
               std::int64_t time_ms = 1'700'000'001'000) {
    world.cluster.intrude("trades", {std::move(key), std::move(value), Timestamp{time_ms}});
  }

  ApiWorld world;
};

// ---- Who asks

TEST_F(ApiTest, SomebodyFromThisMachineActsAsAPersonOfTheDirectory) {
  EXPECT_EQ(world.get("/api/v1/me").at("kind"), "anonymous");
  world.act_as("mkovac");
  const auto me = world.get("/api/v1/me");
  EXPECT_EQ(me.at("principal"), "User:mkovac");
  EXPECT_EQ(me.at("display_name"), "Mara Kovač");
  EXPECT_EQ(me.at("domains.0"), "analytics");
  const auto gone = world.call(Method::kDelete, "/api/v1/session");
  EXPECT_EQ(gone.status, 204);
  EXPECT_THAT(gone.headers.at("Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(world.get("/api/v1/me").at("kind"), "anonymous") << "the cookie is still sent, its session has ended";
}

TEST_F(ApiTest, SessionsAreCookiesThatScriptsAndOtherSitesCannotUse) {
  const auto answer = world.call(Method::kPost, "/api/v1/session", R"({"person":"mkovac"})");
  EXPECT_THAT(answer.headers.at("Set-Cookie"),
              ::testing::AllOf(HasSubstr("HttpOnly"), HasSubstr("SameSite=Strict"), HasSubstr("Path=/")));
}

TEST_F(ApiTest, NobodyElseMayActAs) {
  world.peer = "192.0.2.7";
  EXPECT_EQ(world.get("/api/v1/me").at("can_act_as"), "false");
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/session", R"({"person":"mkovac"})").status, 403);
  world.peer = "127.0.0.1";
  EXPECT_THAT(world.call(Method::kPost, "/api/v1/session", R"({"person":"nobody"})").rules(),
              ElementsAre("person:person-known"));
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/session", "{").status, 400);
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/session", std::string(2 << 20, ' ')).status, 413);
}

// ---- Publish, find, edit, unpublish

TEST_F(ApiTest, APublishedProductIsFoundShownEditedAndUnpublished) {
  world.act_as("mkovac");
  const auto published =
      world.call(Method::kPut, "/api/v1/products/analytics/trades", ApiWorld::product_body("trades"));
  ASSERT_EQ(published.status, 201) << published.text;
  EXPECT_EQ(published.headers.at("ETag"), "\"1\"");
  EXPECT_EQ(published.headers.at("Location"), "/api/v1/products/analytics/trades");
  EXPECT_EQ(published.at("product.facts.offsets_held"), "1");
  EXPECT_EQ(published.at("product.facts.schema.fields"), "3");
  EXPECT_EQ(published.at("audit_id"), "a1");

  const auto found = world.get("/api/v1/products?q=quantity");
  EXPECT_EQ(found.at("total"), "1");
  EXPECT_EQ(found.at("hits.0.product.id"), "analytics/trades");
  EXPECT_EQ(found.at("hits.0.matches.0.in"), "field_name");
  EXPECT_EQ(found.at("hits.0.matches.0.parts.0.hit"), "true");
  EXPECT_EQ(found.at("facets.domain.0.value"), "analytics");
  EXPECT_EQ(world.get("/api/v1/products?q=nothing").at("total"), "0");
  EXPECT_EQ(world.get("/api/v1/products?quality=raw&quality=curated&sla=2").at("total"), "1");

  const auto shown = world.get("/api/v1/products/analytics/trades");
  EXPECT_EQ(shown.headers.at("ETag"), "\"1\"");
  EXPECT_EQ(shown.at("owner_team.mail"), "analytics@meridian.example");
  EXPECT_EQ(shown.at("rights.3.allowed"), "true");

  const std::string edit = ApiWorld::product_body("trades", "One fill on one venue, within two seconds.");
  const auto edited = world.call(Method::kPut, "/api/v1/products/analytics/trades", edit, {{"if-match", "\"1\""}});
  EXPECT_EQ(edited.status, 200);
  EXPECT_EQ(edited.at("product.version"), "2");
  const auto same = world.call(Method::kPut, "/api/v1/products/analytics/trades", edit, {{"if-match", "\"2\""}});
  EXPECT_EQ(same.at("audit_id"), "null");
  const auto stale = world.call(Method::kPut, "/api/v1/products/analytics/trades", edit, {{"if-match", "\"1\""}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.at("current_version"), "2");
  EXPECT_THAT(stale.at("detail"), HasSubstr("If-Match: \"2\""));

  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/trades").status, 428);
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/trades", "", {{"if-match", "\"1\""}}).status, 412);
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/trades", "", {{"if-match", "\"2\""}}).status, 200);
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades").status, 404);
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/trades", "", {{"if-match", "\"2\""}}).status, 404);
}

TEST_F(ApiTest, WhoReadsAProductIsSeenAtTheBroker) {
  world.act_as("mkovac");
  world.publish();
  world.observer.groups["billing"] = {"billing", "Stable", "consumer",
                                     {{"m1", std::nullopt, "biller", "10.0.0.7", {{"trades", PartitionIndex{0}}}}},
                                     {{{"trades", PartitionIndex{0}}, Offset{0}, 1'700'000'000'000}}};
  world.observer.clients["trades"] = {{"kcat", "User:c", "10.0.0.9", "", false, 1'700'000'000'000, 1'700'000'000'000},
                                     {"biller", "User:b", "10.0.0.7", "billing", false, 1'700'000'000'000, 1'700'000'000'000}};
  const auto seen = world.get("/api/v1/products/analytics/trades/consumers");
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.at("consumers.groups.0.group"), "billing");
  EXPECT_EQ(seen.at("consumers.groups.0.lag"), "1");
  EXPECT_EQ(seen.at("consumers.groups.0.members.0.host"), "10.0.0.7");
  EXPECT_EQ(seen.at("consumers.groups.0.partitions.0.member"), "m1");
  EXPECT_EQ(seen.at("consumers.clients.0.client_id"), "kcat");
  EXPECT_EQ(world.get("/api/v1/products/analytics/nothing/consumers").status, 404);
}

TEST_F(ApiTest, ProgramsThatReadAProductNameItsTopicAndAddresses) {
  world.act_as("mkovac");
  world.publish();
  const auto all = world.get("/api/v1/products/analytics/trades/snippets");
  EXPECT_EQ(all.status, 200);
  EXPECT_EQ(all.at("bootstrap"), "127.0.0.1:9092");
  EXPECT_EQ(all.json.find("snippets")->elements.size(), 9u);
  const auto python = world.get("/api/v1/products/analytics/trades/snippets?language=python");
  EXPECT_EQ(python.at("snippets.0.steps.1.title"), "reader.py");
  EXPECT_THAT(python.at("snippets.0.steps.1.text"), HasSubstr("AvroDeserializer"));
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/snippets?language=cobol").status, 422);
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/snippets?listener=evil:1").status, 422);
  EXPECT_EQ(world.get("/api/v1/products/analytics/nothing/snippets").status, 404);
}

TEST_F(ApiTest, TwoVersionsOfASchemaAreComparedForTheirReaders) {
  world.act_as("mkovac");
  world.publish();
  world.schemas.put("trades-value", R"({"type":"record","name":"Trade","fields":[
    {"name":"symbol","type":"string","doc":"What was traded"},
    {"name":"quantity","type":"long","doc":"Number of shares in this fill"},
    {"name":"price","type":"double"},{"name":"venue","type":"string","default":"XNAS"}]})");
  const auto difference = world.get("/api/v1/products/analytics/trades/schema/difference?from=1&to=2");
  EXPECT_EQ(difference.status, 200);
  EXPECT_EQ(difference.at("backward"), "true");
  EXPECT_EQ(difference.at("forward"), "false");
  EXPECT_EQ(difference.at("broken_levels.0"), "FORWARD");
  EXPECT_EQ(difference.at("changes.0.path"), "quantity");
  EXPECT_EQ(difference.at("changes.1.meaning"), "Old readers skip it. Events from before read as \"XNAS\".");
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/schema/difference?from=1").status, 422);
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/schema/difference?from=1&to=9").status, 404);
}

TEST_F(ApiTest, GroupsAreListedWithTheirLagAndShownWhole) {
  for (const char* id : {"a", "b", "c"})
    world.observer.groups[id] = {id, "Empty", "", {}, {{{"trades", PartitionIndex{0}}, Offset{0}, 1'700'000'000'000}}};
  const auto first = world.get("/api/v1/groups?limit=2");
  EXPECT_EQ(first.at("groups.1.group"), "b");
  EXPECT_EQ(first.at("groups.1.lag"), "1");
  EXPECT_EQ(first.at("next_cursor"), "b");
  EXPECT_EQ(world.get("/api/v1/groups?limit=2&cursor=b").at("groups.0.group"), "c");
  EXPECT_EQ(world.get("/api/v1/groups/a").at("partitions.0.topic"), "trades");
  EXPECT_EQ(world.get("/api/v1/groups/nobody").status, 404);
  EXPECT_EQ(world.get("/api/v1/groups?limit=0").status, 422);
}

TEST_F(ApiTest, ARefusalListsEveryFindingAndHasAnAuditEntry) {
  world.act_as("mkovac");
  const auto refused = world.call(
      Method::kPut, "/api/v1/products/analytics/trades",
      R"({"owner":"analytics-team","description":"Trades","quality":"good","sla":9,"ports":[{"topic":"nowhere"}]})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.rules(), ::testing::IsSupersetOf({"description:description-length", "quality:quality-set",
                                                        "sla:sla-set", "ports[0].topic:topic-exists"}));
  const auto entry = world.get("/api/v1/audit/" + refused.at("audit_id"));
  EXPECT_EQ(entry.at("outcome"), "refused");
  EXPECT_EQ(entry.at("principal"), "User:mkovac");
  EXPECT_EQ(entry.at("call.method"), "PUT");
  EXPECT_EQ(entry.at("call.path"), "/api/v1/products/analytics/trades");
  EXPECT_THAT(entry.at("call.body"), HasSubstr("nowhere"));
  EXPECT_EQ(world.get("/api/v1/products").at("published"), "0");
}

TEST_F(ApiTest, RightsDecideAboutTheStatus) {
  const std::string body = ApiWorld::product_body("trades");
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/products/analytics/trades", body).status, 401);
  world.act_as("trivera");
  const auto forbidden = world.call(Method::kPut, "/api/v1/products/analytics/trades", body);
  EXPECT_EQ(forbidden.status, 403);
  EXPECT_THAT(forbidden.rules(), Contains("owner:owner-member"));
  world.act_as("mkovac");
  world.publish();
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/products/analytics/trades", body).status, 409);
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/products/analytics/other", body, {{"if-match", "\"1\""}}).status, 404);
  world.act_as("trivera");
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/trades", "", {{"if-match", "\"1\""}}).status, 403);
  world.cookie.clear();
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/trades", "", {{"if-match", "\"1\""}}).status, 401);
}

TEST_F(ApiTest, BadBodiesAndHeadersAreNamed) {
  world.act_as("mkovac");
  const std::string path = "/api/v1/products/analytics/trades";
  EXPECT_EQ(world.call(Method::kPut, path, "{\"a\":\"\xff\"}").status, 400);
  EXPECT_EQ(world.call(Method::kPut, path, "{\"a\":" + std::string(10'000, '[')).status, 413);
  EXPECT_EQ(world.call(Method::kPut, path, ApiWorld::product_body("trades"), {{"if-match", "3"}}).status, 400);
  EXPECT_EQ(world.call(Method::kDelete, path, "", {{"if-match", "W/\"3\""}}).status, 400);
  EXPECT_THAT(world.call(Method::kPut, path, R"({"owner":1})").rules(),
              ::testing::IsSupersetOf({"owner:json-type", "ports:json-required"}));
  EXPECT_THAT(world.get("/api/v1/products?sla=4&limit=0&sort=up").rules(),
              ElementsAre("sla:parameter", "sort:parameter", "limit:parameter"));
  EXPECT_EQ(world.get("/api/v1/audit").at("total"), "0") << "of another shape: no attempt at a change";
}

TEST_F(ApiTest, WhatCannotBeWrittenIsNotPublishedAndSaysTryAgain) {
  world.act_as("mkovac");
  world.publish();
  world.cluster.fate = [] { return state::testing::MemoryCluster::Fate::kLost; };
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/trades", "", {{"if-match", "\"1\""}}).status, 503);
  world.cluster.fate = {};
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades").status, 200);
  world.cluster.fate = [] { return state::testing::MemoryCluster::Fate::kLost; };
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/products/analytics/trades/lifecycle", R"({"to":"retired"})",
                       {{"if-match", "\"1\""}})
                .status,
            503);
  world.cluster.fate = {};
  world.cluster.fate = [] { return state::testing::MemoryCluster::Fate::kRefused; };
  EXPECT_EQ(world
                .call(Method::kPut, "/api/v1/products/analytics/trades",
                      ApiWorld::product_body("trades", "One fill, or a correction of one."), {{"if-match", "\"1\""}})
                .status,
            503);
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades").at("product.version"), "1");
}

TEST_F(ApiTest, EveryBodyIsBounded) {
  world.act_as("mkovac");
  const std::string huge(2 << 20, ' ');
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/products/check", huge).status, 413);
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/topics", huge).status, 413);
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/topics", "nothing").status, 400);
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/events/x/subscriptions", huge).status, 413);
}

TEST_F(ApiTest, ACheckSaysWhatPublishingWouldSay) {
  world.act_as("mkovac");
  const auto empty = world.call(Method::kPost, "/api/v1/products/check", "{}");
  EXPECT_EQ(empty.status, 200);
  EXPECT_EQ(empty.at("publishable"), "false");
  const auto fine =
      world.call(Method::kPost, "/api/v1/products/check",
                 R"({"domain":"analytics","name":"trades",)" + ApiWorld::product_body("trades").substr(1));
  EXPECT_EQ(fine.at("publishable"), "true");
  EXPECT_EQ(fine.at("warns"), "1");
  EXPECT_EQ(fine.at("findings.0.severity"), "warns") << "what matters comes first";
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/products/check", "[]").status, 400);
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/products/check", R"({"tgas":[]})").status, 422);
}

// ---- Lifecycle and versions

TEST_F(ApiTest, AProductIsDeprecatedRetiredAndBroughtBack) {
  world.act_as("mkovac");
  world.publish();
  const std::string path = "/api/v1/products/analytics/trades";
  const auto lifecycle = [&](std::string body, std::string version) {
    return world.call(Method::kPost, path + "/lifecycle", std::move(body), {{"if-match", "\"" + version + "\""}});
  };
  EXPECT_EQ(world.call(Method::kPost, path + "/lifecycle", R"({"to":"retired"})").status, 428);
  EXPECT_THAT(lifecycle(R"({"to":"deprecated","ends_on":"2027-02-30","successor":"analytics/trades"})", "1").rules(),
              ElementsAre("reason:deprecation-reason", "ends_on:deprecation-day", "successor:successor-other"));
  EXPECT_THAT(lifecycle(R"({"to":"gone"})", "1").rules(), ElementsAre("to:lifecycle-known"));
  EXPECT_THAT(lifecycle(R"({"too":1})", "1").rules(), ElementsAre("to:json-required", "too:json-unknown"));
  EXPECT_EQ(lifecycle("{", "1").status, 400);
  EXPECT_EQ(lifecycle(std::string(2 << 20, ' '), "1").status, 413);
  const auto deprecated =
      lifecycle(R"({"to":"deprecated","reason":"Fills has it all.","ends_on":"2027-03-31"})", "1");
  ASSERT_EQ(deprecated.status, 200) << deprecated.text;
  EXPECT_EQ(deprecated.at("product.lifecycle"), "deprecated");
  EXPECT_EQ(deprecated.at("product.deprecation.ends_on"), "2027-03-31");
  EXPECT_EQ(deprecated.at("product.version"), "2");
  EXPECT_EQ(lifecycle(R"({"to":"retired"})", "1").status, 412);
  const auto edited = world.call(Method::kPut, path, ApiWorld::product_body("trades", "One fill, or a late correction."),
                                 {{"if-match", "\"2\""}});
  EXPECT_EQ(edited.at("product.lifecycle"), "deprecated") << "an edit leaves the lifecycle";

  EXPECT_EQ(lifecycle(R"({"to":"retired"})", "3").at("product.deprecation.reason"), "Fills has it all.");
  EXPECT_EQ(world.get("/api/v1/products").at("total"), "0") << "left out of lists";
  EXPECT_EQ(world.get("/api/v1/products").at("published"), "0");
  EXPECT_EQ(world.get("/api/v1/products?lifecycle=retired").at("total"), "1");
  EXPECT_EQ(world.get(path).at("product.lifecycle"), "retired") << "its page stays";
  EXPECT_THAT(world.call(Method::kPut, path, ApiWorld::product_body("trades"), {{"if-match", "\"4\""}}).rules(),
              Contains("lifecycle:lifecycle-step"));
  // Its topic is free, and taken.
  ASSERT_EQ(world.call(Method::kPut, "/api/v1/products/analytics/again", ApiWorld::product_body("trades")).status, 201);
  EXPECT_THAT(lifecycle(R"({"to":"live"})", "4").rules(), Contains("ports[0].topic:topic-free"));
  ASSERT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/again", "", {{"if-match", "\"1\""}}).status, 200);
  const auto back = lifecycle(R"({"to":"live"})", "4");
  ASSERT_EQ(back.status, 200) << back.text;
  EXPECT_EQ(back.at("product.deprecation"), "null");
  EXPECT_EQ(world.get("/api/v1/audit?action=product.retire").at("total"), "2") << "one of them refused";
  EXPECT_EQ(world.get("/api/v1/audit?action=product.restore&outcome=done").at("total"), "1");

  world.act_as("trivera");
  EXPECT_EQ(lifecycle(R"({"to":"retired"})", "5").status, 403);
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/products/analytics/nothing/lifecycle", R"({"to":"retired"})",
                       {{"if-match", "\"1\""}})
                .status,
            404);
  world.cookie.clear();
  EXPECT_EQ(lifecycle(R"({"to":"retired"})", "5").status, 401);
  EXPECT_EQ(world.call(Method::kPost, path + "/lifecycle", "{}", {{"if-match", "5"}}).status, 400);
}

TEST_F(ApiTest, EveryVersionIsKeptWithWhatItChanged) {
  world.act_as("mkovac");
  world.publish();
  const std::string path = "/api/v1/products/analytics/trades";
  const std::string second =
      R"({"owner":"analytics-team","description":"One fill on one venue, within a second.","quality":"raw","sla":2,)"
      R"("tags":["fills"],"terms":"No resale.","attributes":{"cost":1.50},)"
      R"("ports":[{"topic":"trades"},{"name":"api","kind":"rest","address":"https://prices.example"}]})";
  ASSERT_EQ(world.call(Method::kPut, path, second, {{"if-match", "\"1\""}}).status, 200);
  const auto versions = world.get(path + "/versions");
  EXPECT_EQ(versions.at("versions.0.version"), "2");
  EXPECT_EQ(versions.at("versions.0.updated_by"), "User:mkovac");
  EXPECT_EQ(versions.at("versions.1.changes"), "null");
  std::vector<std::string> changes;
  for (const auto& change : versions.json.find("versions")->elements[0].find("changes")->elements)
    changes.push_back(change.find("change")->text + " " + change.find("field")->text);
  EXPECT_THAT(changes, ElementsAre("changed quality", "added tags[fills]", "added terms", "added attributes.cost",
                                   "added ports[api].kind", "added ports[api].address", "removed tags[trading]"));
  EXPECT_EQ(versions.at("versions.0.changes.3.after"), "1.50") << "digit for digit";
  EXPECT_EQ(world.get(path + "/versions?limit=1").at("next_cursor"), "2");
  EXPECT_EQ(world.get(path + "/versions?limit=1&cursor=2").at("versions.0.version"), "1");
  EXPECT_EQ(world.get(path + "/versions?limit=0").status, 422);
  EXPECT_EQ(world.get(path + "/versions/1").at("content.quality"), "curated");
  EXPECT_EQ(world.get(path + "/versions/2").at("content.ports.1.address"), "https://prices.example");
  EXPECT_EQ(world.get(path + "/versions/3").status, 404);
  EXPECT_EQ(world.get(path + "/versions/x").status, 404);
  EXPECT_EQ(world.get(path + "/versions/1/difference?from=2").at("changes.0.after"), "curated");
  EXPECT_EQ(world.get(path + "/versions/1/difference?from=9").status, 404);
  EXPECT_EQ(world.get(path + "/versions/1/difference").status, 422);
  EXPECT_EQ(world.get("/api/v1/products/analytics/nothing/versions").status, 404);
}

TEST_F(ApiTest, OfAThousandEditsAtOnceOneWinsEachVersion) {
  world.act_as("mkovac");
  world.publish();
  int version = 1;
  for (int round = 0; round < 4; ++round) {
    int won = 0, stale = 0;
    for (int i = 0; i < 250; ++i) {
      const auto description = fmt::format("One fill on one venue, says writer {} of round {}.", i, round);
      world.start(Method::kPut, "/api/v1/products/analytics/trades", ApiWorld::product_body("trades", description),
                  {{"if-match", fmt::format("\"{}\"", version)}}, [&](int status) {
                    won += status == 200;
                    stale += status == 412;
                  });
    }
    world.loop.run();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(stale, 249);
    ++version;
  }
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades").at("product.version"), "5");
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/versions").json.find("versions")->elements.size(), 5u);
}

// ---- Ports that are probed

TEST(PortHealthTest, SaysSinceWhenAPortAnswersAndWhyNot) {
  ApiWorld world;
  std::vector<std::string> asked;
  Result<void> answer;
  PortHealth health(world.loop, world.loop, world.catalogue, [&](const mesh::Probe& probe) {
    asked.push_back(probe.target);
    return answer;
  });
  auto product = std::make_shared<mesh::Product>();
  product->id = {"d", "n"};
  product->ports = {{.name = "api", .kind = mesh::PortKind::kRest}};
  product->ports[0].probe = mesh::Probe{mesh::Probe::Kind::kHttp, "https://prices.example/health", 60};
  mesh::Change change{.kind = mesh::Change::Kind::kPublished, .id = product->id, .product = product};
  health.product_changed(change);
  EXPECT_EQ(health.find(product->id, "api")->state, PortHealth::State::kUnknown);
  world.loop.advance(std::chrono::seconds(1));
  EXPECT_EQ(health.find(product->id, "api")->state, PortHealth::State::kHealthy);
  EXPECT_EQ(asked.size(), 1u);

  answer = error(ErrorCode::kUnavailable, "https://prices.example/health answered 503");
  world.loop.advance(std::chrono::seconds(30));
  EXPECT_EQ(asked.size(), 1u) << "at its pace";
  world.loop.advance(std::chrono::seconds(40));
  EXPECT_EQ(asked.size(), 2u);
  EXPECT_EQ(health.find(product->id, "api")->state, PortHealth::State::kFailing);
  EXPECT_THAT(health.find(product->id, "api")->why, HasSubstr("503"));

  health.product_changed(change);
  EXPECT_EQ(health.find(product->id, "api")->state, PortHealth::State::kFailing) << "the same question keeps its answer";
  auto retired = std::make_shared<mesh::Product>(*product);
  retired->lifecycle = mesh::Lifecycle::kRetired;
  change.product = retired;
  health.product_changed(change);
  EXPECT_EQ(health.find(product->id, "api"), nullptr);
}

TEST_F(ApiTest, APortThatIsNotToBeProbedIsUnknownAndSaysWhy) {
  world.act_as("mkovac");
  const std::string body =
      R"({"owner":"analytics-team","description":"One fill on one venue, within a second.","quality":"raw","sla":2,)"
      R"("ports":[{"topic":"trades"},{"name":"api","kind":"rest","address":"https://prices.example",)"
      R"("probe":{"target":"https://prices.example/health"}}]})";
  ASSERT_EQ(world.call(Method::kPut, "/api/v1/products/analytics/trades", body).status, 201);
  const auto shown = world.get("/api/v1/products/analytics/trades");
  EXPECT_EQ(shown.at("health.0.port"), "api");
  EXPECT_EQ(shown.at("health.0.state"), "unknown");
  EXPECT_THAT(shown.at("health.0.why"), HasSubstr("probes"));
  EXPECT_EQ(shown.at("product.ports.1.probe.interval_seconds"), "60");
}

// ---- Idempotency keys

TEST_F(ApiTest, ARepeatedChangeIsAnsweredAgainAndNotDoneAgain) {
  world.act_as("mkovac");
  const std::string path = "/api/v1/products/analytics/trades";
  const http::Headers key{{"idempotency-key", "k1"}};
  int created = 0;
  for (int i = 0; i < 3; ++i)
    world.start(Method::kPut, path, ApiWorld::product_body("trades"), key, [&](int status) { created += status == 201; });
  world.loop.run();
  EXPECT_EQ(created, 3) << "those that come while it is being done wait for the same answer";
  const auto again = world.call(Method::kPut, path, ApiWorld::product_body("trades"), key);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.headers.at("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.headers.at("ETag"), "\"1\"");
  EXPECT_EQ(world.get("/api/v1/audit").at("total"), "1");
  EXPECT_EQ(world.call(Method::kPut, path, ApiWorld::product_body("trades")).status, 409) << "without a key it is new";
  EXPECT_EQ(world.call(Method::kPut, path, ApiWorld::product_body("trades", "Another description of it."), key).status, 422);
  EXPECT_EQ(world.call(Method::kPut, path, "{}", {{"idempotency-key", "a b"}}).status, 422);
  world.act_as("trivera");
  EXPECT_EQ(world.call(Method::kPut, path, ApiWorld::product_body("trades"), key).status, 403) << "keys are one's own";
}

TEST_F(ApiTest, AChangeThatFailedMayBeTriedAgainWithTheSameKey) {
  world.act_as("mkovac");
  world.cluster.fate = [] { return state::testing::MemoryCluster::Fate::kRefused; };
  const http::Headers key{{"idempotency-key", "k1"}};
  const std::string path = "/api/v1/products/analytics/trades";
  EXPECT_EQ(world.call(Method::kPut, path, ApiWorld::product_body("trades"), key).status, 503);
  world.cluster.fate = {};
  EXPECT_EQ(world.call(Method::kPut, path, ApiWorld::product_body("trades"), key).status, 201);
}

TEST(IdempotencyTest, KeepsSoManyAnswersOnly) {
  ApiWorld world;
  Idempotency idempotency(world.loop.clock());
  for (std::size_t i = 0; i < Idempotency::kAnswersMax + 50; ++i) {
    http::Request request{.method = Method::kPost, .path = "/x", .headers = {{"idempotency-key", std::to_string(i)}}};
    idempotency.run(std::move(request), http::Responder::to([](http::Response) {}),
                    [](http::Request, http::Responder responder) { responder.send(http::Response::text(200, "ok")); });
  }
  EXPECT_EQ(idempotency.size(), Idempotency::kAnswersMax);
}

// ---- Schema and records

TEST_F(ApiTest, TheSchemaIsAFieldTreeWithVersions) {
  world.act_as("mkovac");
  world.publish();
  world.schemas.put(
      "trades-value",
      R"({"type":"record","name":"Trade","fields":[{"name":"venue","type":{"type":"record","name":"Venue","fields":[
    {"name":"mic","type":["null","string"],"default":null,"doc":"Market"}]}}]})");
  const auto newest = world.get("/api/v1/products/analytics/trades/schema");
  EXPECT_EQ(newest.at("version"), "2");
  EXPECT_EQ(newest.at("versions.0.version"), "1");
  EXPECT_EQ(newest.at("fields.0.children.0.path"), "venue.mic");
  EXPECT_EQ(newest.at("fields.0.children.0.optional"), "true");
  EXPECT_EQ(newest.at("fields.0.children.0.default"), "null");
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/schema?version=1").at("fields.1.name"), "quantity");
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/schema?version=9").status, 404);
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/schema?version=x").status, 422);
  EXPECT_EQ(world.get("/api/v1/products/analytics/nothing/schema").status, 404);
}

TEST_F(ApiTest, SamplesAreDecodedDigitForDigitAndSayWhyWhenNot) {
  world.act_as("mkovac");
  world.publish();
  produce("IBM", framed_trade(1, R"({"symbol":"IBM","quantity":2147483647,"price":0.1})"));
  produce("\xff\x01", framed_trade(1, R"({"symbol":"IBM","quantity":1,"price":1.0})").substr(0, 8));
  produce(std::nullopt, std::nullopt);
  produce("k", framed_trade(77, R"({"symbol":"IBM","quantity":1,"price":1.0})"));
  const auto samples = world.get("/api/v1/products/analytics/trades/samples");
  ASSERT_EQ(samples.status, 200) << samples.text;
  EXPECT_EQ(samples.at("records.0.offset"), "4") << "newest first";
  EXPECT_THAT(samples.at("records.0.value.why"), HasSubstr("no schema has id 77"));
  EXPECT_EQ(samples.at("records.1.value"), "null");
  EXPECT_EQ(samples.at("records.2.key.format"), "base64");
  EXPECT_EQ(samples.at("records.2.key.text"), "/wE=");
  EXPECT_THAT(samples.at("records.2.value.why"), HasSubstr("Does not decode with schema 1"));
  EXPECT_EQ(samples.at("records.3.value.format"), "avro");
  EXPECT_EQ(samples.at("records.3.value.text"), R"({"symbol":"IBM","quantity":2147483647,"price":0.1})");
  EXPECT_EQ(samples.at("records.3.value.schema.version"), "1");
  EXPECT_EQ(samples.at("records.4.value.format"), "text");
  EXPECT_EQ(samples.at("partitions.0.high_watermark"), "5");
  EXPECT_EQ(samples.at("complete"), "true");
}

TEST_F(ApiTest, SamplesAreDecodedInEveryLanguageOfTheRegistry) {
  world.act_as("mkovac");
  world.publish();
  const auto json_id = world.schemas.put("orders-value", R"({"type":"object"})", "JSON");
  const auto protobuf_id = world.schemas.put(
      "fills-value", "syntax = \"proto3\"; message Fill { string symbol = 1; uint64 quantity = 2; }", "PROTOBUF");
  produce("k", framed(json_id, R"({"symbol": "IBM", "price": 0.10})"));
  produce("k", framed(json_id, R"({"symbol": )"));
  // Indexes [0], then field 1 "IBM" and field 2, the largest there is.
  produce("k", framed(protobuf_id, std::string("\x00\x0a\x03IBM\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 17)));
  produce("k", R"({"no": "schema"})");
  const auto samples = world.get("/api/v1/products/analytics/trades/samples?from=newest&limit=4");
  ASSERT_EQ(samples.status, 200) << samples.text;
  EXPECT_EQ(samples.at("records.0.value.format"), "json");
  EXPECT_EQ(samples.at("records.0.value.schema"), "null");
  EXPECT_EQ(samples.at("records.1.value.format"), "protobuf");
  EXPECT_EQ(samples.at("records.1.value.text"), R"({"symbol":"IBM","quantity":18446744073709551615})");
  EXPECT_THAT(samples.at("records.2.value.why"), HasSubstr("Does not decode"));
  EXPECT_EQ(samples.at("records.3.value.format"), "json");
  EXPECT_EQ(samples.at("records.3.value.text"), R"({"symbol": "IBM", "price": 0.10})") << "as it was written";
}

TEST_F(ApiTest, SamplesAreReadFromWhereOneAsks) {
  world.act_as("mkovac");
  world.publish();
  for (int i = 1; i < 30; ++i) produce(std::nullopt, std::to_string(i), 1'700'000'000'000 + i * 1000);
  const std::string path = "/api/v1/products/analytics/trades/samples";
  EXPECT_EQ(world.get(path + "?from=earliest&limit=3").at("records.2.offset"), "2");
  EXPECT_EQ(world.get(path + "?from=newest&limit=3").at("records.2.offset"), "27");
  const auto from_offset = world.get(path + "?from=offset:0:10&limit=20");
  EXPECT_EQ(from_offset.at("records.0.offset"), "10");
  EXPECT_EQ(from_offset.at("records.19.offset"), "29");
  EXPECT_EQ(world.get(path + "?from=time:2023-11-14T22:13:30Z&limit=1").at("records.0.offset"), "10");
  EXPECT_EQ(world.get(path + "?from=offset:0:999").at("records.0.offset"), "");
  for (const char* wrong :
       {"?from=yesterday", "?from=offset:1", "?from=offset:0:-1", "?from=time:now", "?limit=501", "?partition=x"})
    EXPECT_EQ(world.get(path + wrong).status, 422) << wrong;
  EXPECT_EQ(world.get(path + "?partition=7").status, 404);
}

// ---- Searching through records

class ScanApiTest : public ApiTest {
 protected:
  ScanApiTest() {
    world.act_as("mkovac");
    world.publish();
    for (int i = 1; i <= 30; ++i)
      produce("k" + std::to_string(i),
              framed_trade(1, fmt::format(R"({{"symbol":"{}","quantity":{},"price":0.1}})", i % 2 == 0 ? "IBM" : "XOM", i)),
              1'700'000'000'000 + i * 1000);
  }
  const std::string path = "/api/v1/products/analytics/trades/samples/";
};

TEST_F(ScanApiTest, TheBoundIsToldFirstAndTheStepsKeepToIt) {
  const auto plan = world.get(path + "plan?where=symbol%20%3D%20IBM&from=earliest&records_max=20");
  ASSERT_EQ(plan.status, 200) << plan.text;
  EXPECT_EQ(plan.at("bound.records"), "20");
  EXPECT_EQ(plan.at("offsets"), "31");
  EXPECT_EQ(plan.at("partitions"), "1");
  EXPECT_EQ(plan.at("bytes_estimate"), "null") << "this cluster cannot tell";
  const auto step = world.get(path + "scan?where=symbol%20%3D%20IBM&cursor=" + plan.at("cursor"));
  ASSERT_EQ(step.status, 200) << step.text;
  EXPECT_EQ(step.at("ended"), "bound");
  EXPECT_EQ(step.at("scanned.records"), "20");
  EXPECT_EQ(step.at("records.0.value.text"), R"({"symbol":"IBM","quantity":2,"price":0.1})");
  EXPECT_EQ(step.at("records.8.offset"), "18");
  EXPECT_EQ(step.at("records.9"), "");
  EXPECT_EQ(step.at("at"), "2023-11-14T22:13:39.000Z");
  const auto more = world.get(path + "plan?cursor=" + step.at("cursor"));
  EXPECT_EQ(more.at("bound.records"), "11");
  const auto rest = world.get(path + "scan?cursor=" + more.at("cursor"));
  EXPECT_EQ(rest.at("ended"), "everything_read");
  EXPECT_EQ(rest.at("cursor"), "null");
  EXPECT_EQ(rest.json.find("records")->elements.size(), 11u) << "without a filter every record matches";
}

TEST_F(ScanApiTest, TheNewestMatchesComeFirstUnlessAskedOtherwise) {
  const auto cursor = world.get(path + "plan").at("cursor");
  const auto step = world.get(path + "scan?where=quantity%20%3C%3D%2028&limit=2&cursor=" + cursor);
  EXPECT_EQ(step.at("records.0.offset"), "28");
  EXPECT_EQ(step.at("records.1.offset"), "27");
  EXPECT_EQ(step.at("ended"), "null");
  const auto next = world.get(path + "scan?where=quantity%20%3C%3D%2028&limit=2&cursor=" + step.at("cursor"));
  EXPECT_EQ(next.at("records.0.offset"), "26");
}

TEST_F(ScanApiTest, WhatDoesNotDecodeIsCountedAndNotPassedOffAsNoMatch) {
  produce("k", framed_trade(77, R"({"symbol":"IBM","quantity":1,"price":1.0})"));
  produce("k", framed(schema::SchemaId{1}, "\x06IB"));
  const auto cursor = world.get(path + "plan?from=offset:0:31").at("cursor");
  const auto step = world.get(path + "scan?where=symbol%20%3D%20IBM&cursor=" + cursor);
  EXPECT_EQ(step.at("scanned.unreadable"), "2");
  const auto bytes = world.get(path + "scan?where=value%20contains%20IB&cursor=" + cursor);
  EXPECT_EQ(bytes.json.find("records")->elements.size(), 2u) << "their bytes can be looked into";
  EXPECT_THAT(bytes.at("records.0.value.why"), HasSubstr("no schema has id 77"));
  EXPECT_THAT(bytes.at("records.1.value.why"), HasSubstr("Does not decode with schema 1"));
}

TEST_F(ScanApiTest, AMistakeNamesParameterPlaceAndFix) {
  const auto wrong = world.get(path + "plan?where=symbol%20IBM");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong.at("findings.0.field"), "where");
  EXPECT_THAT(wrong.at("findings.0.message"), HasSubstr("Character 8"));
  EXPECT_THAT(wrong.at("findings.0.fix"), HasSubstr("contains"));
  for (const char* query : {"plan?from=yesterday", "plan?from=newest&until=time:2026-01-01T00:00:00Z", "plan?from=earliest&until=newest",
                            "plan?from=offset:0:1&until=offset:1:2", "plan?cursor=x", "plan?records_max=0", "scan", "scan?cursor=x",
                            "scan?where=a&cursor=o.1.1.1...0-0-1", "scan?limit=501&cursor=o.1.1.1...0-0-1"})
    EXPECT_EQ(world.get(path + query).status, 422) << query;
  EXPECT_EQ(world.get(path + "plan?partition=7").status, 404);
  EXPECT_EQ(world.get("/api/v1/products/analytics/nothing/samples/plan").status, 404);
  EXPECT_EQ(world.get("/api/v1/products/analytics/nothing/samples/scan").status, 404);
}

TEST_F(ScanApiTest, SearchingNeedsTheRightToReadAndAClusterThatAnswers) {
  const auto cursor = world.get(path + "plan").at("cursor");
  world.cluster.fetches_fail = true;
  EXPECT_EQ(world.get(path + "scan?cursor=" + cursor).status, 503);
  world.cluster.hold_bounds = true;
  world.authorizer.denies = true;
  EXPECT_EQ(world.get(path + "plan").status, 403);
  EXPECT_EQ(world.get(path + "scan?cursor=" + cursor).status, 403);
}

TEST_F(ApiTest, ARecordHasAPermalink) {
  world.act_as("mkovac");
  world.publish();
  const std::string big(100'000, 'x');
  produce("k", big);
  const std::string path = "/api/v1/products/analytics/trades/records/";
  const auto record = world.get(path + "0/1");
  EXPECT_EQ(record.at("value.text").size(), big.size());
  EXPECT_EQ(record.at("value.cut"), "false");
  const auto in_list = world.get("/api/v1/products/analytics/trades/samples?limit=1");
  EXPECT_EQ(in_list.at("records.0.value.text").size(), kListTextBytesMax);
  EXPECT_EQ(in_list.at("records.0.value.cut"), "true");
  EXPECT_EQ(in_list.at("records.0.value.bytes"), "100000");
  EXPECT_THAT(world.get(path + "0/2").at("detail"), HasSubstr("the next to come is 2"));
  EXPECT_EQ(world.get(path + "0/x").status, 422);
}

TEST_F(ApiTest, RecordsAndSchemaNeedTheRightToReadThem) {
  world.act_as("mkovac");
  world.publish();
  world.authorizer.denies = true;
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/samples").status, 403);
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/records/0/0").status, 403);
  const auto shown = world.get("/api/v1/products/analytics/trades");
  EXPECT_EQ(shown.at("rights.2.allowed"), "false");
  EXPECT_THAT(shown.at("rights.2.fix"), HasSubstr("ask its owner"));
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/topics", R"({"name":"t"})").status, 403);
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/topics/trades").status, 403);
}

TEST_F(ApiTest, AClusterThatDoesNotAnswerIsSaidAndNotHidden) {
  world.act_as("mkovac");
  world.publish();
  world.cluster.fetches_fail = true;
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/samples").status, 503);
  EXPECT_EQ(world.get("/api/v1/products/analytics/trades/records/0/0").status, 503);
}

// ---- Topics

TEST_F(ApiTest, TopicsSayWhyTheyCannotBePublishedYet) {
  world.act_as("mkovac");
  const auto before = world.get("/api/v1/topics?candidate=true");
  EXPECT_EQ(before.at("total"), "1") << "internal ones are left out";
  EXPECT_EQ(before.at("topics.0.name"), "trades");
  EXPECT_EQ(before.at("topics.0.publishable"), "true");
  const auto created =
      world.call(Method::kPost, "/api/v1/topics", R"({"name":"orders","configs":{"cleanup.policy":"compact"}})");
  ASSERT_EQ(created.status, 201) << created.text;
  EXPECT_EQ(created.at("topic.facts.history.kind"), "latest_per_key");
  const auto topics = world.get("/api/v1/topics?q=ord");
  EXPECT_EQ(topics.at("topics.0.publishable"), "false");
  EXPECT_EQ(topics.at("topics.0.findings.0.rule"), "has-events");
  EXPECT_EQ(topics.at("topics.0.findings.1.rule"), "value-schema");
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/topics", R"({"name":"orders"})").status, 409);
  EXPECT_EQ(world.call(Method::kPost, "/api/v1/topics", R"({"name":7})").status, 422);
  EXPECT_EQ(world.get("/api/v1/topics/orders").at("configs.0.name"), "cleanup.policy");
  EXPECT_EQ(world.get("/api/v1/topics/nothing").status, 404);
  EXPECT_EQ(world.get("/api/v1/topics?candidate=perhaps").status, 422);
}

TEST_F(ApiTest, ATopicIsThereBeforeItIsMeasured) {
  world.act_as("mkovac");
  world.cluster.intrude("orders", {std::nullopt, "1", Timestamp{5}});
  world.cluster.hold_bounds = true;
  world.loop.advance(std::chrono::seconds(6));
  const auto candidates = world.get("/api/v1/topics?candidate=true&q=orders");
  EXPECT_EQ(candidates.at("total"), "1");
  EXPECT_EQ(candidates.at("topics.0.facts.measured_at"), "null");
  EXPECT_EQ(candidates.at("topics.0.facts.partitions"), "1");
  EXPECT_THAT(candidates.at("topics.0.findings.0.message"), HasSubstr("not been measured yet"));
  world.cluster.release_bounds();
  EXPECT_EQ(world.get("/api/v1/topics/orders").at("topic.facts.offsets_held"), "1");
}

TEST_F(ApiTest, ATopicGoesOnlyWhenNoProductIsOnIt) {
  world.act_as("mkovac");
  world.publish();
  const auto refused = world.call(Method::kDelete, "/api/v1/topics/trades");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.at("detail"), HasSubstr("analytics/trades is on topic trades"));
  EXPECT_EQ(world.get("/api/v1/topics?candidate=true").at("total"), "0");
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/products/analytics/trades", "", {{"if-match", "\"1\""}}).status, 200);
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/topics/trades").status, 200);
  EXPECT_EQ(world.call(Method::kDelete, "/api/v1/topics/trades").status, 404);
  EXPECT_EQ(world.get("/api/v1/topics").at("total"), "0");
}

// ---- Directory, audit, server

TEST_F(ApiTest, TheDirectoryIsShownAsItIs) {
  EXPECT_EQ(world.get("/api/v1/people").at("people.2.display_name"), "Tomás Rivera");
  EXPECT_EQ(world.get("/api/v1/domains").at("domains.0.name"), "analytics");
  EXPECT_EQ(world.get("/api/v1/domains/execution").at("teams.0.on_call.display_name"), "Tomás Rivera");
  EXPECT_EQ(world.get("/api/v1/domains/nothing").status, 404);
  EXPECT_EQ(world.get("/api/v1/teams").at("teams.2.name"), "execution-team");
  EXPECT_EQ(world.get("/api/v1/teams/analytics-team").at("members.0.name"), "mkovac");
  EXPECT_EQ(world.get("/api/v1/teams/nothing").status, 404);
}

TEST_F(ApiTest, TheAuditIsFilteredAndPaged) {
  world.act_as("mkovac");
  world.publish();
  for (int i = 0; i < 3; ++i)
    world.call(Method::kPut, "/api/v1/products/analytics/trades", ApiWorld::product_body("trades"));
  const auto first = world.get("/api/v1/audit?outcome=refused&limit=2");
  EXPECT_EQ(first.at("total"), "3");
  EXPECT_EQ(first.at("entries.0.id"), "a4");
  const auto second = world.get("/api/v1/audit?outcome=refused&limit=2&cursor=" + first.at("next_cursor"));
  EXPECT_EQ(second.at("entries.0.id"), "a2");
  EXPECT_EQ(second.at("next_cursor"), "null");
  EXPECT_EQ(world.get("/api/v1/audit?subject=product:analytics/trades&principal=User:mkovac&action=product.publish")
                .at("total"),
            "4");
  EXPECT_EQ(world.get("/api/v1/audit?action=everything").status, 422);
  EXPECT_EQ(world.get("/api/v1/audit/a99").status, 404);
  EXPECT_EQ(world.get("/api/v1/audit/x").status, 404);
}

TEST_F(ApiTest, TheServerSaysWhereItIsReached) {
  const auto server = world.get("/api/v1/server");
  EXPECT_EQ(server.at("addresses.http"), "http://127.0.0.1:8080");
  EXPECT_EQ(server.at("cluster.name"), "memory");
  EXPECT_EQ(world.get("/api/v1/settings").at("settings.0.name"), "kafka");
  EXPECT_EQ(world.get("/metrics").status, 200);
  EXPECT_EQ(world.get("/healthz").status, 200);
  EXPECT_EQ(world.get("/readyz").status, 200);
  world.not_ready = "mesh state is being replayed";
  EXPECT_EQ(world.get("/readyz").status, 503);
}

// ---- The document

TEST_F(ApiTest, TheDocumentNamesEveryRouteAndNoOther) {
  std::set<std::string> served;
  for (const Api::Route& route : world.api.routes())
    served.insert(fmt::format("{} {}", http::method_name(route.method), route.pattern));
  EXPECT_EQ(served, world.document.operations());
}

}  // namespace
}  // namespace weft::api
