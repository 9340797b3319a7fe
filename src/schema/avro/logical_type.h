#pragma once

#include <string_view>

#include "schema/avro/schema.h"

namespace weft::schema::avro {

/// Sets `type.logical` (and `scale`) from its properties when they make sense together; leaves it at kNone otherwise.
void set_logical_type(Type& type);
/// "timestamp-millis", …; empty for kNone.
std::string_view logical_type_name(LogicalType logical);

}  // namespace weft::schema::avro
