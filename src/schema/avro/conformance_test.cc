// Checks against data that nobody of this project wrote: ../shared/conformance (or $WEFT_CONFORMANCE). Without that
// folder nothing of this runs, which is said loudly, and is a failure where CI=true.
#include "schema/testing/conformance.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "schema/avro/compatibility.h"
#include "schema/avro/decode.h"
#include "schema/avro/encode.h"
#include "schema/avro/field_tree.h"
#include "schema/avro/fingerprint.h"
#include "schema/avro/print.h"
#include "schema/avro/schema.h"
#include "schema/compatibility_level.h"
#include "schema/json_tree.h"

namespace weft::schema::avro {
namespace {

namespace fs = std::filesystem;
using testing::conformance_folder;
using testing::text_of;

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Cases of this language.
int for_each_case(const fs::path& path, const std::function<void(const JsonNode&)>& check) {
  return testing::for_each_case(path, "AVRO", check);
}

TEST(AvroConformance, ValidSchemasAreAcceptedAndOthersRefused) {
  const auto folder = conformance_folder();
  if (!folder) return;
  const int count = for_each_case(*folder / "registry/validity.jsonl", [](const JsonNode& test) {
    const auto schema = Schema::parse(text_of(test, "schema"));
    EXPECT_EQ(schema.ok(), test.find("valid")->boolean)
        << text_of(test, "id") << " " << text_of(test, "schema") << (schema.ok() ? "" : schema.error().message);
  });
  EXPECT_GT(count, 100);
}

TEST(AvroConformance, CanonicalAndNormalizedTextsAndFingerprintsAgree) {
  const auto folder = conformance_folder();
  if (!folder) return;
  int count = 0;
  for (const char* file : {"registry/canonical.jsonl", "registry/canonical-confluent.jsonl"}) {
    count += for_each_case(*folder / file, [](const JsonNode& test) {
      SCOPED_TRACE(text_of(test, "id") + " " + text_of(test, "schema"));
      const auto schema = Schema::parse(text_of(test, "schema"), ParseRules::kStored);
      ASSERT_TRUE(schema.ok()) << schema.error().message;
      if (const auto* form = test.find("parsing_canonical_form")) {
        EXPECT_EQ(parsing_canonical_form(**schema).value(), form->text);
      }
      if (const auto* print = test.find("fingerprint64")) {
        EXPECT_EQ(std::to_string(static_cast<std::int64_t>(fingerprint(**schema).value())), print->text);
      }
      if (const auto* text = test.find("canonical")) {
        EXPECT_EQ(canonical_text(**schema), text->text);
      }
      if (const auto* text = test.find("normalized")) {
        EXPECT_EQ(normalized_text(**schema), text->text);
      }
    });
  }
  EXPECT_GT(count, 100);
}

/// Verdict of a level on a history, oldest first.
bool compatible(CompatibilityLevel level, const std::vector<std::shared_ptr<const Schema>>& old,
                const Schema& candidate) {
  const std::size_t first = is_transitive(level) || old.empty() ? 0 : old.size() - 1;
  for (std::size_t i = first; i < old.size(); ++i) {
    if (needs_backward(level) && !incompatibilities(candidate, *old[i])->empty()) return false;
    if (needs_forward(level) && !incompatibilities(*old[i], candidate)->empty()) return false;
  }
  return true;
}

TEST(AvroConformance, CompatibilityVerdictsAgree) {
  const auto folder = conformance_folder();
  if (!folder) return;
  int count = 0;
  for (const char* file :
       {"avro-compat.jsonl", "avro-matrix.jsonl", "avro-history.jsonl", "avro-compat-confluent.jsonl"}) {
    count += for_each_case(*folder / "registry" / file, [](const JsonNode& test) {
      SCOPED_TRACE(text_of(test, "id"));
      std::vector<std::shared_ptr<const Schema>> old;
      for (const JsonNode& text : test.find("old")->elements) {
        const auto schema = Schema::parse(text.text, ParseRules::kStored);
        ASSERT_TRUE(schema.ok()) << schema.error().message;
        old.push_back(*schema);
      }
      const auto candidate = Schema::parse(text_of(test, "new"), ParseRules::kStored);
      ASSERT_TRUE(candidate.ok()) << candidate.error().message;
      const auto level = parse_level(text_of(test, "mode"));
      ASSERT_TRUE(level);
      EXPECT_EQ(compatible(*level, old, **candidate), test.find("compatible")->boolean);
      const auto* expected = test.find("incompatibilities");
      if (expected == nullptr || *level != CompatibilityLevel::kBackward) return;
      std::vector<std::string> found, wanted;
      const auto reasons = incompatibilities(**candidate, *old.back());
      for (const auto& reason : *reasons) {
        found.push_back(fmt::format("{} {}", incompatibility_name(reason.kind), reason.path));
      }
      for (const JsonNode& reason : expected->elements) wanted.push_back(reason.text);
      EXPECT_EQ(found, wanted);
    });
  }
  EXPECT_GT(count, 1'500);
}

TEST(AvroConformance, SchemasEquivalentWhenNormalizedAreOneText) {
  const auto folder = conformance_folder();
  if (!folder) return;
  for_each_case(*folder / "registry/equivalence.jsonl", [](const JsonNode& test) {
    SCOPED_TRACE(text_of(test, "id"));
    const auto a = Schema::parse(text_of(test, "a")), b = Schema::parse(text_of(test, "b"));
    ASSERT_TRUE(a.ok() && b.ok());
    EXPECT_EQ(normalized_text(**a) == normalized_text(**b), test.find("same_when_normalized")->boolean);
  });
}

TEST(AvroConformance, PublishedSchemasParsePrintAndKeepTheirProperties) {
  const auto folder = conformance_folder();
  if (!folder) return;
  int count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(*folder / "examples/avro")) {
    if (!entry.is_regular_file()) continue;
    SCOPED_TRACE(entry.path().string());
    const std::string text = read_file(entry.path());
    const auto schema = Schema::parse(text);
    ASSERT_TRUE(schema.ok()) << schema.error().message;
    ++count;
    const std::string canonical = canonical_text(**schema);
    const auto again = Schema::parse(canonical);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(canonical_text(**again), canonical);
    EXPECT_EQ(fingerprint(**again).value(), fingerprint(**schema).value());
    EXPECT_TRUE(incompatibilities(**schema, **again)->empty());
    EXPECT_FALSE(field_tree(**schema).fields.empty());
    const auto occurrences = [](const std::string& in) {
      int found = 0;
      for (auto at = in.find("arg.properties"); at != std::string::npos; at = in.find("arg.properties", at + 1))
        ++found;
      return found;
    };
    EXPECT_EQ(occurrences(canonical), occurrences(text));
  }
  EXPECT_GE(count, 10);
}

TEST(AvroConformance, APublishedEvolutionIsJudgedAsItsAuthorsSay) {
  const auto folder = conformance_folder();
  if (!folder) return;
  const auto version = [&](std::string_view name) {
    return Schema::parse(read_file(*folder / "examples/avro/evolution" / name)).value();
  };
  const auto v1 = version("user_signed_up-v1.avsc"), v2 = version("user_signed_up-v2.avsc");
  const auto bad = version("user_signed_up-v3-bad.avsc");
  EXPECT_TRUE(incompatibilities(*v2, *v1)->empty());
  EXPECT_TRUE(incompatibilities(*v1, *v2)->empty());
  EXPECT_FALSE(incompatibilities(*bad, *v2)->empty());
}

TEST(AvroConformance, TheInteropSchemaRoundTripsADatumOfEveryType) {
  const auto folder = conformance_folder();
  if (!folder) return;
  const auto schema = Schema::parse(read_file(*folder / "examples/avro/interop.avsc"));
  ASSERT_TRUE(schema.ok());
  const std::string json =
      R"({"intField":-12,"longField":15234324,"stringField":"hey","boolField":true,"floatField":1234.5,"doubleField":-5432.6,"bytesField":"\u0000ÿ","nullField":null,"arrayField":[5.0,-0.5,1e+100],"mapField":{"a":{"label":"x"}},"unionField":{"array":["z"]},"enumField":"C","fixedField":"0123456789abcdef","recordField":{"label":"outer","children":[{"label":"inner","children":[]}]}})";
  Buffer datum;
  const auto written = encode_json(**schema, json, datum);
  ASSERT_TRUE(written.ok()) << written.error().message;
  std::string back;
  const auto read = decode_json(**schema, datum, JsonStyle::kAvro, back);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(back, json);
}

}  // namespace
}  // namespace weft::schema::avro
