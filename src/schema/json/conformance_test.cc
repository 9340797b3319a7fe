// The registry's conformance data for JSON Schema. The data stays outside the repository: ids and reasons only here.
#include "schema/testing/conformance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "schema/compatibility_level.h"
#include "schema/json/compatibility.h"
#include "schema/json/print.h"
#include "schema/json/schema.h"
#include "schema/json_tree.h"

namespace weft::schema::json {
namespace {

namespace fs = std::filesystem;
using testing::conformance_folder;
using testing::text_of;

/// Cases of this language.
int for_each_case(const fs::path& path, const std::function<void(const JsonNode&)>& check) {
  return testing::for_each_case(path, "JSON", check);
}

std::vector<ReferencedText> references_in(const JsonNode& test, std::string_view member) {
  std::vector<ReferencedText> references;
  if (const JsonNode* listed = test.find(member)) {
    for (const JsonNode& reference : listed->elements) {
      references.push_back({text_of(reference, "name"), text_of(reference, "schema")});
    }
  }
  return references;
}

TEST(JsonSchemaConformance, ValidSchemasAreAcceptedAndOthersRefused) {
  const auto folder = conformance_folder();
  if (!folder) return;
  const int count = for_each_case(*folder / "registry/validity.jsonl", [](const JsonNode& test) {
    const auto schema = Schema::parse(text_of(test, "schema"));
    EXPECT_EQ(schema.ok(), test.find("valid")->boolean)
        << text_of(test, "schema") << " " << (schema.ok() ? "" : schema.error().message);
  });
  EXPECT_GE(count, 50);
}

TEST(JsonSchemaConformance, CanonicalAndNormalizedTextsAgree) {
  const auto folder = conformance_folder();
  if (!folder) return;
  int count = 0;
  for (const char* file : {"canonical.jsonl", "canonical-confluent.jsonl"}) {
    count += for_each_case(*folder / "registry" / file, [](const JsonNode& test) {
      const auto schema = Schema::parse(text_of(test, "schema"));
      ASSERT_TRUE(schema.ok()) << schema.error().message;
      EXPECT_EQ(canonical_text(**schema), text_of(test, "canonical"));
      EXPECT_EQ(normalized_text(**schema), text_of(test, "normalized"));
    });
  }
  EXPECT_GE(count, 25);
}

TEST(JsonSchemaConformance, SchemasEquivalentWhenNormalizedAreOneText) {
  const auto folder = conformance_folder();
  if (!folder) return;
  for_each_case(*folder / "registry/equivalence.jsonl", [](const JsonNode& test) {
    const auto a = Schema::parse(text_of(test, "a")), b = Schema::parse(text_of(test, "b"));
    ASSERT_TRUE(a.ok() && b.ok());
    EXPECT_EQ(normalized_text(**a) == normalized_text(**b), test.find("same_when_normalized")->boolean);
  });
}

/// Verdict of a level on a history, oldest first.
bool compatible(CompatibilityLevel level, Policy policy, const std::vector<std::shared_ptr<const Schema>>& old,
                const Schema& candidate) {
  const std::size_t first = is_transitive(level) || old.empty() ? 0 : old.size() - 1;
  for (std::size_t i = first; i < old.size(); ++i) {
    if (needs_backward(level) && !incompatibilities(candidate, *old[i], policy)->empty()) return false;
    if (needs_forward(level) && !incompatibilities(*old[i], candidate, policy)->empty()) return false;
  }
  return true;
}

constexpr std::string_view kPartOrder = "numbers a type and the combination beside it by their hashes";
/// Cases whose list of changes differs from the reference's although the verdict is the same, and why.
const std::map<std::string_view, std::string_view> kOtherChanges = {
    {"json-compat-backward-1eb008bd1e54", kPartOrder},
    {"json-compat-backward-89f785590d8d", kPartOrder},
    {"json-compat-backward-dcadfecd5de5", kPartOrder},
    {"json-compat-backward-98c6ed63d96f", "the reference reports two equal array defaults as a change"},
    {"json-compat-backward-fcf99803c861", "the reference does not see a changed $id in the drafts since 2019-09"},
};

TEST(JsonSchemaConformance, CompatibilityVerdictsAndChangesAgree) {
  const auto folder = conformance_folder();
  if (!folder) return;
  for (const char* file : {"json-compat.jsonl", "json-matrix.jsonl", "json-compat-confluent.jsonl"}) {
    int agreed = 0, listed = 0, same_changes = 0;
    const int count = for_each_case(*folder / "registry" / file, [&](const JsonNode& test) {
      std::vector<std::shared_ptr<const Schema>> old;
      const auto old_references = references_in(test, "old_references");
      for (const JsonNode& text : test.find("old")->elements) {
        const auto schema = Schema::parse(text.text, old_references);
        ASSERT_TRUE(schema.ok()) << schema.error().message << text.text;
        old.push_back(*schema);
      }
      const auto candidate = Schema::parse(text_of(test, "new"), references_in(test, "new_references"));
      ASSERT_TRUE(candidate.ok()) << candidate.error().message << text_of(test, "new");
      const auto level = parse_level(text_of(test, "mode"));
      ASSERT_TRUE(level);
      const JsonNode* named = test.find("policy");
      const Policy policy = named != nullptr && named->text == "LENIENT" ? Policy::kLenient : Policy::kStrict;
      const bool wanted = test.find("compatible")->boolean;
      const bool found = compatible(*level, policy, old, **candidate);
      EXPECT_EQ(found, wanted);
      agreed += found == wanted ? 1 : 0;

      const JsonNode* expected = test.find("changes");
      if (expected == nullptr) return;
      ++listed;
      std::vector<std::string> ours, theirs;
      const auto all = changes(*old.back(), **candidate, policy);
      for (const Change& change : *all) ours.push_back(fmt::format("{} {}", change_name(change.kind), change.path));
      for (const JsonNode& change : expected->elements) theirs.push_back(change.text);
      std::ranges::sort(ours);
      std::ranges::sort(theirs);
      same_changes += ours == theirs ? 1 : 0;
      if (!kOtherChanges.contains(text_of(test, "id"))) {
        EXPECT_EQ(ours, theirs);
      }
    });
    std::printf("%s: %d of %d verdicts, %d of %d lists of changes\n", file, agreed, count, same_changes, listed);
    EXPECT_GT(count, 300);
  }
}

TEST(JsonSchemaConformance, PublishedSchemasReadTheirOwnDataAfterPrinting) {
  const auto folder = conformance_folder();
  if (!folder) return;
  int count = 0;
  for (const char* name :
       {"examples/jsonschema/nakadi-product-json-schema.json", "standards/asyncapi/2.6.0.json",
        "standards/asyncapi/3.1.0.json", "standards/openapi/3.0-schema.json", "standards/openapi/3.1-schema.json",
        "standards/odcs/odcs-json-schema-v3.1.0.json", "standards/dpds/dpds-1.0.0.schema.json",
        "standards/cloudevents/cloudevents.json", "standards/odpi-4.0/odps.json",
        "standards/openlineage/OpenLineage.json", "standards/mcp/2025-11-25.schema.json"}) {
    std::ifstream file(*folder / name);
    std::stringstream text;
    text << file.rdbuf();
    SCOPED_TRACE(name);
    const auto schema = Schema::parse(text.str());
    ASSERT_TRUE(schema.ok()) << schema.error().message;
    const std::string canonical = canonical_text(**schema);
    const auto again = Schema::parse(canonical);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(canonical_text(**again), canonical);
    EXPECT_EQ(normalized_text(**again), normalized_text(**schema));
    const auto reasons = incompatibilities(**again, **schema);
    ASSERT_TRUE(reasons.ok()) << reasons.error().message;
    EXPECT_TRUE(reasons->empty());
    ++count;
  }
  EXPECT_EQ(count, 11);
}

TEST(JsonSchemaConformance, APublishedMinorVersionReadsDataOfTheFirstAndNotTheReverse) {
  const auto folder = conformance_folder();
  if (!folder) return;
  const auto version = [&](std::string_view name) {
    std::ifstream file(*folder / "examples/jsonschema/evolution" / name);
    std::stringstream text;
    text << file.rdbuf();
    return Schema::parse(text.str()).value();
  };
  const auto first = version("snowplow-mobile_context-1-0-0.json"),
             last = version("snowplow-mobile_context-1-0-3.json");
  EXPECT_TRUE(incompatibilities(*last, *first)->empty());
  EXPECT_FALSE(incompatibilities(*first, *last)->empty());
}

}  // namespace
}  // namespace weft::schema::json
