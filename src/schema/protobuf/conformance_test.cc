// Checks against data that nobody of this project wrote: ../shared/conformance (or $WEFT_CONFORMANCE). Without that
// folder nothing of this runs, which is said loudly, and is a failure where CI=true.
#include "schema/testing/conformance.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "schema/compatibility_level.h"
#include "schema/json_tree.h"
#include "schema/protobuf/compatibility.h"
#include "schema/protobuf/message_indexes.h"
#include "schema/protobuf/print.h"
#include "schema/protobuf/schema.h"
#include "schema/wire_format.h"

namespace weft::schema::protobuf {
namespace {

namespace fs = std::filesystem;
using testing::conformance_folder;
using testing::text_of;

/// Cases of this language.
int for_each_case(const fs::path& path, const std::function<void(const JsonNode&)>& check) {
  return testing::for_each_case(path, "PROTOBUF", check);
}

Result<std::shared_ptr<const Schema>> parse_stored(const std::string& text, const JsonNode* references = nullptr) {
  std::vector<Reference> given;
  if (references != nullptr) {
    for (const JsonNode& reference : references->elements) {
      if (reference.find("schema") == nullptr) continue;  // well known: has to be there without being given
      given.push_back({reference.find("name")->text, reference.find("schema")->text});
    }
  }
  return Schema::parse(text, ParseRules::kStored, given);
}

TEST(ProtobufConformance, ValidSchemasAreAcceptedAndOthersRefused) {
  const auto folder = conformance_folder();
  if (!folder) return;
  const int count = for_each_case(*folder / "registry" / "validity.jsonl", [](const JsonNode& test) {
    const auto schema = Schema::parse(text_of(test, "schema"));
    EXPECT_EQ(schema.ok(), test.find("valid")->boolean)
        << text_of(test, "id") << " " << text_of(test, "schema") << (schema.ok() ? "" : schema.error().message);
  });
  EXPECT_GE(count, 20);
}

/// Cases whose expected texts are those of another schema: no message of `schema` stands in them, so nothing could
/// print one as the other. What these texts say about printing is checked all the same: each has to be its own
/// canonical or normalised text, and the text that stands for the case's schema is found in the case named here, if
/// there is one.
struct Mispaired {
  std::string_view texts_are_in;  ///< The case that holds what this case's schema prints.
  bool normalized_is_proto = true;
};
const std::map<std::string_view, Mispaired> kMispaired = {
    {"protobuf-canonical-511d0c8f62ee", {""}},
    {"protobuf-canonical-67de3f31fa97", {""}},
    {"protobuf-canonical-8e28deb0aa83", {""}},
    // Its normalised text gives a bytes field a number as default, which is no Protobuf.
    {"protobuf-canonical-c6be629b130b", {"protobuf-canonical-fbb2ac8e6314", false}},
    {"protobuf-canonical-fbb2ac8e6314", {""}},
    {"protobuf-canonical-ff914193b837", {"protobuf-canonical-8e28deb0aa83"}},
};

void expect_prints(const std::string& text, const JsonNode& expected, bool canonical_too) {
  const auto schema = parse_stored(text);
  ASSERT_TRUE(schema.ok()) << schema.error().message << "\n" << text;
  if (const auto* canonical = expected.find("canonical"); canonical != nullptr && canonical_too) {
    EXPECT_EQ(canonical_text(**schema), canonical->text);
  }
  const auto normalized = normalized_text(**schema);
  ASSERT_TRUE(normalized.ok()) << normalized.error().message;
  EXPECT_EQ(*normalized, text_of(expected, "normalized"));
}

TEST(ProtobufConformance, CanonicalAndNormalizedTextsAgree) {
  const auto folder = conformance_folder();
  if (!folder) return;
  std::map<std::string, JsonNode> cases;
  for (const char* file : {"canonical.jsonl", "canonical-confluent.jsonl"}) {
    for_each_case(*folder / "registry" / file, [&](const JsonNode& test) { cases.emplace(text_of(test, "id"), test); });
  }
  EXPECT_GE(cases.size(), 7U);
  for (const auto& [id, test] : cases) {
    SCOPED_TRACE(id);
    const auto mispaired = kMispaired.find(id);
    if (mispaired == kMispaired.end()) {
      expect_prints(text_of(test, "schema"), test, true);
      continue;
    }
    if (test.find("canonical") != nullptr) expect_prints(text_of(test, "canonical"), test, true);
    if (mispaired->second.normalized_is_proto) expect_prints(text_of(test, "normalized"), test, false);
    const auto other = cases.find(std::string(mispaired->second.texts_are_in));
    if (other != cases.end()) expect_prints(text_of(test, "schema"), other->second, true);
  }
}

/// Verdict of a level on a history, oldest first.
bool compatible(CompatibilityLevel level, const std::vector<std::shared_ptr<const Schema>>& old,
                const Schema& candidate) {
  const std::size_t first = is_transitive(level) || old.empty() ? 0 : old.size() - 1;
  for (std::size_t i = first; i < old.size(); ++i) {
    if (needs_backward(level) && !incompatibilities(candidate, *old[i]).empty()) return false;
    if (needs_forward(level) && !incompatibilities(*old[i], candidate).empty()) return false;
  }
  return true;
}

TEST(ProtobufConformance, CompatibilityVerdictsAndDifferencesAgree) {
  const auto folder = conformance_folder();
  if (!folder) return;
  int count = 0;
  for (const char* file : {"protobuf-compat.jsonl", "protobuf-compat-confluent.jsonl"}) {
    count += for_each_case(*folder / "registry" / file, [](const JsonNode& test) {
      SCOPED_TRACE(text_of(test, "id"));
      std::vector<std::shared_ptr<const Schema>> old;
      for (const JsonNode& text : test.find("old")->elements) {
        const auto schema = parse_stored(text.text, test.find("old_references"));
        ASSERT_TRUE(schema.ok()) << schema.error().message;
        old.push_back(*schema);
      }
      const auto candidate = parse_stored(text_of(test, "new"), test.find("new_references"));
      ASSERT_TRUE(candidate.ok()) << candidate.error().message;
      const auto level = parse_level(text_of(test, "mode"));
      ASSERT_TRUE(level);
      EXPECT_EQ(compatible(*level, old, **candidate), test.find("compatible")->boolean)
          << old.back()->file().package << canonical_text(*old.back()) << canonical_text(**candidate);
      const auto* changes = test.find("changes");
      if (changes == nullptr) return;
      std::multiset<std::string> found, wanted;
      for (const auto& difference : differences(*old.back(), **candidate)) {
        found.insert(fmt::format("{} {}", difference_name(difference.kind), difference.path));
      }
      for (const JsonNode& change : changes->elements) wanted.insert(change.text);
      EXPECT_EQ(found, wanted);
    });
  }
  EXPECT_GE(count, 277);
}

TEST(ProtobufConformance, SchemasEquivalentWhenNormalizedAreOneText) {
  const auto folder = conformance_folder();
  if (!folder) return;
  const int count = for_each_case(*folder / "registry" / "equivalence.jsonl", [](const JsonNode& test) {
    SCOPED_TRACE(text_of(test, "id"));
    const auto a = Schema::parse(text_of(test, "a")), b = Schema::parse(text_of(test, "b"));
    ASSERT_TRUE(a.ok()) << a.error().message;
    ASSERT_TRUE(b.ok()) << b.error().message;
    EXPECT_EQ(normalized_text(**a).value() == normalized_text(**b).value(), test.find("same_when_normalized")->boolean)
        << normalized_text(**a).value() << normalized_text(**b).value();
  });
  EXPECT_GE(count, 9);
}

std::string hex(ByteView bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<int>(byte));
  return text;
}
Buffer unhex(const std::string& text) {
  Buffer bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

TEST(ProtobufConformance, FramesAreWrittenAndReadAsTheFormatHasThem) {
  const auto folder = conformance_folder();
  if (!folder) return;
  const int count = for_each_case(*folder / "registry" / "wire-format.jsonl", [](const JsonNode& test) {
    SCOPED_TRACE(text_of(test, "id"));
    MessageIndexes indexes;
    for (const JsonNode& index : test.find("indexes")->elements) {
      indexes.push_back(static_cast<std::int32_t>(*index.integer()));
    }
    Buffer written;
    const Buffer message = test.find("payload_hex") == nullptr ? Buffer() : unhex(text_of(test, "payload_hex"));
    if (const auto* id = test.find("schema_id"))
      append_frame(written, SchemaId(static_cast<std::int32_t>(*id->integer())));
    const std::size_t frame = written.size();
    append_message_indexes(written, indexes);
    written.insert(written.end(), message.begin(), message.end());
    EXPECT_EQ(hex(written), text_of(test, "hex"));
    const auto read = parse_message_indexes(ByteView(written).subspan(frame));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->indexes, indexes);
    EXPECT_EQ(hex(read->message), hex(message));
  });
  EXPECT_GE(count, 23);
}

}  // namespace
}  // namespace weft::schema::protobuf
