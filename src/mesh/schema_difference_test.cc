#include "mesh/schema_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::mesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RegisteredSchema version(std::int32_t number, const std::string& text, const std::string& format = "AVRO") {
  const auto parsed = registry::parse_schema(*registry::parse_schema_type(format), text, registry::ParseRules::kNew);
  EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().message);
  return {"trades-value", number, schema::SchemaId{number}, format, text, {}, parsed.ok() ? *parsed : nullptr};
}
std::string record(const std::string& fields) { return R"({"type":"record","name":"Trade","fields":[)" + fields + "]}"; }
std::vector<std::string> rows(const SchemaDifference& difference) {
  std::vector<std::string> out;
  for (const SchemaFieldChange& each : difference.changes)
    out.push_back(fmt::format("{} {}{}{}{}", schema_change_name(each.kind), each.path, each.breaks_backward ? " !backward" : "",
                              each.breaks_forward ? " !forward" : "", each.text_only ? " text" : ""));
  return out;
}
const std::string kSymbol = R"({"name":"symbol","type":"string","doc":"Ticker"})";

TEST(SchemaDifference, AFieldAddedWithADefaultBreaksNobody) {
  const auto difference = difference_between(version(1, record(kSymbol)), version(2, record(kSymbol + R"(,{"name":"revision","type":"int","default":0})")));
  EXPECT_THAT(rows(difference), ElementsAre("added revision"));
  EXPECT_EQ(difference.changes[0].meaning, "Old readers skip it. Events from before read as 0.");
  EXPECT_EQ(difference.changes[0].after, "int, default 0");
  EXPECT_TRUE(difference.backward && difference.forward);
  EXPECT_THAT(difference.broken_levels, IsEmpty());
}

TEST(SchemaDifference, AFieldAddedWithoutADefaultCannotReadThePast) {
  const auto difference = difference_between(version(1, record(kSymbol)), version(2, record(kSymbol + R"(,{"name":"venue","type":"string"})")));
  EXPECT_THAT(rows(difference), ElementsAre("added venue !backward"));
  EXPECT_FALSE(difference.backward);
  EXPECT_TRUE(difference.forward);
  using schema::CompatibilityLevel;
  EXPECT_THAT(difference.broken_levels, ElementsAre(CompatibilityLevel::kBackward, CompatibilityLevel::kBackwardTransitive,
                                                    CompatibilityLevel::kFull, CompatibilityLevel::kFullTransitive));
}

TEST(SchemaDifference, WhatARemovedFieldDoesToOldReadersDependsOnItsDefault) {
  const auto with = difference_between(version(1, record(kSymbol + R"(,{"name":"desk","type":"string","default":""})")), version(2, record(kSymbol)));
  EXPECT_THAT(rows(with), ElementsAre("removed desk"));
  EXPECT_EQ(with.changes[0].meaning, "Old readers read \"\" instead.");
  const auto without = difference_between(version(1, record(kSymbol + R"(,{"name":"desk","type":"string"})")), version(2, record(kSymbol)));
  EXPECT_THAT(rows(without), ElementsAre("removed desk !forward"));
  EXPECT_THAT(without.changes[0].meaning, HasSubstr("Old readers cannot read new events"));
}

TEST(SchemaDifference, AWidenedTypeReadsThePastOnly) {
  const auto difference = difference_between(version(1, record(R"({"name":"quantity","type":"int"})")), version(2, record(R"({"name":"quantity","type":"long"})")));
  EXPECT_THAT(rows(difference), ElementsAre("changed quantity !forward"));
  EXPECT_THAT(difference.changes[0].meaning, HasSubstr("The new version reads events from before."));
}

TEST(SchemaDifference, AnEnumsNewSymbolStopsOldReadersInsideARecordToo) {
  const auto venue = [](const std::string& symbols) {
    return record(R"({"name":"venue","type":{"type":"record","name":"Venue","fields":[{"name":"session","type":{"type":"enum","name":"Session","symbols":[)" + symbols + "]}}]}}");
  };
  const auto difference = difference_between(version(1, venue(R"("PRE")")), version(2, venue(R"("PRE","POST")")));
  EXPECT_THAT(rows(difference), ElementsAre("changed venue.session !forward"));
}

TEST(SchemaDifference, AnotherDocIsNoChangeForReaders) {
  const auto difference = difference_between(version(1, record(kSymbol)), version(2, record(R"({"name":"symbol","type":"string","doc":"Ticker as listed"})")));
  EXPECT_THAT(rows(difference), ElementsAre("changed symbol text"));
  EXPECT_TRUE(difference.backward && difference.forward);
}

TEST(SchemaDifference, JsonSchemaAndProtobufAreComparedByTheirOwnRules) {
  const auto json = difference_between(version(1, R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false})", "JSON"),
                                       version(2, R"({"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false})", "JSON"));
  EXPECT_THAT(rows(json), ElementsAre("changed a !backward !forward"));
  const auto protobuf = difference_between(version(1, "syntax = \"proto3\"; message Order { string id = 1; }", "PROTOBUF"),
                                           version(2, "syntax = \"proto3\"; message Order { string id = 1; int32 quantity = 2; }", "PROTOBUF"));
  EXPECT_THAT(rows(protobuf), ElementsAre("added quantity"));
  EXPECT_EQ(protobuf.changes[0].meaning, "Old readers skip it. Events from before do not have it.");
}

TEST(SchemaDifference, AVersionThatNoLongerParsesIsSaid) {
  RegisteredSchema broken = version(1, record(kSymbol));
  broken.parsed = nullptr;
  EXPECT_EQ(difference_between(broken, version(2, record(kSymbol))).unknown, "v1 no longer parses.");
}

}  // namespace
}  // namespace weft::mesh
