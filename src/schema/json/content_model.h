#pragma once

#include <span>

#include "schema/json/schema.h"

namespace weft::schema::json {

/// What an object may hold beyond its named properties, or an array beyond the items that have a schema each.
struct ContentModel {
  bool permitted = true;              ///< `additionalProperties` and the like are not false.
  const Subschema* schema = nullptr;  ///< What they must be, when that is said.
  const Subschema* unevaluated = nullptr;

  /// Anything may stand there.
  bool open() const {
    return permitted && schema == nullptr && (unevaluated == nullptr || takes_anything(*unevaluated));
  }
  /// The schema that covers what stands there; null when nothing or anything may.
  const Subschema* cover() const {
    if (schema != nullptr || !permitted || unevaluated == nullptr) return schema;
    return takes_anything(*unevaluated) || unevaluated->form == Subschema::Form::kFalse ? nullptr : unevaluated;
  }

  /// True, {} and whatever says nothing about values. A reference is never seen through here.
  static bool takes_anything(const Subschema& schema);
};

ContentModel properties_beyond(const Subschema& schema);

/// The parts of an array schema, by whatever names the draft gives them.
struct ItemsModel {
  const Subschema* each = nullptr;  ///< For every item.
  std::span<const Child> tuple;     ///< For the first items, one each.
  ContentModel beyond;
};
ItemsModel items_of(const Subschema& schema);

}  // namespace weft::schema::json
