#include "api/registry/register_body.h"

#include <algorithm>
#include <array>

#include "api/registry/tags_body.h"
#include "registry/contract.h"
#include "registry/refusal.h"
#include "schema/json_tree.h"

namespace weft::api {
namespace {

using registry::Refusal;
using registry::refuse;
using schema::JsonNode;

constexpr schema::JsonLimits kBodyLimits{
    .text_bytes_max = kRegistryBodyBytesMax, .depth_max = 20, .values_max = 100'000};

/// Part of answers, without effect in a request.
constexpr std::array<std::string_view, 4> kIgnored = {"subject", "guid", "ts", "deleted"};

Error wrong(std::string_view member, std::string_view expected, const JsonNode& value) {
  return refuse(Refusal::kInvalidRequest, "\"{}\" must be {}, and is {}", member, expected, value.kind_text());
}

Result<std::string> text_of(std::string_view member, const JsonNode& value) {
  if (!value.is_string()) return wrong(member, "a string", value);
  return value.text;
}

Result<std::int32_t> number_of(std::string_view member, const JsonNode& value) {
  const auto number = value.integer();
  if (!number || *number < INT32_MIN || *number > INT32_MAX) return wrong(member, "a whole number of 32 bits", value);
  return static_cast<std::int32_t>(*number);
}

Result<registry::Reference> reference_of(const JsonNode& node) {
  if (!node.is_object()) return wrong("references", "a list of objects with name, subject and version", node);
  registry::Reference reference;
  bool named = false, versioned = false;
  for (const auto& [name, value] : node.members) {
    if (name == "name") {
      TRY_ASSIGN(reference.name, text_of(name, value));
      named = true;
    } else if (name == "subject") {
      TRY_ASSIGN(reference.subject, text_of(name, value));
    } else if (name == "version") {
      TRY_ASSIGN(reference.version, number_of(name, value));
      versioned = true;
    } else {
      return refuse(Refusal::kInvalidRequest, "Unrecognized field: references.{}", name.substr(0, 100));
    }
  }
  if (!named || !versioned || reference.subject.empty()) {
    return refuse(Refusal::kInvalidRequest, "every reference needs \"name\", \"subject\" and \"version\"");
  }
  return reference;
}

/// Takes over one member that is not null.
Result<void> take_member(std::string_view name, const JsonNode& value, registry::RegisterRequest& request) {
  if (name == "schema") {
    TRY_ASSIGN(request.text, text_of(name, value));
  } else if (name == "schemaType") {
    TRY_ASSIGN(const std::string type, text_of(name, value));
    const auto known = registry::parse_schema_type(type);
    if (!known) return refuse(Refusal::kInvalidSchema, "Invalid schema type {}", type.substr(0, 100));
    request.type = *known;
  } else if (name == "references") {
    if (!value.is_array()) return wrong(name, "a list", value);
    for (const JsonNode& element : value.elements) {
      TRY_ASSIGN(registry::Reference reference, reference_of(element));
      request.references.push_back(std::move(reference));
    }
  } else if (name == "id" || name == "version") {
    TRY_ASSIGN(const std::int32_t number, number_of(name, value));
    // Clients write 0 or -1 for "not given".
    if (number > 0) (name == "id" ? request.id : request.version) = number;
  } else if (name == "metadata") {
    TRY_ASSIGN(request.metadata_json, registry::metadata_text(value));
  } else if (name == "ruleSet" || name == "ruleset") {
    TRY_ASSIGN(request.rule_set_json, registry::rule_set_text(value));
  } else if (name == "schemaTagsToAdd" || name == "schemaTagsToRemove") {
    auto& tags = name == "schemaTagsToAdd" ? request.tags.add : request.tags.remove;
    TRY_ASSIGN(tags, parse_entity_tags(name, value));
  } else if (name == "propagateSchemaTags") {
    if (!value.is_boolean()) return wrong(name, "true or false", value);
    request.propagate_tags = value.boolean;
  } else if (std::find(kIgnored.begin(), kIgnored.end(), name) == kIgnored.end()) {
    return refuse(Refusal::kInvalidRequest, "Unrecognized field: {}", name.substr(0, 100));
  }
  return {};
}

}  // namespace

Result<JsonNode> parse_registry_body(std::string_view body) {
  auto tree = schema::parse_json(body, kBodyLimits);
  if (tree.ok() && tree->is_object()) return tree;
  Error why = error(ErrorCode::kInvalidArgument, "the body must be a JSON object; it is {}",
                    tree.ok() ? tree->kind_text() : std::string_view(tree.error().message));
  why.detail = 400;
  return why;
}

Result<registry::RegisterRequest> parse_register_body(std::string_view body, std::string subject) {
  TRY_ASSIGN(const JsonNode tree, parse_registry_body(body));
  registry::RegisterRequest request;
  request.subject = std::move(subject);
  for (const auto& [name, value] : tree.members) {
    if (!value.is_null()) TRY(take_member(name, value, request));
  }
  return request;
}

}  // namespace weft::api
