#include "mesh/product_difference.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/check.h"
#include "mesh/json_writer.h"
#include "schema/json_tree.h"

namespace weft::mesh {

namespace {

/// A product as a list of fields with their JSON: what is empty or null says nothing and is left out.
class FieldTexts {
 public:
  explicit FieldTexts(const Product& product) {
    JsonWriter json;
    json.begin_object();
    write_members(json, product);
    json.end_object();
    const std::string text = std::move(json).take();
    const auto root = schema::parse_json(text);
    CHECK(root.ok(), "we wrote it");
    object("", *root);
  }

  const std::vector<std::pair<std::string, std::string>>& in_order() const { return fields_; }
  const std::string* find(const std::string& field) const {
    const auto at = by_name_.find(field);
    return at == by_name_.end() ? nullptr : &fields_[at->second].second;
  }

 private:
  void object(const std::string& place, const schema::JsonNode& node) {
    for (const schema::JsonNode::Member& member : node.members)
      value(place.empty() ? member.name : fmt::format("{}.{}", place, member.name), member.value);
  }

  void value(const std::string& place, const schema::JsonNode& node) {
    if (node.is_null() || (node.is_string() && node.text.empty())) return;
    if (node.is_object()) return object(place, node);
    // An attribute that is a list is one value.
    if (node.is_array() && !place.starts_with("attributes.")) return list(place, node);
    std::string text;
    schema::append_json(text, node);
    // A long number of an attribute keeps its digits.
    add(place, node.is_number() ? node.text : std::move(text));
  }

  void list(const std::string& place, const schema::JsonNode& node) {
    for (const schema::JsonNode& element : node.elements) {
      const schema::JsonNode* name = element.find("name");
      if (name == nullptr) name = element.find("title");
      const std::string at = fmt::format("{}[{}]", place, name != nullptr ? name->text : element.text);
      if (!element.is_object()) {
        value(at, element);
        continue;
      }
      for (const schema::JsonNode::Member& member : element.members)
        if (&member.value != name) value(fmt::format("{}.{}", at, member.name), member.value);
    }
  }

  void add(const std::string& field, std::string text) {
    // Two links of one title: the later counts, as for the reader who looks for it.
    const auto [at, added] = by_name_.try_emplace(field, fields_.size());
    if (added) fields_.emplace_back(field, std::move(text));
    else fields_[at->second].second = std::move(text);
  }

  std::vector<std::pair<std::string, std::string>> fields_;
  std::map<std::string, std::size_t> by_name_;
};

}  // namespace

std::string_view change_name(FieldChange::Kind kind) {
  switch (kind) {
    case FieldChange::Kind::kAdded:
      return "added";
    case FieldChange::Kind::kChanged:
      return "changed";
    case FieldChange::Kind::kRemoved:
      return "removed";
  }
  return "changed";
}

std::vector<FieldChange> difference(const Product& from, const Product& to) {
  const FieldTexts before(from), after(to);
  std::vector<FieldChange> changes;
  for (const auto& [field, text] : after.in_order()) {
    const std::string* old = before.find(field);
    if (old == nullptr) changes.push_back({field, FieldChange::Kind::kAdded, "", text});
    else if (*old != text) changes.push_back({field, FieldChange::Kind::kChanged, *old, text});
  }
  for (const auto& [field, text] : before.in_order())
    if (after.find(field) == nullptr) changes.push_back({field, FieldChange::Kind::kRemoved, text, ""});
  return changes;
}

}  // namespace weft::mesh
