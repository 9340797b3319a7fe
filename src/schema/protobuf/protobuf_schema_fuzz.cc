// Any text as a schema (behind a NUL: a second file that it may import as "r.proto"): parsing ends with a schema or an
// error, and what it prints reads back as the same schema.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "schema/protobuf/compatibility.h"
#include "schema/protobuf/field_tree.h"
#include "schema/protobuf/print.h"
#include "schema/protobuf/schema.h"

using namespace weft::schema::protobuf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  const std::string_view text = input.substr(0, end);
  const Reference references[] = {
      {"r.proto", end == std::string_view::npos ? std::string_view() : input.substr(end + 1)}};
  const auto parse = [&](std::string_view from, ParseRules rules) { return Schema::parse(from, rules, references); };

  const auto stored = parse(text, ParseRules::kStored);
  const auto fresh = parse(text, ParseRules::kNew);
  if (!stored.ok()) {
    CHECK(!fresh.ok(), "what is good enough to be new is good enough to be stored");
    CHECK(!stored.error().message.empty());
    return 0;
  }
  const ParseRules rules = fresh.ok() ? ParseRules::kNew : ParseRules::kStored;
  const Schema& schema = **stored;
  const std::string canonical = canonical_text(schema);
  const auto again = parse(canonical, rules);
  CHECK(again.ok(), "the canonical text is a schema");
  CHECK(canonical_text(**again) == canonical, "and its own canonical text");
  CHECK(differences(schema, **again).empty(), "and the same schema");

  const auto normalized = normalized_text(schema);
  CHECK(normalized.ok() || !fresh.ok(), "types of a new schema are declared somewhere");
  if (normalized.ok()) {
    const auto sorted = parse(*normalized, rules);
    CHECK(sorted.ok(), "the normalised text is a schema");
    CHECK(normalized_text(**sorted).value() == *normalized, "and its own normalised text");
    if (fresh.ok()) CHECK(incompatibilities(**sorted, schema).empty() && incompatibilities(schema, **sorted).empty());
  }
  const auto serialized = serialized_text(schema);
  if (serialized.ok()) {
    const auto back = parse(*serialized, ParseRules::kStored);
    CHECK(back.ok(), "the serialized descriptor is a schema");
    CHECK(incompatibilities(**back, schema).empty() && incompatibilities(schema, **back).empty(), "and the same one");
  }
  (void)parse(text_without_extensions(schema), ParseRules::kStored);
  (void)field_tree(schema);
  return 0;
}
