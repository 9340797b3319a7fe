#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/testing/api_world.h"

namespace weft::api {
namespace {

using http::Method;
using testing::ApiWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExportTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_THAT(world.faults, IsEmpty()); }
  void publish() {
    world.act_as("mkovac");
    ASSERT_EQ(world
                  .call(Method::kPut, "/api/v1/products/analytics/trades",
                        R"({"owner":"analytics-team","description":"One event is one trade.\n\nTwice is a bug.",)"
                        R"("quality":"curated","sla":2,"tags":["equities"],"terms":"Internal use.",)"
                        R"("links":[{"title":"Handbook","url":"https://docs.example/trades"}],)"
                        R"("attributes":{"cost_center":"4711"},)"
                        R"("ports":[{"kind":"stream","topic":"trades"},)"
                        R"({"name":"api","kind":"rest","address":"https://trades.example/v1","format":"json"}]})")
                  .status,
              201);
  }
  ApiWorld world;
};

TEST_F(ExportTest, AProductIsADataContract) {
  publish();
  const auto contract = world.get("/api/v1/products/analytics/trades/odcs");
  EXPECT_EQ(contract.at("apiVersion"), "v3.1.0");
  EXPECT_EQ(contract.at("id"), "analytics/trades");
  EXPECT_EQ(contract.at("status"), "active");
  EXPECT_EQ(contract.at("servers.0.type"), "kafka");
  EXPECT_EQ(contract.at("servers.1.location"), "https://trades.example/v1");
  EXPECT_EQ(contract.at("schema.0.physicalName"), "trades");
  EXPECT_EQ(contract.at("schema.0.properties.0.physicalType"), "string");
  EXPECT_EQ(contract.at("team.name"), "analytics-team");
  EXPECT_THAT(contract.text, HasSubstr(R"({"property":"cost_center","value":"4711"})"));
}

TEST_F(ExportTest, AsYamlItIsAFileToSave) {
  publish();
  const auto contract = world.get("/api/v1/products/analytics/trades/odcs?format=yaml");
  EXPECT_EQ(world.call(Method::kGet, "/api/v1/products/analytics/trades/odcs", "", {{"accept", "application/yaml"}}).text,
            contract.text);
  EXPECT_EQ(contract.headers.at("Content-Disposition"), "attachment; filename=\"analytics.trades.odcs.yaml\"");
  EXPECT_THAT(contract.text, HasSubstr("purpose: |-\n    One event is one trade.\n\n    Twice is a bug.\n"));
}

TEST_F(ExportTest, StreamsAreChannelsOfAsyncApi) {
  publish();
  for (const std::string path : {"/api/v1/products/analytics/trades/asyncapi", "/api/v1/domains/analytics/asyncapi"}) {
    const auto document = world.get(path);
    EXPECT_EQ(document.at("asyncapi"), "3.0.0");
    EXPECT_THAT(document.text, HasSubstr(R"("channels":{"analytics.trades.stream":{"address":"trades")"));
    EXPECT_THAT(document.text, HasSubstr(R"("payload":{"schemaFormat":"application/vnd.apache.avro+json;version=1.9.0")"));
  }
}

TEST_F(ExportTest, WhatIsNotThereAndWhatIsNoNotationAreTold) {
  publish();
  EXPECT_EQ(world.get("/api/v1/products/analytics/none/odcs").status, 404);
  EXPECT_EQ(world.get("/api/v1/domains/none/asyncapi").status, 404);
  for (const std::string path : {"products/analytics/trades/odcs", "products/analytics/trades/asyncapi",
                                 "products/analytics/none/asyncapi", "domains/analytics/asyncapi"})
    EXPECT_EQ(world.get("/api/v1/" + path + "?format=xml").status, path.find("none") == std::string::npos ? 422 : 404);
}

}  // namespace
}  // namespace weft::api
