#include "schema/json/print.h"

namespace weft::schema::json {
namespace {

constexpr int kTypeTextDepthMax = 4;

std::string words(const Subschema& schema, int depth);

std::string joined(std::span<const Child> branches, int depth) {
  std::string out;
  for (const Child& branch : branches) {
    if (!out.empty()) out += " or ";
    out += words(*branch.schema, depth);
    if (out.size() > 200) return out + " or …";
  }
  return out;
}

std::string one_type(const Subschema& schema, Type type, int depth) {
  if (type == Type::kArray) {
    const Subschema* items = schema.one(Keyword::kItems);
    return items == nullptr ? "array" : "array of " + words(*items, depth);
  }
  const std::string_view format = schema.text(Keyword::kFormat);
  if (type == Type::kString && !format.empty()) return std::string(format.substr(0, 100)) + " (string)";
  return std::string(type_name(type));
}

std::string words(const Subschema& schema, int depth) {
  if (schema.form == Subschema::Form::kTrue) return "any";
  if (schema.form == Subschema::Form::kFalse) return "nothing";
  if (++depth > kTypeTextDepthMax) return "…";
  const auto types = schema.types();
  const bool object = types.size() == 1 && types.front() == Type::kObject;
  if (object && schema.has(Keyword::kTitle)) return std::string(schema.text(Keyword::kTitle).substr(0, 100));
  std::string out;
  for (const Type type : types) {
    if (!out.empty()) out += " or ";
    out += one_type(schema, type, depth);
  }
  if (!out.empty()) return out;
  if (schema.reference != nullptr) {
    if (schema.reference->has(Keyword::kTitle) || !schema.has(Keyword::kRef)) return words(*schema.reference, depth);
    const std::string_view target = schema.text(Keyword::kRef);
    const auto last = target.find_last_of("/#");
    const auto name = last == std::string_view::npos ? target : target.substr(last + 1);
    return name.empty() ? words(*schema.reference, depth) : std::string(name.substr(0, 100));
  }
  for (const Keyword keyword : {Keyword::kOneOf, Keyword::kAnyOf, Keyword::kAllOf}) {
    if (const auto branches = schema.all(keyword); !branches.empty()) return joined(branches, depth);
  }
  if (schema.has(Keyword::kProperties)) return "object";
  if (schema.has(Keyword::kItems)) return one_type(schema, Type::kArray, depth);
  if (schema.has(Keyword::kEnum)) return "enum";
  if (schema.has(Keyword::kConst)) return "constant";
  return "any";
}

}  // namespace

std::string canonical_text(const Schema& schema) {
  std::string out;
  append_json(out, schema.tree());
  return out;
}

std::string normalized_text(const Schema& schema) {
  std::string out;
  append_json(out, schema.tree(), MemberOrder::kSorted);
  return out;
}

std::string type_text(const Subschema& schema) { return words(schema, 0); }

}  // namespace weft::schema::json
