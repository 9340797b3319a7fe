#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema/protobuf/schema.h"

namespace weft::schema::protobuf {

/// A field as people read it, in a table or a form.
struct FieldNode {
  std::string name;
  std::string path;  ///< "address.lines[].text": [] goes into a repeated field's items, {} into a map's values.
  std::string type;  ///< "string", "repeated Line", "map of string to Line", "one of payment: Card".
  int number = 0;
  bool nullable = false;  ///< Whether data tells absence from the default: `optional`, messages, members of oneofs.
  bool required = false;  ///< Of proto2.
  std::string oneof;      ///< The oneof it belongs to, if any: one of its members is there at most.
  std::optional<std::string> default_json;  ///< The default as JSON, when the schema states one.
  std::string doc;                          ///< `doc` of `confluent.field_meta`, or of its type.
  std::vector<std::string> symbols;         ///< Of an enum.
  std::vector<std::string> tags;            ///< `tags` of `confluent.field_meta`, for example PII.
  std::vector<FieldNode> children;          ///< Fields of a message.
};

struct FieldTree {
  std::string name;  ///< Full name of the message.
  std::string doc;
  std::vector<FieldNode> fields;
  bool truncated = false;  ///< The schema unfolds further than the bounds below; the rest is left out.
};

/// Messages used twice are unfolded twice; a message inside itself is not unfolded again, nor are google.protobuf's.
inline constexpr std::size_t kFieldTreeNodesMax = 5'000;
inline constexpr std::size_t kFieldTreeDepthMax = 50;

/// Of one message, named in full, or of the file's first. Empty when there is none.
FieldTree field_tree(const Schema& schema, std::string_view message_name = {});

}  // namespace weft::schema::protobuf
