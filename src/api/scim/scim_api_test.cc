#include "api/scim/scim_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "http/sink.h"
#include "http/uri.h"
#include "identity/directory_file.h"
#include "identity/scim.h"
#include "state/testing/manual_loop.h"
#include "state/testing/memory_cluster.h"

namespace weft::api {
namespace {

using http::Method;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ScimApiTest : public ::testing::Test {
 protected:
  ScimApiTest() {
    scim.load([](Result<void>) {});
    loop.run();
    add_scim(router, scim, {.token = "s3cret", .changed = [this](const http::Request&, const std::string& what) { changes.push_back(what); }});
  }

  struct Answer {
    int status = 0;
    json body;
    std::map<std::string, std::string> headers;
  };
  Answer call(Method method, const std::string& target, const json& body = {}, std::string token = "Bearer s3cret") {
    http::Request request{.method = method, .target = "/scim/v2" + target, .headers = {}, .body = body.is_null() ? "" : body.dump(), .peer = {"127.0.0.1", 5000}};
    const auto parts = http::split_target(request.target);
    request.path = *http::percent_decode(parts->path);
    request.query = *http::parse_query(parts->query);
    request.headers.emplace_back("host", "127.0.0.1:8080");
    if (!token.empty()) request.headers.emplace_back("authorization", token);
    std::optional<http::Response> response;
    router.dispatch(std::move(request), http::Responder::to([&](http::Response sent) { response = std::move(sent); }));
    loop.run();
    const std::string text(as_text(response->body.view()));
    return {response->status, json::parse(text, nullptr, false), {response->headers.begin(), response->headers.end()}};
  }
  std::string make(const std::string& name) { return call(Method::kPost, "/Users", {{"userName", name}}).body["id"]; }

  class Counting final : public env::Random {
   public:
    std::uint64_t next() override { return ++last_; }

   private:
    std::uint64_t last_ = 0;
  };

  state::testing::ManualLoop loop;
  state::testing::MemoryCluster cluster{loop};
  Counting random;
  identity::DirectoryFile directory{loop};
  identity::Scim scim{{loop, cluster, random, directory}};
  http::Router router;
  std::vector<std::string> changes;
};

TEST_F(ScimApiTest, NobodyWithoutTheTokenSeesAnything) {
  for (const char* token : {"", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3cretx", "Basic s3cret"}) {
    const auto answer = call(Method::kGet, "/Users", {}, token);
    EXPECT_EQ(answer.status, 401) << token;
    EXPECT_EQ(answer.body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
    EXPECT_THAT(answer.headers.at("WWW-Authenticate"), HasSubstr("Bearer"));
  }
  EXPECT_EQ(call(Method::kGet, "/Users", {}, "bearer s3cret").status, 200) << "schemes compare case aside";
}

TEST_F(ScimApiTest, AUserIsCreatedReadReplacedPatchedAndDeleted) {
  const auto made = call(Method::kPost, "/Users", {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:User"}}, {"userName", "ana@example.com"}, {"displayName", "Ana"}, {"id", "mine"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.body["id"];
  EXPECT_NE(id, "mine") << "the server gives ids";
  EXPECT_EQ(made.headers.at("Location"), "http://127.0.0.1:8080/scim/v2/Users/" + id);
  EXPECT_EQ(made.body["meta"]["location"], made.headers.at("Location"));
  EXPECT_EQ(call(Method::kGet, "/Users/" + id).body, made.body);
  EXPECT_NE(directory.current()->find_person("ana@example.com"), nullptr);
  EXPECT_EQ(call(Method::kPost, "/Users", {{"userName", "ANA@example.com"}}).body["scimType"], "uniqueness");

  EXPECT_EQ(call(Method::kPut, "/Users/" + id, {{"userName", "ana@example.com"}, {"displayName", "Ana E."}}).body["displayName"], "Ana E.");
  const json patch = {{"schemas", {"urn:ietf:params:scim:api:messages:2.0:PatchOp"}}, {"Operations", json::array({{{"op", "replace"}, {"path", "active"}, {"value", false}}})}};
  EXPECT_EQ(call(Method::kPatch, "/Users/" + id, patch).body["active"], false);
  EXPECT_EQ(directory.current()->find_person("ana@example.com"), nullptr);
  EXPECT_EQ(call(Method::kDelete, "/Users/" + id).status, 204);
  for (const Method method : {Method::kGet, Method::kPut, Method::kPatch, Method::kDelete})
    EXPECT_EQ(call(method, "/Users/" + id, json::object()).status, 404);
  EXPECT_THAT(changes, ElementsAre("create User " + id, "replace User " + id, "patch User " + id, "delete User " + id));
}

TEST_F(ScimApiTest, ListsAreFilteredAndPaged) {
  for (int i = 0; i < 7; ++i) make(fmt::format("p{}", i));
  const auto found = call(Method::kGet, "/Users?filter=userName%20eq%20%22p3%22");
  EXPECT_EQ(found.body["totalResults"], 1);
  EXPECT_EQ(found.body["Resources"][0]["userName"], "p3");
  const auto page = call(Method::kGet, "/Users?startIndex=6&count=5");
  EXPECT_EQ(page.body["totalResults"], 7);
  EXPECT_EQ(page.body["itemsPerPage"], 2);
  EXPECT_EQ(page.body["startIndex"], 6);
  EXPECT_EQ(call(Method::kGet, "/Users?count=0").body["totalResults"], 7);
  EXPECT_EQ(call(Method::kGet, "/Users?filter=userName%20sw%20%22p%22&startIndex=0&count=2").body["Resources"].size(), 2u);
  EXPECT_EQ(call(Method::kGet, "/Users?filter=userName").body["scimType"], "invalidFilter");
  const json slim = call(Method::kGet, "/Users?attributes=userName&count=1").body["Resources"][0];
  EXPECT_FALSE(slim.contains("meta"));
  EXPECT_TRUE(slim.contains("id") && slim.contains("userName"));
  EXPECT_FALSE(call(Method::kGet, "/Users?excludedAttributes=meta&count=1").body["Resources"][0].contains("meta"));
}

TEST_F(ScimApiTest, AGroupIsATeam) {
  const std::string ana = make("ana");
  const auto made = call(Method::kPost, "/Groups", {{"displayName", "Edge Team"}, {"members", json::array({{{"value", ana}}})}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body["members"][0]["value"], ana);
  const auto found = call(Method::kPost, "/.search", {{"filter", "displayName pr or userName pr"}, {"attributes", {"displayName", "userName"}}});
  EXPECT_EQ(found.body["totalResults"], 2);
  EXPECT_FALSE(found.body["Resources"][1].contains("members"));
  EXPECT_EQ(call(Method::kPost, "/Groups/.search", {{"count", 1}}).body["Resources"].size(), 1u);
  EXPECT_TRUE(directory.current()->find_team("Edge-Team")->has_member("ana"));
  const std::string id = made.body["id"];
  const json patch = {{"Operations", json::array({{{"op", "remove"}, {"path", "members[value eq \"" + ana + "\"]"}}})}};
  EXPECT_FALSE(call(Method::kPatch, "/Groups/" + id, patch).body.contains("members"));
  EXPECT_EQ(call(Method::kDelete, "/Groups/" + id).status, 204);
  EXPECT_EQ(directory.current()->find_team("Edge-Team"), nullptr);
}

TEST_F(ScimApiTest, WhatThereIsIsDescribed) {
  EXPECT_EQ(call(Method::kGet, "/ServiceProviderConfig").body["patch"]["supported"], true);
  EXPECT_EQ(call(Method::kGet, "/ResourceTypes").body["totalResults"], 2);
  EXPECT_EQ(call(Method::kGet, "/ResourceTypes/Group").body["endpoint"], "/Groups");
  EXPECT_EQ(call(Method::kGet, "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").body["name"], "User");
  EXPECT_EQ(call(Method::kGet, "/Schemas/other").status, 404);
}

TEST_F(ScimApiTest, WhatCannotBeTakenIsSaidInScimsShape) {
  const auto bad = [&](const json& body) { return call(Method::kPost, "/Users", body); };
  EXPECT_EQ(bad({{"displayName", "x"}}).body["scimType"], "invalidValue");
  EXPECT_EQ(bad({{"userName", "a/b"}}).body["scimType"], "invalidValue");
  EXPECT_EQ(bad(json::array()).body["scimType"], "invalidSyntax");
  EXPECT_EQ(bad({}).body["scimType"], "invalidSyntax");
  json deep = 1;
  for (int i = 0; i < 50; ++i) deep = json::array({deep});
  EXPECT_EQ(bad(deep).body["scimType"], "invalidSyntax");
  cluster.fate = [] { return state::testing::MemoryCluster::Fate::kRefused; };
  EXPECT_EQ(bad({{"userName", "ana"}}).status, 503);
}

}  // namespace
}  // namespace weft::api
