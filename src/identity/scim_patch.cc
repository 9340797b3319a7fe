#include "identity/scim_patch.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "identity/scim_filter.h"

namespace weft::identity {

namespace {

using nlohmann::json;

enum class Operation { kAdd, kReplace, kRemove };

ScimFault fault(const char* type, std::string detail) { return {400, type, std::move(detail)}; }

const json* member(const json& object, std::string_view name) {
  for (const auto& [key, value] : object.items())
    if (same_name(key, name)) return &value;
  return nullptr;
}

bool is_read_only(std::string_view name) {
  return same_name(name, "id") || same_name(name, "meta") || same_name(name, "schemas");
}

/// Whether two values of a multi-valued attribute are the same one.
bool same_value(const json& a, const json& b) {
  if (a.is_object() && b.is_object() && a.contains("value") && b.contains("value")) return a["value"] == b["value"];
  return a == b;
}

class Patch {
 public:
  Patch(ScimType type, json& resource) : type_(type), resource_(resource) {}

  std::optional<ScimFault> apply(const json& operation) {
    const json* op = operation.is_object() ? member(operation, "op") : nullptr;
    if (op == nullptr || !op->is_string()) return fault("invalidSyntax", "Every operation has an op.");
    const std::string& name = op->get_ref<const std::string&>();
    Operation how = Operation::kAdd;
    if (same_name(name, "replace")) {
      how = Operation::kReplace;
    } else if (same_name(name, "remove")) {
      how = Operation::kRemove;
    } else if (!same_name(name, "add")) {
      return fault("invalidSyntax", fmt::format("op is '{}'; it is add, replace or remove.", name));
    }
    const json* path = member(operation, "path");
    const json* value = member(operation, "value");
    if (path != nullptr && !path->is_string()) return fault("invalidPath", "path must be a text.");
    if (how != Operation::kRemove && value == nullptr)
      return fault("invalidValue", fmt::format("{} wants a value.", name));
    if (path != nullptr) return at(how, path->get_ref<const std::string&>(), value);
    if (how == Operation::kRemove) return fault("noTarget", "remove wants a path.");
    if (!value->is_object()) return fault("invalidValue", "Without a path the value must be an object.");
    for (const auto& [key, each] : value->items())
      if (auto wrong = at(how, key, &each)) return wrong;
    return std::nullopt;
  }

 private:
  std::optional<ScimFault> at(Operation how, std::string_view text, const json* value) {
    auto path = ScimPath::parse(text);
    if (!path.ok()) return fault("invalidPath", fmt::format("'{}': {}", text, path.error().message));
    const std::string_view name = without_schema_id(type_, path->attribute);
    if (is_read_only(name)) {
      // The whole resource is often sent back as it was read.
      return path->part.empty() && how != Operation::kRemove
                 ? std::nullopt
                 : std::optional(fault("mutability", fmt::format("{} is the server's own.", name)));
    }
    const ScimAttribute* attribute = find_scim_attribute(scim_attributes(type_), name);
    if (attribute == nullptr) return std::nullopt;
    if (attribute->required && how == Operation::kRemove)
      return fault("invalidValue", fmt::format("{} is required and cannot be removed.", attribute->name));
    const std::string key(attribute->name);
    if (path->filter) return in_values(how, *attribute, *path, value);
    if (!path->part.empty()) return part(how, *attribute, path->part, value, resource_[key]);
    if (how == Operation::kRemove) return remove(*attribute, value);
    json taken;
    if (auto wrong = take_scim_value(*attribute, *value, taken)) return wrong;
    if (how == Operation::kAdd && attribute->multi_valued && resource_.contains(key)) {
      add_values(taken, resource_[key]);
    } else if (how == Operation::kAdd && taken.is_object() && resource_.contains(key)) {
      resource_[key].update(taken);
    } else {
      resource_[key] = std::move(taken);
    }
    return std::nullopt;
  }

  std::optional<ScimFault> remove(const ScimAttribute& attribute, const json* value) {
    const std::string key(attribute.name);
    // Some identity providers name the values to remove beside the path.
    if (attribute.multi_valued && value != nullptr && !value->is_null() && resource_.contains(key)) {
      json taken;
      if (auto wrong = take_scim_value(attribute, *value, taken)) return wrong;
      erase_values(resource_[key], [&](const json& held) {
        return std::any_of(taken.begin(), taken.end(), [&](const json& each) { return same_value(each, held); });
      });
      return std::nullopt;
    }
    resource_.erase(key);
    return std::nullopt;
  }

  template <class Which>
  static void erase_values(json& values, Which which) {
    json kept = json::array();
    for (json& each : values)
      if (!which(each)) kept.push_back(std::move(each));
    values = std::move(kept);
  }

  static void add_values(const json& added, json& held) {
    for (const json& each : added) {
      // At most one is the primary one: the last that says so.
      if (each.is_object() && each.value("primary", false))
        for (json& other : held)
          if (other.is_object()) other.erase("primary");
      const auto at = std::find_if(held.begin(), held.end(), [&](const json& other) { return same_value(other, each); });
      if (at == held.end()) {
        held.push_back(each);
      } else if (at->is_object()) {
        at->update(each);
      }
    }
  }

  std::optional<ScimFault> in_values(Operation how, const ScimAttribute& attribute, const ScimPath& path,
                                     const json* value) {
    if (!attribute.multi_valued)
      return fault("invalidPath", fmt::format("{} has one value only; a filter does not fit.", attribute.name));
    json& values = resource_[std::string(attribute.name)];
    if (!values.is_array()) values = json::array();
    bool any = false;
    if (how == Operation::kRemove && path.part.empty()) {
      const std::size_t before = values.size();
      erase_values(values, [&](const json& each) { return path.filter->matches(each); });
      any = values.size() != before;
    } else {
      for (json& each : values) {
        if (!path.filter->matches(each)) continue;
        any = true;
        if (auto wrong = change_value(how, attribute, path, value, each)) return wrong;
      }
    }
    if (any || how == Operation::kRemove) return std::nullopt;
    return fault("noTarget", fmt::format("No value of {} matches the filter.", attribute.name));
  }

  std::optional<ScimFault> change_value(Operation how, const ScimAttribute& attribute, const ScimPath& path,
                                        const json* value, json& held) {
    if (!path.part.empty()) return part(how, attribute, path.part, value, held);
    json taken;
    if (auto wrong = take_scim_value(attribute, *value, taken)) return wrong;
    if (taken.size() != 1) return fault("invalidValue", fmt::format("One value of {} is wanted.", attribute.name));
    if (how == Operation::kAdd) {
      held.update(taken.front());
    } else {
      held = taken.front();
    }
    return std::nullopt;
  }

  static std::optional<ScimFault> part(Operation how, const ScimAttribute& attribute, std::string_view name,
                                       const json* value, json& held) {
    if (attribute.parts.empty())
      return fault("invalidPath", fmt::format("{} has no part {}.", attribute.name, name));
    const ScimAttribute* found = find_scim_attribute(attribute.parts, name);
    if (held.is_array()) {
      for (json& each : held)
        if (auto wrong = part(how, attribute, name, value, each)) return wrong;
      return std::nullopt;
    }
    if (!held.is_object()) held = json::object();
    if (found == nullptr) return std::nullopt;
    if (how == Operation::kRemove) {
      held.erase(std::string(found->name));
      return std::nullopt;
    }
    json taken;
    if (auto wrong = take_scim_value(*found, *value, taken)) return wrong;
    held[std::string(found->name)] = std::move(taken);
    return std::nullopt;
  }

  const ScimType type_;
  json& resource_;
};

/// Attributes that have come to nothing are not there.
void drop_empty(json& resource) {
  for (auto at = resource.begin(); at != resource.end();)
    at = at->is_structured() && at->empty() ? resource.erase(at) : std::next(at);
}

}  // namespace

std::optional<ScimFault> patch_scim(ScimType type, const json& message, json& resource) {
  const json* operations = message.is_object() ? member(message, "Operations") : nullptr;
  if (operations == nullptr || !operations->is_array() || operations->empty())
    return fault("invalidSyntax", "Operations must be a list of operations.");
  if (operations->size() > kScimOperationsMax)
    return fault("tooMany", fmt::format("More than {} operations.", kScimOperationsMax));
  json changed = resource;
  Patch patch(type, changed);
  for (const json& operation : *operations)
    if (auto wrong = patch.apply(operation)) return wrong;
  drop_empty(changed);
  json taken;
  if (auto wrong = take_scim_attributes(type, changed, taken)) return wrong;
  resource = std::move(taken);
  return std::nullopt;
}

}  // namespace weft::identity
