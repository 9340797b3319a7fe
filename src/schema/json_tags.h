#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/json_tree.h"
#include "schema/tags.h"

namespace weft::schema {

/// The member that holds the tags of what a JSON object describes.
inline constexpr std::string_view kTagsMember = "confluent:tags";

/// The places of a schema that is written in JSON, with the objects that describe them.
class JsonTagPlaces {
 public:
  /// `node` lies inside the tree that is changed later.
  void add(EntityKind kind, std::string path, std::string other_path, JsonNode& node);

  std::vector<EntityTags> tagged() const { return places_.tagged(); }
  /// Writes the tags into the tree below `root`; all places are stale afterwards. Errors as TagPlaces::changed, and
  /// then nothing is changed.
  Result<void> change(JsonNode& root, const TagChanges& changes);

 private:
  TagPlaces places_;
  std::vector<JsonNode*> nodes_;
};

/// The member's value, to be changed; null when absent.
JsonNode* find_member(JsonNode& node, std::string_view name);

}  // namespace weft::schema
