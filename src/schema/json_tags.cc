#include "schema/json_tags.h"

#include <unordered_map>

namespace weft::schema {
namespace {

std::vector<std::string> tags_of(const JsonNode& node) {
  std::vector<std::string> tags;
  if (const JsonNode* list = node.find(kTagsMember)) {
    for (const JsonNode& tag : list->elements) {
      if (tag.is_string()) tags.push_back(tag.text);
    }
  }
  return tags;
}

void set_tags(JsonNode& node, const std::vector<std::string>& tags) {
  if (tags.empty()) {
    std::erase_if(node.members, [](const JsonNode::Member& member) { return member.name == kTagsMember; });
    return;
  }
  JsonNode* list = find_member(node, kTagsMember);
  if (list == nullptr) {
    node.members.push_back({std::string(kTagsMember), {}});
    list = &node.members.back().value;
  }
  *list = {};
  list->kind = JsonNode::Kind::kArray;
  for (const std::string& tag : tags) {
    JsonNode& element = list->elements.emplace_back();
    element.kind = JsonNode::Kind::kString;
    element.text = tag;
  }
}

using TagsByNode = std::unordered_map<const JsonNode*, const std::vector<std::string>*>;

/// What lies inside first: a member that comes or goes moves what lies inside the same object. As deep as the tree.
void set_tags_below(JsonNode& node, const TagsByNode& tags) {
  for (JsonNode& element : node.elements) set_tags_below(element, tags);
  for (auto& member : node.members) set_tags_below(member.value, tags);
  if (const auto found = tags.find(&node); found != tags.end()) set_tags(node, *found->second);
}

}  // namespace

JsonNode* find_member(JsonNode& node, std::string_view name) { return const_cast<JsonNode*>(node.find(name)); }

void JsonTagPlaces::add(EntityKind kind, std::string path, std::string other_path, JsonNode& node) {
  if (places_.add(kind, std::move(path), std::move(other_path), tags_of(node))) nodes_.push_back(&node);
}

Result<void> JsonTagPlaces::change(JsonNode& root, const TagChanges& changes) {
  TRY_ASSIGN(const auto changed, places_.changed(changes));
  TagsByNode tags;
  for (const auto& [index, after] : changed) tags.emplace(nodes_[index], &after);
  set_tags_below(root, tags);
  return {};
}

}  // namespace weft::schema
