#include "schema/json/shape.h"

#include <algorithm>
#include <array>

namespace weft::schema::json {
namespace {

using Kind = Shape::Kind;

constexpr int kReferenceSteps = 100;

bool constrains(const Subschema& schema, Constrains what) {
  return std::ranges::any_of(keyword_rules(), [&](const KeywordRule& rule) {
    return rule.constrains == what && schema.constrains(rule.keyword);
  });
}

Kind kind_of(Type type) {
  switch (type) {
    case Type::kNull:
      return Kind::kNull;
    case Type::kBoolean:
      return Kind::kBoolean;
    case Type::kInteger:
    case Type::kNumber:
      return Kind::kNumber;
    case Type::kString:
      return Kind::kString;
    case Type::kArray:
      return Kind::kArray;
    case Type::kObject:
      return Kind::kObject;
  }
  return Kind::kAny;
}

/// Whether nothing but the reference counts in a schema with one.
bool only_refers(const Subschema& schema) {
  if (schema.reference == nullptr) return false;
  if (schema.draft <= Draft::k7) return true;
  return std::ranges::none_of(keyword_rules(),
                              [&](const KeywordRule& rule) { return schema.constrains(rule.keyword); });
}

}  // namespace

Shape& Shapes::add(Kind kind, const Subschema& from) {
  Shape& shape = shapes_.emplace_back();
  shape.kind = kind;
  shape.from = &from;
  return shape;
}

const Shape& Shapes::of(const Subschema& schema) {
  const Subschema* target = &schema;
  for (int step = 0; only_refers(*target) && step < kReferenceSteps; ++step) target = target->reference;
  const Shape*& known = known_[target];
  if (known == nullptr) known = only_refers(*target) ? &add(Kind::kEndless, schema) : &build(*target);
  return *known;
}

/// The parts in the order in which the reference registry finds them; with one concern the schema is that concern.
const Shape& Shapes::build(const Subschema& schema) {
  std::vector<Shape*> concerns;
  const auto add_concern = [&](Kind kind) { concerns.push_back(&add(kind, schema)); };
  if (schema.form == Subschema::Form::kFalse) add_concern(Kind::kFalse);
  if (schema.has(Keyword::kEnum)) add_concern(Kind::kEnum);
  if (schema.has(Keyword::kAllOf)) concerns.push_back(&combination(Kind::kAllOf, schema, Keyword::kAllOf));
  if (schema.has(Keyword::kAnyOf)) concerns.push_back(&combination(Kind::kAnyOf, schema, Keyword::kAnyOf));
  if (schema.has(Keyword::kOneOf)) concerns.push_back(&combination(Kind::kOneOf, schema, Keyword::kOneOf));
  if (schema.has(Keyword::kNot)) add_concern(Kind::kNot);
  if (schema.has(Keyword::kConst)) add_concern(Kind::kConst);
  const std::vector<Type> named = schema.types();
  if (schema.has(Keyword::kType)) concerns.push_back(&types(schema, named));
  constexpr std::array<std::pair<Constrains, Kind>, 4> kUntyped = {{{Constrains::kArray, Kind::kArray},
                                                                    {Constrains::kObject, Kind::kObject},
                                                                    {Constrains::kNumber, Kind::kNumber},
                                                                    {Constrains::kString, Kind::kString}}};
  for (const auto& [what, kind] : kUntyped) {
    const bool typed = std::ranges::any_of(named, [&](Type type) { return kind_of(type) == kind; });
    if (!typed && constrains(schema, what)) add_concern(kind);
  }
  if (schema.has(Keyword::kIf) || schema.has(Keyword::kThen) || schema.has(Keyword::kElse)) {
    add_concern(Kind::kConditional);
  }

  if (concerns.empty()) add_concern(Kind::kAny);
  Shape& shape = concerns.size() == 1 && schema.reference == nullptr ? *concerns.front() : add(Kind::kAllOf, schema);
  shape.is_schema = true;
  if (&shape == concerns.front()) return shape;
  if (schema.reference != nullptr) shape.parts.push_back({nullptr, schema.reference});
  for (const Shape* concern : concerns) shape.parts.push_back({concern, nullptr});
  return shape;
}

Shape& Shapes::typed(Type type, const Subschema& schema) {
  Shape& shape = add(kind_of(type), schema);
  shape.whole = type == Type::kInteger;
  return shape;
}

Shape& Shapes::types(const Subschema& schema, const std::vector<Type>& types) {
  if (!schema.word(Keyword::kType)->is_array()) return typed(types.front(), schema);
  Shape& any = add(Kind::kAnyOf, schema);
  for (const Type type : types) any.parts.push_back({&typed(type, schema), nullptr});
  return any;
}

Shape& Shapes::combination(Kind kind, const Subschema& schema, Keyword keyword) {
  Shape& shape = add(kind, schema);
  std::unordered_multimap<std::uint64_t, const JsonNode*> seen;
  for (const Child& member : schema.all(keyword)) {
    const JsonNode& source = *member.schema->source;
    const std::uint64_t hash = json_hash(source, &hashes_);
    const auto [first, last] = seen.equal_range(hash);
    if (std::any_of(first, last, [&](const auto& known) { return json_equal(*known.second, source); })) continue;
    seen.emplace(hash, &source);
    shape.parts.push_back({nullptr, member.schema});
  }
  return shape;
}

}  // namespace weft::schema::json
