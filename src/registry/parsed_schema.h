#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "registry/definition.h"
#include "schema/field_tree.h"
#include "schema/tags.h"

namespace weft::schema::avro {
class Schema;
}
namespace weft::schema::json {
class Schema;
}
namespace weft::schema::protobuf {
class Schema;
}

/// What a registry asks of a schema, whatever language it is written in.
namespace weft::registry {

/// How strictly a schema is read.
enum class ParseRules {
  kNew,     ///< As registered today.
  kStored,  ///< As accepted once by some registry that may have been laxer.
};

/// Which changes a subject forgives (`compatibilityPolicy`); only JSON Schema knows the difference.
enum class Policy { kStrict, kLenient };

/// A schema that another one needs, under the name which that one calls it by.
struct ReferencedText {
  std::string_view name;
  std::string_view text;
};

/// Why one schema cannot read data of another.
struct Incompatibility {
  std::string kind;     ///< "READER_FIELD_MISSING_DEFAULT_VALUE": Confluent's words.
  std::string path;     ///< Where, as the language has it: "/fields/2/type", "#/properties/a", "#/Order/3".
  std::string message;  ///< For a person.
};

/// A parsed schema: immutable, shared between threads.
class ParsedSchema {
 public:
  virtual ~ParsedSchema() = default;

  virtual SchemaType type() const = 0;
  /// What is stored and compared.
  virtual std::string canonical_text() const = 0;
  /// What is stored with `normalize=true`. Error: kInvalidArgument when something in it has no meaning.
  virtual Result<std::string> normalized_text() const = 0;
  /// What `format=…` asks for; the canonical text for formats that the language does not have.
  virtual Result<std::string> text_as(std::string_view format) const = 0;
  /// Everything that keeps this schema from reading data written with `writer`, which is of the same type. Error:
  /// kTooLarge when comparing takes too many steps.
  virtual Result<std::vector<Incompatibility>> incompatibilities(const ParsedSchema& writer, Policy policy) const = 0;
  /// Appends what lies behind the schema id in a record, as JSON for people: every number with all its digits. On
  /// failure `out` is as before. Errors: kCorrupt, kInvalidArgument, kTooLarge, saying what does not fit and where.
  virtual Result<void> decode_json(ByteView payload, std::string& out) const = 0;
  /// Names of the outermost record's, object's or first message's fields.
  virtual std::vector<std::string> field_names() const = 0;
  /// Its fields as people read them; of Protobuf those of the file's first message.
  virtual schema::FieldTree field_tree() const = 0;
  /// Tags that stand in the schema's own text, or (Avro) in that of one it refers to.
  virtual std::vector<schema::EntityTags> inline_tags() const = 0;
  /// The text with other tags. Error: kInvalidArgument naming a path that leads nowhere, and those that there are.
  virtual Result<std::string> retagged_text(const schema::TagChanges& changes) const = 0;

  /// The schema of one language; null when this is another's.
  virtual std::shared_ptr<const schema::avro::Schema> avro() const { return nullptr; }
  virtual std::shared_ptr<const schema::json::Schema> json() const { return nullptr; }
  virtual std::shared_ptr<const schema::protobuf::Schema> protobuf() const { return nullptr; }
};
using ParsedSchemaPointer = std::shared_ptr<const ParsedSchema>;

/// `references` are all that the schema leads to, each after those it needs itself. Errors: kInvalidArgument naming
/// place and rule, kTooLarge. Any thread.
Result<ParsedSchemaPointer> parse_schema(SchemaType type, std::string_view text, ParseRules rules,
                                         std::span<const ReferencedText> references = {});

}  // namespace weft::registry
