#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/refusal.h"
#include "registry/registry.h"
#include "registry/testing/registry_fixture.h"

// Deleting, importing, contexts, aliases: what happens to schemas once they are there.
namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kBreaking;
using testing::kV1;
using testing::kV2;
using testing::RegistryTest;

TEST_F(RegistryTest, ASubjectIsDeletedSoftlyAndThenForGood) {
  add("s", kV1);
  add("s", kV2);
  carry_out(registry.put_config("s", update(R"({"compatibility":"NONE"})")).value());
  EXPECT_EQ(code_of(registry.delete_subject("s", true)), 40405);
  EXPECT_THAT(carry_out(registry.delete_subject("s", false).value()), ElementsAre(2, 1));
  ASSERT_EQ(last_records.size(), 1U);
  EXPECT_EQ(last_records[0].key, R"({"keytype":"DELETE_SUBJECT","subject":"s","magic":0})");
  EXPECT_EQ(last_records[0].value, R"({"subject":"s","version":2})");
  EXPECT_TRUE(registry.schema(SchemaId(1)).ok()) << "still readable by id";
  EXPECT_EQ(code_of(registry.delete_subject("s", false)), 40404);
  EXPECT_NE(registry.own_config("s"), nullptr);

  EXPECT_THAT(carry_out(registry.delete_subject("s", true).value()), ElementsAre(2, 1));
  ASSERT_EQ(last_records.size(), 3U);
  EXPECT_EQ(last_records[0], schema_tombstone("s", 2)) << "the highest version first";
  EXPECT_EQ(last_records[2].key, R"({"keytype":"CONFIG","subject":"s","magic":0})");
  EXPECT_EQ(registry.own_config("s"), nullptr);
  EXPECT_EQ(code_of(registry.delete_subject("s", false)), 40401);
}

TEST_F(RegistryTest, AVersionIsDeletedSoftlyAndThenForGood) {
  add("s", kV1);
  add("s", kV2);
  EXPECT_EQ(code_of(registry.delete_version("s", {2}, true)), 40407);
  EXPECT_EQ(carry_out(registry.delete_version("s", {}, false).value()), 2);
  EXPECT_THAT(*last_records.at(0).value, HasSubstr(R"("deleted":true})"));
  EXPECT_EQ(code_of(registry.delete_version("s", {2}, false)), 40406);
  EXPECT_EQ(code_of(registry.delete_version("s", {7}, false)), 40402);
  EXPECT_EQ(code_of(registry.delete_version("t", {1}, false)), 40401);
  EXPECT_EQ(carry_out(registry.delete_version("s", {2}, true).value()), 2);
  EXPECT_FALSE(registry.schema(SchemaId(2)).ok());
  EXPECT_THAT(registry.versions("s", true).value(), ElementsAre(1));
}

TEST_F(RegistryTest, WhatOthersReferToIsNotDeleted) {
  add("money", R"({"type":"fixed","name":"Money","size":8})");
  RegisterRequest order;
  order.subject = "order";
  order.text = R"({"type":"array","items":"Money"})";
  order.references = {{"Money", "money", 1}};
  ASSERT_TRUE(try_register(order).ok());
  EXPECT_EQ(code_of(registry.delete_subject("money", false)), 42206);
  EXPECT_EQ(code_of(registry.delete_version("money", {1}, false)), 42206);
  EXPECT_THAT(registry.referenced_by("money", {1}).value(), ElementsAre(SchemaId(2)));
  carry_out(registry.delete_subject("order", false).value());
  EXPECT_THAT(registry.referenced_by("money", {1}).value(), IsEmpty());
  EXPECT_THAT(registry.referenced_by("money", {1}, true).value(), ElementsAre(SchemaId(2)));
  EXPECT_EQ(code_of(registry.delete_subject("money", false)), 0);
  EXPECT_EQ(code_of(registry.delete_subject("money", true)), 42206) << "the deleted order can still be read";
  carry_out(registry.delete_subject("order", true).value());
  EXPECT_EQ(code_of(registry.delete_subject("money", true)), 0);
}

TEST_F(RegistryTest, ReadOnlyMeansThatNothingChangesButTheMode) {
  add("s", kV1);
  carry_out(registry.put_mode("s", "READONLY", false).value());
  EXPECT_EQ(refusal("s", kV2), 42205);
  EXPECT_EQ(code_of(registry.delete_subject("s", false)), 42205);
  EXPECT_EQ(code_of(registry.delete_version("s", {1}, false)), 42205);
  EXPECT_EQ(code_of(registry.put_config("s", update(R"({"compatibility":"NONE"})"))), 42205);
  EXPECT_EQ(code_of(registry.put_mode("s", "SOMETIMES", false)), 42204);
  EXPECT_EQ(code_of(registry.put_mode("s", "FORWARD", false)), 42204);
  EXPECT_EQ(carry_out(registry.delete_mode("s", false).value()), "READONLY");
  EXPECT_EQ(code_of(registry.delete_mode("s", false)), 40401);
  carry_out(registry.put_mode("", "READONLY_OVERRIDE", false).value());
  EXPECT_EQ(refusal("s", kV2), 42205);
  carry_out(registry.put_mode("", "", false).value());
  EXPECT_EQ(registry.mode("s"), "READWRITE");
  EXPECT_EQ(add("s", kV2).version, 2);
}

TEST_F(RegistryTest, AnImportTakesIdsAndVersionsAsTheyCome) {
  add("old", kV1);
  EXPECT_EQ(code_of(registry.put_mode("old", "IMPORT", false)), 42205) << "it has a schema";
  carry_out(registry.delete_subject("old", false).value());
  carry_out(registry.put_mode("old", "IMPORT", false).value());
  ASSERT_EQ(last_records.size(), 3U);
  EXPECT_EQ(last_records[0], schema_tombstone("old", 1));
  EXPECT_EQ(last_records[1].key, R"({"keytype":"CLEAR_SUBJECT","subject":"old","magic":0})");
  EXPECT_EQ(*last_records[2].value, R"({"subject":"old","mode":"IMPORT"})");

  EXPECT_EQ(refusal("old", kV1), 42205) << "an id is needed";
  RegisterRequest request;
  request.subject = "old";
  request.text = kV1;
  request.id = 70;
  request.version = 4;
  const auto imported = try_register(request);
  ASSERT_TRUE(imported.ok()) << imported.error().message;
  EXPECT_EQ(imported->id, SchemaId(70));
  EXPECT_EQ(imported->version, 4);
  EXPECT_TRUE(try_register(request).ok()) << "again is the same";
  EXPECT_THAT(last_records, IsEmpty());
  request.text = kBreaking;
  request.version = 5;
  EXPECT_EQ(try_register(request).error().detail, 42205) << "the id has another schema";
  request.id = 71;
  EXPECT_TRUE(try_register(request).ok()) << "compatible or not";
  carry_out(registry.delete_mode("old", false).value());
  EXPECT_EQ(add("new", "\"string\"").id, SchemaId(72));
}

TEST_F(RegistryTest, ContextsCountTheirOwnIdsAndAreListed) {
  EXPECT_EQ(add("s", kV1).id, SchemaId(1));
  EXPECT_EQ(add(":.eu:s", kV2).id, SchemaId(1));
  ASSERT_EQ(last_records.size(), 2U);
  EXPECT_EQ(last_records[0].key, R"({"keytype":"CONTEXT","tenant":"default","context":".eu","magic":0})");
  EXPECT_EQ(last_records[1].key, R"({"keytype":"SCHEMA","subject":":.eu:s","version":1,"magic":1})");
  EXPECT_EQ(add(":.:s", kV1).subject, "s") << "the default context by its name";
  EXPECT_THAT(registry.contexts(), ElementsAre(".", ".eu"));
  EXPECT_THAT(registry.subjects(), ElementsAre(":.eu:s", "s"));
  EXPECT_THAT(registry.subjects("s"), ElementsAre("s"));
  EXPECT_THAT(registry.subjects(":*:s"), ElementsAre(":.eu:s", "s"));
  EXPECT_THAT(registry.subjects(":.eu:"), ElementsAre(":.eu:s"));
  add(":.eu:only", "\"int\"");
  EXPECT_EQ(registry.schema(SchemaId(2), "only").value()->definition.text, "\"int\"") << "found in another context";
  EXPECT_EQ(registry.use(SchemaId(2), "only")->subject, ":.eu:only");
  EXPECT_EQ(registry.use(SchemaId(1), "s")->subject, "s");
  EXPECT_EQ(registry.use(SchemaId(1), "nobody")->version, 0);
  RegisterRequest request;
  request.subject = "only";
  request.text = "\"int\"";
  EXPECT_EQ(registry.lookup(request)->subject, ":.eu:only");

  EXPECT_EQ(code_of(registry.delete_context(".eu")), 42211);
  for (const auto* subject : {":.eu:s", ":.eu:only"}) {
    carry_out(registry.delete_subject(subject, false).value());
    carry_out(registry.delete_subject(subject, true).value());
  }
  EXPECT_EQ(code_of(registry.delete_context(".eu")), 0);
  EXPECT_THAT(registry.contexts(), ElementsAre("."));
}

TEST_F(RegistryTest, AnAliasStandsForItsSubject) {
  add("orders-value", kV1);
  carry_out(registry.put_config("orders", update(R"({"alias":"orders-value"})")).value());
  EXPECT_EQ(registry.meant("orders"), "orders-value");
  EXPECT_EQ(add("orders", kV2).subject, "orders-value");
  EXPECT_EQ(registry.schema(SchemaId(1), "orders").value()->definition.text, kV1);
  EXPECT_EQ(refusal("orders", kBreaking), 409);
}

}  // namespace
}  // namespace weft::registry
