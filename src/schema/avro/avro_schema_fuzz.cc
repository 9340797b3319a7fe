// Any text as a schema: parsing ends with a schema or an error, and what it prints reads back as the same schema.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "schema/avro/compatibility.h"
#include "schema/avro/field_tree.h"
#include "schema/avro/print.h"
#include "schema/avro/schema.h"

using namespace weft::schema::avro;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto stored = Schema::parse(text, ParseRules::kStored);
  const auto schema = Schema::parse(text);
  if (!schema.ok()) {
    CHECK(!schema.error().message.empty());
    return 0;
  }
  CHECK(stored.ok(), "what is good enough to be new is good enough to be stored");
  const std::string canonical = canonical_text(**schema);
  const auto again = Schema::parse(canonical);
  CHECK(again.ok(), "the canonical text is a schema");
  CHECK(canonical_text(**again) == canonical, "and its own canonical text");
  const auto normalized = Schema::parse(normalized_text(**schema));
  CHECK(normalized.ok());
  const auto form = parsing_canonical_form(**schema);
  if (form.ok()) CHECK(parsing_canonical_form(**again).value() == *form);
  const auto reasons = incompatibilities(**schema, **again);
  if (reasons.ok()) CHECK(reasons->empty() || canonical.find("aliases") != std::string::npos);
  (void)field_tree(**schema);
  return 0;
}
