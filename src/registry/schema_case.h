#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "registry/definition.h"
#include "schema/avro/schema.h"
#include "schema/compatibility_level.h"

namespace weft::registry {

/// A definition in the registry: held once per identity and context, shared by every version that has it.
struct StoredSchema {
  Definition definition;
  Uuid guid;
};
using StoredSchemaPointer = std::shared_ptr<const StoredSchema>;

/// A stored schema and all that it leads to, each after those it needs itself.
struct SchemaWithReferences {
  StoredSchemaPointer schema;
  std::vector<StoredSchemaPointer> references;

  bool operator==(const SchemaWithReferences&) const = default;
  std::size_t text_bytes() const;
};
/// kUnsupported when it is not Avro. Any thread.
Result<std::shared_ptr<const schema::avro::Schema>> parse_avro(const SchemaWithReferences& stored);

/// All that a request's schema is judged by, cut loose from the registry: parsing and comparing take 60 to 100 ns a
/// byte, which large schemas spend on another thread than the registry's.
struct SchemaCase {
  struct Earlier {
    std::int32_t version = 0;
    SchemaWithReferences schema;
    std::optional<std::string> fault;  ///< Why its references cannot be found.

    bool operator==(const Earlier&) const = default;
  };

  std::string subject;
  std::string text;
  std::vector<Reference> references;  ///< With real versions.
  std::vector<StoredSchemaPointer> reference_schemas;
  schema::avro::ParseRules rules = schema::avro::ParseRules::kNew;
  bool normalize = false;
  schema::CompatibilityLevel level = schema::CompatibilityLevel::kNone;
  std::vector<Uuid> known;       ///< The subject's schemas: one of these is compared with nothing.
  std::vector<Earlier> earlier;  ///< What `level` compares with, newest first.

  bool operator==(const SchemaCase&) const = default;
  std::size_t text_bytes() const;
};

/// What a schema is once it has been read and found compatible: the form in which it is stored, and its identity.
struct Verdict {
  Definition definition;
  Uuid guid;
};
/// kInvalidSchema, kTooLarge, kIncompatible (refusal.h). Any thread.
Result<Verdict> judge(const SchemaCase& asked);

/// A verdict made ahead: holds as long as the registry would ask the same.
struct JudgedCase {
  SchemaCase asked;
  Result<Verdict> verdict;
};

}  // namespace weft::registry
