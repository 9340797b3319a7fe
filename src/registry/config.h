#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "registry/parsed_schema.h"
#include "schema/compatibility_level.h"

namespace weft::schema {
class JsonNode;
}

namespace weft::registry {

/// Settings of a subject, a context or all, in the order in which they are written.
enum class ConfigMember : std::uint8_t {
  kAlias,
  kAliasForDeks,
  kNormalize,
  kValidateFields,
  kValidateNewSchemas,
  kValidateRules,
  kCompatibilityLevel,
  kCompatibilityPolicy,
  kCompatibilityGroup,
  kDefaultMetadata,
  kOverrideMetadata,
  kDefaultRuleSet,
  kOverrideRuleSet,
};

/// What is set, and only that. Requests call the level "compatibility", answers and records "compatibilityLevel".
class Config {
 public:
  /// Text, "true" or "false", or JSON of the member, by its kind; null when it is not set.
  const std::string* find(ConfigMember member) const;
  /// The same, empty when it is not set.
  std::string text(ConfigMember member) const;
  bool is_true(ConfigMember member, bool otherwise = false) const;
  std::optional<schema::CompatibilityLevel> level() const;
  Policy policy() const;

  void set(ConfigMember member, std::string value) { values_[member] = std::move(value); }
  void clear(ConfigMember member) { values_.erase(member); }
  /// Takes over what is set there and not here.
  void fill_from(const Config& other, ConfigMember member);

  /// A JSON object of what is set; `subject` stands first when there is one.
  std::string json(std::string_view subject = {}, std::string_view level_name = "compatibilityLevel") const;
  /// Of a record that some registry wrote: what does not fit is left out.
  static Config of(const schema::JsonNode& record_value);

  bool operator==(const Config&) const = default;

 private:
  std::map<ConfigMember, std::string> values_;
};

/// What a request changes: members to set, and members to clear (null). Others stay.
struct ConfigUpdate {
  Config set;
  std::vector<ConfigMember> cleared;

  /// Errors: 422 for unknown members and wrong kinds, kInvalidLevel, kInvalidSubject, kInvalidRuleSet.
  static Result<ConfigUpdate> parse(const schema::JsonNode& body);
  void apply_to(Config& config) const;
};

}  // namespace weft::registry
