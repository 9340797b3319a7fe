#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "schema/protobuf/proto_file.h"
#include "schema/protobuf/type_index.h"

namespace google::protobuf {
class Descriptor;
class DescriptorPool;
class FileDescriptor;
}  // namespace google::protobuf

/// Protobuf schemas: proto2 and proto3 files, read by libprotobuf's own parser. Headers of libprotobuf stay in .cc
/// files.
namespace weft::schema::protobuf {

/// How strictly a schema is read.
enum class ParseRules {
  kNew,     ///< As registered today: everything that protoc demands, except that custom options and imports that
            ///< nobody gave are let through when no type needs them, as Confluent's registry does.
  kStored,  ///< As accepted once by some registry: it has to parse; whether data can be read is another question.
};

/// Bounds on what one schema may be; kNestingMax bounds its depth.
inline constexpr std::size_t kSchemaTextBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kReferencesMax = 1'000;
inline constexpr std::size_t kElementsMax = 100'000;  ///< Messages, fields, enums, constants, … of one file.

/// A file that a schema may import.
struct Reference {
  std::string_view name;  ///< As the import names it: "acme/money.proto".
  std::string_view text;
};

/// A parsed schema with all that it imports: immutable, safe to share between threads.
class Schema {
 public:
  /// Parses the text of a `.proto` file, or the Base64 text of a serialized FileDescriptorProto. `references` holds
  /// what it imports, directly or not, in any order; well-known files need not be given. Errors: kInvalidArgument with
  /// line, column and rule; kTooLarge for a bound.
  static Result<std::shared_ptr<const Schema>> parse(std::string_view text, ParseRules rules = ParseRules::kNew,
                                                     std::span<const Reference> references = {});
  ~Schema();

  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  const ProtoFile& file() const;
  /// What names mean in this file: its own, those of all references, and the well-known ones.
  const TypeIndex& types() const;
  /// An imported file, or null when it was not given.
  const ProtoFile* imported(const std::string& name) const;

  /// The linked file, for data. Error: kInvalidArgument when the schema was stored by a registry that did not check
  /// what protoc checks.
  Result<const google::protobuf::FileDescriptor*> descriptor() const;
  const google::protobuf::DescriptorPool& pool() const;

 private:
  friend class SchemaParser;
  struct Parts;
  explicit Schema(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace weft::schema::protobuf
