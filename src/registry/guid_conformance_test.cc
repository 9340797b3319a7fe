// GUIDs against ../shared/conformance (or $WEFT_CONFORMANCE); says loudly when it cannot run, and fails where CI=true.
#include <gtest/gtest.h>

#include <fstream>

#include "registry/definition.h"
#include "schema/json_tree.h"
#include "schema/testing/conformance.h"

namespace weft::registry {
namespace {

TEST(GuidConformance, GuidsAreConfluents) {
  const auto folder = schema::testing::conformance_folder();
  if (!folder) return;
  int count = 0;
  for (const char* name : {"registry/guid-confluent.jsonl", "registry/canonical.jsonl"}) {
    std::ifstream file(*folder / name);
    for (std::string line; std::getline(file, line);) {
      const auto test = schema::parse_json(line);
      ASSERT_TRUE(test.ok());
      const auto* guid = test->find("guid");
      if (guid == nullptr) continue;
      Definition definition;
      const auto* canonical = test->find("canonical");
      definition.text = canonical != nullptr ? canonical->text : test->find("schema")->text;
      if (const auto* references = test->find("references")) {
        for (const auto& each : references->elements) {
          definition.references.push_back({each.find("name")->text, each.find("subject")->text,
                                           static_cast<std::int32_t>(each.find("version")->integer().value())});
        }
      }
      if (const auto* metadata = test->find("metadata")) append_json(definition.metadata_json, *metadata);
      if (const auto* rules = test->find("ruleSet")) append_json(definition.rule_set_json, *rules);
      EXPECT_EQ(guid_text(guid_of(definition)), guid->text) << test->find("id")->text;
      ++count;
    }
  }
  EXPECT_GT(count, 100);
}

}  // namespace
}  // namespace weft::registry
