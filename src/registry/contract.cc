#include "registry/contract.h"

#include <algorithm>
#include <array>
#include <vector>

#include "registry/refusal.h"
#include "schema/json_text.h"
#include "schema/json_tree.h"

namespace weft::registry {
namespace {

using schema::JsonNode;
using schema::JsonObjectText;

constexpr std::array<std::string_view, 3> kRuleLists = {"migrationRules", "domainRules", "encodingRules"};

JsonNode tree_of(const std::string& json) { return schema::parse_json(json).value_or({}); }

Error wrong(std::string_view member, std::string_view expected, const JsonNode& value) {
  return refuse(Refusal::kInvalidRequest, "\"{}\" must be {}, and is {}", member, expected, value.kind_text());
}
Error unknown(std::string_view of, std::string_view member) {
  return refuse(Refusal::kInvalidRequest, "Unrecognized field: {}.{}", of, member.substr(0, 100));
}

Result<void> require_texts(std::string_view member, const JsonNode& list) {
  if (!list.is_array()) return wrong(member, "a list of strings", list);
  for (const JsonNode& element : list.elements) {
    if (!element.is_string()) return wrong(member, "a list of strings", element);
  }
  return {};
}
Result<void> require_text_values(std::string_view member, const JsonNode& object) {
  if (!object.is_object()) return wrong(member, "an object of strings", object);
  for (const auto& [name, value] : object.members) {
    if (!value.is_string()) return wrong(member, "an object of strings", value);
  }
  return {};
}

std::set<std::string> texts_of(const JsonNode* list) {
  std::set<std::string> texts;
  if (list == nullptr) return texts;
  for (const JsonNode& element : list->elements) {
    if (element.is_string()) texts.insert(element.text);
  }
  return texts;
}

Metadata metadata_of(const JsonNode& node) {
  Metadata metadata;
  if (const JsonNode* tags = node.find("tags")) {
    for (const auto& [pattern, list] : tags->members) metadata.tags[pattern] = texts_of(&list);
  }
  if (const JsonNode* properties = node.find("properties")) {
    for (const auto& [name, value] : properties->members) {
      if (value.is_string()) metadata.properties[name] = value.text;
    }
  }
  metadata.sensitive = texts_of(node.find("sensitive"));
  return metadata;
}

std::string texts_json(const std::set<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ',';
    schema::append_json_string(out, text);
  }
  return out += ']';
}

// ---- Rules

/// Members of a rule in the order in which they are written, `disabled` apart.
constexpr std::array<std::string_view, 5> kTextsBefore = {"name", "doc", "kind", "mode", "type"};
constexpr std::array<std::string_view, 3> kTextsAfter = {"expr", "onSuccess", "onFailure"};

void add_text(JsonObjectText& out, std::string_view name, const JsonNode& rule) {
  const JsonNode* value = rule.find(name);
  if (value != nullptr && value->is_string()) out.text(name, value->text);
}

std::string rule_json(const JsonNode& rule) {
  JsonObjectText out;
  for (const std::string_view name : kTextsBefore) add_text(out, name, rule);
  if (const auto tags = texts_of(rule.find("tags")); !tags.empty()) out.json("tags", texts_json(tags));
  if (const JsonNode* params = rule.find("params"); params != nullptr && !params->members.empty()) {
    std::string sorted;
    append_json(sorted, *params, schema::MemberOrder::kSorted);
    out.json("params", sorted);
  }
  for (const std::string_view name : kTextsAfter) add_text(out, name, rule);
  const JsonNode* disabled = rule.find("disabled");
  out.boolean("disabled", disabled != nullptr && disabled->boolean);
  return out.take();
}

std::string text_in(const JsonNode& rule, std::string_view member) {
  const JsonNode* value = rule.find(member);
  return value != nullptr && value->is_string() ? value->text : std::string();
}

bool is_rule_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

template <class Words>
bool is_one_of(std::string_view word, const Words& words) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// Names and member types; what they mean together is check_rule's.
Result<void> check_rule_members(const JsonNode& rule) {
  if (!rule.is_object()) return wrong("ruleSet", "lists of rules, which are objects", rule);
  for (const auto& [name, value] : rule.members) {
    if (value.is_null()) continue;
    if (is_one_of(name, kTextsBefore) || is_one_of(name, kTextsAfter)) {
      if (!value.is_string()) return wrong(name, "a string", value);
    } else if (name == "tags") {
      TRY(require_texts(name, value));
    } else if (name == "params") {
      TRY(require_text_values(name, value));
    } else if (name == "disabled") {
      if (!value.is_boolean()) return wrong(name, "true or false", value);
    } else {
      return unknown("rule", name);
    }
  }
  return {};
}

Result<void> check_rule(const JsonNode& rule, bool migrates, std::set<std::string>& names) {
  TRY(check_rule_members(rule));
  const std::string name = text_in(rule, "name"), kind = text_in(rule, "kind"), mode = text_in(rule, "mode");
  const auto invalid = [&](std::string_view why) {
    return refuse(Refusal::kInvalidRuleSet, "Invalid ruleset: rule '{}' {}", name.substr(0, 100), why);
  };
  if (!is_rule_name(name)) {
    return invalid("needs a name of letters, digits, '_' and '-' that begins with a letter or '_'");
  }
  if (!names.insert(name).second) return invalid("is there twice: names count over all lists");
  if (text_in(rule, "type").empty()) return invalid("needs a \"type\"");
  constexpr std::string_view kKinds[] = {"", "TRANSFORM", "CONDITION"};
  if (!is_one_of(kind, kKinds)) return invalid("has a \"kind\" other than TRANSFORM and CONDITION");
  constexpr std::string_view kMigrating[] = {"UPGRADE", "DOWNGRADE", "UPDOWN"};
  constexpr std::string_view kOthers[] = {"WRITE", "READ", "WRITEREAD"};
  if (migrates ? !is_one_of(mode, kMigrating) : !is_one_of(mode, kOthers)) {
    return invalid(migrates ? "needs a \"mode\" of UPGRADE, DOWNGRADE or UPDOWN"
                            : "needs a \"mode\" of WRITE, READ or WRITEREAD");
  }
  for (const char* action : {"onSuccess", "onFailure"}) {
    const bool pair = text_in(rule, action).find(',') != std::string::npos;
    if (pair && mode != "WRITEREAD" && mode != "UPDOWN") {
      return invalid("names two actions, which only WRITEREAD and UPDOWN take");
    }
  }
  return {};
}

struct RuleSet {
  std::array<std::vector<JsonNode>, kRuleLists.size()> lists;
  std::string enable_at;

  static RuleSet of(const JsonNode& node) {
    RuleSet rules;
    for (std::size_t i = 0; i < kRuleLists.size(); ++i) {
      if (const JsonNode* list = node.find(kRuleLists[i])) rules.lists[i] = list->elements;
    }
    rules.enable_at = text_in(node, "enableAt");
    return rules;
  }
  std::string json() const {
    JsonObjectText out;
    for (std::size_t i = 0; i < kRuleLists.size(); ++i) {
      if (lists[i].empty()) continue;
      std::string list = "[";
      for (const JsonNode& rule : lists[i]) {
        if (list.size() > 1) list += ',';
        list += rule_json(rule);
      }
      out.json(kRuleLists[i], list += ']');
    }
    if (!enable_at.empty()) out.text("enableAt", enable_at);
    return out.take();
  }
};

}  // namespace

Metadata Metadata::of(const std::string& json) { return metadata_of(tree_of(json)); }

std::string Metadata::json() const {
  JsonObjectText out;
  if (!tags.empty()) {
    JsonObjectText patterns;
    for (const auto& [pattern, list] : tags) patterns.json(pattern, texts_json(list));
    out.json("tags", patterns.take());
  }
  if (!properties.empty()) {
    JsonObjectText values;
    for (const auto& [name, value] : properties) values.text(name, value);
    out.json("properties", values.take());
  }
  if (!sensitive.empty()) out.json("sensitive", texts_json(sensitive));
  return out.take();
}

Result<std::string> metadata_text(const JsonNode& node) {
  if (!node.is_object()) return wrong("metadata", "an object", node);
  for (const auto& [name, value] : node.members) {
    if (value.is_null()) continue;
    if (name == "tags") {
      if (!value.is_object()) return wrong("metadata.tags", "an object of lists", value);
      for (const auto& [pattern, list] : value.members) TRY(require_texts("metadata.tags", list));
    } else if (name == "properties") {
      TRY(require_text_values("metadata.properties", value));
    } else if (name == "sensitive") {
      TRY(require_texts("metadata.sensitive", value));
    } else {
      return unknown("metadata", name);
    }
  }
  return metadata_of(node).json();
}

Result<std::string> rule_set_text(const JsonNode& node) {
  if (!node.is_object()) return wrong("ruleSet", "an object", node);
  std::set<std::string> names;
  for (const auto& [name, value] : node.members) {
    if (value.is_null()) continue;
    if (is_one_of(name, kRuleLists)) {
      if (!value.is_array()) return wrong(name, "a list of rules", value);
      for (const JsonNode& rule : value.elements) TRY(check_rule(rule, name == kRuleLists[0], names));
    } else if (name == "enableAt") {
      if (!value.is_string()) return wrong(name, "a string", value);
    } else {
      return unknown("ruleSet", name);
    }
  }
  return RuleSet::of(node).json();
}

std::string merged_metadata(const std::string& first, const std::string& second) {
  if (first.empty() || second.empty()) return first.empty() ? second : first;
  Metadata merged = Metadata::of(first);
  Metadata later = Metadata::of(second);
  for (auto& [pattern, tags] : later.tags) merged.tags[pattern] = std::move(tags);
  for (auto& [name, value] : later.properties) merged.properties[name] = std::move(value);
  merged.sensitive.merge(later.sensitive);
  return merged.json();
}

std::string merged_rule_set(const std::string& first, const std::string& second) {
  if (first.empty() || second.empty()) return first.empty() ? second : first;
  RuleSet merged = RuleSet::of(tree_of(first));
  const RuleSet later = RuleSet::of(tree_of(second));
  for (std::size_t i = 0; i < kRuleLists.size(); ++i) {
    for (const JsonNode& rule : later.lists[i]) {
      std::erase_if(merged.lists[i],
                    [&](const JsonNode& other) { return text_in(other, "name") == text_in(rule, "name"); });
    }
    merged.lists[i].insert(merged.lists[i].end(), later.lists[i].begin(), later.lists[i].end());
  }
  if (!later.enable_at.empty()) merged.enable_at = later.enable_at;
  return merged.json();
}

std::string rule_set_without(const std::string& rule_set_json, const std::vector<std::string>& names) {
  if (rule_set_json.empty()) return {};
  RuleSet rules = RuleSet::of(tree_of(rule_set_json));
  for (std::vector<JsonNode>& list : rules.lists) {
    std::erase_if(list, [&](const JsonNode& rule) { return is_one_of(text_in(rule, "name"), names); });
  }
  return rules.json();
}

std::optional<std::string> property_of(const std::string& metadata_json, const std::string& name) {
  if (metadata_json.empty()) return std::nullopt;
  const Metadata metadata = Metadata::of(metadata_json);
  const auto at = metadata.properties.find(name);
  if (at == metadata.properties.end()) return std::nullopt;
  return at->second;
}

std::string with_version_property(const std::string& metadata_json, std::optional<std::int32_t> version) {
  if (!version && metadata_json.find(kVersionProperty) == std::string::npos) return metadata_json;
  Metadata metadata = Metadata::of(metadata_json);
  if (version) {
    metadata.properties[std::string(kVersionProperty)] = std::to_string(*version);
  } else {
    metadata.properties.erase(std::string(kVersionProperty));
    // Nothing but the version, which the registry had put there: as if there had been no metadata.
    if (metadata.properties.empty() && metadata.tags.empty() && metadata.sensitive.empty()) return {};
  }
  return metadata.json();
}

bool has_rule_type(const std::string& rule_set_json, std::string_view type) {
  if (rule_set_json.find(type) == std::string::npos) return false;
  const RuleSet rules = RuleSet::of(tree_of(rule_set_json));
  return std::any_of(rules.lists.begin(), rules.lists.end(), [&](const std::vector<JsonNode>& list) {
    return std::any_of(list.begin(), list.end(), [&](const JsonNode& rule) { return text_in(rule, "type") == type; });
  });
}

}  // namespace weft::registry
