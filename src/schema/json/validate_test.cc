#include "schema/json/validate.h"

#include <gtest/gtest.h>

namespace weft::schema::json {
namespace {

std::string violations(std::string_view schema_text, std::string_view value_text) {
  const auto schema = Schema::parse(schema_text);
  const auto value = parse_json(value_text);
  EXPECT_TRUE(schema.ok() && value.ok()) << schema_text;
  if (!schema.ok() || !value.ok()) return "";
  const auto found = validate(**schema, *value);
  if (!found.ok()) return found.error().message;
  std::string out;
  for (const Violation& violation : *found) out += fmt::format("{}: {}\n", violation.path, violation.message);
  return out;
}

TEST(JsonSchemaValidate, EveryViolationIsNamedWithItsPlace) {
  constexpr std::string_view kSchema = R"({"type":"object","required":["id"],"additionalProperties":false,"properties":{
    "id":{"type":"string","minLength":2},"lines":{"type":"array","items":{"type":"integer","minimum":1}}}})";
  EXPECT_EQ(violations(kSchema, R"({"id":"ab","lines":[1,2]})"), "");
  EXPECT_EQ(violations(kSchema, R"({"lines":[0,"x"],"more":1})"),
            ": needs the property \"id\"\n"
            "/lines/0: 0 is below the minimum 1\n"
            "/lines/1: must be integer, and is a string\n"
            ": the property \"more\" is not allowed\n");
}

TEST(JsonSchemaValidate, CombinationsCountTheirMatches) {
  constexpr std::string_view kOne = R"({"oneOf":[{"type":"integer"},{"minimum":5}]})";
  EXPECT_EQ(violations(kOne, "3"), "");
  EXPECT_EQ(violations(kOne, "7"), ": must match exactly one of the 2 schemas of oneOf, and matches 2\n");
  EXPECT_EQ(violations(R"({"anyOf":[{"type":"string"},{"const":1}]})", "2"),
            ": matches none of the 2 schemas of anyOf\n");
  EXPECT_EQ(violations(R"({"not":{"type":"null"}})", "null"), ": matches the schema of not\n");
  EXPECT_EQ(violations(R"({"if":{"type":"string"},"then":{"maxLength":1},"else":{"type":"null"}})", R"("ab")"),
            ": has 2 characters, and may have at most 1\n");
}

TEST(JsonSchemaValidate, NumbersAreComparedExactly) {
  EXPECT_EQ(violations(R"({"multipleOf":0.1})", "0.3"), "");
  EXPECT_EQ(violations(R"({"maximum":9007199254740992})", "9007199254740993"),
            ": 9007199254740993 is above the maximum 9007199254740992\n");
  EXPECT_EQ(violations(R"({"type":"integer"})", "1.0"), "");
  EXPECT_EQ(violations(R"({"uniqueItems":true})", "[1,1.0]"), ": holds equal items\n");
}

TEST(JsonSchemaValidate, UnevaluatedPropertiesSeeThroughCombinations) {
  constexpr std::string_view kSchema = R"({"$schema":"https://json-schema.org/draft/2020-12/schema",
    "allOf":[{"properties":{"a":true}}],"anyOf":[{"required":["b"],"properties":{"b":true}},true],
    "unevaluatedProperties":false})";
  EXPECT_EQ(violations(kSchema, R"({"a":1,"b":2})"), "");
  EXPECT_EQ(violations(kSchema, R"({"a":1,"c":2})"), "/c: nothing is allowed here\n");
}

TEST(JsonSchemaValidate, PatternsAreSearchedForAndThoseBeyondLinearTimeSkipped) {
  const std::string unicode = "{\"pattern\":\"^\\\\u0061+$\"}";
  EXPECT_EQ(violations(unicode, R"("aa")"), "");
  EXPECT_EQ(violations(R"({"pattern":"^a+$"})", R"("ab")"), ": does not match the pattern ^a+$\n");
  EXPECT_EQ(violations(R"j({"pattern":"^(?!x)"})j", R"("x")"), "");
}

TEST(JsonSchemaValidate, ASchemaThatOnlyRefersToItselfIsAnErrorNotAStackOverflow) {
  EXPECT_EQ(violations(R"({"$ref":"#"})", "1"),
            "checking the value takes too many steps, or the schema refers to itself without an end");
  std::string doubling = R"({"definitions":{"0":true)";
  for (int i = 1; i < 60; ++i) {
    doubling +=
        fmt::format(R"(,"{0}":{{"allOf":[{{"$ref":"#/definitions/{1}"}},{{"$ref":"#/definitions/{1}"}}]}})", i, i - 1);
  }
  EXPECT_NE(violations(doubling + R"(},"$ref":"#/definitions/59"})", "1"), "");
}

}  // namespace
}  // namespace weft::schema::json
