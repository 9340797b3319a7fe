#pragma once

#include "schema/avro/schema.h"
#include "schema/field_tree.h"

namespace weft::schema::avro {

/// Named types used twice are unfolded twice; a type inside itself is not unfolded again.
FieldTree field_tree(const Schema& schema);

}  // namespace weft::schema::avro
