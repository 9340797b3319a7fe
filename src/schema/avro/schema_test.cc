#include "schema/avro/schema.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "schema/avro/compatibility.h"
#include "schema/avro/decode.h"
#include "schema/avro/encode.h"
#include "schema/avro/field_tree.h"
#include "schema/avro/fingerprint.h"
#include "schema/avro/print.h"

namespace weft::schema::avro {
namespace {

std::shared_ptr<const Schema> parsed(std::string_view text) {
  auto schema = Schema::parse(text);
  EXPECT_TRUE(schema.ok()) << (schema.ok() ? "" : schema.error().message);
  return schema.ok() ? *schema : nullptr;
}

std::string why_refused(std::string_view text) {
  const auto schema = Schema::parse(text);
  EXPECT_FALSE(schema.ok()) << text;
  return schema.ok() ? "" : schema.error().message;
}

TEST(AvroSchema, ARefusalNamesThePlaceAndTheRule) {
  EXPECT_EQ(why_refused(R"({"type":"record","name":"R","fields":[{"name":"a","type":["null","Money"]}]})"),
            "Avro schema at $.fields[0].type[1]: type \"Money\" is not known here: define it before its first use, or "
            "refer to "
            "the schema that has it");
  EXPECT_EQ(why_refused(R"({"type":"record","name":"R","fields":[{"name":"a-b","type":"int"}]})"),
            "Avro schema at $.fields[0]: field name \"a-b\" is not a name: it starts with a letter or _, then letters, "
            "digits "
            "and _ follow");
  EXPECT_EQ(why_refused(R"({"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"x"}]})"),
            "Avro schema, record R: the default \"x\" of field \"a\" is no int");
  EXPECT_EQ(
      why_refused(R"(["null","int","null"])"),
      "Avro schema at $[2]: null stands twice in this union; branches are told apart by type, and named types by name");
  EXPECT_TRUE(why_refused("{\"type\":").starts_with("Avro schema: not JSON: parse error at line 1, column 9"));
}

std::string nested_arrays(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += R"({"type":"array","items":)";
  text += "\"int\"";
  text.append(static_cast<std::size_t>(depth), '}');
  return text;
}

TEST(AvroSchema, NestedTenThousandDeepIsRefused) {
  EXPECT_EQ(why_refused(nested_arrays(10'000)), "Avro schema: JSON is nested deeper than 500 levels");
  EXPECT_EQ(why_refused(std::string(10'000, '[') + std::string(10'000, ']')),
            "Avro schema: JSON is nested deeper than 500 levels");
  EXPECT_NE(parsed(nested_arrays(500)), nullptr);
  EXPECT_EQ(canonical_text(*parsed(nested_arrays(500))), nested_arrays(500));
}

/// Each record holds the one before, so that the text is flat and the types are not.
std::string chain_of_records(int length) {
  std::string text = R"([{"type":"record","name":"R0","fields":[]})";
  for (int i = 1; i < length; ++i) {
    text += fmt::format(R"(,{{"type":"record","name":"R{}","fields":[{{"name":"f","type":"R{}"}}]}})", i, i - 1);
  }
  return text + "]";
}

TEST(AvroSchema, TypesNestedByNameAreBoundedWhereverTheyAreWalked) {
  const std::string text = chain_of_records(10'000);
  const auto chain = parsed(text);
  ASSERT_NE(chain, nullptr);
  EXPECT_EQ(canonical_text(*chain), text);
  EXPECT_TRUE(field_tree(*chain).truncated);
  EXPECT_EQ(incompatibilities(*parsed(text), *chain).error().code, ErrorCode::kTooLarge);

  const std::string_view references[] = {text};
  const auto last = Schema::parse(R"("R9999")", ParseRules::kNew, references);
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(parsing_canonical_form(**last).error().code, ErrorCode::kTooLarge);
  std::string json;
  EXPECT_EQ(decode_json(**last, {}, JsonStyle::kAvro, json).error().code, ErrorCode::kCorrupt);
}

TEST(AvroSchema, ATextOverTheLimitIsRefused) {
  const auto refused = Schema::parse("\"" + std::string((1 << 20) + 1, 'x') + "\"");
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
}

TEST(AvroSchema, TheSameDefinitionTwiceIsOneTypeAndADifferentOneIsRefused) {
  const auto twice = parsed(
      R"({"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":2}},{"name":"b","type":{"type":"fixed","name":"F","size":2}}]})");
  EXPECT_EQ(
      canonical_text(*twice),
      R"({"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":2}},{"name":"b","type":"F"}]})");
  const auto recursive = parsed(
      R"(["null",{"type":"array","items":{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]}]}},{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]}]}])");
  EXPECT_EQ(recursive->root().branches[1]->element, recursive->root().branches[2]);
  EXPECT_EQ(
      why_refused(
          R"({"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":2}},{"name":"b","type":{"type":"fixed","name":"F","size":3}}]})"),
      "Avro schema at $.fields[1].type: F is defined twice, and not the same both times");
  why_refused(
      R"({"type":"record","name":"R","fields":[{"name":"a","type":{"type":"record","name":"R","fields":[]}}]})");
}

TEST(AvroSchema, ReferencedTypesAreKnownAndPrintedByName) {
  const std::string_view references[] = {
      R"({"type":"record","name":"Money","namespace":"pay","fields":[{"name":"cents","type":"long"}]})",
      R"({"type":"record","name":"Price","namespace":"pay","fields":[{"name":"net","type":"Money"}]})"};
  const auto schema = Schema::parse(
      R"({"type":"record","name":"Order","fields":[{"name":"price","type":"pay.Price"},{"name":"tip","type":"pay.Money"}]})",
      ParseRules::kNew, references);
  ASSERT_TRUE(schema.ok()) << schema.error().message;
  EXPECT_EQ(
      canonical_text(**schema),
      R"({"type":"record","name":"Order","fields":[{"name":"price","type":"pay.Price"},{"name":"tip","type":"pay.Money"}]})");
  EXPECT_EQ(
      parsing_canonical_form(**schema).value(),
      R"({"name":"Order","type":"record","fields":[{"name":"price","type":{"name":"pay.Price","type":"record","fields":[{"name":"net","type":{"name":"pay.Money","type":"record","fields":[{"name":"cents","type":"long"}]}}]}},{"name":"tip","type":"pay.Money"}]})");
}

TEST(AvroSchema, AStoredSchemaIsTakenAsItIs) {
  const std::string_view text =
      "{\"type\":\"record\",\"name\":\"Stra\xC3\x9F"
      "e\",\"fields\":[{\"name\":\"a\",\"type\":\"int\",\"default\":\"x\"}]}";
  EXPECT_FALSE(Schema::parse(text, ParseRules::kNew).ok());
  EXPECT_TRUE(Schema::parse(text, ParseRules::kStored).ok());
}

TEST(AvroSchema, ADefaultWithManyWaysThroughUnionsIsBounded) {
  // At every level B is tried after A has failed at the very bottom: 2^60 ways.
  std::string value = "0";
  for (int i = 0; i < 60; ++i) value = R"({"x":)" + value + "}";
  const std::string text =
      R"({"type":"record","name":"A","fields":[{"name":"x","type":["null","A",{"type":"record","name":"B","fields":[{"name":"x","type":["null","A","B"]}]}],"default":)" +
      value + "}]}";
  EXPECT_EQ(Schema::parse(text).error().code, ErrorCode::kTooLarge);
}

TEST(AvroFieldTree, ShowsPathsNullabilityDefaultsAndTags) {
  const auto schema = parsed(R"({"type":"record","name":"Order","namespace":"shop","doc":"One order.","fields":[
    {"name":"id","type":{"type":"string","logicalType":"uuid"},"doc":"Ours."},
    {"name":"mail","type":["null","string"],"default":null,"confluent:tags":["PII"]},
    {"name":"state","type":{"type":"enum","name":"State","symbols":["NEW","PAID"]}},
    {"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[
      {"name":"units","type":"int"},{"name":"parent","type":["null","Line"]}]}}}]})");
  const FieldTree tree = field_tree(*schema);
  EXPECT_EQ(tree.name, "shop.Order");
  EXPECT_EQ(tree.doc, "One order.");
  ASSERT_EQ(tree.fields.size(), 4U);
  EXPECT_EQ(tree.fields[0].type, "uuid (string)");
  EXPECT_TRUE(tree.fields[1].nullable);
  EXPECT_EQ(tree.fields[1].type, "string");
  EXPECT_EQ(tree.fields[1].default_json, "null");
  EXPECT_EQ(tree.fields[1].tags, std::vector<std::string>{"PII"});
  EXPECT_EQ(tree.fields[2].symbols, (std::vector<std::string>{"NEW", "PAID"}));
  EXPECT_EQ(tree.fields[3].type, "array of Line");
  ASSERT_EQ(tree.fields[3].children.size(), 2U);
  EXPECT_EQ(tree.fields[3].children[0].path, "lines[].units");
  EXPECT_TRUE(tree.fields[3].children[1].children.empty());
  EXPECT_FALSE(tree.truncated);
}

}  // namespace
}  // namespace weft::schema::avro
