#pragma once

#include "schema/avro/field_tree.h"
#include "schema/json/schema.h"

namespace weft::schema::json {

using avro::FieldNode;
using avro::FieldTree;

/// The properties of a schema as people read them, those of combined and referred-to schemas included, each name once.
/// A schema inside itself is not unfolded again. The bounds are those of Avro's field tree.
FieldTree field_tree(const Schema& schema);

}  // namespace weft::schema::json
