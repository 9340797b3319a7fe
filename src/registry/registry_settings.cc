#include <algorithm>
#include <array>

#include "registry/refusal.h"
#include "registry/registry.h"
#include "registry/subject_name.h"

// Configs and modes, and the scopes from which they hold: a subject, its context, all, and what lies under all.
namespace weft::registry {
namespace {

using schema::CompatibilityLevel;

constexpr std::string_view kDefaultMode = "READWRITE";
constexpr std::array<std::string_view, 5> kModes = {kDefaultMode, "READONLY", "READONLY_OVERRIDE", "FORWARD", "IMPORT"};
/// Only for all subjects at once.
constexpr std::array<std::string_view, 2> kGlobalModes = {"READONLY_OVERRIDE", "FORWARD"};

/// What a scope inherits member by member. Aliases are its own; defaults and overrides come from the nearest config.
constexpr std::array<ConfigMember, 7> kInherited = {
    ConfigMember::kNormalize,          ConfigMember::kValidateFields,     ConfigMember::kValidateNewSchemas,
    ConfigMember::kValidateRules,      ConfigMember::kCompatibilityLevel, ConfigMember::kCompatibilityPolicy,
    ConfigMember::kCompatibilityGroup,
};

/// From the innermost scope to the outermost.
std::array<std::string, 4> scopes_of(std::string_view scope) {
  return {std::string(scope), context_subject(context_of(scope)), std::string(), std::string(kGlobalContext)};
}

template <class Setting>
const Setting* find(const std::map<std::string, Setting, std::less<>>& settings, std::string_view scope) {
  const auto at = settings.find(scope);
  return at == settings.end() ? nullptr : &at->second;
}

Error no_settings(std::string_view scope) {
  return refuse(Refusal::kSubjectNotFound, "Subject '{}' not found.", scope);
}

}  // namespace

std::string Registry::meant(std::string_view subject) const {
  std::string plain = plain_subject(subject);
  if (name_in_context(plain).empty()) return plain;  // a whole context
  const Config* const own = own_config(plain);
  const std::string* const alias = own == nullptr ? nullptr : own->find(ConfigMember::kAlias);
  return alias == nullptr ? plain : in_context_of(plain, *alias);
}

const Config* Registry::own_config(std::string_view scope) const { return find(configs_, scope); }
const std::string* Registry::own_mode(std::string_view scope) const { return find(modes_, scope); }

Config Registry::config(std::string_view scope) const {
  Config config;
  bool found = false;
  for (const std::string& each : scopes_of(scope)) {
    const Config* const own = own_config(each);
    if (own == nullptr) continue;
    if (found) {
      for (const ConfigMember member : kInherited) config.fill_from(*own, member);
      continue;
    }
    config = *own;
    found = true;
    if (each != scope) {
      config.clear(ConfigMember::kAlias);
      config.clear(ConfigMember::kAliasForDeks);
    }
  }
  return config;
}

CompatibilityLevel Registry::compatibility_level(std::string_view subject) const {
  // Confluent gives a subject whose own settings lack a level the server's default; here it has the level around it.
  for (const std::string& scope : scopes_of(subject)) {
    const Config* const own = own_config(scope);
    if (own == nullptr) continue;
    if (const auto level = own->level()) return *level;
  }
  return CompatibilityLevel::kBackward;
}

std::string_view Registry::mode(std::string_view subject) const {
  const std::string* const global = own_mode("");
  if (global != nullptr && *global == "READONLY_OVERRIDE") return *global;
  for (const std::string& scope : scopes_of(subject)) {
    if (const std::string* const own = own_mode(scope)) return *own;
  }
  return kDefaultMode;
}

Result<state::Decision<Config>> Registry::put_config(std::string_view scope, const ConfigUpdate& update) const {
  TRY(check_scope(scope));
  TRY(check_not_read_only(scope));
  const Config* const own = own_config(scope);
  Config merged = own == nullptr ? Config() : *own;
  update.apply_to(merged);
  std::vector<state::Record> records{config_record(scope, merged)};
  return state::Decision<Config>{std::move(merged), std::move(records)};
}

Result<state::Decision<Config>> Registry::delete_config(std::string_view scope) const {
  TRY(check_scope(scope));
  TRY(check_not_read_only(scope));
  const Config* const own = own_config(scope);
  if (own == nullptr && !scope.empty()) return no_settings(scope);
  if (own == nullptr) return state::Decision<Config>{config(scope), {}};
  return state::Decision<Config>{*own, {config_record(scope, std::nullopt)}};
}

Result<PartialDecision<std::string>> Registry::put_mode(std::string_view scope, std::string_view wanted,
                                                        bool force) const {
  TRY(check_scope(scope));
  PartialDecision<std::string> decision;
  if (wanted.empty()) {
    decision.add(mode_record(scope, std::nullopt));
    return decision;
  }
  std::string name(wanted);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  const bool known = std::find(kModes.begin(), kModes.end(), name) != kModes.end();
  const bool only_global = std::find(kGlobalModes.begin(), kGlobalModes.end(), name) != kGlobalModes.end();
  if (!known || (only_global && !scope.empty())) {
    return refuse(Refusal::kInvalidMode,
                  "Invalid mode '{}'. Valid values are READWRITE, READONLY and IMPORT, and for all "
                  "subjects also READONLY_OVERRIDE and FORWARD",
                  wanted.substr(0, 100));
  }
  decision.response = name;
  if (name == "IMPORT" && mode(scope) != "IMPORT" && !force) {
    for (const auto& [subject, versions] : subjects_) {
      if (!is_in_scope(scope, subject)) continue;
      for (const auto& [number, version] : versions) {
        if (!version.deleted) {
          return refuse(Refusal::kOperationNotPermitted,
                        "Cannot import since found existing subjects, such as '{}': delete them, or use force=true",
                        subject);
        }
        decision.add(schema_tombstone(subject, number));
      }
    }
    if (decision.more) return decision;
    decision.records.push_back(clear_subject_record(scope));
  }
  decision.records.push_back(mode_record(scope, name));
  return decision;
}

Result<PartialDecision<std::string>> Registry::delete_mode(std::string_view scope, bool recursive) const {
  TRY(check_scope(scope));
  const std::string* const own = own_mode(scope);
  PartialDecision<std::string> decision;
  decision.response = own == nullptr ? mode(scope) : *own;
  for (const auto& [subject, mode] : modes_) {
    if (!recursive || subject == scope || !is_in_scope(scope, subject)) continue;
    decision.add(mode_record(subject, std::nullopt));
  }
  // The scope's own goes last: as long as it is there, there is something to go on with.
  if (own != nullptr && !decision.more) decision.records.push_back(mode_record(scope, std::nullopt));
  if (decision.records.empty() && !scope.empty()) return no_settings(scope);
  return decision;
}

}  // namespace weft::registry
