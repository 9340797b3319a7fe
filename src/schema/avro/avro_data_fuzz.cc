// Any bytes as data of one of several schemas: decoding ends with JSON or an error, and JSON goes back to bytes that
// decode to the same JSON.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "schema/avro/decode.h"
#include "schema/avro/encode.h"
#include "schema/avro/schema.h"

using namespace weft;
using namespace weft::schema::avro;

namespace {

constexpr std::array<std::string_view, 5> kSchemas = {
    R"({"type":"record","name":"All","fields":[{"name":"i","type":"int"},{"name":"l","type":"long"},{"name":"f","type":"float"},
      {"name":"d","type":"double"},{"name":"s","type":"string"},{"name":"b","type":"bytes"},{"name":"t","type":"boolean"},
      {"name":"x","type":{"type":"fixed","name":"X","size":3}},{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}}]})",
    R"({"type":"record","name":"Tree","fields":[{"name":"v","type":["null","string","long"]},{"name":"c","type":{"type":"array","items":"Tree"}}]})",
    R"({"type":"map","values":{"type":"array","items":"null"}})",
    R"({"type":"array","items":{"type":"record","name":"Empty","fields":[]}})",
    R"(["null",{"type":"int","logicalType":"date"},{"type":"long","logicalType":"timestamp-micros"},
      {"type":"bytes","logicalType":"decimal","precision":9,"scale":3},{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}])"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto schemas = [] {
    std::array<std::shared_ptr<const Schema>, kSchemas.size()> parsed;
    for (std::size_t i = 0; i < kSchemas.size(); ++i) parsed[i] = Schema::parse(kSchemas[i]).value();
    return parsed;
  }();
  const Schema& schema = *schemas[data[0] % schemas.size()];
  const ByteView datum(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  const DecodeLimits limits{.json_bytes_max = 1 << 16, .depth_max = 100};
  for (const JsonStyle style : {JsonStyle::kAvro, JsonStyle::kPlain}) {
    std::string json;
    const auto decoded = decode_json(schema, datum, style, json, limits);
    if (!decoded.ok()) {
      CHECK(json.empty() && !decoded.error().message.empty());
      continue;
    }
    Buffer bytes;
    const auto encoded = encode_json(schema, json, bytes);
    if (style == JsonStyle::kPlain && !encoded.ok()) continue;  // a bare union value may fit no branch by itself
    CHECK(encoded.ok(), "Avro's JSON encoding reads back");
    std::string again;
    CHECK(decode_json(schema, bytes, style, again).ok());
    Buffer bytes_again;
    CHECK(encode_json(schema, again, bytes_again).ok());
    // JSON keeps one of several values under the same key of a map: from the second round on nothing changes.
    CHECK(bytes_again == bytes, "digit for digit");
  }
  // The same bytes as text.
  Buffer ignored;
  (void)encode_json(schema, as_text(datum), ignored);
  return 0;
}
