#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::schema::json {

/// Which changes a subject forgives. LENIENT trusts that nobody writes properties that the schema does not name.
enum class Policy : std::uint8_t { kStrict, kLenient };

// What can differ between an old schema and a new one: our name, the name that registries report, who allows it (a
// reader with the new schema still takes all data of the old one) and what to tell people.
#define WEFT_JSON_SCHEMA_CHANGES(X)                                                                                    \
  X(kIdChanged, "ID_CHANGED", kAlways, "the id changed")                                                               \
  X(kTitleChanged, "TITLE_CHANGED", kAlways, "the title changed")                                                      \
  X(kDescriptionChanged, "DESCRIPTION_CHANGED", kAlways, "the description changed")                                    \
  X(kDefaultChanged, "DEFAULT_CHANGED", kAlways, "the default changed")                                                \
  X(kSchemaAdded, "SCHEMA_ADDED", kNever, "the new schema constrains what was free before")                            \
  X(kSchemaRemoved, "SCHEMA_REMOVED", kAlways, "a constraint is gone")                                                 \
  X(kTypeExtended, "TYPE_EXTENDED", kAlways, "integer became number")                                                  \
  X(kTypeNarrowed, "TYPE_NARROWED", kNever, "number became integer")                                                   \
  X(kTypeChanged, "TYPE_CHANGED", kNever, "the type changed to one that does not take the old values")                 \
  X(kMaxLengthAdded, "MAX_LENGTH_ADDED", kNever, "a longest length was added")                                         \
  X(kMaxLengthRemoved, "MAX_LENGTH_REMOVED", kAlways, "the longest length is gone")                                    \
  X(kMaxLengthIncreased, "MAX_LENGTH_INCREASED", kAlways, "longer strings are allowed")                                \
  X(kMaxLengthDecreased, "MAX_LENGTH_DECREASED", kNever, "strings must be shorter than before")                        \
  X(kMinLengthAdded, "MIN_LENGTH_ADDED", kNever, "a shortest length was added")                                        \
  X(kMinLengthRemoved, "MIN_LENGTH_REMOVED", kAlways, "the shortest length is gone")                                   \
  X(kMinLengthIncreased, "MIN_LENGTH_INCREASED", kNever, "strings must be longer than before")                         \
  X(kMinLengthDecreased, "MIN_LENGTH_DECREASED", kAlways, "shorter strings are allowed")                               \
  X(kPatternAdded, "PATTERN_ADDED", kNever, "a pattern was added")                                                     \
  X(kPatternRemoved, "PATTERN_REMOVED", kAlways, "the pattern is gone")                                                \
  X(kPatternChanged, "PATTERN_CHANGED", kNever, "the pattern changed")                                                 \
  X(kMaximumAdded, "MAXIMUM_ADDED", kNever, "a maximum was added")                                                     \
  X(kMaximumRemoved, "MAXIMUM_REMOVED", kAlways, "the maximum is gone")                                                \
  X(kMaximumIncreased, "MAXIMUM_INCREASED", kAlways, "the maximum is higher")                                          \
  X(kMaximumDecreased, "MAXIMUM_DECREASED", kNever, "the maximum is lower")                                            \
  X(kMinimumAdded, "MINIMUM_ADDED", kNever, "a minimum was added")                                                     \
  X(kMinimumRemoved, "MINIMUM_REMOVED", kAlways, "the minimum is gone")                                                \
  X(kMinimumIncreased, "MINIMUM_INCREASED", kNever, "the minimum is higher")                                           \
  X(kMinimumDecreased, "MINIMUM_DECREASED", kAlways, "the minimum is lower")                                           \
  X(kExclusiveMaximumAdded, "EXCLUSIVE_MAXIMUM_ADDED", kNever, "an exclusive maximum was added")                       \
  X(kExclusiveMaximumRemoved, "EXCLUSIVE_MAXIMUM_REMOVED", kAlways, "the exclusive maximum is gone")                   \
  X(kExclusiveMaximumIncreased, "EXCLUSIVE_MAXIMUM_INCREASED", kAlways, "the exclusive maximum is higher")             \
  X(kExclusiveMaximumDecreased, "EXCLUSIVE_MAXIMUM_DECREASED", kNever, "the exclusive maximum is lower")               \
  X(kExclusiveMinimumAdded, "EXCLUSIVE_MINIMUM_ADDED", kNever, "an exclusive minimum was added")                       \
  X(kExclusiveMinimumRemoved, "EXCLUSIVE_MINIMUM_REMOVED", kAlways, "the exclusive minimum is gone")                   \
  X(kExclusiveMinimumIncreased, "EXCLUSIVE_MINIMUM_INCREASED", kNever, "the exclusive minimum is higher")              \
  X(kExclusiveMinimumDecreased, "EXCLUSIVE_MINIMUM_DECREASED", kAlways, "the exclusive minimum is lower")              \
  X(kMultipleOfAdded, "MULTIPLE_OF_ADDED", kNever, "a divisor was added")                                              \
  X(kMultipleOfRemoved, "MULTIPLE_OF_REMOVED", kAlways, "the divisor is gone")                                         \
  X(kMultipleOfExpanded, "MULTIPLE_OF_EXPANDED", kNever, "the divisor became a multiple of the old one")               \
  X(kMultipleOfReduced, "MULTIPLE_OF_REDUCED", kAlways, "the old divisor is a multiple of the new one")                \
  X(kMultipleOfChanged, "MULTIPLE_OF_CHANGED", kNever, "the divisor changed")                                          \
  X(kEnumExtended, "ENUM_ARRAY_EXTENDED", kAlways, "values were added to the enumeration")                             \
  X(kEnumNarrowed, "ENUM_ARRAY_NARROWED", kNever, "values are gone from the enumeration")                              \
  X(kEnumChanged, "ENUM_ARRAY_CHANGED", kNever, "the allowed values changed")                                          \
  X(kRequiredAdded, "REQUIRED_ATTRIBUTE_ADDED", kNever, "a property became required without a default")                \
  X(kRequiredWithDefaultAdded, "REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED", kAlways,                                       \
    "a property with a default became required")                                                                       \
  X(kRequiredRemoved, "REQUIRED_ATTRIBUTE_REMOVED", kAlways, "a property is no longer required")                       \
  X(kPropertyAddedCovered, "PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", kAlways,                       \
    "the added property takes all that was allowed under its name")                                                    \
  X(kPropertyAddedNotCovered, "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", kLenient,                  \
    "the added property does not take all that was allowed under its name")                                            \
  X(kEmptyPropertyAddedToOpen, "PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL", kAlways,                      \
    "a property that takes anything was added")                                                                        \
  X(kRequiredPropertyAddedToOpen, "REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL", kNever,                             \
    "a required property without a default was added")                                                                 \
  X(kRequiredPropertyWithDefaultAddedToOpen, "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL", kLenient,   \
    "a property was added where the old schema allowed any value under its name")                                      \
  X(kOptionalPropertyAddedToOpen, "OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL", kLenient,                           \
    "a property was added where the old schema allowed any value under its name")                                      \
  X(kRequiredPropertyAddedToUnopen, "REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL", kNever,                         \
    "a required property without a default was added")                                                                 \
  X(kRequiredPropertyWithDefaultAddedToUnopen, "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL",         \
    kAlways, "a required property with a default was added")                                                           \
  X(kOptionalPropertyAddedToUnopen, "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL", kAlways,                        \
    "an optional property was added")                                                                                  \
  X(kPropertyRemovedFromOpen, "PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL", kAlways, "a property is gone")               \
  X(kPropertyRemovedCovered, "PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", kAlways,                   \
    "what is allowed under the removed property's name takes its values")                                              \
  X(kPropertyRemovedNotCovered, "PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", kLenient,              \
    "what is allowed under the removed property's name does not take its values")                                      \
  X(kFalsePropertyRemovedFromClosed, "PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL", kAlways,                 \
    "a forbidden property is gone")                                                                                    \
  X(kPropertyRemovedFromClosed, "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL", kLenient,                                \
    "a property is gone, and the new schema allows no others")                                                         \
  X(kDependencyArrayAdded, "DEPENDENCY_ARRAY_ADDED", kNever, "a property now needs others")                            \
  X(kDependencyArrayRemoved, "DEPENDENCY_ARRAY_REMOVED", kAlways, "a property no longer needs others")                 \
  X(kDependencyArrayExtended, "DEPENDENCY_ARRAY_EXTENDED", kNever, "a property needs more others")                     \
  X(kDependencyArrayNarrowed, "DEPENDENCY_ARRAY_NARROWED", kAlways, "a property needs fewer others")                   \
  X(kDependencyArrayChanged, "DEPENDENCY_ARRAY_CHANGED", kNever, "a property needs other ones")                        \
  X(kDependencySchemaAdded, "DEPENDENCY_SCHEMA_ADDED", kNever, "a property now asks for more")                         \
  X(kDependencySchemaRemoved, "DEPENDENCY_SCHEMA_REMOVED", kAlways, "a property asks for less")                        \
  X(kMaxPropertiesAdded, "MAX_PROPERTIES_ADDED", kNever, "a greatest number of properties was added")                  \
  X(kMaxPropertiesRemoved, "MAX_PROPERTIES_REMOVED", kAlways, "the greatest number of properties is gone")             \
  X(kMaxPropertiesIncreased, "MAX_PROPERTIES_INCREASED", kAlways, "more properties are allowed")                       \
  X(kMaxPropertiesDecreased, "MAX_PROPERTIES_DECREASED", kNever, "fewer properties are allowed")                       \
  X(kMinPropertiesAdded, "MIN_PROPERTIES_ADDED", kNever, "a least number of properties was added")                     \
  X(kMinPropertiesRemoved, "MIN_PROPERTIES_REMOVED", kAlways, "the least number of properties is gone")                \
  X(kMinPropertiesIncreased, "MIN_PROPERTIES_INCREASED", kNever, "more properties are needed")                         \
  X(kMinPropertiesDecreased, "MIN_PROPERTIES_DECREASED", kAlways, "fewer properties are needed")                       \
  X(kAdditionalPropertiesAdded, "ADDITIONAL_PROPERTIES_ADDED", kAlways, "other properties are allowed")                \
  X(kAdditionalPropertiesRemoved, "ADDITIONAL_PROPERTIES_REMOVED", kLenient, "other properties are forbidden")         \
  X(kAdditionalPropertiesExtended, "ADDITIONAL_PROPERTIES_EXTENDED", kAlways, "other properties may be anything")      \
  X(kAdditionalPropertiesNarrowed, "ADDITIONAL_PROPERTIES_NARROWED", kLenient, "other properties are constrained")     \
  X(kUnevaluatedPropertiesAdded, "UNEVALUATED_PROPERTIES_ADDED", kAlways, "unevaluated properties are allowed")        \
  X(kUnevaluatedPropertiesRemoved, "UNEVALUATED_PROPERTIES_REMOVED", kLenient, "unevaluated properties are forbidden") \
  X(kUnevaluatedPropertiesExtended, "UNEVALUATED_PROPERTIES_EXTENDED", kAlways,                                        \
    "unevaluated properties may be anything")                                                                          \
  X(kUnevaluatedPropertiesNarrowed, "UNEVALUATED_PROPERTIES_NARROWED", kLenient,                                       \
    "unevaluated properties are constrained")                                                                          \
  X(kMaxItemsAdded, "MAX_ITEMS_ADDED", kNever, "a greatest number of items was added")                                 \
  X(kMaxItemsRemoved, "MAX_ITEMS_REMOVED", kAlways, "the greatest number of items is gone")                            \
  X(kMaxItemsIncreased, "MAX_ITEMS_INCREASED", kAlways, "more items are allowed")                                      \
  X(kMaxItemsDecreased, "MAX_ITEMS_DECREASED", kNever, "fewer items are allowed")                                      \
  X(kMinItemsAdded, "MIN_ITEMS_ADDED", kNever, "a least number of items was added")                                    \
  X(kMinItemsRemoved, "MIN_ITEMS_REMOVED", kAlways, "the least number of items is gone")                               \
  X(kMinItemsIncreased, "MIN_ITEMS_INCREASED", kNever, "more items are needed")                                        \
  X(kMinItemsDecreased, "MIN_ITEMS_DECREASED", kAlways, "fewer items are needed")                                      \
  X(kUniqueItemsAdded, "UNIQUE_ITEMS_ADDED", kNever, "items must be unique")                                           \
  X(kUniqueItemsRemoved, "UNIQUE_ITEMS_REMOVED", kAlways, "items need not be unique")                                  \
  X(kMaxContainsAdded, "MAX_CONTAINS_ADDED", kNever, "a greatest number of matching items was added")                  \
  X(kMaxContainsRemoved, "MAX_CONTAINS_REMOVED", kAlways, "the greatest number of matching items is gone")             \
  X(kMaxContainsIncreased, "MAX_CONTAINS_INCREASED", kAlways, "more matching items are allowed")                       \
  X(kMaxContainsDecreased, "MAX_CONTAINS_DECREASED", kNever, "fewer matching items are allowed")                       \
  X(kMinContainsAdded, "MIN_CONTAINS_ADDED", kNever, "a least number of matching items was added")                     \
  X(kMinContainsRemoved, "MIN_CONTAINS_REMOVED", kAlways, "the least number of matching items is gone")                \
  X(kMinContainsIncreased, "MIN_CONTAINS_INCREASED", kNever, "more matching items are needed")                         \
  X(kMinContainsDecreased, "MIN_CONTAINS_DECREASED", kAlways, "fewer matching items are needed")                       \
  X(kAdditionalItemsAdded, "ADDITIONAL_ITEMS_ADDED", kAlways, "further items are allowed")                             \
  X(kAdditionalItemsRemoved, "ADDITIONAL_ITEMS_REMOVED", kNever, "further items are forbidden")                        \
  X(kAdditionalItemsExtended, "ADDITIONAL_ITEMS_EXTENDED", kAlways, "further items may be anything")                   \
  X(kAdditionalItemsNarrowed, "ADDITIONAL_ITEMS_NARROWED", kNever, "further items are constrained")                    \
  X(kUnevaluatedItemsAdded, "UNEVALUATED_ITEMS_ADDED", kAlways, "unevaluated items are allowed")                       \
  X(kUnevaluatedItemsRemoved, "UNEVALUATED_ITEMS_REMOVED", kNever, "unevaluated items are forbidden")                  \
  X(kUnevaluatedItemsExtended, "UNEVALUATED_ITEMS_EXTENDED", kAlways, "unevaluated items may be anything")             \
  X(kUnevaluatedItemsNarrowed, "UNEVALUATED_ITEMS_NARROWED", kNever, "unevaluated items are constrained")              \
  X(kEmptyItemAddedToOpen, "ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL", kAlways,                              \
    "an item that takes anything was added")                                                                           \
  X(kItemAddedToOpen, "ITEM_ADDED_TO_OPEN_CONTENT_MODEL", kNever,                                                      \
    "an item was added where the old schema allowed anything")                                                         \
  X(kItemAddedToClosed, "ITEM_ADDED_TO_CLOSED_CONTENT_MODEL", kAlways, "an item was added")                            \
  X(kItemAddedCovered, "ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", kAlways,                               \
    "the added item takes all that was allowed at its place")                                                          \
  X(kItemAddedNotCovered, "ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", kNever,                            \
    "the added item does not take all that was allowed at its place")                                                  \
  X(kItemRemovedFromOpen, "ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL", kAlways, "an item is gone")                          \
  X(kItemRemovedCovered, "ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", kAlways,                           \
    "what is allowed at the removed item's place takes its values")                                                    \
  X(kItemRemovedNotCovered, "ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", kNever,                        \
    "what is allowed at the removed item's place does not take its values")                                            \
  X(kFalseItemRemovedFromClosed, "ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL", kAlways,                         \
    "a forbidden item is gone")                                                                                        \
  X(kItemRemovedFromClosed, "ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL", kNever,                                          \
    "an item is gone, and the new schema allows no others")                                                            \
  X(kCombinedExtended, "COMBINED_TYPE_EXTENDED", kAlways, "the combination became anyOf, or was of one schema")        \
  X(kCombinedChanged, "COMBINED_TYPE_CHANGED", kNever, "one kind of combination became another")                       \
  X(kCombinedSubschemasChanged, "COMBINED_TYPE_SUBSCHEMAS_CHANGED", kNever,                                            \
    "not every combined schema has a compatible successor")                                                            \
  X(kProductExtended, "PRODUCT_TYPE_EXTENDED", kNever, "allOf gained a schema")                                        \
  X(kProductNarrowed, "PRODUCT_TYPE_NARROWED", kAlways, "allOf lost a schema")                                         \
  X(kSumExtended, "SUM_TYPE_EXTENDED", kAlways, "anyOf or oneOf gained a schema")                                      \
  X(kSumNarrowed, "SUM_TYPE_NARROWED", kNever, "anyOf or oneOf lost a schema")                                         \
  X(kNotExtended, "NOT_TYPE_EXTENDED", kNever, "not forbids more than before")                                         \
  X(kNotNarrowed, "NOT_TYPE_NARROWED", kAlways, "not forbids no more than before")

enum class ChangeKind : std::uint8_t {
#define WEFT_JSON_SCHEMA_CHANGE(kind, name, allowed, text) kind,
  WEFT_JSON_SCHEMA_CHANGES(WEFT_JSON_SCHEMA_CHANGE)
#undef WEFT_JSON_SCHEMA_CHANGE
};

/// "TYPE_CHANGED", …: the names of Confluent's registry.
std::string_view change_name(ChangeKind kind);
/// "the type changed …", for people.
std::string_view change_text(ChangeKind kind);
/// Whether a reader with the new schema still takes all data of the old one.
bool is_allowed(ChangeKind kind, Policy policy);

struct Change {
  ChangeKind kind;
  std::string path;  ///< "#/properties/a", "#/" for the root.
};

}  // namespace weft::schema::json
