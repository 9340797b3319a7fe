#pragma once

#include <string>

#include "schema/json/schema.h"

namespace weft::schema::json {

/// The document without white space, members in their order, nothing escaped that need not be: what a registry stores.
std::string canonical_text(const Schema& schema);
/// The same with the members of every object sorted by name: what `normalize=true` stores. Arrays keep their order.
std::string normalized_text(const Schema& schema);

/// What a schema takes, in a few words for people: "string", "array of integer", "date-time (string)", "string or
/// Address". Null stands apart.
struct TypeText {
  std::string words;
  bool nullable = false;
};
TypeText type_text(const Subschema& schema);

}  // namespace weft::schema::json
