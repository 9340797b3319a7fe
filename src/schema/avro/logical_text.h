#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "schema/avro/schema.h"

namespace weft::schema::avro {

/// Appends an int or long of a date or time type as ISO 8601, with quotes: "2026-11-22", "17:08:01.123",
/// "2026-11-22T17:08:01.123Z" (without Z for local ones). False, and nothing appended, when the value lies outside what
/// such a text can say (years 0001 to 9999, times of one day).
bool append_logical_text(std::string& out, LogicalType logical, std::int64_t value);
/// The reverse; nothing when `text` is not of that form, or finer than the type can hold.
std::optional<std::int64_t> parse_logical_text(LogicalType logical, std::string_view text);

/// Longest unscaled value written as digits; longer ones stay bytes, because conversion takes quadratic time.
inline constexpr std::size_t kDecimalBytesMax = 128;
/// Appends a big-endian two's complement number with `scale` digits after the point: 12.34. False, and nothing
/// appended, beyond kDecimalBytesMax.
bool append_decimal(std::string& out, ByteView unscaled, std::int32_t scale);
/// The reverse: the shortest two's complement bytes of a number as written; nothing when it has more than `scale`
/// digits after the point, an exponent, or too many digits.
std::optional<Buffer> parse_decimal(std::string_view text, std::int32_t scale);

}  // namespace weft::schema::avro
