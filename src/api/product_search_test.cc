#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/page_cursor.h"
#include "api/testing/api_world.h"
#include "mesh/mesh_state.h"

namespace weft::api {
namespace {

using http::Method;
using testing::ApiWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ProductSearchTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_THAT(world.faults, IsEmpty()); }

  /// Into the catalogue, as though it were published.
  void add(const std::string& name) {
    mesh::Product product{.id = {"analytics", name},
                          .version = 1,
                          .owner = "analytics-team",
                          .description = "One of many.",
                          .quality = mesh::Quality::kRaw};
    product.ports = {{.name = "stream", .cluster = "local", .region = "eu-west-1", .topic = name, .subject = name + "-value"}};
    world.catalogue.put(std::make_shared<const mesh::Product>(std::move(product)));
  }
  std::vector<std::string> ids(const ApiWorld::Answer& answer) {
    std::vector<std::string> out;
    for (const auto& hit : answer.json.find("hits")->elements)
      out.push_back(hit.find("product")->find("name")->text);
    return out;
  }

  ApiWorld world;
};

TEST_F(ProductSearchTest, PagesFollowOneAnotherWhateverComesAndGoes) {
  for (const char* name : {"a", "b", "c", "d", "e"}) add(name);
  const auto first = world.get("/api/v1/products?limit=2&region=eu-west-1");
  EXPECT_EQ(first.at("total"), "5");
  EXPECT_THAT(ids(first), ElementsAre("a", "b"));
  world.catalogue.erase({"analytics", "b"});
  add("aa");
  const auto second = world.get("/api/v1/products?limit=2&region=eu-west-1&cursor=" + first.at("next_cursor"));
  EXPECT_THAT(ids(second), ElementsAre("c", "d"));
  const auto third = world.get("/api/v1/products?limit=2&region=eu-west-1&cursor=" + second.at("next_cursor"));
  EXPECT_THAT(ids(third), ElementsAre("e"));
  EXPECT_EQ(third.at("next_cursor"), "null");
}

TEST_F(ProductSearchTest, ACursorOfAnotherSearchIsRefused) {
  for (const char* name : {"a", "b", "c"}) add(name);
  const std::string cursor = world.get("/api/v1/products?limit=1").at("next_cursor");
  for (const std::string& other : std::vector<std::string>{"q=a&cursor=" + cursor, "domain=x&cursor=" + cursor,
                                                           "sort=rate&cursor=" + cursor, "cursor=x", "cursor=",
                                                           "cursor=" + std::string(2'000, 'A')}) {
    const auto refused = world.get("/api/v1/products?" + other);
    EXPECT_EQ(refused.status, 422) << other;
    EXPECT_THAT(refused.rules(), ElementsAre("cursor:parameter"));
  }
}

TEST_F(ProductSearchTest, AWordWithATypoSaysWhatItWasTakenFor) {
  add("shipments");
  const auto found = world.get("/api/v1/products?q=shipmnts");
  EXPECT_EQ(found.at("total"), "1");
  EXPECT_EQ(found.at("words.0.word"), "shipmnts");
  EXPECT_EQ(found.at("words.0.near.0"), "shipments");
  EXPECT_EQ(found.at("hits.0.matches.0.parts.0.text"), "shipments");
  EXPECT_EQ(found.at("hits.0.matches.0.parts.0.hit"), "true");
}

TEST_F(ProductSearchTest, EveryFacetIsCounted) {
  add("shipments");
  const auto found = world.get("/api/v1/products?q=ship&region=us-east-1");
  EXPECT_EQ(found.at("total"), "0");
  EXPECT_EQ(found.at("facets.region.0.value"), "eu-west-1");
  EXPECT_EQ(found.at("facets.region.0.count"), "1");
  EXPECT_EQ(found.at("facets.region.1.count"), "0") << "what is filtered for is listed";
  EXPECT_EQ(found.at("words.0.total"), "1");
}

TEST_F(ProductSearchTest, APersonKeepsSearchesUnderNames) {
  const std::string path = "/api/v1/me/searches/orders%20of%20checkout";
  EXPECT_EQ(world.call(Method::kPut, path, R"({"search":"q=orders"})").status, 401);
  EXPECT_EQ(world.get("/api/v1/me/searches").status, 401);
  EXPECT_EQ(world.call(Method::kDelete, path).status, 401);
  world.act_as("mkovac");
  const auto saved = world.call(Method::kPut, path, R"({"search":"q=orders&domain=checkout"})");
  EXPECT_EQ(saved.status, 200) << saved.text;
  EXPECT_EQ(saved.at("name"), "orders of checkout");
  EXPECT_EQ(world.get("/api/v1/me/searches").at("searches.0.search"), "q=orders&domain=checkout");
  world.act_as("trivera");
  EXPECT_THAT(world.get("/api/v1/me/searches").json.find("searches")->elements, IsEmpty());
  EXPECT_EQ(world.call(Method::kDelete, path).status, 404);
  world.act_as("mkovac");
  EXPECT_EQ(world.call(Method::kDelete, path).status, 204);
  EXPECT_THAT(world.get("/api/v1/me/searches").json.find("searches")->elements, IsEmpty());
}

TEST_F(ProductSearchTest, ASearchThatIsNoQueryIsNotSaved) {
  world.act_as("mkovac");
  for (const char* body : {R"({"search":"?q=a"})", R"({"search":"q=a b"})", R"({})", R"({"search":1})"})
    EXPECT_EQ(world.call(Method::kPut, "/api/v1/me/searches/mine", body).status, 422) << body;
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/me/searches/" + std::string(81, 'x'), R"({"search":"q=a"})").status, 422);
  EXPECT_EQ(world.call(Method::kPut, "/api/v1/me/searches/mine", "{").status, 400);
}

TEST_F(ProductSearchTest, ASearchIsSavedOnceItIsOnDisk) {
  const std::string path = "/api/v1/me/searches/mine";
  world.act_as("mkovac");
  EXPECT_EQ(world.call(Method::kPut, path, std::string(2 << 20, ' ')).status, 413);
  EXPECT_EQ(world.call(Method::kPut, path, R"({"search":"q=a"})").status, 200);
  world.cluster.fate = [] { return state::testing::MemoryCluster::Fate::kRefused; };
  EXPECT_EQ(world.call(Method::kPut, path, R"({"search":"q=b"})").status, 503);
  EXPECT_EQ(world.call(Method::kDelete, path).status, 503);
  world.cluster.fate = {};
  EXPECT_EQ(world.get("/api/v1/me/searches").at("searches.0.search"), "q=a");
}

TEST(PageCursor, ReadsWhatItWritesAndNothingElse) {
  const mesh::CatalogueQuery query{.text = "a"};
  const mesh::PagePlace place{4'000'000'000U, {"domän", "näme.x"}};
  const std::string text = page_cursor(query, place);
  EXPECT_EQ(parse_page_cursor(query, text), place);
  EXPECT_FALSE(parse_page_cursor({.text = "b"}, text));
  for (std::size_t cut = 0; cut < text.size(); ++cut) EXPECT_NE(parse_page_cursor(query, text.substr(0, cut)), place);
}

}  // namespace
}  // namespace weft::api
