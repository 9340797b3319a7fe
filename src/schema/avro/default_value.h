#pragma once

#include "schema/avro/schema.h"

namespace weft::schema::avro {

/// Whether `value` may stand as the default of a field of `type`: numbers that fit, texts for string, bytes, enum and
/// fixed, any branch of a union (specification 1.12), and for a record a value or default for each of its fields.
/// Error: kTooLarge when unions inside unions take too many tries.
Result<bool> default_fits(const Type& type, const JsonNode& value);

}  // namespace weft::schema::avro
