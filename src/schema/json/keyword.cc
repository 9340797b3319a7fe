#include "schema/json/keyword.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace weft::schema::json {
namespace {

using K = Keyword;
using T = Takes;
using C = Constrains;
using D = Draft;

constexpr std::array kRules = {
    KeywordRule{"id", K::kId, T::kString, C::kAll, D::k4, D::k4},
    KeywordRule{"$id", K::kId, T::kString, C::kAll, D::k6, D::k2020},
    KeywordRule{"$anchor", K::kAnchor, T::kString, C::kAll, D::k2019, D::k2020},
    KeywordRule{"$dynamicAnchor", K::kDynamicAnchor, T::kString, C::kAll, D::k2020, D::k2020},
    KeywordRule{"$ref", K::kRef, T::kString, C::kAll, D::k4, D::k2020},
    KeywordRule{"$dynamicRef", K::kDynamicRef, T::kString, C::kAll, D::k2020, D::k2020},
    KeywordRule{"$recursiveRef", K::kRecursiveRef, T::kString, C::kAll, D::k2019, D::k2019},
    KeywordRule{"title", K::kTitle, T::kString, C::kAll, D::k4, D::k2020},
    KeywordRule{"description", K::kDescription, T::kString, C::kAll, D::k4, D::k2020},
    KeywordRule{"default", K::kDefault, T::kAnything, C::kAll, D::k4, D::k2020},
    KeywordRule{"readOnly", K::kReadOnly, T::kBoolean, C::kAll, D::k7, D::k2020},
    KeywordRule{"writeOnly", K::kWriteOnly, T::kBoolean, C::kAll, D::k7, D::k2020},
    KeywordRule{"definitions", K::kDefinitions, T::kDefinitions, C::kAll, D::k4, D::k2020},
    KeywordRule{"$defs", K::kDefs, T::kDefinitions, C::kAll, D::k4, D::k2020},
    KeywordRule{"type", K::kType, T::kTypes, C::kAll, D::k4, D::k2020},
    KeywordRule{"enum", K::kEnum, T::kArray, C::kAll, D::k4, D::k2020},
    KeywordRule{"const", K::kConst, T::kAnything, C::kAll, D::k6, D::k2020},
    KeywordRule{"format", K::kFormat, T::kString, C::kString, D::k4, D::k2020},
    KeywordRule{"minLength", K::kMinLength, T::kInteger, C::kString, D::k4, D::k2020},
    KeywordRule{"maxLength", K::kMaxLength, T::kInteger, C::kString, D::k4, D::k2020},
    KeywordRule{"pattern", K::kPattern, T::kPattern, C::kString, D::k4, D::k2020},
    KeywordRule{"minimum", K::kMinimum, T::kNumber, C::kNumber, D::k4, D::k2020},
    KeywordRule{"maximum", K::kMaximum, T::kNumber, C::kNumber, D::k4, D::k2020},
    KeywordRule{"exclusiveMinimum", K::kExclusiveMinimum, T::kExclusiveLimit, C::kNumber, D::k4, D::k2020},
    KeywordRule{"exclusiveMaximum", K::kExclusiveMaximum, T::kExclusiveLimit, C::kNumber, D::k4, D::k2020},
    KeywordRule{"multipleOf", K::kMultipleOf, T::kDivisor, C::kNumber, D::k4, D::k2020},
    KeywordRule{"minItems", K::kMinItems, T::kInteger, C::kArray, D::k4, D::k2020},
    KeywordRule{"maxItems", K::kMaxItems, T::kInteger, C::kArray, D::k4, D::k2020},
    KeywordRule{"uniqueItems", K::kUniqueItems, T::kBoolean, C::kArray, D::k4, D::k2020},
    KeywordRule{"minContains", K::kMinContains, T::kInteger, C::kArray, D::k2019, D::k2020},
    KeywordRule{"maxContains", K::kMaxContains, T::kInteger, C::kArray, D::k2019, D::k2020},
    KeywordRule{"prefixItems", K::kPrefixItems, T::kSchemas, C::kArray, D::k2020, D::k2020},
    KeywordRule{"items", K::kItems, T::kSchemaOrSchemas, C::kArray, D::k4, D::k2019},
    KeywordRule{"items", K::kItems, T::kSchema, C::kArray, D::k2020, D::k2020},
    KeywordRule{"additionalItems", K::kAdditionalItems, T::kSchema, C::kArray, D::k4, D::k2019},
    KeywordRule{"contains", K::kContains, T::kSchema, C::kArray, D::k6, D::k2020},
    KeywordRule{"unevaluatedItems", K::kUnevaluatedItems, T::kSchema, C::kArray, D::k2019, D::k2020},
    KeywordRule{"minProperties", K::kMinProperties, T::kInteger, C::kObject, D::k4, D::k2020},
    KeywordRule{"maxProperties", K::kMaxProperties, T::kInteger, C::kObject, D::k4, D::k2020},
    KeywordRule{"required", K::kRequired, T::kStrings, C::kObject, D::k4, D::k2020},
    KeywordRule{"properties", K::kProperties, T::kSchemaMap, C::kObject, D::k4, D::k2020},
    KeywordRule{"patternProperties", K::kPatternProperties, T::kPatternMap, C::kObject, D::k4, D::k2020},
    KeywordRule{"additionalProperties", K::kAdditionalProperties, T::kSchema, C::kObject, D::k4, D::k2020},
    KeywordRule{"propertyNames", K::kPropertyNames, T::kSchema, C::kObject, D::k6, D::k2020},
    KeywordRule{"dependencies", K::kDependencies, T::kDependencies, C::kObject, D::k4, D::k7},
    KeywordRule{"dependentRequired", K::kDependentRequired, T::kNameMap, C::kObject, D::k2019, D::k2020},
    KeywordRule{"dependentSchemas", K::kDependentSchemas, T::kSchemaMap, C::kObject, D::k2019, D::k2020},
    KeywordRule{"unevaluatedProperties", K::kUnevaluatedProperties, T::kSchema, C::kObject, D::k2019, D::k2020},
    KeywordRule{"allOf", K::kAllOf, T::kSchemas, C::kAll, D::k4, D::k2020},
    KeywordRule{"anyOf", K::kAnyOf, T::kSchemas, C::kAll, D::k4, D::k2020},
    KeywordRule{"oneOf", K::kOneOf, T::kSchemas, C::kAll, D::k4, D::k2020},
    KeywordRule{"not", K::kNot, T::kSchema, C::kAll, D::k4, D::k2020},
    KeywordRule{"if", K::kIf, T::kSchema, C::kAll, D::k7, D::k2020},
    KeywordRule{"then", K::kThen, T::kSchema, C::kAll, D::k7, D::k2020},
    KeywordRule{"else", K::kElse, T::kSchema, C::kAll, D::k7, D::k2020},
};

// The children of a schema are found by bisection because they are read in this order.
static_assert(std::ranges::is_sorted(kRules, {}, &KeywordRule::keyword));

struct NamedDraft {
  std::string_view uri;
  std::string_view name;
  Draft draft;
};
constexpr std::array kDrafts = {
    NamedDraft{"json-schema.org/draft-04/schema", "draft-04", Draft::k4},
    NamedDraft{"json-schema.org/draft-06/schema", "draft-06", Draft::k6},
    NamedDraft{"json-schema.org/draft-07/schema", "draft-07", Draft::k7},
    NamedDraft{"json-schema.org/draft/2019-09/schema", "2019-09", Draft::k2019},
    NamedDraft{"json-schema.org/draft/2020-12/schema", "2020-12", Draft::k2020},
};

}  // namespace

std::optional<Draft> draft_of(std::string_view schema_uri) {
  std::string_view rest = schema_uri;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  }
  if (rest.ends_with('#')) rest.remove_suffix(1);
  for (const NamedDraft& known : kDrafts) {
    if (known.uri == rest) return known.draft;
  }
  return std::nullopt;
}

std::string_view draft_name(Draft draft) { return kDrafts[static_cast<std::size_t>(draft)].name; }

const KeywordRule* find_keyword(std::string_view name, Draft draft) {
  static const auto* rules = [] {
    auto* by_name = new std::unordered_multimap<std::string_view, const KeywordRule*>();
    for (const KeywordRule& rule : kRules) by_name->emplace(rule.name, &rule);
    return by_name;
  }();
  const auto [first, last] = rules->equal_range(name);
  for (auto at = first; at != last; ++at) {
    if (at->second->first <= draft && draft <= at->second->last) return at->second;
  }
  return nullptr;
}

std::span<const KeywordRule> keyword_rules() { return kRules; }

}  // namespace weft::schema::json
