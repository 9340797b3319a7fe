#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/function.h"
#include "base/result.h"
#include "registry/parsed_schema.h"
#include "schema/wire_format.h"

namespace weft::mesh {

struct SchemaReference {
  std::string name;
  std::string subject;
  std::int32_t version = 0;
};

/// One version of a subject. Immutable.
struct RegisteredSchema {
  std::string subject;
  std::int32_t version = 0;
  schema::SchemaId id{0};
  std::string format;  ///< "AVRO", "JSON", "PROTOBUF"
  std::string text;
  std::vector<SchemaReference> references;
  registry::ParsedSchemaPointer parsed;  ///< None when the text no longer parses.
};
using SchemaPointer = std::shared_ptr<const RegisteredSchema>;

struct SubjectVersions {
  struct Version {
    std::int32_t version = 0;
    schema::SchemaId id{0};
  };
  std::vector<Version> versions;             ///< Oldest first; never empty.
  std::optional<std::string> compatibility;  ///< "BACKWARD": the one in force.
};

/// What mesh asks of a schema registry, ours or another. Every call completes once, on the loop of mesh.
class Schemas {
 public:
  virtual ~Schemas() = default;
  /// kNotFound: no such subject or version. Without a version: the newest.
  virtual void find(std::string subject, std::optional<std::int32_t> version, Callback<Result<SchemaPointer>> done) = 0;
  virtual void list_versions(std::string subject, Callback<Result<SubjectVersions>> done) = 0;
  /// The schema of an id, whatever its language, for decoding; kNotFound.
  virtual void find_id(schema::SchemaId id, Callback<Result<registry::ParsedSchemaPointer>> done) = 0;
};

}  // namespace weft::mesh
