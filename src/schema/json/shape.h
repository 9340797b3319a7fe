#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "schema/json/equality.h"
#include "schema/json/schema.h"

namespace weft::schema::json {

/// A schema as it is compared: one concern, or a combination of several. `{"type":["string","null"],"maxLength":3}` is
/// any of a string and null; `{"type":"string","enum":["a"]}` is all of an enumeration and a string.
struct Shape {
  enum class Kind : std::uint8_t {
    kAny,
    kFalse,
    kString,
    kNumber,
    kBoolean,
    kNull,
    kObject,
    kArray,
    kEnum,
    kConst,
    kNot,
    kConditional,
    kEndless,  ///< A reference that leads back to itself.
    kAllOf,
    kAnyOf,
    kOneOf,
  };

  Kind kind = Kind::kAny;
  bool whole = false;      ///< Of kNumber: integers only.
  bool is_schema = false;  ///< All of `from`, with its id, title and default; otherwise one concern of it.
  const Subschema* from = nullptr;
  /// A concern of `from`, or a schema whose shape is made when it is asked for: schemas may contain themselves.
  struct Part {
    const Shape* concern = nullptr;
    const Subschema* schema = nullptr;
  };
  std::vector<Part> parts;  ///< Of a combination, each once.

  bool is_combined() const { return kind == Kind::kAllOf || kind == Kind::kAnyOf || kind == Kind::kOneOf; }
};

/// Makes shapes, each schema's once, so that their addresses tell them apart. The schemas must outlive it.
class Shapes {
 public:
  /// The shape of what `schema` refers to in the end, when it is only a reference.
  const Shape& of(const Subschema& schema);
  const Shape& of(const Shape::Part& part) { return part.concern != nullptr ? *part.concern : of(*part.schema); }

 private:
  Shape& add(Shape::Kind kind, const Subschema& from);
  const Shape& build(const Subschema& schema);
  Shape& typed(Type type, const Subschema& schema);
  Shape& types(const Subschema& schema, const std::vector<Type>& types);
  Shape& combination(Shape::Kind kind, const Subschema& schema, Keyword keyword);

  std::deque<Shape> shapes_;
  std::unordered_map<const Subschema*, const Shape*> known_;
  HashMemo hashes_;
};

}  // namespace weft::schema::json
