#include "mesh/attribute_value.h"

#include <utility>

#include "mesh/json_writer.h"
#include "schema/json_tree.h"

namespace weft::mesh {

AttributeValue AttributeValue::of_text(std::string text) {
  const Type type = is_date(text) ? Type::kDate : Type::kText;
  return {type, std::move(text), {}};
}

AttributeValue AttributeValue::list(std::vector<std::string> items) { return {Type::kList, {}, std::move(items)}; }

Result<AttributeValue> AttributeValue::of_json(const schema::JsonNode& node) {
  if (node.is_string()) return of_text(node.text);
  if (node.is_number()) return AttributeValue{Type::kNumber, node.text, {}};
  if (node.is_boolean()) return AttributeValue{Type::kBoolean, node.boolean ? "true" : "false", {}};
  if (node.is_array()) {
    std::vector<std::string> items;
    for (const schema::JsonNode& element : node.elements) {
      if (!element.is_string()) return error(ErrorCode::kInvalidArgument, "a list holds {}", element.kind_text());
      items.push_back(element.text);
    }
    return list(std::move(items));
  }
  return error(ErrorCode::kInvalidArgument, "it is {}", node.kind_text());
}

std::string_view attribute_type_name(AttributeValue::Type type) {
  switch (type) {
    case AttributeValue::Type::kText:
      return "text";
    case AttributeValue::Type::kNumber:
      return "number";
    case AttributeValue::Type::kBoolean:
      return "boolean";
    case AttributeValue::Type::kDate:
      return "date";
    case AttributeValue::Type::kList:
      return "list";
  }
  return "text";
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  // A day that does not exist comes back as another one.
  const auto midnight = parse_time_text(std::string(text) + "T00:00:00Z");
  return midnight && time_text(*midnight).starts_with(text);
}

void write(JsonWriter& json, const AttributeValue& value) {
  switch (value.type) {
    case AttributeValue::Type::kText:
    case AttributeValue::Type::kDate:
      json.value(value.text);
      break;
    case AttributeValue::Type::kNumber:
    case AttributeValue::Type::kBoolean:
      json.raw(value.text);
      break;
    case AttributeValue::Type::kList:
      json.value(value.items);
      break;
  }
}

void write(JsonWriter& json, const Attributes& attributes) {
  json.begin_object();
  for (const auto& [name, value] : attributes) json.member(name, value);
  json.end_object();
}

}  // namespace weft::mesh
