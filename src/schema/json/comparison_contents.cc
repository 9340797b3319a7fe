// Objects and arrays: what they are made of, and what else they may hold.
#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/utf8.h"
#include "schema/json/comparison.h"
#include "schema/json/content_model.h"
#include "schema/json/pattern.h"

namespace weft::schema::json {
namespace {

using C = ChangeKind;
using Names = std::unordered_set<std::string_view>;
using Children = std::unordered_map<std::string_view, const Subschema*>;

Names names_in(const JsonNode* array) {
  Names names;
  if (array == nullptr) return names;
  for (const JsonNode& name : array->elements) names.insert(name.text);
  return names;
}

Children by_name(std::span<const Child> children) {
  Children named;
  for (const Child& child : children) named.emplace(child.name, child.schema);
  return named;
}

const Subschema* find(const Children& children, std::string_view name) {
  const auto known = children.find(name);
  return known == children.end() ? nullptr : known->second;
}

bool is_open(const Subschema& object) {
  return object.all(Keyword::kPatternProperties).empty() && properties_beyond(object).open();
}

/// The schema of an object that covers a property it does not name: the first matching pattern's, or the rest's.
const Subschema* cover(const Subschema& object, std::string_view name) {
  for (const Child& child : object.all(Keyword::kPatternProperties)) {
    if (child.pattern->found_in(name)) return child.schema;
  }
  return properties_beyond(object).cover();
}

std::string under(std::string_view list, std::string_view name) {
  return std::string(list).append("/").append(utf8_prefix(name, 300));
}

/// `dependencies` and its two later halves.
std::map<std::string_view, Names> needed_names(const Subschema& object) {
  std::map<std::string_view, Names> needed;
  for (const Keyword keyword : {Keyword::kDependencies, Keyword::kDependentRequired}) {
    if (!object.has(keyword)) continue;
    for (const auto& member : object.word(keyword)->members) {
      if (member.value.is_array()) needed.emplace(member.name, names_in(&member.value));
    }
  }
  return needed;
}

std::map<std::string_view, const Subschema*> needed_schemas(const Subschema& object) {
  std::map<std::string_view, const Subschema*> needed;
  for (const Keyword keyword : {Keyword::kDependencies, Keyword::kDependentSchemas}) {
    for (const Child& child : object.all(keyword)) needed.emplace(child.name, child.schema);
  }
  return needed;
}

bool includes(const Names& all, const Names& some) {
  return std::ranges::all_of(some, [&](std::string_view name) { return all.contains(name); });
}

struct BeyondKinds {
  ChangeKind added, removed, extended, narrowed;
};
constexpr BeyondKinds kAdditionalProperties = {C::kAdditionalPropertiesAdded, C::kAdditionalPropertiesRemoved,
                                               C::kAdditionalPropertiesExtended, C::kAdditionalPropertiesNarrowed};
constexpr BeyondKinds kAdditionalItems = {C::kAdditionalItemsAdded, C::kAdditionalItemsRemoved,
                                          C::kAdditionalItemsExtended, C::kAdditionalItemsNarrowed};
constexpr BeyondKinds kUnevaluatedProperties = {C::kUnevaluatedPropertiesAdded, C::kUnevaluatedPropertiesRemoved,
                                                C::kUnevaluatedPropertiesExtended, C::kUnevaluatedPropertiesNarrowed};
constexpr BeyondKinds kUnevaluatedItems = {C::kUnevaluatedItemsAdded, C::kUnevaluatedItemsRemoved,
                                           C::kUnevaluatedItemsExtended, C::kUnevaluatedItemsNarrowed};

/// How the room for what is not named changed; nothing when both have a schema for it, or neither.
std::optional<ChangeKind> room_changed(const ContentModel& a, const ContentModel& b, const BeyondKinds& kinds) {
  if (a.permitted != b.permitted) return b.permitted ? kinds.added : kinds.removed;
  if ((a.schema == nullptr) != (b.schema == nullptr)) return a.schema == nullptr ? kinds.narrowed : kinds.extended;
  return std::nullopt;
}

std::optional<ChangeKind> unevaluated_changed(const Subschema* a, const Subschema* b, const BeyondKinds& kinds) {
  if (a == nullptr && b == nullptr) return std::nullopt;
  const auto forbids = [](const Subschema* schema) {
    return schema != nullptr && schema->form == Subschema::Form::kFalse;
  };
  if (forbids(a) != forbids(b)) return forbids(a) ? kinds.added : kinds.removed;
  if (a == nullptr || b == nullptr) return a == nullptr ? kinds.narrowed : kinds.extended;
  const bool free_before = ContentModel::takes_anything(*a), free_after = ContentModel::takes_anything(*b);
  if (free_before != free_after) return free_before ? kinds.narrowed : kinds.extended;
  return std::nullopt;
}

}  // namespace

void Comparison::compare_objects(const Subschema& a, const Subschema& b, Found& found) {
  const auto before = a.all(Keyword::kProperties), after = b.all(Keyword::kProperties);
  count(before.size() + after.size());
  const Children named_before = by_name(before), named_after = by_name(after);
  const Names required_before = names_in(a.word(Keyword::kRequired));
  const Names required_after = names_in(b.word(Keyword::kRequired));
  for (const Child& property : before) {
    const Subschema* successor = find(named_after, property.name);
    const std::string path = under("properties", property.name);
    if (successor == nullptr) {
      property_removed(property, b, found, path);
      continue;
    }
    const bool was = required_before.contains(property.name), is = required_after.contains(property.name);
    if (was != is) {
      add(found,
          was                                 ? C::kRequiredRemoved
          : successor->has(Keyword::kDefault) ? C::kRequiredWithDefaultAdded
                                              : C::kRequiredAdded,
          under("required", property.name));
    }
    add(found, compare(*property.schema, *successor), path);
  }
  for (const Child& property : after) {
    if (named_before.contains(property.name)) continue;
    property_added(a, property, required_after.contains(property.name), found, under("properties", property.name));
  }
  compare_dependencies(a, b, found);

  const ContentModel beyond_a = properties_beyond(a), beyond_b = properties_beyond(b);
  if (const auto kind = room_changed(beyond_a, beyond_b, kAdditionalProperties)) {
    add(found, *kind, "additionalProperties");
  } else {
    compare_optional(beyond_a.schema, beyond_b.schema, found, "additionalProperties");
  }
  if (const auto kind = unevaluated_changed(beyond_a.unevaluated, beyond_b.unevaluated, kUnevaluatedProperties)) {
    add(found, *kind, "unevaluatedProperties");
  } else {
    compare_optional(beyond_a.unevaluated, beyond_b.unevaluated, found, "unevaluatedProperties");
  }
  compare_bounds(a, b, Constrains::kObject, found);
}

void Comparison::property_removed(const Child& property, const Subschema& b, Found& found, std::string_view path) {
  if (is_open(b)) return add(found, C::kPropertyRemovedFromOpen, path);
  count(b.all(Keyword::kPatternProperties).size());
  if (const Subschema* covering = cover(b, property.name)) {
    const Found& inner = compare(*property.schema, *covering);
    add(found, inner, path);
    return add(found, inner.compatible ? C::kPropertyRemovedCovered : C::kPropertyRemovedNotCovered, path);
  }
  const bool forbidden = property.schema->form == Subschema::Form::kFalse;
  add(found, forbidden ? C::kFalsePropertyRemovedFromClosed : C::kPropertyRemovedFromClosed, path);
}

void Comparison::property_added(const Subschema& a, const Child& property, bool required, Found& found,
                                std::string_view path) {
  const bool defaulted = property.schema->has(Keyword::kDefault);
  if (is_open(a)) {
    return add(found,
               ContentModel::takes_anything(*property.schema) ? C::kEmptyPropertyAddedToOpen
               : !required                                    ? C::kOptionalPropertyAddedToOpen
               : defaulted                                    ? C::kRequiredPropertyWithDefaultAddedToOpen
                                                              : C::kRequiredPropertyAddedToOpen,
               path);
  }
  count(a.all(Keyword::kPatternProperties).size());
  if (const Subschema* covering = cover(a, property.name)) {
    const Found& inner = compare(*covering, *property.schema);
    add(found, inner, path);
    add(found, inner.compatible ? C::kPropertyAddedCovered : C::kPropertyAddedNotCovered, path);
  }
  add(found,
      !required   ? C::kOptionalPropertyAddedToUnopen
      : defaulted ? C::kRequiredPropertyWithDefaultAddedToUnopen
                  : C::kRequiredPropertyAddedToUnopen,
      path);
}

void Comparison::compare_dependencies(const Subschema& a, const Subschema& b, Found& found) {
  const auto names_before = needed_names(a), names_after = needed_names(b);
  for (const auto& [name, before] : names_before) {
    const std::string path = under("dependencies", name);
    const auto after = names_after.find(name);
    if (after == names_after.end()) {
      add(found, C::kDependencyArrayRemoved, path);
    } else if (const bool more = includes(after->second, before), fewer = includes(before, after->second);
               !more || !fewer) {
      add(found,
          more    ? C::kDependencyArrayExtended
          : fewer ? C::kDependencyArrayNarrowed
                  : C::kDependencyArrayChanged,
          path);
    }
  }
  for (const auto& [name, after] : names_after) {
    if (!names_before.contains(name)) add(found, C::kDependencyArrayAdded, under("dependencies", name));
  }
  const auto schemas_before = needed_schemas(a), schemas_after = needed_schemas(b);
  for (const auto& [name, before] : schemas_before) {
    const std::string path = under("dependencies", name);
    if (const auto after = schemas_after.find(name); after != schemas_after.end()) {
      add(found, compare(*before, *after->second), path);
    } else {
      add(found, C::kDependencySchemaRemoved, path);
    }
  }
  for (const auto& [name, after] : schemas_after) {
    if (!schemas_before.contains(name)) add(found, C::kDependencySchemaAdded, under("dependencies", name));
  }
}

void Comparison::compare_arrays(const Subschema& a, const Subschema& b, Found& found) {
  const ItemsModel items_a = items_of(a), items_b = items_of(b);
  compare_optional(items_a.each, items_b.each, found, "items");
  compare_tuples(items_a, items_b, found);
  if (const auto kind = room_changed(items_a.beyond, items_b.beyond, kAdditionalItems)) {
    add(found, *kind, "additionalItems");
  } else {
    compare_optional(items_a.beyond.schema, items_b.beyond.schema, found, "additionalItems");
  }
  const Subschema* unevaluated_a = items_a.beyond.unevaluated;
  const Subschema* unevaluated_b = items_b.beyond.unevaluated;
  if (const auto kind = unevaluated_changed(unevaluated_a, unevaluated_b, kUnevaluatedItems)) {
    add(found, *kind, "unevaluatedItems");
  } else {
    compare_optional(unevaluated_a, unevaluated_b, found, "unevaluatedItems");
  }
  compare_bounds(a, b, Constrains::kArray, found);
  const auto unique = [](const Subschema& schema) {
    return schema.has(Keyword::kUniqueItems) && schema.word(Keyword::kUniqueItems)->boolean;
  };
  if (unique(a) != unique(b)) add(found, unique(a) ? C::kUniqueItemsRemoved : C::kUniqueItemsAdded, "uniqueItems");
}

void Comparison::compare_tuples(const ItemsModel& a, const ItemsModel& b, Found& found) {
  const std::size_t longest = std::max(a.tuple.size(), b.tuple.size());
  for (std::size_t i = 0; i < longest && !too_large_; ++i) {
    const std::string path = "items/" + std::to_string(i);
    if (i < a.tuple.size() && i < b.tuple.size()) {
      add(found, compare(*a.tuple[i].schema, *b.tuple[i].schema), path);
    } else if (i < a.tuple.size()) {
      const Subschema& item = *a.tuple[i].schema;
      if (b.beyond.open()) {
        add(found, C::kItemRemovedFromOpen, path);
      } else if (const Subschema* covering = b.beyond.cover()) {
        const Found& inner = compare(item, *covering);
        add(found, inner, path);
        add(found, inner.compatible ? C::kItemRemovedCovered : C::kItemRemovedNotCovered, path);
      } else {
        const bool forbidden = item.form == Subschema::Form::kFalse;
        add(found, forbidden ? C::kFalseItemRemovedFromClosed : C::kItemRemovedFromClosed, path);
      }
    } else {
      const Subschema& item = *b.tuple[i].schema;
      if (a.beyond.open()) {
        add(found, ContentModel::takes_anything(item) ? C::kEmptyItemAddedToOpen : C::kItemAddedToOpen, path);
      } else if (const Subschema* covering = a.beyond.cover()) {
        const Found& inner = compare(*covering, item);
        add(found, inner, path);
        add(found, inner.compatible ? C::kItemAddedCovered : C::kItemAddedNotCovered, path);
      } else {
        add(found, C::kItemAddedToClosed, path);
      }
    }
  }
}

}  // namespace weft::schema::json
