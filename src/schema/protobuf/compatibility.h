#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/protobuf/schema.h"

namespace weft::schema::protobuf {

/// What can differ between two versions of a schema; the names are those of Confluent's registry.
enum class DifferenceKind {
  kPackageChanged,
  kMessageAdded,
  kMessageRemoved,
  kMessageMoved,
  kEnumAdded,
  kEnumRemoved,
  kEnumConstAdded,
  kEnumConstChanged,
  kEnumConstRemoved,
  kFieldAdded,
  kFieldRemoved,
  kFieldNameChanged,
  kFieldKindChanged,
  kFieldScalarKindChanged,
  kFieldNamedTypeChanged,
  kFieldNumericLabelChanged,
  kFieldStringOrBytesLabelChanged,
  kRequiredFieldAdded,
  kRequiredFieldRemoved,
  kOneofAdded,
  kOneofRemoved,
  kOneofFieldAdded,
  kOneofFieldRemoved,
  kOneofFieldMovedToTopLevel,
  kMultipleFieldsMovedToOneof,
  kFieldMovedToExistingOneof,
};
/// "PACKAGE_CHANGED", …
std::string_view difference_name(DifferenceKind kind);
/// Whether programs with the new schema still read old data after such a change.
bool is_compatible(DifferenceKind kind);

struct Difference {
  DifferenceKind kind;
  std::string path;     ///< "#/Order/Line/3": messages, then a field's number, inside a oneof after its name.
  std::string message;  ///< For a person.
};

/// Everything that differs between two versions. Messages of the schema's own file are compared by name, those of
/// imported files where a field leads to them; fields by number. At most 1,000 compatible differences and 1,000
/// others.
std::vector<Difference> differences(const Schema& original, const Schema& update);

/// What keeps `reader` from reading data written with `writer`: the differences from writer to reader that are not
/// compatible.
std::vector<Difference> incompatibilities(const Schema& reader, const Schema& writer);

}  // namespace weft::schema::protobuf
