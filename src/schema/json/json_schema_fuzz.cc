// Any text as a schema: parsing ends with a schema or an error; what it prints reads back as the same schema, and that
// one is compatible with the first. The text behind the first line is a second schema to compare with, and a value.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "schema/json/compatibility.h"
#include "schema/json/field_tree.h"
#include "schema/json/print.h"
#include "schema/json/schema.h"
#include "schema/json/validate.h"

using namespace weft::schema;
using namespace weft::schema::json;

namespace {

void compare(const Schema& a, std::string_view other_text) {
  const auto b = Schema::parse(other_text);
  if (!b.ok()) return;
  (void)incompatibilities(a, **b);
  (void)incompatibilities(**b, a, Policy::kLenient);
  (void)validate(a, (*b)->tree());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  if (line != std::string_view::npos) {
    if (const auto first = Schema::parse(text.substr(0, line)); first.ok()) compare(**first, text.substr(line + 1));
  }
  const auto schema = Schema::parse(text);
  if (!schema.ok()) {
    CHECK(!schema.error().message.empty());
    return 0;
  }
  const std::string canonical = canonical_text(**schema);
  const auto again = Schema::parse(canonical);
  CHECK(again.ok(), "the canonical text is a schema");
  CHECK(canonical_text(**again) == canonical, "and its own canonical text");
  const std::string normalized = normalized_text(**schema);
  const auto sorted = Schema::parse(normalized);
  CHECK(sorted.ok(), "the normalized text is a schema");
  CHECK(normalized_text(**sorted) == normalized);
  for (const Policy policy : {Policy::kStrict, Policy::kLenient}) {
    const auto reasons = incompatibilities(**again, **schema, policy);
    if (reasons.ok()) CHECK(reasons->empty(), "a schema reads its own data");
  }
  (void)field_tree(**schema);
  (void)validate(**schema, (*schema)->tree());
  return 0;
}
