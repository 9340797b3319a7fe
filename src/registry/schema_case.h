#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "registry/definition.h"
#include "registry/parsed_schema.h"
#include "schema/compatibility_level.h"

namespace weft::registry {

/// A definition in the registry: held once per identity and context, shared by every version that has it.
struct StoredSchema {
  Definition definition;
  Uuid guid;
};
using StoredSchemaPointer = std::shared_ptr<const StoredSchema>;

/// A stored schema as another one calls it.
struct ReferencedSchema {
  std::string name;
  StoredSchemaPointer schema;

  bool operator==(const ReferencedSchema&) const = default;
};

/// A stored schema and all that it leads to, each after those it needs itself.
struct SchemaWithReferences {
  StoredSchemaPointer schema;
  std::vector<ReferencedSchema> references;

  bool operator==(const SchemaWithReferences&) const = default;
  std::size_t text_bytes() const;
};
/// Any thread.
Result<ParsedSchemaPointer> parse_stored(const SchemaWithReferences& stored);

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
  SchemaType type = SchemaType::kAvro;
  std::string text;
  schema::TagChanges tags;            ///< What is to become of those in the text.
  std::optional<SchemaWithReferences> tags_from;  ///< Whose tags are carried over.
  std::vector<Reference> references;  ///< With real versions.
  std::vector<ReferencedSchema> reference_schemas;
  std::string metadata_json;  ///< As it will be stored.
  std::string rule_set_json;
  ParseRules rules = ParseRules::kNew;
  bool normalize = false;
  bool validate_fields = false;
  schema::CompatibilityLevel level = schema::CompatibilityLevel::kNone;
  Policy policy = Policy::kStrict;
  bool new_version_asked = false;  ///< See answers_for.
  /// The subject's schemas, newest first: one that answers for this one is compared with nothing.
  std::vector<StoredSchemaPointer> known;
  /// Those of the subject's schemas, newest first, that may be this one with its references written out.
  std::vector<SchemaWithReferences> maybe_inlined;
  std::vector<Earlier> earlier;  ///< What `level` compares with, newest first.

  bool operator==(const SchemaCase&) const = default;
  std::size_t text_bytes() const;
};

/// Whether a stored schema is the one that somebody asks for: the same but for the version that the registry itself
/// wrote into the metadata, unless a new version of the same schema is what is asked for.
bool answers_for(const StoredSchema& stored, const Definition& asked, const Uuid& guid, bool new_version_asked);

/// What a schema is once it has been read and found compatible: the form in which it is stored, and its identity.
struct Verdict {
  Definition definition;
  Uuid guid;
  std::optional<Uuid> inlined;  ///< The stored schema which this one is with all references written out.

  /// Whether a stored schema is this one.
  bool is_answered_by(const StoredSchema& stored, bool new_version_asked) const {
    return inlined == stored.guid || answers_for(stored, definition, guid, new_version_asked);
  }
};
/// kInvalidSchema, kTooLarge, kIncompatible (refusal.h). Any thread.
Result<Verdict> judge(const SchemaCase& asked);

/// What is wrong with registering the schema under the case's level, as Confluent words it; nothing when it may be.
/// Errors as judge's, without kIncompatible. Any thread.
Result<std::vector<std::string>> compatibility_messages(const SchemaCase& asked);

/// A verdict made ahead: holds as long as the registry would ask the same.
struct JudgedCase {
  SchemaCase asked;
  Result<Verdict> verdict;
};

}  // namespace weft::registry
