#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weft::schema::json {

/// The editions of JSON Schema in the order they appeared.
enum class Draft : std::uint8_t { k4, k6, k7, k2019, k2020 };
/// The draft that a `$schema` URI names, http or https, with or without a fragment; nothing for other URIs.
std::optional<Draft> draft_of(std::string_view schema_uri);
/// "draft-07", "2020-12", …
std::string_view draft_name(Draft draft);

/// The keywords that mean something here. All others are kept in the text and ignored.
enum class Keyword : std::uint8_t {
  kId,
  kAnchor,
  kDynamicAnchor,
  kRef,
  kDynamicRef,
  kRecursiveRef,
  kTitle,
  kDescription,
  kDefault,
  kReadOnly,
  kWriteOnly,
  kDefinitions,
  kDefs,
  kType,
  kEnum,
  kConst,
  kFormat,
  kMinLength,
  kMaxLength,
  kPattern,
  kMinimum,
  kMaximum,
  kExclusiveMinimum,
  kExclusiveMaximum,
  kMultipleOf,
  kMinItems,
  kMaxItems,
  kUniqueItems,
  kMinContains,
  kMaxContains,
  kPrefixItems,
  kItems,
  kAdditionalItems,
  kContains,
  kUnevaluatedItems,
  kMinProperties,
  kMaxProperties,
  kRequired,
  kProperties,
  kPatternProperties,
  kAdditionalProperties,
  kPropertyNames,
  kDependencies,
  kDependentRequired,
  kDependentSchemas,
  kUnevaluatedProperties,
  kAllOf,
  kAnyOf,
  kOneOf,
  kNot,
  kIf,
  kThen,
  kElse,
};
inline constexpr std::size_t kKeywordCount = static_cast<std::size_t>(Keyword::kElse) + 1;

/// What a keyword's value must be.
enum class Takes : std::uint8_t {
  kAnything,
  kString,
  kStrings,
  kPattern,
  kBoolean,
  kInteger,
  kNumber,
  kDivisor,         ///< A number other than 0.
  kExclusiveLimit,  ///< A number; in draft 4 a boolean.
  kTypes,           ///< A type name or an array of them.
  kArray,
  kSchema,
  kSchemas,          ///< An array of schemas.
  kSchemaOrSchemas,  ///< Either.
  kSchemaMap,        ///< An object of schemas.
  kPatternMap,       ///< An object of schemas whose names are patterns.
  kDependencies,     ///< An object of schemas or arrays of names.
  kNameMap,          ///< An object of arrays of names.
  kDefinitions,      ///< An object of schemas, read only when something refers to them.
};

/// The kind of value a keyword constrains.
enum class Constrains : std::uint8_t { kAll, kString, kNumber, kArray, kObject };

struct KeywordRule {
  std::string_view name;
  Keyword keyword;
  Takes takes;
  Constrains constrains;
  Draft first;
  Draft last;
};

/// The rule for a member called `name` in a schema of this draft; null when the draft has no such keyword.
const KeywordRule* find_keyword(std::string_view name, Draft draft);
/// Every rule in the order of Keyword; a keyword that changed between drafts has several.
std::span<const KeywordRule> keyword_rules();

}  // namespace weft::schema::json
