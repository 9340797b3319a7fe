#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/json_tree.h"

/// Avro schemas (Apache Avro 1.12 specification). Where the specification leaves room, Avro's Java library decides,
/// because that is what registries and serializers run.
namespace weft::schema::avro {

enum class Kind : std::uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kRecord,
  kEnum,
  kArray,
  kMap,
  kUnion,
  kFixed,
};
/// "null", "record", …: the word that stands in a schema.
std::string_view kind_name(Kind kind);
/// The primitive called `name`, if there is one.
std::optional<Kind> primitive_kind(std::string_view name);

/// What the bytes mean beyond their kind. A logical type that does not fit its kind is ignored, as the specification
/// says.
enum class LogicalType : std::uint8_t {
  kNone,
  kDecimal,
  kUuid,
  kDate,
  kTimeMillis,
  kTimeMicros,
  kTimestampMillis,
  kTimestampMicros,
  kTimestampNanos,
  kLocalTimestampMillis,
  kLocalTimestampMicros,
  kLocalTimestampNanos,
};

/// The name of a record, enum or fixed; `space` is empty for the null namespace.
struct Name {
  std::string name;
  std::string space;

  std::string full() const { return space.empty() ? name : space + "." + name; }
  bool operator==(const Name&) const = default;
};

struct Type;

enum class FieldOrder : std::uint8_t { kAscending, kDescending, kIgnore };

struct Field {
  std::string name;
  const Type* type = nullptr;
  std::optional<std::string> doc;
  std::optional<JsonNode> default_value;
  FieldOrder order = FieldOrder::kAscending;
  std::vector<std::string> aliases;
  std::vector<JsonNode::Member> properties;  ///< Members that Avro does not know, in their order.
  std::string json_key;                      ///< `"name":`, escaped once for every decode.
};

/// One node of a schema. Named types may be reached from inside themselves: walkers bound their depth or remember.
struct Type {
  Kind kind = Kind::kNull;
  bool is_error = false;    ///< Record written as "error"; printed so, otherwise the same.
  bool referenced = false;  ///< Defined by a referenced schema: printed by name.
  LogicalType logical = LogicalType::kNone;
  std::int32_t scale = 0;  ///< Of kDecimal: digits after the point.
  std::int32_t size = 0;   ///< Of kFixed, in bytes.
  Name name;               ///< Of kRecord, kEnum and kFixed.
  std::optional<std::string> doc;
  std::vector<Name> aliases;
  std::vector<Field> fields;         ///< Of kRecord.
  std::vector<std::string> symbols;  ///< Of kEnum.
  std::optional<std::string> enum_default;
  const Type* element = nullptr;      ///< Items of kArray, values of kMap.
  std::vector<const Type*> branches;  ///< Of kUnion.
  std::vector<JsonNode::Member> properties;

  bool is_named() const { return kind == Kind::kRecord || kind == Kind::kEnum || kind == Kind::kFixed; }
  /// What tells union branches apart, and their name in Avro's JSON encoding: the full name or the kind.
  std::string branch_name() const { return is_named() ? name.full() : std::string(kind_name(kind)); }
  const Field* find_field(std::string_view field_name) const;
};

/// How strictly a schema is read.
enum class ParseRules {
  kNew,     ///< As registered today: ASCII names and namespaces, defaults that fit their types.
  kStored,  ///< As accepted once by some registry: any letters in names, defaults unchecked.
};

/// A parsed schema: immutable, safe to share between threads. Owns every type that is reachable from its root.
class Schema {
 public:
  /// Parses `text`. `references` are the texts of schemas whose named types may be used, each after those it needs.
  /// Errors: kInvalidArgument naming the place ("$.fields[2].type") and the rule; kTooLarge for a bound.
  static Result<std::shared_ptr<const Schema>> parse(std::string_view text, ParseRules rules = ParseRules::kNew,
                                                     std::span<const std::string_view> references = {});

  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  const Type& root() const { return *root_; }

 private:
  friend class Parser;
  Schema() = default;

  std::deque<Type> types_;
  const Type* root_ = nullptr;
};

}  // namespace weft::schema::avro
