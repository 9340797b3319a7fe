#pragma once

#include "schema/field_tree.h"
#include "schema/json/schema.h"

namespace weft::schema::json {

/// The properties of a schema as people read them, those of combined and referred-to schemas included, each name once.
/// A schema inside itself is not unfolded again.
FieldTree field_tree(const Schema& schema);

}  // namespace weft::schema::json
