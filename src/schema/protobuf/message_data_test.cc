#include <gtest/gtest.h>

#include "schema/protobuf/decode.h"
#include "schema/protobuf/encode.h"
#include "schema/protobuf/message_indexes.h"
#include "schema/protobuf/schema.h"
#include "schema/protobuf/well_known_type.h"

namespace weft::schema::protobuf {
namespace {

std::shared_ptr<const Schema> parsed(std::string_view text) {
  auto schema = Schema::parse(text);
  EXPECT_TRUE(schema.ok()) << (schema.ok() ? "" : schema.error().message);
  return schema.ok() ? *schema : nullptr;
}

Buffer bytes_of(std::initializer_list<int> values) {
  Buffer bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

std::string decoded(const Schema& schema, ByteView bytes, JsonStyle style, std::string_view name = "M") {
  std::string json;
  const auto read = decode_json(schema, name, bytes, style, json);
  return read.ok() ? json : "error: " + read.error().message;
}

/// JSON in, bytes, JSON out.
std::string there_and_back(const Schema& schema, std::string_view json, JsonStyle style, std::string_view name = "M") {
  Buffer bytes;
  const auto written = encode_json(schema, name, json, bytes);
  return written.ok() ? decoded(schema, bytes, style, name) : "error: " + written.error().message;
}

TEST(ProtobufData, EveryScalarGoesThroughDigitForDigit) {
  const auto schema = parsed(R"(syntax = "proto3"; message M {
    int32 a = 1; int64 b = 2; uint32 c = 3; uint64 d = 4; sint32 e = 5; sint64 f = 6; fixed32 g = 7; fixed64 h = 8;
    sfixed32 i = 9; sfixed64 j = 10; float k = 11; double l = 12; bool m = 13; string n = 14; bytes o = 15; E p = 16; }
    enum E { ZERO = 0; ONE = 1; })");
  const std::string low =
      R"({"a":-2147483648,"b":-9223372036854775808,"c":1,"d":1,"e":-2147483648,"f":-9223372036854775808,"g":1,"h":1,)"
      R"("i":-2147483648,"j":-9223372036854775808,"k":-3.4028235e+38,"l":5.0e-324,"m":true,"n":"é\n","o":"AP8=","p":"ONE"})";
  const std::string high =
      R"({"a":2147483647,"b":9223372036854775807,"c":4294967295,"d":18446744073709551615,"e":2147483647,)"
      R"("f":9223372036854775807,"g":4294967295,"h":18446744073709551615,"i":2147483647,"j":9223372036854775807,)"
      R"("k":"Infinity","l":"NaN","m":true,"n":"x","o":"","p":7})";
  for (const std::string& json : {low, high}) {
    const std::string back = there_and_back(*schema, json, JsonStyle::kPlain);
    EXPECT_EQ(there_and_back(*schema, back, JsonStyle::kPlain), back);
  }
  EXPECT_EQ(there_and_back(*schema, high, JsonStyle::kPlain), high);
  EXPECT_NE(there_and_back(*schema, low, JsonStyle::kPlain).find("\"b\":-9223372036854775808,"), std::string::npos);
  EXPECT_NE(there_and_back(*schema, high, JsonStyle::kProtobuf).find("\"d\":\"18446744073709551615\""),
            std::string::npos);
}

TEST(ProtobufData, TheStylesDifferInNamesDefaultsAndBigIntegers) {
  const auto schema = parsed(
      R"(syntax = "proto3"; message M { int64 order_id = 1; repeated int32 line_nos = 2; optional bool is_new = 3;
    map<string, int32> by_key = 4; M inner = 5; oneof x { string some_text = 6; } })");
  EXPECT_EQ(there_and_back(*schema, R"({"order_id":5})", JsonStyle::kProtobuf), R"({"orderId":"5"})");
  EXPECT_EQ(there_and_back(*schema, R"({"orderId":"5","isNew":false})", JsonStyle::kPlain),
            R"({"order_id":5,"line_nos":[],"is_new":false,"by_key":{}})");
  EXPECT_EQ(there_and_back(*schema, R"({"someText":"","inner":{}})", JsonStyle::kProtobuf),
            R"({"inner":{},"someText":""})");
}

TEST(ProtobufData, RepeatedFieldsAreReadPackedAndUnpacked) {
  const auto schema = parsed(R"(syntax = "proto3"; message M { repeated sint32 n = 1; repeated string s = 2; })");
  const Buffer mixed = bytes_of({0x08, 0x01, 0x0a, 0x02, 0x02, 0x03, 0x12, 0x01, 'a', 0x08, 0x04, 0x12, 0x00});
  EXPECT_EQ(decoded(*schema, mixed, JsonStyle::kProtobuf), R"({"n":[-1,1,-2,2],"s":["a",""]})");
  Buffer bytes;
  ASSERT_TRUE(encode_json(*schema, "M", R"({"n":[-1,1]})", bytes).ok());
  EXPECT_EQ(bytes, bytes_of({0x0a, 0x02, 0x01, 0x02}));
}

TEST(ProtobufData, OfSeveralValuesTheLastCountsAndMessagesAreMerged) {
  const auto schema =
      parsed(R"(syntax = "proto3"; message M { int32 a = 1; M m = 2; oneof o { int32 x = 3; int32 y = 4; } })");
  EXPECT_EQ(decoded(*schema, bytes_of({0x08, 1, 0x08, 2}), JsonStyle::kProtobuf), R"({"a":2})");
  EXPECT_EQ(decoded(*schema, bytes_of({0x12, 2, 0x08, 1, 0x12, 2, 0x18, 7}), JsonStyle::kProtobuf),
            R"({"m":{"a":1,"x":7}})");
  EXPECT_EQ(decoded(*schema, bytes_of({0x18, 1, 0x20, 2}), JsonStyle::kProtobuf), R"({"y":2})");
  EXPECT_EQ(decoded(*schema, bytes_of({0x20, 2, 0x18, 1}), JsonStyle::kProtobuf), R"({"x":1})");
}

TEST(ProtobufData, FieldsOfANewerSchemaAreLeftOut) {
  const auto schema = parsed(R"(syntax = "proto3"; message M { int32 a = 1; })");
  EXPECT_EQ(decoded(*schema, bytes_of({0x12, 1, 'x', 0x08, 1, 0x1b, 0x23, 0x24, 0x1c}), JsonStyle::kProtobuf),
            R"({"a":1})");
}

TEST(ProtobufData, MapsGroupsAndExtensionsGoThrough) {
  const auto schema =
      parsed(R"(syntax = "proto2"; package acme; message M { map<bool, M> m = 1; map<int64, string> n = 2;
    repeated group Part = 3 { optional int32 size = 1; } extensions 100 to 200; }
    extend M { optional int32 extra = 100; repeated string more = 101; })");
  const std::string json =
      R"({"m":{"true":{"n":{"-5":"x"}}},"part":[{"size":1},{}],"[acme.extra]":7,"[acme.more]":["a","b"]})";
  EXPECT_EQ(there_and_back(*schema, json, JsonStyle::kProtobuf, "acme.M"), json);
}

TEST(ProtobufData, WellKnownMessagesHaveTheirOwnForms) {
  const auto schema =
      parsed(R"(syntax = "proto3"; import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto";
    import "google/protobuf/struct.proto"; import "google/protobuf/wrappers.proto"; import "google/protobuf/any.proto";
    import "google/protobuf/field_mask.proto"; import "google/protobuf/empty.proto";
    message M { google.protobuf.Timestamp t = 1; google.protobuf.Duration d = 2; google.protobuf.Struct s = 3;
      google.protobuf.Value v = 4; google.protobuf.Int64Value w = 5; google.protobuf.Any a = 6; google.protobuf.FieldMask f = 7;
      google.protobuf.Empty e = 8; repeated google.protobuf.Value l = 9; M m = 10; google.protobuf.StringValue sv = 11; })");
  const std::string json =
      R"({"t":"2024-02-29T23:59:59.500Z","d":"-1.000000001s","s":{"a":1.0,"b":[true,null,{"c":"x"}]},"v":null,"w":"9007199254740993",)"
      R"("a":{"@type":"type.googleapis.com/M","w":"1"},"f":"userName,a.bC","e":{},"l":[null,"x"],"sv":""})";
  EXPECT_EQ(there_and_back(*schema, json, JsonStyle::kProtobuf), json);
  EXPECT_EQ(there_and_back(*schema, R"({"a":{"@type":"x/google.protobuf.Duration","value":"3s"}})", JsonStyle::kPlain),
            R"({"a":{"@type":"x/google.protobuf.Duration","value":"3s"},"l":[]})");
  EXPECT_EQ(there_and_back(*schema, R"({"a":{"@type":"x/M"}})", JsonStyle::kProtobuf), R"({"a":{"@type":"x/M"}})");
  EXPECT_EQ(there_and_back(*schema, R"({"a":{"@type":"x/Unknown","value":"AAE="}})", JsonStyle::kProtobuf),
            R"({"a":{"@type":"x/Unknown","value":"AAE="}})");
  EXPECT_EQ(there_and_back(*schema, R"({"t":"2024-01-01T01:00:00+01:00"})", JsonStyle::kProtobuf),
            R"({"t":"2024-01-01T00:00:00Z"})");
  // A time that no such text can say keeps its numbers.
  EXPECT_EQ(there_and_back(*schema, R"({"t":{"seconds":"999999999999"}})", JsonStyle::kProtobuf),
            R"({"t":{"seconds":"999999999999"}})");
}

TEST(ProtobufData, AMessageThatOnlyHasTheNameOfAWellKnownOneIsAnOrdinaryOne) {
  const auto schema =
      parsed(R"(syntax = "proto3"; package google.protobuf; message Timestamp { string seconds = 1; })");
  EXPECT_EQ(there_and_back(*schema, R"({"seconds":"x"})", JsonStyle::kProtobuf, "google.protobuf.Timestamp"),
            R"({"seconds":"x"})");
}

TEST(ProtobufData, WrongJsonIsRefusedWithItsPlace) {
  const auto schema = parsed(
      R"(syntax = "proto3"; message M { repeated M items = 1; int32 n = 2; E e = 3; oneof o { int32 x = 4; int32 y = 5; }
    bytes b = 6; map<int32, M> m = 7; } enum E { ZERO = 0; })");
  const auto why = [&](std::string_view json) {
    Buffer bytes = bytes_of({1});
    const auto written = encode_json(*schema, "M", json, bytes);
    EXPECT_FALSE(written.ok()) << json;
    EXPECT_EQ(bytes.size(), 1U) << "what was there before stays";
    return written.ok() ? "" : written.error().message;
  };
  EXPECT_EQ(why(R"({"items":[{},{"n":"1.5"}]})"), "$.items[1].n: \"1.5\" is no int32");
  EXPECT_EQ(why(R"({"n":2147483648})"), "$.n: \"2147483648\" is no int32");
  EXPECT_EQ(why(R"({"e":"ONE"})"), "$.e: E has no constant \"ONE\"");
  EXPECT_EQ(why(R"({"z":1})"), "$: M has no field \"z\"");
  EXPECT_EQ(why(R"({"x":1,"y":2})"), "$: \"x\" and \"y\" exclude each other (oneof o)");
  EXPECT_EQ(why(R"({"b":"?"})"), "$.b: bytes in Base64 expected, not a string");
  EXPECT_EQ(why(R"({"m":{"a":{}}})"), "$.m[\"a\"]: \"a\" is no int32");
  EXPECT_EQ(why(R"([])"), "$: an object for M expected, not an array");
  const auto old = parsed(R"(message M { required int32 n = 1; })");
  Buffer bytes;
  EXPECT_EQ(encode_json(*old, "M", "{}", bytes).error().message, "$: required field \"n\" is missing");
}

TEST(ProtobufData, BytesThatAreNoMessageAreRefusedWithTheFieldTheyAreIn) {
  const auto schema = parsed(R"(syntax = "proto3"; message M { M inner = 1; string s = 2; })");
  EXPECT_EQ(decoded(*schema, bytes_of({0x0a, 2, 0x12, 5}), JsonStyle::kPlain),
            "error: M.inner: bytes end inside s at position 2");
  EXPECT_EQ(decoded(*schema, bytes_of({0x07}), JsonStyle::kPlain),
            "error: M: not a Protobuf message: a tag has a field number that does not exist");
  EXPECT_EQ(decoded(*schema, bytes_of({0x0c}), JsonStyle::kPlain),
            "error: M: not a Protobuf message: a tag has a wire type that does not exist");
}

TEST(ProtobufData, HostileDataMeetsTheLimits) {
  const auto schema = parsed(R"(syntax = "proto3"; message M { repeated M inner = 1; int32 a = 2; int32 b = 3; })");
  Buffer deep;
  for (int i = 0; i < 200; ++i) {
    Buffer outer = bytes_of({0x0a});
    for (std::size_t size = deep.size();; size >>= 7) {
      outer.push_back(static_cast<std::byte>(size >= 0x80 ? (size & 0x7f) | 0x80 : size));
      if (size < 0x80) break;
    }
    outer.insert(outer.end(), deep.begin(), deep.end());
    deep = std::move(outer);
  }
  std::string json = "before";
  EXPECT_EQ(decode_json(*schema, "M", deep, JsonStyle::kPlain, json).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(json, "before");
  Buffer many;
  for (int i = 0; i < 10'000; ++i) {
    many.push_back(std::byte{0x0a});
    many.push_back(std::byte{0});
  }
  EXPECT_EQ(decode_json(*schema, "M", many, JsonStyle::kPlain, json, {.json_bytes_max = 10'000}).error().code,
            ErrorCode::kTooLarge);
  EXPECT_TRUE(decode_json(*schema, "M", many, JsonStyle::kPlain, json).ok());
  std::string nested;
  for (int i = 0; i < 200; ++i) nested += "{\"inner\":[";
  for (int i = 0; i < 200; ++i) nested += "]}";
  Buffer bytes;
  EXPECT_EQ(encode_json(*schema, "M", nested, bytes).error().code, ErrorCode::kTooLarge);
}

TEST(ProtobufData, MessageIndexesNameTheMessagesOfTheText) {
  const auto schema = parsed(
      R"(syntax = "proto3"; package acme; message A { map<string, B> by_name = 1; message B { message C {} } message D {} }
    enum E { ZERO = 0; } message F {})");
  const std::vector<std::pair<std::string, MessageIndexes>> places = {
      {"acme.A", {0}}, {"acme.A.B", {0, 0}}, {"acme.A.B.C", {0, 0, 0}}, {"acme.A.D", {0, 1}}, {"acme.F", {1}}};
  for (const auto& [name, indexes] : places) {
    EXPECT_EQ(message_name(*schema, indexes).value(), name);
    EXPECT_EQ(message_indexes(*schema, name).value(), indexes);
    Buffer bytes;
    append_message_indexes(bytes, indexes);
    EXPECT_EQ(parse_message_indexes(bytes)->indexes, indexes);
    EXPECT_TRUE(message_at(*schema, indexes).ok());
  }
  EXPECT_EQ(message_name(*schema, MessageIndexes{0, 2}).error().message,
            "the Protobuf schema has no message at [0,2]: acme.A has 2 messages");
  EXPECT_EQ(message_indexes(*schema, "acme.G").error().message,
            "the Protobuf schema has no message \"acme.G\"; it has: acme.A, acme.F");
}

TEST(ProtobufData, PlainVarintIndexesOfOldClientsAreUnderstood) {
  const auto parsed_indexes = parse_message_indexes(bytes_of({0x01, 0x02, 0x08}));
  ASSERT_TRUE(parsed_indexes.ok());
  EXPECT_EQ(parsed_indexes->indexes, (MessageIndexes{2}));
  EXPECT_EQ(parsed_indexes->message.size(), 1U);
  EXPECT_FALSE(parse_message_indexes(bytes_of({})).ok());
  EXPECT_FALSE(parse_message_indexes(bytes_of({0x7f, 0x01})).ok());
}

TEST(ProtobufData, ARegisteredValueIsDecodedByItsIndexes) {
  const auto schema = parsed(R"(syntax = "proto3"; message A { int32 a = 1; } message B { int32 b = 1; })");
  std::string json;
  ASSERT_TRUE(decode_indexed_json(*schema, bytes_of({0x02, 0x02, 0x08, 0x05}), JsonStyle::kPlain, json).ok());
  EXPECT_EQ(json, R"({"b":5})");
  EXPECT_EQ(decode_indexed_json(*schema, bytes_of({0x02, 0x04, 0x08, 0x05}), JsonStyle::kPlain, json).error().code,
            ErrorCode::kNotFound);
}

TEST(ProtobufData, AFileThatOnlyImportsAnotherPubliclyStandsForIt) {
  const Reference reference[] = {{"b.proto", "syntax = \"proto3\"; package b; message B { int32 n = 1; }"}};
  const auto schema = Schema::parse("syntax = \"proto3\"; import public \"b.proto\";", ParseRules::kNew, reference);
  ASSERT_TRUE(schema.ok()) << schema.error().message;
  std::string json;
  ASSERT_TRUE(decode_indexed_json(**schema, bytes_of({0x00, 0x08, 0x05}), JsonStyle::kPlain, json).ok());
  EXPECT_EQ(json, R"({"n":5})");
}

TEST(ProtobufData, TimesAndDurationsOutsideTheirRangesHaveNoText) {
  EXPECT_EQ(timestamp_text({-62'135'596'800, 0}), "0001-01-01T00:00:00Z");
  EXPECT_EQ(timestamp_text({253'402'300'799, 999'999'999}), "9999-12-31T23:59:59.999999999Z");
  EXPECT_FALSE(timestamp_text({253'402'300'800, 0}));
  EXPECT_FALSE(parse_timestamp("0001-01-01T00:00:00+00:01"));
  EXPECT_FALSE(parse_timestamp("2023-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_timestamp("2023-02-28T00:00:00"));
  EXPECT_FALSE(duration_text({1, -1}));
  EXPECT_FALSE(parse_duration("1.0000000001s"));
  EXPECT_EQ(parse_duration("-0.5s")->nanos, -500'000'000);
}

}  // namespace
}  // namespace weft::schema::protobuf
