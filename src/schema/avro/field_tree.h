#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema/avro/schema.h"

namespace weft::schema::avro {

/// A field as people read it, in a table or a form.
struct FieldNode {
  std::string name;
  std::string path;       ///< "address.lines[].text": [] goes into an array's items, {} into a map's values.
  std::string type;       ///< "string", "array of Line", "timestamp-millis (long)"; without null.
  bool nullable = false;  ///< A union with null.
  std::optional<std::string> default_json;  ///< The default as JSON, when there is one.
  std::string doc;
  std::vector<std::string> symbols;  ///< Of an enum, here or inside an array or map.
  std::vector<std::string> tags;     ///< `confluent:tags` of the field, for example PII.
  std::vector<FieldNode> children;   ///< Fields of a record, here or inside an array, map or union.
};

struct FieldTree {
  std::string name;  ///< Full name of the root record, or the root type in words.
  std::string doc;
  std::vector<FieldNode> fields;
  bool truncated = false;  ///< The schema unfolds further than the bounds below; the rest is left out.
};

/// Named types used twice are unfolded twice; a type inside itself is not unfolded again.
inline constexpr std::size_t kFieldTreeNodesMax = 5'000;
inline constexpr std::size_t kFieldTreeDepthMax = 50;

FieldTree field_tree(const Schema& schema);

}  // namespace weft::schema::avro
