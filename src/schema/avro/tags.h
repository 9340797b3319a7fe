#pragma once

#include <string>
#include <vector>

#include "schema/avro/schema.h"
#include "schema/tags.h"

namespace weft::schema::avro {

/// `confluent:tags` of records and fields, those of referenced schemas too.
std::vector<EntityTags> inline_tags(const Schema& schema);
/// The canonical text with other tags. A path may leave the namespace out. Error: kInvalidArgument for a path that
/// names no record or field of this text; those of referenced schemas are not in it.
Result<std::string> retagged_text(const Schema& schema, const TagChanges& changes);

}  // namespace weft::schema::avro
