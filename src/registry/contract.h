#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weft::schema {
class JsonNode;
}

/// What goes with a schema beside its text: metadata, and rules that clients run. Kept as JSON text in one fixed form,
/// so that equal contracts are equal texts; an empty text means that there is none.
namespace weft::registry {

/// What `metadata` says.
struct Metadata {
  std::map<std::string, std::set<std::string>> tags;  ///< By path pattern.
  std::map<std::string, std::string> properties;
  std::set<std::string> sensitive;  ///< Names of properties.

  /// Of a text made by json(), or of one that another registry stored; what does not fit is left out.
  static Metadata of(const std::string& json);
  std::string json() const;
};

/// The property that holds the version for which a schema was registered on purpose.
inline constexpr std::string_view kVersionProperty = "confluent:version";

/// `metadata` of a request in its fixed form. Error: 422 naming the member.
Result<std::string> metadata_text(const schema::JsonNode& node);
/// `ruleSet` of a request in its fixed form. Errors: 422 naming the member, kInvalidRuleSet naming the rule.
Result<std::string> rule_set_text(const schema::JsonNode& node);

/// Both together: of the same key `second` counts; sensitive names add up. Either may be empty.
std::string merged_metadata(const std::string& first, const std::string& second);
/// Both together: of rules with the same name the one in `second` counts, and stands where it stood there.
std::string merged_rule_set(const std::string& first, const std::string& second);

/// The set without the rules of these names; what is empty stays so.
std::string rule_set_without(const std::string& rule_set_json, const std::vector<std::string>& names);

/// The value of a property; nothing when it is not set.
std::optional<std::string> property_of(const std::string& metadata_json, const std::string& name);
/// The metadata with kVersionProperty set to `version`, or without it.
std::string with_version_property(const std::string& metadata_json, std::optional<std::int32_t> version);
/// Whether a rule of the set has this type ("CEL", …).
bool has_rule_type(const std::string& rule_set_json, std::string_view type);

}  // namespace weft::registry
