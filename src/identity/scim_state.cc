#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "identity/scim.h"
#include "identity/scim_patch.h"

namespace weft::identity {

namespace {

using nlohmann::json;

constexpr Logger kLog("identity");
constexpr std::int64_t kFormat = 1;
constexpr std::pair<std::string_view, ScimType> kKeys[] = {{"user/", ScimType::kUser}, {"group/", ScimType::kGroup}};

std::string key_of(ScimType type, std::string_view id) {
  return fmt::format("{}{}", type == ScimType::kUser ? "user/" : "group/", id);
}

/// What no two of a type may share.
std::string name_of(ScimType type, const json& attributes) {
  const auto at = attributes.find(type == ScimType::kUser ? "userName" : "displayName");
  std::string name = at != attributes.end() && at->is_string() ? at->get<std::string>() : "";
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

std::string record_of(const ScimResource& resource) {
  return json{{"format", kFormat},
              {"created", resource.created_ms},
              {"changed", resource.changed_ms},
              {"attributes", *resource.attributes}}
      .dump();
}

std::optional<ScimResource> parse_record(ScimType type, std::string id, const std::string& value) {
  const json root = json::parse(value, nullptr, false);
  if (!root.is_object() || root.value("format", json()) != kFormat) return std::nullopt;
  const auto created = root.find("created"), changed = root.find("changed"), attributes = root.find("attributes");
  if (created == root.end() || !created->is_number_integer() || changed == root.end() ||
      !changed->is_number_integer() || attributes == root.end() || !attributes->is_object())
    return std::nullopt;
  return ScimResource{type, std::move(id), std::make_shared<const json>(*attributes), created->get<std::int64_t>(),
                      changed->get<std::int64_t>()};
}

ScimChange refused(ScimFault fault) {
  ScimChange change;
  change.fault = std::move(fault);
  return change;
}

ScimChange not_found(ScimType type, std::string_view id) {
  return refused({404, "", fmt::format("There is no {} {}.", scim_type_name(type), id)});
}

}  // namespace

void ScimState::replay(const state::Record& record, Offset offset, Timestamp) {
  for (const auto& [prefix, type] : kKeys) {
    if (!record.key.starts_with(prefix)) continue;
    std::string id = record.key.substr(prefix.size());
    auto next = record.value ? parse_record(type, id, *record.value) : std::nullopt;
    if (record.value && !next) break;
    if (const auto before = resources(type).find(id); before != resources(type).end()) {
      auto& names = names_[type];
      const auto name = names.find(name_of(type, *before->second.attributes));
      if (name != names.end() && name->second == id) names.erase(name);
      resources(type).erase(before);
    }
    if (next) {
      names_[type].insert_or_assign(name_of(type, *next->attributes), id);
      resources(type).emplace(std::move(id), std::move(*next));
    }
    return;
  }
  ++ignored_records_;
  kLog.warn("a record of _weft_scim is not understood; it stays as it is",
            {{"key", record.key}, {"offset", offset.get()}});
}

void ScimState::reset() {
  users_.clear();
  groups_.clear();
  names_.clear();
  ignored_records_ = 0;
}

const ScimResource* ScimState::find(ScimType type, std::string_view id) const {
  const auto at = all(type).find(id);
  return at == all(type).end() ? nullptr : &at->second;
}

std::optional<ScimFault> ScimState::taken(ScimType type, std::string_view id, const json& attributes) const {
  const auto names = names_.find(type);
  if (names == names_.end()) return std::nullopt;
  const auto at = names->second.find(name_of(type, attributes));
  if (at == names->second.end() || at->second == id) return std::nullopt;
  return ScimFault{409, "uniqueness", fmt::format("{} {} has that name already.", scim_type_name(type), at->second)};
}

state::Decision<ScimChange> ScimState::keep(ScimResource resource) const {
  state::Decision<ScimChange> decision;
  if (auto fault = taken(resource.type, resource.id, *resource.attributes))
    return {refused(std::move(*fault)), {}};
  decision.records.push_back({key_of(resource.type, resource.id), record_of(resource)});
  decision.response.resource = std::move(resource);
  return decision;
}

state::Decision<ScimChange> ScimState::create(ScimType type, std::string id, const json& sent,
                                              std::int64_t now_ms) const {
  if (all(type).size() >= kScimResourcesMax)
    return {refused({413, "tooMany", fmt::format("{} are held, which is the most.", kScimResourcesMax)}), {}};
  json attributes;
  if (auto fault = take_scim_attributes(type, sent, attributes)) return {refused(std::move(*fault)), {}};
  return keep({type, std::move(id), std::make_shared<const json>(std::move(attributes)), now_ms, now_ms});
}

state::Decision<ScimChange> ScimState::replace(ScimType type, const std::string& id, const json& sent,
                                               std::int64_t now_ms) const {
  const ScimResource* before = find(type, id);
  if (before == nullptr) return {not_found(type, id), {}};
  json attributes;
  if (auto fault = take_scim_attributes(type, sent, attributes)) return {refused(std::move(*fault)), {}};
  return keep({type, id, std::make_shared<const json>(std::move(attributes)), before->created_ms, now_ms});
}

state::Decision<ScimChange> ScimState::patch(ScimType type, const std::string& id, const json& message,
                                             std::int64_t now_ms) const {
  const ScimResource* before = find(type, id);
  if (before == nullptr) return {not_found(type, id), {}};
  json attributes = *before->attributes;
  if (auto fault = patch_scim(type, message, attributes)) return {refused(std::move(*fault)), {}};
  return keep({type, id, std::make_shared<const json>(std::move(attributes)), before->created_ms, now_ms});
}

state::Decision<ScimChange> ScimState::remove(ScimType type, const std::string& id, std::int64_t now_ms) const {
  const ScimResource* before = find(type, id);
  if (before == nullptr) return {not_found(type, id), {}};
  state::Decision<ScimChange> decision;
  decision.response.resource = *before;
  decision.records.push_back({key_of(type, id), std::nullopt});
  if (type == ScimType::kGroup) return decision;
  for (const auto& [group_id, group] : groups_) {
    const auto members = group.attributes->find("members");
    if (members == group.attributes->end()) continue;
    json kept = json::array();
    for (const json& member : *members)
      if (member.value("value", "") != id) kept.push_back(member);
    if (kept.size() == members->size()) continue;
    json attributes = *group.attributes;
    if (kept.empty()) {
      attributes.erase("members");
    } else {
      attributes["members"] = std::move(kept);
    }
    const ScimResource next{ScimType::kGroup, group_id, std::make_shared<const json>(std::move(attributes)),
                            group.created_ms, now_ms};
    decision.records.push_back({key_of(ScimType::kGroup, group_id), record_of(next)});
  }
  return decision;
}

}  // namespace weft::identity
