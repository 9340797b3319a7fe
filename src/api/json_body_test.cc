#include "api/json_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::api {
namespace {

using Need = BodyObject::Need;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ErrorCode code_of(std::string_view body) {
  const auto parsed = parse_body(body);
  return parsed.ok() ? ErrorCode::kInternal : parsed.error().code;
}

TEST(JsonBody, WhatIsNoJsonObjectIsRefused) {
  for (const std::string_view body : {"", "{", "[]", "3", "null", "{} {}", "{\"a\":\"\xff\"}", "{'a':1}", "{\"a\":01}"})
    EXPECT_EQ(code_of(body), ErrorCode::kInvalidArgument) << body;
  EXPECT_THAT(parse_body("{\"a\":\n nope}").error().message, HasSubstr("line 2"));
}

TEST(JsonBody, DepthSizeAndCountAreBounded) {
  EXPECT_EQ(code_of("{\"a\":" + std::string(10'000, '[')), ErrorCode::kTooLarge);
  EXPECT_EQ(code_of("{\"a\":\"" + std::string(kBodyBytesMax, 'x') + "\"}"), ErrorCode::kTooLarge);
  std::string many = "{\"a\":[0";
  for (int i = 0; i < 100'000; ++i) many += ",0";
  EXPECT_EQ(code_of(many + "]}"), ErrorCode::kTooLarge);
}

TEST(BodyObject, ReportsEveryMistakeWithFieldAndFix) {
  const auto body = parse_body(R"({"owner":3,"sla":"two","tags":["a",1],"port":{"topic":null,"tpoic":"x"},"more":1})");
  ASSERT_TRUE(body.ok());
  std::vector<mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  EXPECT_FALSE(object.text("owner", Need::kRequired, 10));
  EXPECT_FALSE(object.text("description", Need::kRequired, 10));
  EXPECT_FALSE(object.integer("sla", Need::kRequired, 1, 3));
  EXPECT_THAT(object.texts("tags", Need::kOptional, 5, 5), ElementsAre("a"));
  auto port = object.object("port", Need::kRequired);
  ASSERT_TRUE(port);
  EXPECT_FALSE(port->text("topic", Need::kRequired, 10));
  port->end();
  object.end();
  std::vector<std::string> said;
  for (const auto& finding : findings) said.push_back(finding.field + ":" + finding.rule);
  EXPECT_THAT(said, ElementsAre("owner:json-type", "description:json-required", "sla:json-type", "tags[1]:json-type",
                                "port.topic:json-type", "port.tpoic:json-unknown", "more:json-unknown"));
  EXPECT_EQ(*findings[2].fix, "Write a whole number from 1 to 3.");
  EXPECT_THAT(*findings.back().fix, HasSubstr("known are description, owner, port, sla, tags"));
}

TEST(BodyObject, NumbersOutsideTheirRangeAreFindings) {
  const auto body = parse_body(R"({"a":4,"b":1.0,"c":99999999999999999999,"d":2})");
  ASSERT_TRUE(body.ok());
  std::vector<mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  for (const char* name : {"a", "b", "c"}) EXPECT_FALSE(object.integer(name, Need::kRequired, 1, 3)) << name;
  EXPECT_EQ(findings.size(), 3u);
  EXPECT_EQ(object.integer("d", Need::kRequired, 1, 3), 2);
}

}  // namespace
}  // namespace weft::api
