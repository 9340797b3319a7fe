#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "schema/avro/schema.h"

namespace weft::schema::avro {

/// Appends the binary form of one JSON value. Reads what decode_json writes in either style: a union's value inside an
/// object that names its branch, or by itself (then the first branch that takes it); dates and times as numbers or ISO
/// 8601 texts; decimals as numbers or as texts of bytes. A record field that is missing takes its default. On failure
/// `out` is as before. Errors: kInvalidArgument naming the place ("$.address.lines[2]") and what is expected; kTooLarge
/// for a bound.
Result<void> encode_json(const Schema& schema, std::string_view json, Buffer& out);
Result<void> encode_json(const Schema& schema, const JsonNode& value, Buffer& out);

}  // namespace weft::schema::avro
