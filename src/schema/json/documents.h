#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "schema/json/keyword.h"
#include "schema/json_tree.h"

namespace weft::schema::json {

/// A node of a document and what a `$ref` inside it is relative to.
struct Place {
  const JsonNode* node = nullptr;
  const JsonNode* document = nullptr;
  std::string base;  ///< URI without fragment; may be a bare file name or empty.
  Draft draft = Draft::k7;
};

/// The schema being read and the schemas it refers to, found by URI, `$id`, `$anchor` and JSON pointer. Nothing is ever
/// fetched: what was not added does not exist. The trees must outlive this.
class Documents {
 public:
  /// Adds a document under `uri` and indexes the ids and anchors inside it. The draft is `fallback` unless the document
  /// names one. Errors: kInvalidArgument for an unreadable `$schema`; kTooLarge for too
  /// many ids and anchors.
  Result<Place> add(const JsonNode& document, std::string_view uri, Draft fallback);

  /// What `reference` means inside a schema at `from`. Errors: kInvalidArgument when there is no such thing.
  Result<Place> find(const Place& from, std::string_view reference);

  /// The place of a schema that lies directly inside `outer`: its own `$id` changes the base. Ids of more than 500
  /// bytes count as none.
  Place inside(const Place& outer, const JsonNode& node);

 private:
  void index(const Place& place);
  const Place* find_document(const Place& from, std::string_view uri) const;
  Result<Place> walk(Place place, std::string_view pointer);
  const JsonNode* member(const JsonNode& object, const std::string& name);
  const std::string* text_member(const JsonNode& object, const std::string& name);
  /// The schema's own id, if it has one that counts: until draft 7 nothing beside `$ref` does.
  const std::string* id_of(const JsonNode& node, Draft draft);

  std::unordered_map<std::string, Place> resources_;
  std::unordered_map<std::string, Place> anchors_;  // "uri#anchor"
  std::unordered_map<const JsonNode*, std::unordered_map<std::string_view, const JsonNode*>> large_objects_;
};

}  // namespace weft::schema::json
