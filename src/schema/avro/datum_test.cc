#include <gtest/gtest.h>

#include "schema/avro/binary_writer.h"
#include "schema/avro/decode.h"
#include "schema/avro/encode.h"
#include "schema/avro/logical_text.h"
#include "schema/avro/schema.h"
#include "schema/wire_format.h"

namespace weft::schema::avro {
namespace {

std::shared_ptr<const Schema> parsed(std::string_view text) {
  auto schema = Schema::parse(text);
  EXPECT_TRUE(schema.ok()) << (schema.ok() ? "" : schema.error().message);
  return schema.ok() ? *schema : nullptr;
}

Buffer bytes(std::initializer_list<int> values) {
  Buffer out;
  for (const int value : values) out.push_back(static_cast<std::byte>(value));
  return out;
}

std::string decoded(const Schema& schema, ByteView datum, JsonStyle style = JsonStyle::kAvro) {
  std::string out;
  const auto result = decode_json(schema, datum, style, out);
  return result.ok() ? out : result.error().message;
}
std::string decoded(std::string_view schema, const Buffer& datum, JsonStyle style = JsonStyle::kAvro) {
  return decoded(*parsed(schema), datum, style);
}

Buffer encoded(std::string_view schema, std::string_view json) {
  Buffer out;
  const auto result = encode_json(*parsed(schema), json, out);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return out;
}
std::string why_not_encoded(std::string_view schema, std::string_view json) {
  Buffer out;
  const auto result = encode_json(*parsed(schema), json, out);
  EXPECT_FALSE(result.ok()) << json;
  EXPECT_TRUE(out.empty());
  return result.ok() ? "" : result.error().message;
}

constexpr std::string_view kOrder = R"({"type":"record","name":"Order","fields":[
  {"name":"id","type":"long"},{"name":"note","type":["null","string"],"default":null},
  {"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[
    {"name":"text","type":"string"},{"name":"price","type":"double"}]}}},
  {"name":"extra","type":{"type":"map","values":"int"},"default":{}}]})";

TEST(AvroDatum, TheSpecificationsExamplesAreReadAndWritten) {
  // Specification 1.12, "Binary encoding": int 64 is 80 01, "foo" is 06 66 6f 6f, [3, 27] is 04 06 36 00, and the
  // record.
  EXPECT_EQ(encoded("\"long\"", "64"), bytes({0x80, 0x01}));
  EXPECT_EQ(encoded("\"string\"", "\"foo\""), bytes({0x06, 0x66, 0x6f, 0x6f}));
  EXPECT_EQ(encoded(R"({"type":"array","items":"long"})", "[3,27]"), bytes({0x04, 0x06, 0x36, 0x00}));
  EXPECT_EQ(encoded(R"(["null","string"])", R"({"string":"a"})"), bytes({0x02, 0x02, 0x61}));
  const std::string_view record =
      R"({"type":"record","name":"test","fields":[{"name":"a","type":"long"},{"name":"b","type":"string"}]})";
  EXPECT_EQ(encoded(record, R"({"a":27,"b":"foo"})"), bytes({0x36, 0x06, 0x66, 0x6f, 0x6f}));
  EXPECT_EQ(decoded(record, bytes({0x36, 0x06, 0x66, 0x6f, 0x6f})), R"({"a":27,"b":"foo"})");
}

TEST(AvroDatum, BothStylesRoundTrip) {
  const std::string avro =
      R"({"id":9223372036854775807,"note":{"string":"ü \"x\"\n"},"lines":[{"text":"","price":0.1},{"text":"b","price":-1.0e+300}],"extra":{"k":-1}})";
  const std::string plain =
      R"({"id":9223372036854775807,"note":"ü \"x\"\n","lines":[{"text":"","price":0.1},{"text":"b","price":-1e+300}],"extra":{"k":-1}})";
  const Buffer from_avro = encoded(kOrder, avro);
  EXPECT_EQ(from_avro, encoded(kOrder, plain));
  EXPECT_EQ(decoded(kOrder, from_avro, JsonStyle::kPlain), plain);
  EXPECT_EQ(encoded(kOrder, decoded(kOrder, from_avro, JsonStyle::kAvro)), from_avro);
}

TEST(AvroDatum, NumbersKeepEveryDigit) {
  EXPECT_EQ(decoded("\"long\"", encoded("\"long\"", "-9223372036854775808")), "-9223372036854775808");
  EXPECT_EQ(decoded("\"double\"", encoded("\"double\"", "0.1")), "0.1");
  EXPECT_EQ(decoded("\"double\"", encoded("\"double\"", "5e-324")), "5e-324");
  EXPECT_EQ(decoded("\"double\"", encoded("\"double\"", "3")), "3.0");
  EXPECT_EQ(decoded("\"float\"", encoded("\"float\"", "0.1")), "0.1");
  EXPECT_EQ(decoded("\"double\"", encoded("\"double\"", "\"-Infinity\"")), "\"-Infinity\"");
  EXPECT_EQ(decoded("\"double\"", encoded("\"double\"", "\"NaN\"")), "\"NaN\"");
}

TEST(AvroDatum, LogicalTypesAreReadableInThePlainStyleAndRoundTrip) {
  const auto shows = [](std::string_view schema, std::string_view avro, std::string_view plain) {
    const Buffer datum = encoded(schema, avro);
    EXPECT_EQ(decoded(schema, datum, JsonStyle::kAvro), avro);
    EXPECT_EQ(decoded(schema, datum, JsonStyle::kPlain), plain);
    EXPECT_EQ(encoded(schema, plain), datum);
  };
  shows(R"({"type":"int","logicalType":"date"})", "20779", "\"2026-11-22\"");
  shows(R"({"type":"int","logicalType":"date"})", "-1", "\"1969-12-31\"");
  shows(R"({"type":"int","logicalType":"date"})", "2147483647", "2147483647");
  shows(R"({"type":"int","logicalType":"time-millis"})", "86399999", "\"23:59:59.999\"");
  shows(R"({"type":"int","logicalType":"time-millis"})", "86400000", "86400000");
  shows(R"({"type":"long","logicalType":"timestamp-millis"})", "-1", "\"1969-12-31T23:59:59.999Z\"");
  shows(R"({"type":"long","logicalType":"timestamp-micros"})", "1795367281000001", "\"2026-11-22T17:08:01.000001Z\"");
  shows(R"({"type":"long","logicalType":"local-timestamp-nanos"})", "1", "\"1970-01-01T00:00:00.000000001\"");
  shows(R"({"type":"long","logicalType":"timestamp-millis"})", "9223372036854775807", "9223372036854775807");
  shows(R"({"type":"bytes","logicalType":"decimal","precision":6,"scale":2})", R"("\u0004Ò")", "12.34");
  shows(R"({"type":"bytes","logicalType":"decimal","precision":6,"scale":2})", R"("ÿ")", "-0.01");
  shows(R"({"type":"fixed","name":"D","size":4,"logicalType":"decimal","precision":6,"scale":0})", R"("ÿÿÿÀ")", "-64");
  shows(R"({"type":"bytes","logicalType":"decimal","precision":40})", R"("ABCDEFGHIJKLMNOP")",
        "86743875649080753100636639643044826960");
}

TEST(AvroDatum, DecimalsOfTheLargestMagnitudeKeepTheirSign) {
  std::string text;
  ASSERT_TRUE(append_decimal(text, bytes({0x80, 0x00}), 0));
  EXPECT_EQ(text, "-32768");
  EXPECT_EQ(parse_decimal("-32768", 0), bytes({0x80, 0x00}));
  EXPECT_EQ(parse_decimal("128", 0), bytes({0x00, 0x80}));
  EXPECT_EQ(parse_decimal("1.234", 2), std::nullopt);
  EXPECT_FALSE(append_decimal(text, Buffer(kDecimalBytesMax + 1), 0));
}

TEST(AvroDatum, ARefusedDatumNamesFieldAndByte) {
  EXPECT_EQ(decoded(kOrder, bytes({0x02, 0x00, 0x02, 0x02, 0x61, 0, 0, 0})),
            "Avro data at lines[0].price, byte 5: a double has 8 bytes, and 3 are left");
  EXPECT_EQ(decoded(kOrder, bytes({0x02, 0x06})),
            "Avro data at note, byte 1: union branch 3 does not exist: there are 2");
  EXPECT_EQ(decoded(kOrder, bytes({0x02, 0x02, 0x04, 0xff, 0xfe})), "Avro data at note, byte 2: a string is not UTF-8");
  EXPECT_EQ(decoded(kOrder, bytes({0x02, 0x02, 0x01})),
            "Avro data at note, byte 3: a string has a negative length, -1");
  EXPECT_EQ(decoded("\"int\"", bytes({0x02, 0x02})), "Avro data, byte 1: 1 bytes are left over after the value");
  EXPECT_EQ(decoded("\"int\"", bytes({0x80, 0x80, 0x80, 0x80, 0x10})),
            "Avro data, byte 0: 2147483648 does not fit into an int");
  EXPECT_EQ(decoded("\"boolean\"", bytes({0x02})), "Avro data, byte 0: a boolean is 0 or 1, not 2");
  EXPECT_EQ(decoded("\"long\"", Buffer(11, std::byte{0xff})), "Avro data, byte 0: a long has more than 64 bits");
  EXPECT_EQ(decoded(R"({"type":"map","values":"boolean"})", bytes({0x02, 0x02, 0x61, 0x05})),
            "Avro data at [\"a\"], byte 3: a boolean is 0 or 1, not 5");
}

TEST(AvroDatum, BlocksWithSizesAreReadAndHostileCountsAreBounded) {
  const std::string_view nulls = R"({"type":"array","items":"null"})";
  EXPECT_EQ(decoded(R"({"type":"array","items":"long"})", bytes({0x03, 0x04, 0x06, 0x36, 0x02, 0x08, 0x00})),
            "[3,27,4]");
  Buffer huge;
  BinaryWriter writer(huge);
  writer.integer(INT64_MAX);
  std::string out = "before";
  const auto refused = decode_json(*parsed(nulls), huge, JsonStyle::kAvro, out);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(out, "before");
  Buffer lowest;
  BinaryWriter(lowest).integer(INT64_MIN);
  lowest.push_back(std::byte{0});
  EXPECT_FALSE(decode_json(*parsed(nulls), lowest, JsonStyle::kAvro, out).ok());
}

TEST(AvroDatum, DeepDataOfARecursiveSchemaIsRefusedNotFollowed) {
  const auto list = parsed(R"({"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]}]})");
  Buffer deep(100'000, std::byte{0x02});
  deep.push_back(std::byte{0});
  std::string out;
  const auto refused = decode_json(*list, deep, JsonStyle::kAvro, out);
  ASSERT_FALSE(refused.ok());
  EXPECT_LT(refused.error().message.size(), 1'000U);
  const auto endless = parsed(R"({"type":"record","name":"E","fields":[{"name":"e","type":"E"}]})");
  EXPECT_FALSE(decode_json(*endless, {}, JsonStyle::kPlain, out).ok());
}

TEST(AvroDatum, AValueThatDoesNotFitIsRefusedWithItsPlace) {
  EXPECT_EQ(why_not_encoded(kOrder, R"({"id":1,"lines":[{"text":"a","price":"x"}]})"),
            "Avro value at $.lines[0].price: double is expected, and this is the string \"x\"");
  EXPECT_EQ(why_not_encoded(kOrder, R"({"id":1})"), "Avro value at $: field \"lines\" is missing and has no default");
  EXPECT_EQ(why_not_encoded(kOrder, R"({"id":1,"lines":[],"colour":2})"),
            "Avro value at $: Order has no field \"colour\"");
  EXPECT_EQ(why_not_encoded("\"int\"", "2147483648"),
            "Avro value at $: int is expected, and this is the number 2147483648");
  EXPECT_EQ(why_not_encoded(R"(["null","string"])", "5"),
            "Avro value at $: null or string is expected, and this is the number 5");
  EXPECT_EQ(why_not_encoded(R"({"type":"enum","name":"E","symbols":["A"]})", "\"B\""),
            "Avro value at $: \"B\" is not a symbol of E");
  EXPECT_EQ(why_not_encoded(R"({"type":"fixed","name":"F","size":2})", "\"abc\""),
            "Avro value at $: F has 2 bytes, and these are 3");
}

TEST(AvroDatum, MissingFieldsTakeTheirDefaultsAndEndlessOnesAreRefused) {
  EXPECT_EQ(decoded(kOrder, encoded(kOrder, R"({"id":1,"lines":[]})")),
            R"({"id":1,"note":null,"lines":[],"extra":{}})");
  EXPECT_EQ(encoded(R"({"type":"record","name":"R","fields":[{"name":"u","type":["null","int"],"default":7}]})", "{}"),
            bytes({0x02, 0x0e}));
  why_not_encoded(R"({"type":"record","name":"R","fields":[{"name":"r","type":"R","default":{}}]})", "{}");
}

TEST(WireFormat, FramesAndRefusesWhatIsNone) {
  Buffer framed;
  append_frame(framed, SchemaId(100'000));
  framed.push_back(std::byte{2});
  const auto frame = parse_frame(framed);
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(frame->id, SchemaId(100'000));
  EXPECT_EQ(frame->payload.size(), 1U);
  EXPECT_EQ(parse_frame(bytes({0, 0, 0, 1})).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(parse_frame(as_bytes("{\"a\":1}")).error().message,
            "the first byte is 123, not 0: this value does not name its schema");
}

}  // namespace
}  // namespace weft::schema::avro
