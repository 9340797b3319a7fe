#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/attribute_value.h"
#include "schema/json_tree.h"

namespace weft::mesh {

class YamlMapReader;

/// What is wrong with one value, and what to do about it.
struct Violation {
  std::string message;
  std::string fix;
  std::optional<std::string> suggestion;  ///< A value that would pass.
};

/// What one kind of rule asks of one value. Immutable, bounded time: linear in the value.
class Condition {
 public:
  virtual ~Condition() = default;
  /// `value` is null when the product does not say it. Only `required`, `length` and `count` mind: a rule about what
  /// a value must be is no rule that there must be one.
  virtual std::optional<Violation> check(const schema::JsonNode* value) const = 0;
  /// For people who read the list of rules: "20 to 2000 characters".
  virtual std::string text() const = 0;
};
using ConditionPointer = std::shared_ptr<const Condition>;

using AttributeType = AttributeValue::Type;
/// "text" (or "string"), "number", "boolean", "date", "list".
std::optional<AttributeType> parse_attribute_type(std::string_view name);

/// What a governor says about one attribute of products.
struct AttributeConstraints {
  AttributeType type = AttributeType::kText;
  bool required = false;
  std::vector<schema::JsonNode> allowed;  ///< Empty: every value of the type.
  ConditionPointer further;               ///< A pattern or a range; may be null.
};
ConditionPointer attribute_condition(AttributeConstraints constraints);
/// The list of scalars at `key`.
std::vector<schema::JsonNode> read_allowed_values(YamlMapReader& map, std::string_view key);

/// The kinds of rules, for messages and documents.
struct ConditionKind {
  std::string_view name;
  std::string_view parameters;  ///< "min, max"
  std::string_view help;
  /// Reads the kind's own keys; null when there is a finding.
  ConditionPointer (*read)(YamlMapReader& rule);
};
const std::vector<ConditionKind>& condition_kinds();

/// "7d", "36h", "90m", "30s": milliseconds. Nothing when it is no such time.
std::optional<std::int64_t> parse_duration_ms(std::string_view text);
std::string duration_text(std::int64_t ms);

/// A value as a person writes it, cut at 60 characters.
std::string shown(const schema::JsonNode& value);

/// Unicode code points of a text without the spaces around it.
std::size_t characters_of(std::string_view text);

}  // namespace weft::mesh
