#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "schema/avro/schema.h"

namespace weft::schema::avro {

/// How a datum is written as JSON.
enum class JsonStyle {
  /// Avro's own JSON encoding: a union's value inside an object that names its branch ({"string":"x"}), numbers bare.
  kAvro,
  /// For people: a union's value by itself, dates and times in ISO 8601, decimals as numbers with all their digits.
  kPlain,
};
// Both styles: int and long digit for digit, doubles with the shortest digits that read back the same, bytes and fixed
// as texts of the characters U+0000 to U+00FF, record fields in schema order.

struct DecodeLimits {
  std::size_t json_bytes_max = std::size_t{16} << 20;
  int depth_max = 500;  ///< Types inside each other; only recursive schemas get far.
};

/// Appends the JSON of one datum, which must fill `datum` to its last byte. On failure `out` is as before. Errors:
/// kCorrupt, naming field ("address.lines[2]") and byte position; kTooLarge for a limit. Memory and time are bounded by
/// the size of `datum` and the limits, whatever counts the bytes claim.
Result<void> decode_json(const Schema& schema, ByteView datum, JsonStyle style, std::string& out,
                         const DecodeLimits& limits = {});

}  // namespace weft::schema::avro
