#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"

namespace weft::registry {

enum class SchemaType : std::uint8_t { kAvro, kJson, kProtobuf };
/// "AVRO", "JSON", "PROTOBUF".
std::string_view schema_type_name(SchemaType type);
std::optional<SchemaType> parse_schema_type(std::string_view name);

/// A schema that another one uses: `name` is what that one calls it (Avro: a full name).
struct Reference {
  std::string name;
  std::string subject;
  std::int32_t version = 0;  ///< In a request -1 is the latest; stored, always a number.

  bool operator==(const Reference&) const = default;
};

/// All that makes a schema this one and no other. Held once, shared by every version and subject that has it.
struct Definition {
  SchemaType type = SchemaType::kAvro;
  std::string text;  ///< Canonical print.
  std::vector<Reference> references;
  std::string metadata_json;  ///< As stored; empty when there is none.
  std::string rule_set_json;

  bool operator==(const Definition&) const = default;
  /// Without references, metadata and rules: the GUID is the text's MD5.
  bool is_only_text() const;
};

/// `[{"name":…,"subject":…,"version":…}]`
std::string references_json(const std::vector<Reference>& references);

/// The identity of a definition: MD5 over text, references, metadata and rules, as Confluent computes it (the recipe is
/// in definition.cc). Same identity, same id.
Uuid guid_of(const Definition& definition);
/// "6b472548-98e5-6a99-c0bf-aed20f1433a9"
std::string guid_text(const Uuid& guid);
std::optional<Uuid> parse_guid(std::string_view text);

}  // namespace weft::registry
