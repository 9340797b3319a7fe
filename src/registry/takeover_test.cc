#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "registry/registry.h"
#include "registry/testing/registry_fixture.h"
#include "schema/json_tree.h"

// One `_schemas` topic, two registries: what Confluent's wrote is taken over, and what we write keeps its format's
// rules.
namespace weft::registry {
namespace {

using schema::JsonNode;
using ::testing::ElementsAre;
using testing::kV1;
using testing::kV2;
using ::testing::Pair;
using testing::RegistryTest;

/// Key, tab, value: records as Confluent's registry 7.x and 8.x write them.
constexpr std::string_view kTopic[] = {
    R"({"keytype":"NOOP","magic":0}	null)",
    R"({"keytype":"SCHEMA","subject":"trades-value","version":1,"magic":1}	{"subject":"trades-value","version":1,"id":1,"schemaType":"AVRO","schema":"{\"type\":\"record\",\"name\":\"Trade\",\"fields\":[{\"name\":\"qty\",\"type\":\"long\"}]}","deleted":false})",
    R"({"keytype":"SCHEMA","subject":"trades-key","version":1,"magic":1}	{"subject":"trades-key","version":1,"id":2,"schema":"\"string\"","deleted":false})",
    R"({"keytype":"SCHEMA","subject":"money","version":1,"magic":1}	{"subject":"money","version":1,"id":7,"schemaType":"PROTOBUF","schema":"syntax = \"proto3\";\n\nmessage Money {\n  int64 cents = 1;\n}\n","deleted":false})",
    R"({"keytype":"SCHEMA","subject":"fills-value","version":3,"magic":1}	{"subject":"fills-value","version":3,"id":9,"schemaType":"PROTOBUF","references":[{"name":"money.proto","subject":"money","version":1}],"schema":"syntax = \"proto3\";\n\nimport \"money.proto\";\n\nmessage Fill {\n  Money price = 1;\n}\n","deleted":false})",
    R"({"keytype":"SCHEMA","subject":"users-value","version":2,"magic":1}	{"subject":"users-value","version":2,"id":5,"md5":"q83vEjRWeJCrze8SNFZ4kA==","schemaType":"JSON","metadata":{"tags":{"**.mail":["PII"]},"properties":{"owner":"crm"}},"ruleSet":{"domainRules":[{"name":"mailSet","kind":"CONDITION","mode":"WRITE","type":"CEL","expr":"message.mail != ''","disabled":false}]},"schema":"{\"type\":\"object\"}","deleted":false})",
    R"({"keytype":"SCHEMA","subject":"trades-value","version":2,"magic":1}	{"subject":"trades-value","version":2,"id":11,"schemaType":"AVRO","schema":"\"bytes\"","deleted":false})",
    R"({"keytype":"SCHEMA","subject":"trades-value","version":2,"magic":1}	{"subject":"trades-value","version":2,"id":11,"schemaType":"AVRO","schema":"\"bytes\"","deleted":true})",
    R"({"keytype":"SCHEMA","subject":"gone-value","version":1,"magic":1}	{"subject":"gone-value","version":1,"id":12,"schema":"\"double\"","deleted":false,"offset":8,"ts":1700000000000})",
    R"({"keytype":"DELETE_SUBJECT","subject":"gone-value","magic":0}	{"subject":"gone-value","version":1})",
    R"({"keytype":"CONTEXT","tenant":"default","context":".eu","magic":0}	{"tenant":"default","context":".eu"})",
    R"({"keytype":"SCHEMA","subject":":.eu:trades-key","version":1,"magic":1}	{"subject":":.eu:trades-key","version":1,"id":1,"schemaType":"AVRO","schema":"\"string\"","deleted":false})",
    R"({"keytype":"CONFIG","magic":0}	{"compatibilityLevel":"FULL"})",
    R"({"keytype":"CONFIG","subject":"orders","magic":0}	{"subject":"orders","alias":"trades-value","normalize":true})",
    R"({"keytype":"CONFIG","subject":"users-value","magic":0}	{"compatibilityLevel":"NONE"})",
    R"({"keytype":"MODE","subject":":.eu:","magic":0}	{"subject":":.eu:","mode":"IMPORT"})",
    R"({"keytype":"ASSOC","tenant":"default","resourceName":"t","resourceNamespace":"lkc","resourceType":"topic","associationType":"value","subject":"trades-value","magic":0}	{"guid":"g","subject":"trades-value"})",
    R"({"keytype":"WRITTEN_BY_A_LATER_ONE","magic":3}	{"what":"ever"})",
};

TEST_F(RegistryTest, ATopicOfConfluentsIsTakenOverWithAllIds) {
  for (const std::string_view line : kTopic) {
    const auto tab = line.find('\t');
    const std::string_view value = line.substr(tab + 1);
    replay(line.substr(0, tab), value == "null" ? std::nullopt : std::optional<std::string>(value));
  }
  EXPECT_EQ(registry.records_ignored(), 0U);
  EXPECT_THAT(registry.subjects(),
              ElementsAre(":.eu:trades-key", "fills-value", "money", "trades-key", "trades-value", "users-value"));
  std::map<std::string, std::pair<std::int32_t, std::int32_t>> ids;
  registry.visit_versions(kAllContexts, true, false, [&](const SubjectVersion& version) {
    ids[version.subject + (version.deleted ? " deleted" : "")] = {version.version, version.id.get()};
    return true;
  });
  EXPECT_THAT(ids, ElementsAre(Pair(":.eu:trades-key", Pair(1, 1)), Pair("fills-value", Pair(3, 9)),
                               Pair("gone-value deleted", Pair(1, 12)), Pair("money", Pair(1, 7)),
                               Pair("trades-key", Pair(1, 2)), Pair("trades-value", Pair(1, 1)),
                               Pair("trades-value deleted", Pair(2, 11)), Pair("users-value", Pair(2, 5))));
  EXPECT_EQ(registry.compatibility_level("trades-value"), schema::CompatibilityLevel::kFull);
  EXPECT_EQ(registry.compatibility_level("users-value"), schema::CompatibilityLevel::kNone);
  EXPECT_EQ(registry.meant("orders"), "trades-value");
  EXPECT_EQ(registry.mode(":.eu:trades-key"), "IMPORT");
  EXPECT_EQ(registry.version_with("users-value", {{"owner", "crm"}})->version, 2);
  EXPECT_TRUE(parsed_of(registry.version("fills-value", {})->schema, "fills-value").ok());

  // And life goes on: what is there keeps its version and id, what is new gets the next one.
  RegisterRequest fill;
  fill.subject = "fills-value";
  fill.type = SchemaType::kProtobuf;
  fill.text = "syntax = \"proto3\";\nimport \"money.proto\";\nmessage Fill { Money price = 1; }";
  fill.references = {{"money.proto", "money", -1}};
  EXPECT_EQ(try_register(fill)->version, 3);
  EXPECT_EQ(add("new-value", "\"float\"").id, SchemaId(13));
}

// ---- The reverse

/// What Confluent's reader demands of a key and a value: the members it knows, in the order in which it writes them.
struct Format {
  std::vector<std::string> key;
  std::vector<std::string> value;
  int magic = 0;
};
const std::map<std::string, Format> kFormats = {
    {"SCHEMA",
     {{"keytype", "subject", "version", "magic"},
      {"subject", "version", "id", "md5", "schemaType", "references", "metadata", "ruleSet", "schema", "deleted"},
      1}},
    {"CONFIG",
     {{"keytype", "subject", "magic"},
      {"subject", "alias", "aliasForDeks", "normalize", "validateFields", "validateNewSchemas", "validateRules",
       "compatibilityLevel", "compatibilityPolicy", "compatibilityGroup", "defaultMetadata", "overrideMetadata",
       "defaultRuleSet", "overrideRuleSet"}}},
    {"MODE", {{"keytype", "subject", "magic"}, {"subject", "mode"}}},
    {"DELETE_SUBJECT", {{"keytype", "subject", "magic"}, {"subject", "version"}}},
    {"CLEAR_SUBJECT", {{"keytype", "subject", "magic"}, {"subject"}}},
    {"CONTEXT", {{"keytype", "tenant", "context", "magic"}, {"tenant", "context"}}},
};

void expect_in_order(const JsonNode& object, const std::vector<std::string>& order, const std::string& record) {
  auto from = order.begin();
  for (const auto& [name, value] : object.members) {
    from = std::find(from, order.end(), name);
    EXPECT_NE(from, order.end()) << name << " is unknown or out of place in " << record;
    EXPECT_FALSE(value.is_null()) << record;
    if (from == order.end()) return;
  }
}

TEST_F(RegistryTest, WhatWeWriteKeepsTheRulesOfConfluentsReader) {
  RegisterRequest request;
  request.subject = ":.eu:users-value";
  request.type = SchemaType::kJson;
  request.text = R"({"type":"object"})";
  request.metadata_json = R"({"properties":{"owner":"crm"}})";
  request.rule_set_json = R"({"domainRules":[{"name":"r","mode":"WRITE","type":"CEL","disabled":false}]})";
  ASSERT_TRUE(try_register(request).ok());
  carry_out(registry
                .put_config("s", update(R"({"alias":"t","compatibility":"FULL","validateFields":false,
                                            "compatibilityPolicy":"LENIENT","defaultMetadata":{"sensitive":["a"]}})"))
                .value());
  carry_out(registry.put_config("", update(R"({"compatibility":"FULL"})")).value());
  carry_out(registry.delete_config("s").value());
  add("s", kV1);
  carry_out(registry.delete_version("s", {1}, false).value());
  add("s", kV1);
  add("s", kV2);
  carry_out(registry.delete_subject("s", false).value());
  carry_out(registry.put_mode("s", "IMPORT", false).value());
  carry_out(registry.put_mode("", "READONLY", false).value());
  carry_out(registry.delete_mode("", false).value());

  std::map<std::string, std::map<std::int64_t, std::string>> texts;  // by context, then id
  for (const state::Record& record : log) {
    const JsonNode key = schema::parse_json(record.key).value();
    const auto format = kFormats.find(key.find("keytype")->text);
    ASSERT_NE(format, kFormats.end()) << "a keytype that stops the reader: " << record.key;
    expect_in_order(key, format->second.key, record.key);
    EXPECT_EQ(key.find("magic")->integer(), format->second.magic);
    if (!record.value) continue;
    const JsonNode value = schema::parse_json(*record.value).value();
    expect_in_order(value, format->second.value, *record.value);
    if (format->first != "SCHEMA") continue;
    EXPECT_TRUE(value.find("deleted")->is_boolean());
    const std::string& subject = key.find("subject")->text;
    auto& text = texts[std::string(context_of(subject))][*value.find("id")->integer()];
    EXPECT_TRUE(text.empty() || text == value.find("schema")->text) << "one id, one text";
    text = value.find("schema")->text;
  }
  EXPECT_EQ(texts.size(), 2U);
  Registry again;
  for (std::size_t i = 0; i < log.size(); ++i) again.replay(log[i], Offset(static_cast<std::int64_t>(i)), Timestamp(1));
  EXPECT_EQ(again.subjects(kAllContexts, true), registry.subjects(kAllContexts, true));
}

}  // namespace
}  // namespace weft::registry
