#include "registry/config.h"

#include <algorithm>
#include <array>

#include "registry/contract.h"
#include "registry/refusal.h"
#include "registry/subject_name.h"
#include "schema/json_text.h"
#include "schema/json_tree.h"

namespace weft::registry {
namespace {

using schema::JsonNode;

enum class Kind : std::uint8_t { kText, kBoolean, kMetadata, kRuleSet };
struct Known {
  std::string_view name;
  Kind kind;
};
/// By ConfigMember.
constexpr std::array<Known, 13> kKnown = {{
    {"alias", Kind::kText},
    {"aliasForDeks", Kind::kText},
    {"normalize", Kind::kBoolean},
    {"validateFields", Kind::kBoolean},
    {"validateNewSchemas", Kind::kBoolean},
    {"validateRules", Kind::kBoolean},
    {"compatibilityLevel", Kind::kText},
    {"compatibilityPolicy", Kind::kText},
    {"compatibilityGroup", Kind::kText},
    {"defaultMetadata", Kind::kMetadata},
    {"overrideMetadata", Kind::kMetadata},
    {"defaultRuleSet", Kind::kRuleSet},
    {"overrideRuleSet", Kind::kRuleSet},
}};
constexpr std::string_view kRequestLevel = "compatibility";

const Known& known(ConfigMember member) { return kKnown[static_cast<std::size_t>(member)]; }

std::optional<ConfigMember> member_called(std::string_view name) {
  const auto at = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& each) { return each.name == name; });
  if (at == kKnown.end()) return std::nullopt;
  return static_cast<ConfigMember>(at - kKnown.begin());
}

bool fits(Kind kind, const JsonNode& value) {
  switch (kind) {
    case Kind::kText:
      return value.is_string();
    case Kind::kBoolean:
      return value.is_boolean();
    case Kind::kMetadata:
    case Kind::kRuleSet:
      return value.is_object();
  }
  return false;
}

std::string value_text(const JsonNode& value) {
  if (value.is_string()) return value.text;
  if (value.is_boolean()) return value.boolean ? "true" : "false";
  std::string text;
  append_json(text, value);
  return text;
}

Result<std::string> checked_text(ConfigMember member, const JsonNode& value) {
  switch (member) {
    case ConfigMember::kCompatibilityLevel: {
      const auto level = schema::parse_level(value.text);
      if (level) return std::string(level_name(*level));
      return refuse(Refusal::kInvalidLevel,
                    "Invalid compatibility level '{}'. Valid values are none, backward, forward, full, "
                    "backward_transitive, forward_transitive, and full_transitive",
                    value.text.substr(0, 100));
    }
    case ConfigMember::kCompatibilityPolicy: {
      std::string word = value.text;
      std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
      if (word == "STRICT" || word == "LENIENT" || word == "LOGICAL") return word;
      return refuse(Refusal::kInvalidLevel,
                    "Invalid compatibility policy '{}'. Valid values are strict, lenient and logical",
                    value.text.substr(0, 100));
    }
    case ConfigMember::kAlias: {
      if (!value.text.empty()) TRY(check_subject(value.text));
      return value.text;
    }
    case ConfigMember::kDefaultMetadata:
    case ConfigMember::kOverrideMetadata:
      return metadata_text(value);
    case ConfigMember::kDefaultRuleSet:
    case ConfigMember::kOverrideRuleSet:
      return rule_set_text(value);
    default:
      return value_text(value);
  }
}

}  // namespace

const std::string* Config::find(ConfigMember member) const {
  const auto at = values_.find(member);
  return at == values_.end() ? nullptr : &at->second;
}

std::string Config::text(ConfigMember member) const {
  const std::string* const value = find(member);
  return value == nullptr ? std::string() : *value;
}

bool Config::is_true(ConfigMember member, bool otherwise) const {
  const std::string* const value = find(member);
  return value == nullptr ? otherwise : *value == "true";
}

std::optional<schema::CompatibilityLevel> Config::level() const {
  const std::string* const name = find(ConfigMember::kCompatibilityLevel);
  return name == nullptr ? std::nullopt : schema::parse_level(*name);
}

Policy Config::policy() const {
  return text(ConfigMember::kCompatibilityPolicy) == "LENIENT" ? Policy::kLenient : Policy::kStrict;
}

void Config::fill_from(const Config& other, ConfigMember member) {
  if (find(member) != nullptr) return;
  if (const std::string* const value = other.find(member)) set(member, *value);
}

std::string Config::json(std::string_view subject, std::string_view level_name) const {
  schema::JsonObjectText out;
  if (!subject.empty()) out.text("subject", subject);
  for (const auto& [member, value] : values_) {
    const std::string_view name = member == ConfigMember::kCompatibilityLevel ? level_name : known(member).name;
    if (known(member).kind == Kind::kText) {
      out.text(name, value);
    } else {
      out.json(name, value);
    }
  }
  return out.take();
}

Config Config::of(const JsonNode& record_value) {
  Config config;
  for (const auto& [name, value] : record_value.members) {
    const auto member = member_called(name);
    if (member && fits(known(*member).kind, value) && !(value.is_string() && value.text.empty())) {
      config.set(*member, value_text(value));
    }
  }
  return config;
}

Result<ConfigUpdate> ConfigUpdate::parse(const JsonNode& body) {
  ConfigUpdate update;
  for (const auto& [name, value] : body.members) {
    const auto member = name == kRequestLevel ? ConfigMember::kCompatibilityLevel : member_called(name);
    if (!member) return refuse(Refusal::kInvalidRequest, "Unrecognized field: {}", name.substr(0, 100));
    if (value.is_null() || (value.is_string() && value.text.empty())) {
      update.cleared.push_back(*member);
      continue;
    }
    if (!fits(known(*member).kind, value)) {
      return refuse(Refusal::kInvalidRequest, "\"{}\" has the wrong type: it is {}", name, value.kind_text());
    }
    TRY_ASSIGN(std::string text, checked_text(*member, value));
    update.set.set(*member, std::move(text));
  }
  return update;
}

void ConfigUpdate::apply_to(Config& config) const {
  for (const ConfigMember member : cleared) config.clear(member);
  for (std::size_t i = 0; i < kKnown.size(); ++i) {
    const auto member = static_cast<ConfigMember>(i);
    if (const std::string* const value = set.find(member)) config.set(member, *value);
  }
}

}  // namespace weft::registry
