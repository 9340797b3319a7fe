#include "mesh/json_reader.h"

namespace weft::mesh {

namespace {
Error wrong(std::string_view name, std::string_view wanted) {
  return error(ErrorCode::kCorrupt, "member '{}' should be {}", name, wanted);
}
}  // namespace

Result<std::string> JsonReader::text(std::string_view name) const {
  const schema::JsonNode* node = object_.find(name);
  if (node == nullptr || !node->is_string()) return wrong(name, "a text");
  return node->text;
}

Result<std::optional<std::string>> JsonReader::maybe_text(std::string_view name) const {
  const schema::JsonNode* node = object_.find(name);
  if (node == nullptr || node->is_null()) return std::optional<std::string>{};
  if (!node->is_string()) return wrong(name, "a text");
  return std::optional(node->text);
}

Result<std::int64_t> JsonReader::integer(std::string_view name) const {
  const schema::JsonNode* node = object_.find(name);
  const auto number = node == nullptr ? std::nullopt : node->integer();
  if (!number) return wrong(name, "an integer");
  return *number;
}

Result<std::vector<std::string>> JsonReader::texts(std::string_view name) const {
  const schema::JsonNode* node = object_.find(name);
  if (node == nullptr || !node->is_array()) return wrong(name, "an array of texts");
  std::vector<std::string> out;
  for (const schema::JsonNode& element : node->elements) {
    if (!element.is_string()) return wrong(name, "an array of texts");
    out.push_back(element.text);
  }
  return out;
}

Result<const schema::JsonNode*> JsonReader::object(std::string_view name) const {
  const schema::JsonNode* node = object_.find(name);
  if (node == nullptr || !node->is_object()) return wrong(name, "an object");
  return node;
}

Result<const schema::JsonNode*> JsonReader::array(std::string_view name) const {
  const schema::JsonNode* node = object_.find(name);
  if (node == nullptr || !node->is_array()) return wrong(name, "an array");
  return node;
}

}  // namespace weft::mesh
