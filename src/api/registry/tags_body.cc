#include "api/registry/tags_body.h"

#include "api/registry/register_body.h"
#include "registry/contract.h"
#include "registry/refusal.h"

namespace weft::api {
namespace {

using registry::Refusal;
using registry::refuse;
using schema::JsonNode;

Error wrong(std::string_view member, std::string_view expected, const JsonNode& value) {
  return refuse(Refusal::kInvalidRequest, "\"{}\" must be {}, and is {}", member, expected, value.kind_text());
}

Result<std::vector<std::string>> texts_of(std::string_view member, const JsonNode& list) {
  if (!list.is_array()) return wrong(member, "a list of strings", list);
  std::vector<std::string> texts;
  for (const JsonNode& element : list.elements) {
    if (!element.is_string()) return wrong(member, "a list of strings", element);
    texts.push_back(element.text);
  }
  return texts;
}

Result<schema::Entity> entity_of(std::string_view member, const JsonNode& node) {
  if (!node.is_object()) return wrong(member, "an object with entityPath and entityType", node);
  const JsonNode* const path = node.find("entityPath");
  const JsonNode* const kind = node.find("entityType");
  if (path == nullptr || !path->is_string() || kind == nullptr || !kind->is_string()) {
    return refuse(Refusal::kInvalidRequest, "every {} needs the strings \"entityPath\" and \"entityType\"", member);
  }
  for (const auto known : {schema::EntityKind::kRecord, schema::EntityKind::kField}) {
    if (kind->text == schema::entity_kind_name(known)) return schema::Entity{known, path->text};
  }
  return refuse(Refusal::kInvalidRequest, "{}.entityType must be sr_record or sr_field, and is '{}'", member,
                kind->text.substr(0, 100));
}

Result<void> take_member(std::string_view name, const JsonNode& value, TagRequest& request) {
  if (name == "tagsToAdd") {
    TRY_ASSIGN(request.tags.add, parse_entity_tags(name, value));
  } else if (name == "tagsToRemove") {
    TRY_ASSIGN(request.tags.remove, parse_entity_tags(name, value));
  } else if (name == "newVersion") {
    const auto number = value.integer();
    if (!number || *number < INT32_MIN || *number > INT32_MAX) return wrong(name, "a whole number of 32 bits", value);
    // Clients write 0 or -1 for "not given".
    if (*number > 0) request.new_version = static_cast<std::int32_t>(*number);
  } else if (name == "metadata") {
    TRY_ASSIGN(request.metadata_json, registry::metadata_text(value));
  } else if (name == "ruleSet" || name == "ruleset") {
    TRY_ASSIGN(request.rule_set_json, registry::rule_set_text(value));
  } else if (name == "rulesToMerge") {
    TRY_ASSIGN(request.rules_to_merge_json, registry::rule_set_text(value));
  } else if (name == "rulesToRemove") {
    TRY_ASSIGN(request.rules_to_remove, texts_of(name, value));
  } else {
    return refuse(Refusal::kInvalidRequest, "Unrecognized field: {}", name.substr(0, 100));
  }
  return {};
}

}  // namespace

Result<std::vector<schema::EntityTags>> parse_entity_tags(std::string_view member, const JsonNode& node) {
  if (!node.is_array()) return wrong(member, "a list", node);
  std::vector<schema::EntityTags> all;
  for (const JsonNode& element : node.elements) {
    const JsonNode* const entity = element.find("schemaEntity");
    const JsonNode* const tags = element.find("tags");
    if (entity == nullptr || tags == nullptr) {
      return refuse(Refusal::kInvalidRequest, "every element of \"{}\" needs \"schemaEntity\" and \"tags\"", member);
    }
    schema::EntityTags& each = all.emplace_back();
    TRY_ASSIGN(each.entity, entity_of("schemaEntity", *entity));
    TRY_ASSIGN(each.tags, texts_of("tags", *tags));
  }
  return all;
}

Result<TagRequest> parse_tag_body(std::string_view body) {
  TRY_ASSIGN(const JsonNode tree, parse_registry_body(body));
  TagRequest request;
  for (const auto& [name, value] : tree.members) {
    if (!value.is_null()) TRY(take_member(name, value, request));
  }
  if (request.changes_rules() && request.rule_set_json) {
    return refuse(Refusal::kInvalidRuleSet,
                  "Invalid ruleset: \"ruleSet\" goes without \"rulesToMerge\" and \"rulesToRemove\"");
  }
  return request;
}

}  // namespace weft::api
