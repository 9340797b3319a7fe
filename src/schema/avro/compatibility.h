#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/avro/schema.h"

namespace weft::schema::avro {

/// Why data of a writer's schema cannot be read with a reader's; the names are those of Avro's Java library.
enum class IncompatibilityKind {
  kNameMismatch,
  kFixedSizeMismatch,
  kMissingEnumSymbols,
  kReaderFieldMissingDefaultValue,
  kTypeMismatch,
  kMissingUnionBranch,
};
/// "NAME_MISMATCH", …
std::string_view incompatibility_name(IncompatibilityKind kind);

struct Incompatibility {
  IncompatibilityKind kind;
  std::string path;     ///< JSON pointer into the reader's schema: "/fields/2/type".
  std::string message;  ///< For a person: what the reader would miss.
};

/// Everything that keeps `reader` from reading data written with `writer`; empty when it can (Avro's schema resolution,
/// with names of named types compared without namespace, as SchemaCompatibility of Avro's Java library has it). At most
/// 100 reasons. Errors: kTooLarge when comparing takes too many steps.
Result<std::vector<Incompatibility>> incompatibilities(const Schema& reader, const Schema& writer);

}  // namespace weft::schema::avro
