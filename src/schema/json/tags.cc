#include "schema/json/tags.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "schema/json_tags.h"

namespace weft::schema::json {
namespace {

/// What a schema says at the top, in the order in which Confluent's paths count the parts of a combination: by the
/// names of its library's classes.
enum class Concern : std::uint8_t {
  kArray,
  kBoolean,
  kCombined,
  kConditional,
  kConst,
  kEmpty,
  kEnum,
  kFalse,
  kNot,
  kNull,
  kNumber,
  kObject,
  kReference,
  kString,
  kTrue,
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kCombinations = {
    {{"allOf", "allof"}, {"anyOf", "anyof"}, {"oneOf", "oneof"}}};

bool has_any(const JsonNode& node, std::initializer_list<std::string_view> keywords) {
  return std::any_of(keywords.begin(), keywords.end(),
                     [&](std::string_view keyword) { return node.find(keyword) != nullptr; });
}

Concern concern_of_type(std::string_view type) {
  if (type == "array") return Concern::kArray;
  if (type == "boolean") return Concern::kBoolean;
  if (type == "null") return Concern::kNull;
  if (type == "object") return Concern::kObject;
  return type == "string" ? Concern::kString : Concern::kNumber;
}

/// One part of what a schema says; `keyword` is that of a combination, empty for a list of types.
struct Part {
  Concern concern;
  std::string_view keyword, word;
};

std::vector<Part> parts_of(const JsonNode& node) {
  if (node.find("$ref") != nullptr) return {{Concern::kReference, {}, {}}};
  std::vector<Part> parts;
  const JsonNode* const type = node.find("type");
  if (type == nullptr) {
    if (has_any(node, {"properties", "required", "additionalProperties", "patternProperties", "minProperties",
                       "maxProperties", "dependencies", "propertyNames"})) {
      parts.push_back({Concern::kObject, {}, {}});
    }
    if (has_any(node, {"items", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains"})) {
      parts.push_back({Concern::kArray, {}, {}});
    }
    if (has_any(node, {"minLength", "maxLength", "pattern", "format"})) parts.push_back({Concern::kString, {}, {}});
    if (has_any(node, {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})) {
      parts.push_back({Concern::kNumber, {}, {}});
    }
  } else if (type->is_array()) {
    parts.push_back({Concern::kCombined, {}, "anyof"});
  } else {
    parts.push_back({concern_of_type(type->text), {}, {}});
  }
  if (node.find("enum") != nullptr) parts.push_back({Concern::kEnum, {}, {}});
  if (node.find("const") != nullptr) parts.push_back({Concern::kConst, {}, {}});
  if (node.find("not") != nullptr) parts.push_back({Concern::kNot, {}, {}});
  if (has_any(node, {"if", "then", "else"})) parts.push_back({Concern::kConditional, {}, {}});
  for (const auto& [keyword, word] : kCombinations) {
    if (node.find(keyword) != nullptr) parts.push_back({Concern::kCombined, keyword, word});
  }
  // A handful, and equals keep their order. (std::stable_sort of libstdc++ 12 is deprecated to clang.)
  const auto before = [](const Part& a, const Part& b) { return a.concern < b.concern; };
  for (auto at = parts.begin(); at != parts.end(); ++at) {
    std::rotate(std::upper_bound(parts.begin(), at, *at, before), at, at + 1);
  }
  return parts;
}

/// By which the branches of a combination are counted.
struct Rank {
  Concern concern;
  std::string title, description;
  std::vector<std::string> properties;

  static Rank of(const JsonNode& node) {
    if (node.is_boolean()) return {node.boolean ? Concern::kTrue : Concern::kFalse, {}, {}, {}};
    const auto parts = parts_of(node);
    const Concern concern = parts.empty() ? Concern::kEmpty : parts.size() == 1 ? parts[0].concern : Concern::kCombined;
    Rank rank{concern, text_in(node, "title"), text_in(node, "description"), {}};
    if (const JsonNode* properties = node.find("properties")) {
      for (const auto& member : properties->members) rank.properties.push_back(member.name);
      std::sort(rank.properties.begin(), rank.properties.end());
    }
    return rank;
  }
  static std::string text_in(const JsonNode& node, std::string_view keyword) {
    const JsonNode* const value = node.find(keyword);
    return value != nullptr ? value->text : std::string();
  }
  bool operator<(const Rank& other) const {
    const auto key = [](const Rank& rank) { return std::forward_as_tuple(rank.concern, rank.title, rank.description); };
    if (key(*this) != key(other)) return key(*this) < key(other);
    if (properties.size() != other.properties.size()) return properties.size() < other.properties.size();
    return properties < other.properties;
  }
};

/// Walks a document, as deep as the parser lets a tree be.
class PlaceFinder {
 public:
  static JsonTagPlaces find(JsonNode& root) {
    PlaceFinder finder;
    finder.visit(root, "", false);
    return std::move(finder.places_);
  }

 private:
  /// Inside a property the tags of the object are the property's.
  void visit(JsonNode& node, const std::string& scope, bool is_property) {
    if (!node.is_object() || scope.size() > kScopeBytesMax) return;
    const auto parts = parts_of(node);
    std::string object_scope = scope + "object";
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::string at = parts.size() == 1 ? scope : fmt::format("{}allof.{}.", scope, i);
      switch (parts[i].concern) {
        case Concern::kObject:
          object_scope = at + "object";
          visit_object(node, object_scope, is_property);
          break;
        case Concern::kArray:
          visit_in(node, "items", at + "array.");
          break;
        case Concern::kNot:
          visit_in(node, "not", at + "not.");
          break;
        case Concern::kConditional:
          for (const char* keyword : {"if", "then", "else"}) {
            visit_in(node, keyword, fmt::format("{}conditional.{}.", at, keyword));
          }
          break;
        case Concern::kCombined:
          object_scope = visit_combination(node, parts[i], at, is_property).value_or(object_scope);
          break;
        default:
          break;
      }
    }
    for (const char* keyword : {"definitions", "$defs"}) {
      JsonNode* const definitions = find_member(node, keyword);
      if (definitions == nullptr) continue;
      for (auto& [name, definition] : definitions->members) {
        visit(definition, fmt::format("{}.{}.{}.", object_scope, keyword, name), false);
      }
    }
  }

  void visit_in(JsonNode& node, std::string_view keyword, const std::string& scope) {
    if (JsonNode* const inner = find_member(node, keyword)) visit(*inner, scope, false);
  }

  void visit_object(JsonNode& node, const std::string& path, bool is_property) {
    if (!is_property) places_.add(EntityKind::kRecord, path, "", node);
    JsonNode* const properties = find_member(node, "properties");
    if (properties == nullptr) return;
    for (auto& [name, property] : properties->members) {
      const std::string property_path = path + "." + name;
      if (property.is_object()) places_.add(EntityKind::kField, property_path, "", property);
      visit(property, property_path + ".", true);
    }
  }

  /// The path of the object, when it is one of a list of types.
  std::optional<std::string> visit_combination(JsonNode& node, const Part& part, const std::string& at,
                                               bool is_property) {
    if (!part.keyword.empty()) {
      visit_branches(*find_member(node, part.keyword), fmt::format("{}{}.", at, part.word));
      return std::nullopt;
    }
    std::optional<std::string> object_path;
    std::vector<Concern> types;
    for (const JsonNode& type : find_member(node, "type")->elements) types.push_back(concern_of_type(type.text));
    std::sort(types.begin(), types.end());
    for (std::size_t i = 0; i < types.size(); ++i) {
      const std::string scope = fmt::format("{}{}.{}.", at, part.word, i);
      if (types[i] == Concern::kObject) visit_object(node, object_path.emplace(scope + "object"), is_property);
      if (types[i] == Concern::kArray) visit_in(node, "items", scope + "array.");
    }
    return object_path;
  }

  void visit_branches(JsonNode& list, const std::string& scope) {
    std::vector<std::pair<Rank, std::size_t>> branches;  // Equals in the order they stand.
    for (std::size_t i = 0; i < list.elements.size(); ++i) branches.emplace_back(Rank::of(list.elements[i]), i);
    std::sort(branches.begin(), branches.end());
    for (std::size_t i = 0; i < branches.size(); ++i) {
      visit(list.elements[branches[i].second], fmt::format("{}{}.", scope, i), false);
    }
  }

  /// Nothing below has a path that TagPlaces takes.
  static constexpr std::size_t kScopeBytesMax = 1'000;

  JsonTagPlaces places_;
};

}  // namespace

std::vector<EntityTags> inline_tags(const Schema& schema) {
  JsonNode tree = schema.tree();
  return PlaceFinder::find(tree).tagged();
}

Result<std::string> retagged_text(const Schema& schema, const TagChanges& changes) {
  JsonNode tree = schema.tree();
  TRY(PlaceFinder::find(tree).change(tree, changes));
  std::string text;
  append_json(text, tree);
  return text;
}

}  // namespace weft::schema::json
