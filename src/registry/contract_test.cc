#include "registry/contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/refusal.h"
#include "registry/registry.h"
#include "registry/testing/registry_fixture.h"
#include "schema/json_tree.h"

// Metadata, rule sets and the settings that shape them.
namespace weft::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kBreaking;
using testing::kV1;
using testing::kV2;
using testing::RegistryTest;

Result<std::string> rules(std::string_view json) { return rule_set_text(schema::parse_json(json).value()); }
std::string metadata(std::string_view json) { return metadata_text(schema::parse_json(json).value()).value(); }

RegisterRequest request_for(std::string_view subject, std::string_view text, std::string_view metadata_json = {}) {
  RegisterRequest request;
  request.subject = subject;
  request.text = text;
  if (!metadata_json.empty()) request.metadata_json = metadata(metadata_json);
  return request;
}

TEST(Contract, EqualContractsAreEqualTexts) {
  EXPECT_EQ(metadata(R"({"properties":{"b":"2","a":"1"},"tags":{"x":["P","A","P"]},"sensitive":["b","a"]})"),
            R"({"tags":{"x":["A","P"]},"properties":{"a":"1","b":"2"},"sensitive":["a","b"]})");
  EXPECT_EQ(metadata("{}"), "{}");
  EXPECT_EQ(
      rules(R"({"domainRules":[{"type":"CEL","name":"r","mode":"WRITE","params":{"b":"2","a":"1"}}]})").value(),
      R"({"domainRules":[{"name":"r","mode":"WRITE","type":"CEL","params":{"a":"1","b":"2"},"disabled":false}]})");
}

TEST(Contract, RulesThatNoClientCouldRunAreRefused) {
  const auto code = [](std::string_view json) { return rules(json).error().detail; };
  EXPECT_EQ(code(R"({"domainRules":[{"name":"1r","mode":"WRITE","type":"CEL"}]})"), 42210);
  EXPECT_EQ(code(R"({"domainRules":[{"name":"r","mode":"WRITE"}]})"), 42210);
  EXPECT_EQ(code(R"({"domainRules":[{"name":"r","mode":"UPGRADE","type":"CEL"}]})"), 42210);
  EXPECT_EQ(code(R"({"migrationRules":[{"name":"r","mode":"WRITE","type":"CEL"}]})"), 42210);
  EXPECT_EQ(code(R"({"domainRules":[{"name":"r","mode":"READ","type":"CEL","onFailure":"DLQ,NONE"}]})"), 42210);
  EXPECT_EQ(code(R"({"domainRules":[{"name":"r","mode":"READ","type":"A"},{"name":"r","mode":"READ","type":"B"}]})"),
            42210);
  EXPECT_EQ(code(R"({"domainRules":[{"name":"r","colour":"red"}]})"), 422);
  EXPECT_TRUE(rules(R"({"domainRules":[{"name":"r","mode":"WRITEREAD","type":"A","onFailure":"DLQ,NONE"}]})").ok());
}

TEST(Contract, LaterOnesCountWhenTwoAreMerged) {
  EXPECT_EQ(merged_metadata(R"({"properties":{"a":"1","b":"2"},"sensitive":["a"]})",
                            R"({"properties":{"b":"3"},"sensitive":["b"]})"),
            R"({"properties":{"a":"1","b":"3"},"sensitive":["a","b"]})");
  EXPECT_EQ(merged_metadata("", R"({"properties":{"b":"3"}})"), R"({"properties":{"b":"3"}})");
  const std::string merged =
      merged_rule_set(R"({"domainRules":[{"name":"a","type":"1"},{"name":"b","type":"2"}],"enableAt":"now"})",
                      R"({"domainRules":[{"name":"a","type":"3"}]})");
  EXPECT_EQ(
      merged,
      R"({"domainRules":[{"name":"b","type":"2","disabled":false},{"name":"a","type":"3","disabled":false}],"enableAt":"now"})");
  EXPECT_TRUE(has_rule_type(merged, "3"));
  EXPECT_FALSE(has_rule_type(merged, "1"));
}

TEST_F(RegistryTest, MetadataIsPartOfTheIdentityAndInheritedFromTheVersionBefore) {
  EXPECT_EQ(try_register(request_for("s", kV1, R"({"properties":{"owner":"crm"}})"))->id, SchemaId(1));
  const auto same = add("s", kV1);
  EXPECT_EQ(same.version, 1) << "the owner is the version's before";
  const auto next = add("s", kV2);
  EXPECT_EQ(next.schema->definition.metadata_json, R"({"properties":{"owner":"crm"}})");
  const auto other = try_register(request_for("s", kV2, R"({"properties":{"owner":"erp"}})"));
  EXPECT_EQ(other->version, 3);
  EXPECT_EQ(other->id, SchemaId(3));
  EXPECT_EQ(registry.version_with("s", {{"owner", "crm"}})->version, 2);
  EXPECT_EQ(registry.version_with("s", {{"owner", "hr"}}).error().detail, 40403);
  const auto bare = try_register(request_for("s", kV2, "{}"));
  EXPECT_EQ(bare->schema->definition.metadata_json, "{}") << "an empty one ends the inheritance";
  RegisterRequest texts_only = request_for("s", "", R"({"properties":{"owner":"law"}})");
  EXPECT_EQ(try_register(texts_only)->schema->definition.text, kV2) << "no text: that of the version before";
}

TEST_F(RegistryTest, DefaultsAndOverridesOfTheSubjectStandAroundWhatARequestSays) {
  carry_out(registry
                .put_config("s", update(R"({"defaultMetadata":{"properties":{"a":"default","b":"default"}},
                                            "overrideMetadata":{"properties":{"c":"override"}}})"))
                .value());
  const auto added = try_register(request_for("s", kV1, R"({"properties":{"b":"own","c":"own"}})"));
  EXPECT_EQ(added->schema->definition.metadata_json, R"({"properties":{"a":"default","b":"own","c":"override"}})");
  EXPECT_EQ(add("s", kV1).version, 1);
  RegisterRequest request = request_for("s", kV1);
  EXPECT_EQ(registry.lookup(request)->version, 1) << "a client need not know what was filled in";
}

TEST_F(RegistryTest, NamingTheNextVersionMakesOneOfTheSameText) {
  add("s", kV1);
  RegisterRequest request = request_for("s", kV1);
  request.version = 2;
  const auto forced = try_register(request);
  ASSERT_TRUE(forced.ok()) << forced.error().message;
  EXPECT_EQ(forced->version, 2);
  EXPECT_EQ(forced->schema->definition.metadata_json, R"({"properties":{"confluent:version":"2"}})");
  EXPECT_EQ(try_register(request)->version, 2) << "again is the same";
  EXPECT_EQ(add("s", kV1).version, 2) << "and so is the text alone";
  EXPECT_THAT(last_records, IsEmpty());
}

TEST_F(RegistryTest, ACompatibilityGroupIsComparedWithinItself) {
  carry_out(registry.put_config("s", update(R"({"compatibilityGroup":"major"})")).value());
  ASSERT_TRUE(try_register(request_for("s", kV1, R"({"properties":{"major":"1"}})")).ok());
  EXPECT_EQ(try_register(request_for("s", kBreaking, R"({"properties":{"major":"1"}})")).error().detail, 409);
  EXPECT_EQ(try_register(request_for("s", kBreaking, R"({"properties":{"major":"2"}})"))->version, 2);
  EXPECT_EQ(try_register(request_for("s", kV2, R"({"properties":{"major":"1"}})"))->version, 3);
}

TEST_F(RegistryTest, ReservedFieldsStayReserved) {
  carry_out(registry.put_config("s", update(R"({"validateFields":true})")).value());
  ASSERT_TRUE(try_register(request_for("s", kV1, R"({"properties":{"confluent:reserved":"b, c"}})")).ok());
  EXPECT_EQ(try_register(request_for("s", kV2)).error().detail, 42201) << "b is used";
  EXPECT_EQ(try_register(request_for("s", kV2, "{}")).error().detail, 42201) << "b is no longer reserved";
}

TEST_F(RegistryTest, SettingsHoldFromTheNearestScopeThatHasThem) {
  using schema::CompatibilityLevel;
  carry_out(registry.put_config("", update(R"({"compatibility":"full","normalize":true})")).value());
  carry_out(registry.put_config(":.eu:", update(R"({"compatibility":"NONE"})")).value());
  carry_out(registry.put_config("s", update(R"({"validateFields":true})")).value());
  EXPECT_EQ(*last_records[0].value, R"({"subject":"s","validateFields":true})");
  EXPECT_EQ(registry.compatibility_level("s"), CompatibilityLevel::kFull);
  EXPECT_EQ(registry.compatibility_level(":.eu:s"), CompatibilityLevel::kNone);
  EXPECT_TRUE(registry.config("s").is_true(ConfigMember::kNormalize));
  EXPECT_EQ(registry.config("t").json(), R"({"normalize":true,"compatibilityLevel":"FULL"})");
  carry_out(registry.put_config("s", update(R"({"compatibility":"FORWARD","validateFields":null})")).value());
  EXPECT_EQ(registry.own_config("s")->json(), R"({"compatibilityLevel":"FORWARD"})");
  EXPECT_EQ(carry_out(registry.delete_config("s").value()).json(), R"({"compatibilityLevel":"FORWARD"})");
  EXPECT_EQ(code_of(registry.delete_config("s")), 40401);
  EXPECT_EQ(code_of(registry.put_config("__GLOBAL", {})), 42208);
  EXPECT_EQ(code_of(registry.put_config(":.__GLOBAL:", {})), 0);
}

TEST(Config, WhatIsNoSettingIsRefused) {
  const auto code = [](std::string_view json) {
    return ConfigUpdate::parse(schema::parse_json(json).value()).error().detail;
  };
  EXPECT_EQ(code(R"({"compatibility":"SIDEWAYS"})"), 42203);
  EXPECT_EQ(code(R"({"compatibilityPolicy":"SOFT"})"), 42203);
  EXPECT_EQ(code(R"({"normalize":"yes"})"), 422);
  EXPECT_EQ(code(R"({"colour":"red"})"), 422);
  EXPECT_EQ(code(R"({"alias":"__GLOBAL"})"), 42208);
  EXPECT_EQ(code(R"({"defaultRuleSet":{"domainRules":[{"name":"r"}]}})"), 42210);
}

}  // namespace
}  // namespace weft::registry
