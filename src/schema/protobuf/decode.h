#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "schema/protobuf/schema.h"

namespace weft::schema::protobuf {

/// How a message is written as JSON.
enum class JsonStyle {
  /// Protobuf's own JSON mapping, as other programs read it: lowerCamelCase names, 64-bit integers as strings, fields
  /// that hold their default left out.
  kProtobuf,
  /// For people: names as in the schema, 64-bit integers as numbers with all their digits, fields without presence
  /// written also when they hold their default.
  kPlain,
};
// Both styles: enums by name (an unknown constant as its number), bytes in Base64, NaN and the infinities as strings,
// google.protobuf's Timestamp, Duration, FieldMask, Struct, Value, ListValue, Any and wrappers in their special forms
// where these can hold the value, extensions as "[full.name]". Fields that the schema does not know are left out.

struct DecodeLimits {
  std::size_t json_bytes_max = std::size_t{16} << 20;
  int depth_max = 100;  ///< Messages inside each other, as in Protobuf's own parsers.
};

/// Appends the JSON of a message; `message_name` is its full name. On failure `out` is as before. Errors: kCorrupt,
/// naming the field; kTooLarge for a limit; kNotFound; as Schema::descriptor. Memory is bounded by the size of
/// `message` and the limits.
Result<void> decode_json(const Schema& schema, std::string_view message_name, ByteView message, JsonStyle style,
                         std::string& out, const DecodeLimits& limits = {});

/// The same for a registered value behind its schema id: message indexes, then the message.
Result<void> decode_indexed_json(const Schema& schema, ByteView payload, JsonStyle style, std::string& out,
                                 const DecodeLimits& limits = {});

}  // namespace weft::schema::protobuf
