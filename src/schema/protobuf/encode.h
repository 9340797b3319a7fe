#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "schema/json_tree.h"
#include "schema/protobuf/schema.h"

namespace weft::schema::protobuf {

/// Appends the binary form of one JSON value as the message `message_name`, without message indexes. Reads what
/// decode_json writes in either style: names as in the schema or in lowerCamelCase, integers as numbers or strings,
/// bytes in either alphabet of Base64; null leaves a field out. Fields are written by number. On failure `out` is as
/// before. Errors: kInvalidArgument naming the place ("$.address.lines[2]") and what is expected; kTooLarge for a
/// bound; kNotFound; as Schema::descriptor.
Result<void> encode_json(const Schema& schema, std::string_view message_name, std::string_view json, Buffer& out);
Result<void> encode_json(const Schema& schema, std::string_view message_name, const JsonNode& value, Buffer& out);

}  // namespace weft::schema::protobuf
