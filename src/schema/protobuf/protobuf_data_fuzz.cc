// Any bytes as a message: decoding ends with JSON or an error, and JSON goes back to bytes that decode to the same
// JSON.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "schema/protobuf/decode.h"
#include "schema/protobuf/encode.h"
#include "schema/protobuf/schema.h"

using namespace weft;
using namespace weft::schema::protobuf;

namespace {

constexpr std::string_view kSchema = R"(syntax = "proto3";
import "google/protobuf/any.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto"; import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto";
import "r.proto";
message All {
  int32 a = 1; int64 b = 2; uint32 c = 3; uint64 d = 4; sint32 e = 5; sint64 f = 6; fixed32 g = 7; fixed64 h = 8;
  sfixed32 i = 9; sfixed64 j = 10; float k = 11; double l = 12; bool m = 13; string n = 14; bytes o = 15;
}
message Tree {
  repeated Tree trees = 1; map<string, Tree> by_name = 2; map<int64, Colour> colours = 3; repeated sint32 packed = 4;
  repeated fixed64 unpacked = 5 [packed = false]; optional bool there = 6; Old old = 7;
  oneof one { string text = 8; All all = 9; google.protobuf.NullValue none = 10; }
  google.protobuf.Any any = 16; google.protobuf.Duration duration = 17; google.protobuf.FieldMask mask = 18;
  google.protobuf.Struct object = 19; google.protobuf.Value value = 20; google.protobuf.ListValue list = 21;
  google.protobuf.Timestamp time = 22; google.protobuf.Int64Value wrapped = 23; google.protobuf.BytesValue bytes = 24;
  map<bool, google.protobuf.Value> values = 25;
}
enum Colour { RED = 0; BLUE = 1; }
)";
constexpr std::string_view kReference = R"(message Old {
  repeated group Part = 1 { optional int32 size = 1; optional Old old = 2; }
  optional string name = 2; extensions 100 to 110;
}
extend Old { optional Old inner = 100; repeated double rates = 101 [packed = true]; })";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto schema = [] {
    const Reference references[] = {{"r.proto", kReference}};
    return Schema::parse(kSchema, ParseRules::kNew, references).value();
  }();
  const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  const DecodeLimits limits{.json_bytes_max = 1 << 16, .depth_max = 50};
  for (const JsonStyle style : {JsonStyle::kProtobuf, JsonStyle::kPlain}) {
    std::string json;
    const auto decoded = decode_json(*schema, "Tree", bytes, style, json, limits);
    if (!decoded.ok()) {
      CHECK(json.empty() && !decoded.error().message.empty());
      continue;
    }
    Buffer written;
    const auto encoded = encode_json(*schema, "Tree", json, written);
    CHECK(encoded.ok(), encoded.ok() ? json : encoded.error().message);
    std::string again;
    CHECK(decode_json(*schema, "Tree", written, style, again).ok());
    Buffer written_again;
    CHECK(encode_json(*schema, "Tree", again, written_again).ok());
    // Bytes that are no UTF-8 become the replacement character, and keys that only differ in them become one: from the
    // second round on nothing changes.
    CHECK(written_again == written, "digit for digit");
  }
  // The same bytes behind message indexes, and as JSON.
  std::string ignored;
  (void)decode_indexed_json(*schema, bytes, JsonStyle::kPlain, ignored, limits);
  Buffer ignored_bytes;
  (void)encode_json(*schema, "Tree", as_text(bytes), ignored_bytes);
  return 0;
}
