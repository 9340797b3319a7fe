#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "schema/json/schema.h"
#include "schema/json_tree.h"

namespace weft::schema::json {

/// Where and why a value does not conform.
struct Violation {
  std::string path;     ///< JSON pointer into the value: "/items/2/price"; empty for the value itself.
  std::string message;  ///< For a person: "must be a string, and is a number".
};

inline constexpr std::size_t kViolationsMax = 20;

/// Everything about `value` that the schema does not allow, at most kViolationsMax; empty when it conforms. `format`
/// and the `content…` keywords are annotations and refuse nothing; patterns that take a backtracking engine are taken
/// as matched; `$dynamicRef` and `$recursiveRef` mean what they mean without other schemas around them. Errors:
/// kTooLarge when checking takes too many steps, or a schema leads back to itself without an end.
Result<std::vector<Violation>> validate(const Schema& schema, const JsonNode& value);

}  // namespace weft::schema::json
