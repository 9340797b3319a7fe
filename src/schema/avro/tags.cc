#include "schema/avro/tags.h"

#include <limits>

#include "schema/avro/print.h"
#include "schema/json_tags.h"

namespace weft::schema::avro {
namespace {

/// Walks a canonical text. As deep as parse_json lets a tree be.
class PlaceFinder {
 public:
  static JsonTagPlaces find(JsonNode& root) {
    PlaceFinder finder;
    finder.visit(root, "");
    return std::move(finder.places_);
  }

 private:
  void visit(JsonNode& type, const std::string& space) {
    for (JsonNode& branch : type.elements) visit(branch, space);
    JsonNode* const kind = find_member(type, "type");
    if (kind == nullptr) return;
    if (!kind->is_string()) return visit(*kind, space);
    if (kind->text == "record" || kind->text == "error") return visit_record(type, space);
    for (const char* inner : {"items", "values"}) {
      if (JsonNode* const element = find_member(type, inner)) visit(*element, space);
    }
  }

  void visit_record(JsonNode& record, const std::string& space_around) {
    Name name{text_in(record, "name"), space_around};
    if (record.find("namespace") != nullptr) name.space = text_in(record, "namespace");
    if (const auto point = name.name.rfind('.'); point != std::string::npos) {
      name.space = name.name.substr(0, point);
      name.name.erase(0, point + 1);
    }
    const std::string full = name.full();
    places_.add(EntityKind::kRecord, full, name.name, record);
    JsonNode* const fields = find_member(record, "fields");
    if (fields == nullptr) return;
    for (JsonNode& field : fields->elements) {
      const std::string field_name = text_in(field, "name");
      places_.add(EntityKind::kField, full + "." + field_name, name.name + "." + field_name, field);
      if (JsonNode* const type = find_member(field, "type")) visit(*type, name.space);
    }
  }

  static std::string text_in(const JsonNode& node, std::string_view member) {
    const JsonNode* const value = node.find(member);
    return value != nullptr ? value->text : std::string();
  }

  JsonTagPlaces places_;
};

/// Of a text that was printed here: only its depth is bounded.
Result<JsonNode> tree_of(const std::string& text) {
  return parse_json(text, {.text_bytes_max = text.size(), .values_max = std::numeric_limits<std::size_t>::max()});
}

}  // namespace

std::vector<EntityTags> inline_tags(const Schema& schema) {
  const std::string text = resolved_text(schema).value_or(canonical_text(schema));
  if (text.find(kTagsMember) == std::string::npos) return {};
  auto tree = tree_of(text);
  if (!tree.ok()) return {};
  return PlaceFinder::find(*tree).tagged();
}

Result<std::string> retagged_text(const Schema& schema, const TagChanges& changes) {
  TRY_ASSIGN(JsonNode tree, tree_of(canonical_text(schema)));
  TRY(PlaceFinder::find(tree).change(tree, changes));
  std::string text;
  append_json(text, tree);
  return text;
}

}  // namespace weft::schema::avro
