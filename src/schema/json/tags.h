#pragma once

#include <string>
#include <vector>

#include "schema/json/schema.h"
#include "schema/tags.h"

namespace weft::schema::json {

/// `confluent:tags` of objects and properties in this document, without what it refers to.
std::vector<EntityTags> inline_tags(const Schema& schema);
/// The document with other tags. Error: kInvalidArgument for a path that leads nowhere in it.
Result<std::string> retagged_text(const Schema& schema, const TagChanges& changes);

}  // namespace weft::schema::json
