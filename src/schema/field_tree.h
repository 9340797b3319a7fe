#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// The fields of a schema as people read them, in a table or a form; the same for every language.
namespace weft::schema {

struct FieldNode {
  std::string name;
  std::string path;       ///< "address.lines[].text": [] goes into an array's items, {} into a map's values.
  std::string type;       ///< "string", "array of Line", "timestamp-millis (long)", "repeated Line"; without null.
  bool nullable = false;  ///< Avro: a union with null. Protobuf: whether data tells absence from the default.
  bool required = false;  ///< Of proto2.
  int number = 0;         ///< Of Protobuf; 0 elsewhere.
  std::string oneof;      ///< Of Protobuf: the oneof it belongs to, if any: one of its members is there at most.
  std::optional<std::string> default_json;  ///< The default as JSON, when there is one.
  std::string doc;
  std::vector<std::string> symbols;  ///< Of an enum, here or inside an array or map.
  std::vector<std::string> tags;     ///< For example PII: `confluent:tags`, or `tags` of `confluent.field_meta`.
  std::vector<FieldNode> children;   ///< Fields of a record, here or inside an array, map or union.
};

struct FieldTree {
  std::string name;  ///< Full name of the root record or message, or the root type in words.
  std::string doc;
  std::vector<FieldNode> fields;
  bool truncated = false;  ///< The schema unfolds further than the bounds below; the rest is left out.
};

inline constexpr std::size_t kFieldTreeNodesMax = 5'000;
inline constexpr std::size_t kFieldTreeDepthMax = 50;

}  // namespace weft::schema
