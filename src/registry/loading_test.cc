#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "registry/registry.h"
#include "registry/testing/registry_fixture.h"

// What a registry does faster at the start than later gives the same.
namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::RegistryTest;

std::string text_of(std::size_t number) {
  return R"({"type":"record","name":"R)" + std::to_string(number) + R"(","fields":[]})";
}

class LoadingTest : public RegistryTest {
 protected:
  void load() {
    registry.reset();
    for (std::size_t i = 0; i < log.size(); ++i)
      registry.replay(log[i], Offset(static_cast<std::int64_t>(i)), Timestamp(1000));
    registry.loaded();
  }
};

TEST_F(LoadingTest, EverySchemaIsFoundByItsGuidAfterARestart) {
  constexpr std::size_t kCount = 21;  // no multiple of what is worked out at a time
  for (std::size_t i = 0; i < kCount; ++i) add("s" + std::to_string(i), text_of(i));
  load();
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto found = registry.version("s" + std::to_string(i), {1});
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->schema->guid, guid_of(found->schema->definition));
    EXPECT_THAT(registry.find_guid(found->schema->guid), ElementsAre(::testing::Pair("", found->id)));
    EXPECT_EQ(add("again" + std::to_string(i), text_of(i)).id, found->id);
  }
}

TEST_F(LoadingTest, WhatWasDeletedAndRegisteredAgainHasItsIdAfterARestart) {
  add("s", text_of(1));
  add("other", text_of(2));
  EXPECT_EQ(code_of(registry.delete_version("s", {1}, false)), 0);
  const auto again = add("s", text_of(1));
  EXPECT_EQ(code_of(registry.delete_version("other", {1}, false)), 0);
  EXPECT_EQ(code_of(registry.delete_version("other", {1}, true)), 0);
  load();
  EXPECT_THAT(registry.find_guid(again.schema->guid), ElementsAre(::testing::Pair("", again.id)));
  EXPECT_THAT(registry.find_guid(guid_of({.text = text_of(2)})), IsEmpty());
  EXPECT_EQ(add("third", text_of(1)).id, again.id);
}

TEST_F(LoadingTest, ARecordInTheUsualFormIsReadAsAnyOther) {
  const std::string key = R"({"keytype":"SCHEMA","subject":"s","version":1,"magic":1})";
  const auto value = [](std::string_view schema) {
    return R"({"subject":"s","version":1,"id":7,"schemaType":"AVRO","schema":")" + std::string(schema) +
           R"(","deleted":false})";
  };
  const std::vector<state::Record> records = {
      {key, value(R"(\"string\")")},
      {key, value("")},
      {key, value(R"(12345678)")},
      {key, value(R"(1234567\")")},
      {key, value(R"(a\\b\/c\b\f\n\r\t\"d, longer than a word at a time)")},
      {key, value(R"(\u00e9)")},
      {key, value("\xC3\xA9")},
      {key, value("\xC3")},
      {key, value("tab\there")},
      {key, value(R"(bad \escape)")},
      {key, value(R"(ends in \)")},
      {key, R"({"subject":"s","version":1,"id":7,"schema":"\"int\"","deleted":true})"},
      {key, R"({"subject":"s","version":1,"id":7,"schemaType":"NONE","schema":"\"int\"","deleted":true})"},
      {key, R"({"subject":"s","version":1,"id":07,"schema":"\"int\"","deleted":true})"},
      {key, R"({"subject":"s","version":1,"id":2147483648,"schema":"\"int\"","deleted":true})"},
      {key, R"({"subject":"s","version":1,"id":7,"schema":"\"int\"","deleted":true}x)"},
      {key, R"({"subject":"s","version":1,"id":7,"schema":"\"int\"","deleted":true)"},
      {key, R"({"subject":"s","version":1,"id":7,"schema":"\"int)"},
      {key, std::nullopt},
      {R"({"keytype":"SCHEMA","subject":"a\"b","version":2147483647,"magic":1})", value(R"(\"int\")")},
      {R"({"keytype":"SCHEMA","subject":"s","version":0,"magic":1})", value(R"(\"int\")")},
      {R"({"keytype":"SCHEMA","subject":"s","version":1,"magic":2})", value(R"(\"int\")")},
      {R"({"keytype":"SCHEMA","version":1,"magic":1})", value(R"(\"int\")")},
  };
  RecordReader reader;
  for (const state::Record& record : records) {
    SCOPED_TRACE(record.key + " " + record.value.value_or("null"));
    const auto read = reader.read(record), as_any = reader.read_any_form(record);
    ASSERT_EQ(read.ok(), as_any.ok());
    if (read.ok()) {
      EXPECT_EQ(std::get<SchemaRecord>(*read), std::get<SchemaRecord>(*as_any));
    }
  }
}

}  // namespace
}  // namespace weft::registry
