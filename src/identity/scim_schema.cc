#include "identity/scim_schema.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "identity/directory.h"

namespace weft::identity {

namespace {

using nlohmann::json;
using Kind = ScimAttribute::Kind;

constexpr std::size_t kTextBytesMax = 2000;
constexpr std::size_t kValuesMax = 20'000;  ///< Of one multi-valued attribute.

const std::vector<ScimAttribute>& user_attributes() {
  static const std::vector<ScimAttribute> attributes = {
      {.name = "userName", .description = "The person's name in the mesh", .required = true, .unique = true},
      {.name = "externalId", .description = "The client's own id"},
      {.name = "name",
       .kind = Kind::kComplex,
       .description = "The person's name in full",
       .parts = {{.name = "formatted", .description = "The whole name"},
                 {.name = "familyName", .description = "Family name"},
                 {.name = "givenName", .description = "Given name"}}},
      {.name = "displayName", .description = "What people read"},
      {.name = "active", .kind = Kind::kBoolean, .description = "Who is not active has left"},
      {.name = "emails",
       .kind = Kind::kComplex,
       .description = "Addresses; the primary one is shown",
       .multi_valued = true,
       .parts = {{.name = "value", .description = "The address"},
                 {.name = "type", .description = "work, home or other"},
                 {.name = "primary", .kind = Kind::kBoolean, .description = "The one to use"}}},
  };
  return attributes;
}

const std::vector<ScimAttribute>& group_attributes() {
  static const std::vector<ScimAttribute> attributes = {
      {.name = "displayName", .description = "The team's name in the mesh", .required = true, .unique = true},
      {.name = "externalId", .description = "The client's own id"},
      {.name = "members",
       .kind = Kind::kComplex,
       .description = "People in the team",
       .multi_valued = true,
       .parts = {{.name = "value", .description = "A user's id"},
                 {.name = "display", .description = "The user's name"},
                 {.name = "type", .description = "User"}}},
  };
  return attributes;
}

ScimFault invalid(std::string_view attribute, std::string_view what) {
  return {400, "invalidValue", fmt::format("{} {}", attribute, what)};
}

json attribute_document(const ScimAttribute& attribute) {
  constexpr std::string_view kKinds[] = {"string", "boolean", "complex"};
  json out = {{"name", attribute.name},
              {"type", kKinds[static_cast<std::size_t>(attribute.kind)]},
              {"multiValued", attribute.multi_valued},
              {"description", attribute.description},
              {"required", attribute.required},
              {"mutability", "readWrite"},
              {"returned", "default"}};
  if (attribute.kind == Kind::kText) {
    out["caseExact"] = false;
    out["uniqueness"] = attribute.unique ? "server" : "none";
  }
  if (!attribute.parts.empty()) {
    out["subAttributes"] = json::array();
    for (const ScimAttribute& part : attribute.parts) out["subAttributes"].push_back(attribute_document(part));
  }
  return out;
}

std::optional<ScimFault> take_object(std::string_view place, std::span<const ScimAttribute> attributes,
                                     const json& sent, json& kept) {
  kept = json::object();
  for (const auto& [name, value] : sent.items()) {
    const ScimAttribute* attribute = find_scim_attribute(attributes, name);
    if (attribute == nullptr || value.is_null()) continue;
    json taken;
    if (auto fault = take_scim_value(*attribute, value, taken)) {
      if (!place.empty()) fault->detail = fmt::format("{}.{}", place, fault->detail);
      return fault;
    }
    kept[std::string(attribute->name)] = std::move(taken);
  }
  return std::nullopt;
}

std::optional<ScimFault> take_single(const ScimAttribute& attribute, const json& sent, json& kept) {
  switch (attribute.kind) {
    case Kind::kText:
      if (!sent.is_string()) return invalid(attribute.name, "must be a text");
      if (sent.get_ref<const std::string&>().size() > kTextBytesMax)
        return invalid(attribute.name, fmt::format("has more than {} bytes", kTextBytesMax));
      kept = sent;
      return std::nullopt;
    case Kind::kBoolean: {
      if (sent.is_boolean()) {
        kept = sent;
        return std::nullopt;
      }
      // Some identity providers send "True".
      const std::string text = sent.is_string() ? sent.get<std::string>() : "";
      if (!same_name(text, "true") && !same_name(text, "false")) return invalid(attribute.name, "must be true or false");
      kept = same_name(text, "true");
      return std::nullopt;
    }
    case Kind::kComplex:
      if (sent.is_object()) return take_object(attribute.name, attribute.parts, sent, kept);
      // A bare value stands for the part called so.
      if (attribute.multi_valued && sent.is_string())
        return take_object(attribute.name, attribute.parts, json{{"value", sent}}, kept);
      return invalid(attribute.name, "must be an object");
  }
  return std::nullopt;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::string_view scim_type_name(ScimType type) { return type == ScimType::kUser ? "User" : "Group"; }

std::string_view scim_schema_id(ScimType type) {
  return type == ScimType::kUser ? "urn:ietf:params:scim:schemas:core:2.0:User"
                                 : "urn:ietf:params:scim:schemas:core:2.0:Group";
}

std::span<const ScimAttribute> scim_attributes(ScimType type) {
  return type == ScimType::kUser ? user_attributes() : group_attributes();
}

const ScimAttribute* find_scim_attribute(std::span<const ScimAttribute> among, std::string_view name) {
  const auto at = std::find_if(among.begin(), among.end(), [&](const auto& each) { return same_name(each.name, name); });
  return at == among.end() ? nullptr : &*at;
}

std::string_view without_schema_id(ScimType type, std::string_view name) {
  const std::string_view id = scim_schema_id(type);
  if (name.size() > id.size() + 1 && same_name(name.substr(0, id.size()), id) && name[id.size()] == ':')
    name.remove_prefix(id.size() + 1);
  return name;
}

std::optional<ScimFault> take_scim_value(const ScimAttribute& attribute, const json& sent, json& kept) {
  if (!attribute.multi_valued) return take_single(attribute, sent, kept);
  kept = json::array();
  const json list = sent.is_array() ? sent : json::array({sent});
  if (list.size() > kValuesMax) return invalid(attribute.name, fmt::format("has more than {} values", kValuesMax));
  for (const json& each : list) {
    json taken;
    if (auto fault = take_single(attribute, each, taken)) return fault;
    if (!taken.empty()) kept.push_back(std::move(taken));
  }
  return std::nullopt;
}

std::optional<ScimFault> take_scim_attributes(ScimType type, const json& sent, json& kept) {
  if (!sent.is_object()) return ScimFault{400, "invalidSyntax", "The body must be a JSON object."};
  if (auto fault = take_object("", scim_attributes(type), sent, kept)) return fault;
  for (const ScimAttribute& attribute : scim_attributes(type)) {
    const auto at = kept.find(std::string(attribute.name));
    if (attribute.required && (at == kept.end() || (at->is_string() && at->get_ref<const std::string&>().empty())))
      return invalid(attribute.name, "is required");
  }
  if (type == ScimType::kUser && !is_person_name(kept["userName"].get_ref<const std::string&>()))
    return invalid("userName", "has letters, digits and . _ - @ + only, 100 at most: it stands in addresses and rights");
  return std::nullopt;
}

json scim_service_provider_config(const std::string& base) {
  const json no = {{"supported", false}};
  return {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}},
          {"patch", {{"supported", true}}},
          {"bulk", {{"supported", false}, {"maxOperations", 0}, {"maxPayloadSize", 0}}},
          {"filter", {{"supported", true}, {"maxResults", 500}}},
          {"changePassword", no},
          {"sort", no},
          {"etag", no},
          {"authenticationSchemes",
           json::array({{{"type", "oauthbearertoken"},
                         {"name", "Bearer token"},
                         {"description", "The token of the setting scim_token"},
                         {"primary", true}}})},
          {"meta", {{"resourceType", "ServiceProviderConfig"}, {"location", base + "/ServiceProviderConfig"}}}};
}

json scim_resource_type(ScimType type, const std::string& base) {
  const std::string name(scim_type_name(type));
  return {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}},
          {"id", name},
          {"name", name},
          {"endpoint", "/" + name + "s"},
          {"description", type == ScimType::kUser ? "A person" : "A team"},
          {"schema", scim_schema_id(type)},
          {"meta", {{"resourceType", "ResourceType"}, {"location", base + "/ResourceTypes/" + name}}}};
}

json scim_schema(ScimType type, const std::string& base) {
  json attributes = json::array();
  for (const ScimAttribute& attribute : scim_attributes(type)) attributes.push_back(attribute_document(attribute));
  const std::string id(scim_schema_id(type));
  return {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:Schema"}},
          {"id", id},
          {"name", scim_type_name(type)},
          {"description", type == ScimType::kUser ? "A person" : "A team"},
          {"attributes", std::move(attributes)},
          {"meta", {{"resourceType", "Schema"}, {"location", base + "/Schemas/" + id}}}};
}

}  // namespace weft::identity
