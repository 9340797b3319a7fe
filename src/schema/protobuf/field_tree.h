#pragma once

#include <string_view>

#include "schema/field_tree.h"
#include "schema/protobuf/schema.h"

namespace weft::schema::protobuf {

/// Of one message, named in full, or of the file's first. Empty when there is none. Messages used twice are unfolded
/// twice; a message inside itself is not unfolded again, nor are google.protobuf's.
FieldTree field_tree(const Schema& schema, std::string_view message_name = {});

}  // namespace weft::schema::protobuf
