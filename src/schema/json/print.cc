#include "schema/json/print.h"

#include <algorithm>

#include "base/utf8.h"

namespace weft::schema::json {
namespace {

constexpr int kDepthMax = 4;
constexpr std::size_t kNameBytesMax = 100;
constexpr std::size_t kWordsBytesMax = 200;

TypeText describe(const Subschema& schema, int depth);

std::string words_of(const Subschema& schema, int depth) {
  TypeText text = describe(schema, depth);
  return text.nullable && text.words != "null" ? text.words + " or null" : text.words;
}

void add_choice(TypeText& text, std::string_view words) {
  if (words == "null") {
    text.nullable = true;
  } else if (text.words.size() < kWordsBytesMax) {
    if (!text.words.empty()) text.words += " or ";
    text.words += words;
  }
}

std::string of_type(const Subschema& schema, Type type, int depth) {
  if (type == Type::kArray) {
    const Subschema* items = schema.one(Keyword::kItems);
    return items == nullptr ? "array" : "array of " + words_of(*items, depth);
  }
  if (type == Type::kObject && schema.has(Keyword::kTitle)) {
    return std::string(utf8_prefix(schema.text(Keyword::kTitle), kNameBytesMax));
  }
  const std::string_view format = schema.text(Keyword::kFormat);
  if (type == Type::kString && !format.empty()) return std::string(utf8_prefix(format, kNameBytesMax)) + " (string)";
  return std::string(type_name(type));
}

/// The name a `$ref` gives what it refers to: the last part of "#/definitions/Address".
std::string_view referred_name(const Subschema& schema) {
  std::string_view target = schema.text(Keyword::kRef);
  if (target.ends_with(".json")) target.remove_suffix(5);
  const auto last = target.find_last_of("/#");
  return utf8_prefix(last == std::string_view::npos ? target : target.substr(last + 1), kNameBytesMax);
}

std::string_view untyped_words(const Subschema& schema) {
  if (schema.has(Keyword::kProperties)) return "object";
  if (schema.has(Keyword::kItems)) return "array";
  if (schema.has(Keyword::kEnum)) return "enum";
  if (schema.has(Keyword::kConst)) return "constant";
  return "any";
}

TypeText describe(const Subschema& schema, int depth) {
  if (schema.form != Subschema::Form::kKeywords) {
    return {schema.form == Subschema::Form::kTrue ? "any" : "nothing", false};
  }
  if (++depth > kDepthMax) return {"…", false};
  TypeText text;
  for (const Type type : schema.types()) add_choice(text, of_type(schema, type, depth));
  if (text.words.empty() && schema.reference != nullptr) {
    const Subschema& target = *schema.reference;
    const bool object = std::ranges::count(target.types(), Type::kObject) > 0;
    const std::string_view name = referred_name(schema);
    if (!object || target.has(Keyword::kTitle) || name.empty()) return describe(target, depth);
    add_choice(text, name);
  }
  for (const Keyword keyword : {Keyword::kOneOf, Keyword::kAnyOf, Keyword::kAllOf}) {
    if (!text.words.empty()) break;
    for (const Child& branch : schema.all(keyword)) {
      const TypeText inner = describe(*branch.schema, depth);
      if (inner.nullable) text.nullable = true;
      add_choice(text, inner.words);
    }
  }
  if (text.words.empty()) text.words = text.nullable ? "null" : untyped_words(schema);
  return text;
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

TypeText type_text(const Subschema& schema) { return describe(schema, 0); }

}  // namespace weft::schema::json
