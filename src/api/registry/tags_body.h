#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/json_tree.h"
#include "schema/tags.h"

namespace weft::api {

/// `[{"schemaEntity":{"entityPath","entityType"},"tags":[…]}]`. Error: 422 naming the member.
Result<std::vector<schema::EntityTags>> parse_entity_tags(std::string_view member, const schema::JsonNode& node);

/// What one version's successor is to have that it has not.
struct TagRequest {
  schema::TagChanges tags;
  std::optional<std::int32_t> new_version;   ///< Must be the next one.
  std::optional<std::string> metadata_json;  ///< contract.h; absent: the version's.
  std::optional<std::string> rule_set_json;  ///< Absent: that of the latest version.
  std::string rules_to_merge_json;           ///< Into that of the latest version; empty: none.
  std::vector<std::string> rules_to_remove;  ///< Names.

  bool changes_rules() const { return !rules_to_merge_json.empty() || !rules_to_remove.empty(); }
};

/// Reads the JSON body of a request for tags. Errors: detail 400 when it is no JSON object, kInvalidRuleSet, 422 naming
/// the member otherwise.
Result<TagRequest> parse_tag_body(std::string_view body);

}  // namespace weft::api
