#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weft::schema {
class JsonNode;
}

namespace weft::mesh {

class JsonWriter;

inline constexpr std::size_t kAttributesMax = 50;
inline constexpr std::size_t kAttributeNameMax = 60;  ///< Letters, digits, '.', '_' and '-'.
inline constexpr std::size_t kAttributeTextMax = 1000;  ///< Code points of one text.
inline constexpr std::size_t kAttributeItemsMax = 50;

/// What an attribute of a product says. A number keeps its digits, at most 15 of them; a date is a text of the form 2027-03-31.
struct AttributeValue {
  enum class Type { kText, kNumber, kBoolean, kDate, kList };
  Type type = Type::kText;
  std::string text;                ///< All but lists; a boolean is "true" or "false".
  std::vector<std::string> items;  ///< Of a list.

  bool operator==(const AttributeValue&) const = default;

  /// A date when it is one.
  static AttributeValue of_text(std::string text);
  static AttributeValue list(std::vector<std::string> items);
  /// kInvalidArgument says which kinds there are.
  static Result<AttributeValue> of_json(const schema::JsonNode& node);
};

using Attributes = std::map<std::string, AttributeValue, std::less<>>;

/// "text", "number", "boolean", "date", "list".
std::string_view attribute_type_name(AttributeValue::Type type);
/// A day of the Gregorian calendar as 2027-03-31.
bool is_date(std::string_view text);

/// As JSON has it: a text, a number with its digits, true or false, a list of texts.
void write(JsonWriter& json, const AttributeValue& value);
void write(JsonWriter& json, const Attributes& attributes);

}  // namespace weft::mesh
