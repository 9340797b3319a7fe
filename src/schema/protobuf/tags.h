#pragma once

#include <string>
#include <vector>

#include "schema/protobuf/schema.h"
#include "schema/tags.h"

namespace weft::schema::protobuf {

/// `tags` of `(confluent.message_meta)` and `(confluent.field_meta)` in this file.
std::vector<EntityTags> inline_tags(const Schema& schema);
/// The canonical text with other tags. A path may begin with the package. Error: kInvalidArgument for a path that names
/// no message or field of this file.
Result<std::string> retagged_text(const Schema& schema, const TagChanges& changes);

}  // namespace weft::schema::protobuf
