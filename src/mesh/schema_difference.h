#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mesh/schemas.h"
#include "schema/compatibility_level.h"

namespace weft::mesh {

class JsonWriter;

/// One field that is not the same in two versions of a schema.
struct SchemaFieldChange {
  enum class Kind { kAdded, kChanged, kRemoved };
  Kind kind = Kind::kChanged;
  std::string path;     ///< As schema::FieldNode has it; empty for what is about the whole schema.
  std::string before;   ///< Type and default in words; empty when added.
  std::string after;    ///< Empty when removed.
  std::string meaning;  ///< What it does to readers, in a sentence or two.
  bool text_only = false;        ///< Only docs, tags or order differ: no reader notices.
  bool breaks_backward = false;  ///< The new version cannot read events of the old one.
  bool breaks_forward = false;   ///< The old version cannot read events of the new one.
};
std::string_view schema_change_name(SchemaFieldChange::Kind kind);

/// What lies between two versions, and for whom.
struct SchemaDifference {
  std::vector<SchemaFieldChange> changes;  ///< As the fields stand in the newer version, removed ones last.
  bool backward = true;              ///< The new version reads events of the old one.
  bool forward = true;               ///< The old version reads events of the new one.
  std::vector<schema::CompatibilityLevel> broken_levels;  ///< Under which the new version could not follow the old one.
  std::string unknown;  ///< Why readers' fate is not known; empty when it is. `backward` and `forward` mean nothing then.
};

/// From the older to the newer one. Any thread.
SchemaDifference difference_between(const RegisteredSchema& from, const RegisteredSchema& to);

void write(JsonWriter& json, const SchemaFieldChange& change);
/// Members of the difference, into an object that is open.
void write_members(JsonWriter& json, const SchemaDifference& difference);

}  // namespace weft::mesh
