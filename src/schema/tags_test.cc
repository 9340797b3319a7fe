#include "schema/tags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/avro/print.h"
#include "schema/avro/tags.h"
#include "schema/json/tags.h"
#include "schema/protobuf/tags.h"

namespace weft::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

EntityTags record(std::string path, std::vector<std::string> tags) {
  return {{EntityKind::kRecord, std::move(path)}, std::move(tags)};
}
EntityTags field(std::string path, std::vector<std::string> tags) {
  return {{EntityKind::kField, std::move(path)}, std::move(tags)};
}

/// The text with these tags, or what is wrong.
template <class Schema>
std::string retagged(std::string_view text, const TagChanges& changes) {
  const auto schema = Schema::parse(text);
  EXPECT_TRUE(schema.ok()) << schema.error().message;
  const auto changed = retagged_text(**schema, changes);
  return changed.ok() ? *changed : changed.error().message;
}
template <class Schema>
std::vector<EntityTags> tags_in(std::string_view text) {
  const auto schema = Schema::parse(text);
  EXPECT_TRUE(schema.ok()) << schema.error().message;
  return inline_tags(**schema);
}

constexpr std::string_view kOrder =
    R"({"type":"record","name":"Order","namespace":"acme","fields":[)"
    R"({"name":"to","type":["null",{"type":"record","name":"Address","fields":[{"name":"zip","type":"string"}]}]},)"
    R"({"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","namespace":"acme.lines",)"
    R"("fields":[{"name":"mail","type":"string","doc":"d"}]}}}]})";

TEST(AvroTags, AreWrittenOnRecordsAndFieldsAndTheRestStays) {
  const std::string text = retagged<avro::Schema>(
      kOrder, {{record("acme.Order", {"A", "B"}), field("acme.Order.to", {"T"}), record("acme.Address", {"C"}),
                field("acme.Address.zip", {"PII"}), field(".acme.lines.Line.mail", {"PII", "PII"})},
               {}});
  EXPECT_EQ(text, R"({"type":"record","name":"Order","namespace":"acme","fields":[)"
                  R"({"name":"to","type":["null",{"type":"record","name":"Address","fields":[{"name":"zip",)"
                  R"("type":"string","confluent:tags":["PII"]}],"confluent:tags":["C"]}],"confluent:tags":["T"]},)"
                  R"({"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line",)"
                  R"("namespace":"acme.lines","fields":[{"name":"mail","type":"string","doc":"d",)"
                  R"("confluent:tags":["PII"]}]}}}],"confluent:tags":["A","B"]})");
  EXPECT_THAT(
      tags_in<avro::Schema>(text),
      ElementsAre(record("acme.Order", {"A", "B"}), field("acme.Order.to", {"T"}), record("acme.Address", {"C"}),
                  field("acme.Address.zip", {"PII"}), field("acme.lines.Line.mail", {"PII"})));
}

TEST(AvroTags, AreTakenAwayAndTheLastTakesTheMemberWithIt) {
  constexpr std::string_view kTagged =
      R"({"type":"record","name":"R","fields":[{"name":"a","type":"int","confluent:tags":["X","Y"]}],)"
      R"("confluent:tags":["Z"]})";
  EXPECT_EQ(retagged<avro::Schema>(kTagged, {{field("R.a", {"W", "Y"})}, {field("R.a", {"X"}), record("R", {"Z"})}}),
            R"({"type":"record","name":"R","fields":[{"name":"a","type":"int","confluent:tags":["Y","W"]}]})");
  EXPECT_EQ(tags_in<avro::Schema>(R"("string")"), std::vector<EntityTags>{});
}

TEST(AvroTags, APathMayLeaveTheNamespaceOut) {
  EXPECT_THAT(retagged<avro::Schema>(kOrder, {{field("Address.zip", {"PII"})}, {}}),
              HasSubstr(R"("type":"string","confluent:tags":["PII"])"));
}

TEST(AvroTags, APathThatLeadsNowhereIsToldWithThoseThereAre) {
  EXPECT_EQ(retagged<avro::Schema>(kOrder, {{field("acme.Order.nope", {"X"})}, {}}),
            "no sr_field has the path 'acme.Order.nope'; there are acme.Order.to, acme.Address.zip, acme.Order.lines, "
            "acme.lines.Line.mail");
  EXPECT_EQ(retagged<avro::Schema>(R"("string")", {{}, {record("R", {"X"})}}),
            "no sr_record has the path 'R'; there is none");
}

TEST(AvroTags, OfReferencedSchemasAreReadAndNotWritten) {
  const std::string_view address =
      R"({"type":"record","name":"Address","fields":[{"name":"zip","type":"string","confluent:tags":["PII"]}]})";
  const auto schema = avro::Schema::parse(R"({"type":"record","name":"R","fields":[{"name":"to","type":"Address"}]})",
                                          avro::ParseRules::kNew, std::span(&address, 1));
  ASSERT_TRUE(schema.ok());
  EXPECT_THAT(avro::inline_tags(**schema), ElementsAre(field("Address.zip", {"PII"})));
  EXPECT_EQ(avro::retagged_text(**schema, {{field("Address.zip", {"X"})}, {}}).error().message,
            "no sr_field has the path 'Address.zip'; there is only R.to");
}

TEST(JsonSchemaTags, AreWrittenWhereConfluentsPathsLead) {
  constexpr std::string_view kText =
      R"({"type":"object","properties":{"lines":{"type":"array","items":{"type":"object","properties":)"
      R"({"price":{"type":"number"}}}},"to":{"oneOf":[{"type":"null"},{"type":"object","properties":)"
      R"({"zip":{"type":"string"}}}]}},"definitions":{"A.B":{"type":"object","properties":{"x":{}}}}})";
  const std::string text = retagged<json::Schema>(
      kText, {{record("object", {"R"}), field("object.lines.array.object.price", {"P"}), field("object.to", {"T"}),
               record("object.to.oneof.1.object", {"O"}), field("object.to.oneof.1.object.zip", {"PII"}),
               field("object.definitions.A.B.object.x", {"D"})},
              {}});
  EXPECT_EQ(text,
            R"({"type":"object","properties":{"lines":{"type":"array","items":{"type":"object","properties":)"
            R"({"price":{"type":"number","confluent:tags":["P"]}}}},"to":{"oneOf":[{"type":"null"},{"type":"object",)"
            R"("properties":{"zip":{"type":"string","confluent:tags":["PII"]}},"confluent:tags":["O"]}],)"
            R"("confluent:tags":["T"]}},"definitions":{"A.B":{"type":"object","properties":{"x":)"
            R"({"confluent:tags":["D"]}}}},"confluent:tags":["R"]})");
  EXPECT_THAT(
      tags_in<json::Schema>(text),
      ElementsAre(record("object", {"R"}), field("object.lines.array.object.price", {"P"}), field("object.to", {"T"}),
                  record("object.to.oneof.1.object", {"O"}), field("object.to.oneof.1.object.zip", {"PII"}),
                  field("object.definitions.A.B.object.x", {"D"})));
}

TEST(JsonSchemaTags, SeveralConcernsOfASchemaAreCountedAsConfluentCountsThem) {
  constexpr std::string_view kConditional =
      R"({"type":"object","properties":{"country":{"enum":["us","ca"]}},"if":{"properties":{"country":{"const":"us"}}},)"
      R"("then":{"properties":{"code":{"pattern":"a"}}},"else":{"properties":{"code":{"pattern":"b"}}}})";
  EXPECT_EQ(
      retagged<json::Schema>(
          kConditional, {{field("allof.0.conditional.else.object.code", {"C"}), field("allof.1.object.country", {"C"}),
                          record("allof.1.object", {"R"}), record("allof.0.conditional.if.object", {"R"})},
                         {}}),
      R"({"type":"object","properties":{"country":{"enum":["us","ca"],"confluent:tags":["C"]}},)"
      R"("if":{"properties":{"country":{"const":"us"}},"confluent:tags":["R"]},)"
      R"("then":{"properties":{"code":{"pattern":"a"}}},)"
      R"("else":{"properties":{"code":{"pattern":"b","confluent:tags":["C"]}}},"confluent:tags":["R"]})");
  EXPECT_EQ(retagged<json::Schema>(R"({"properties":{"parent":{"$ref":"#"}},"type":["object","null"]})",
                                   {{field("anyof.1.object.parent", {"PII"})}, {}}),
            R"({"properties":{"parent":{"$ref":"#","confluent:tags":["PII"]}},"type":["object","null"]})");
}

TEST(JsonSchemaTags, APathThatLeadsNowhereIsToldWithThoseThereAre) {
  EXPECT_EQ(
      retagged<json::Schema>(R"({"type":"object","properties":{"a":{},"b":true}})", {{field("object.b", {"X"})}, {}}),
      "no sr_field has the path 'object.b'; there is only object.a");
}

constexpr std::string_view kProto =
    "syntax = \"proto3\";\npackage com.example;\n\nmessage Message1 {\n  string f1 = 1;\n  string f2 = 2;\n}\n";

TEST(ProtobufTags, AreWrittenAsConfluentPrintsThem) {
  const std::string text =
      retagged<protobuf::Schema>(kProto, {{field("Message1.f1", {"TAG1"}), field(".Message1.f1", {"TAG2"})}, {}});
  EXPECT_EQ(text,
            "syntax = \"proto3\";\npackage com.example;\n\nmessage Message1 {\n"
            "  string f1 = 1 [(confluent.field_meta) = {\n    tags: [\n      \"TAG1\",\n      \"TAG2\"\n    ]\n  }];\n"
            "  string f2 = 2;\n}\n");
  EXPECT_THAT(tags_in<protobuf::Schema>(text), ElementsAre(field("Message1.f1", {"TAG1", "TAG2"})));
  EXPECT_EQ(retagged<protobuf::Schema>(text, {{}, {field("com.example.Message1.f1", {"TAG1", "TAG2"})}}), kProto);
}

TEST(ProtobufTags, WhatElseIsSaidAboutAFieldStays) {
  const std::string text = retagged<protobuf::Schema>(
      R"(syntax = "proto3"; message M { option (confluent.message_meta) = {doc: "m"};
           message N { oneof o { string a = 1 [(confluent.field_meta).doc = "d", deprecated = true,
                                               (confluent.field_meta).tags = "X"]; } } })",
      {{record("M", {"R"}), field("M.N.a", {"Y"})}, {}});
  EXPECT_THAT(tags_in<protobuf::Schema>(text), ElementsAre(record("M", {"R"}), field("M.N.a", {"X", "Y"})));
  EXPECT_THAT(text, HasSubstr("doc: \"m\""));
  EXPECT_THAT(text, HasSubstr("doc: \"d\""));
  EXPECT_THAT(text, HasSubstr("deprecated = true"));
  EXPECT_EQ(retagged<protobuf::Schema>(text, {{record("N", {"R"})}, {}}),
            "no sr_record has the path 'N'; there are M, M.N");
}

}  // namespace
}  // namespace weft::schema
