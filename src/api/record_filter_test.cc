#include "api/record_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/decimal_text.h"
#include "api/record_matcher.h"

namespace weft::api {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Verdict = RecordMatcher::Verdict;

std::string fault_of(std::string_view text) {
  FilterFault fault;
  return RecordFilter::parse(text, fault) ? "no fault" : fault.to_string();
}

Verdict judge(std::string_view text, const stream::RecordView& record, KnownSchemas schemas = {}) {
  FilterFault fault;
  auto filter = RecordFilter::parse(text, fault);
  CHECK(filter.has_value(), fault.to_string());
  RecordMatcher matcher(std::make_shared<RecordFilter>(std::move(*filter)),
                        std::make_shared<KnownSchemas>(std::move(schemas)));
  return matcher.judge(record);
}

stream::RecordView record_of(std::optional<std::string_view> key, std::optional<std::string_view> value,
                             std::vector<stream::Header> headers = {}) {
  const auto bytes = [](std::optional<std::string_view> text) {
    return text ? std::optional(as_bytes(*text)) : std::nullopt;
  };
  return {Offset{0}, Timestamp{0}, bytes(key), bytes(value), std::move(headers)};
}

bool matches(std::string_view filter, std::string_view value) {
  return judge(filter, record_of("k", value)) == Verdict::kMatches;
}

TEST(Decimals, AreComparedByAllTheirDigits) {
  EXPECT_TRUE(compare_decimals("18446744073709551615", "18446744073709551616") < 0);
  EXPECT_TRUE(compare_decimals("0.1000000000000000055511151231257827", "0.1") > 0);
  EXPECT_TRUE(compare_decimals("1", "1.0") == 0);
  EXPECT_TRUE(compare_decimals("1e3", "1000.000") == 0);
  EXPECT_TRUE(compare_decimals("0.00012", "1.2E-4") == 0);
  EXPECT_TRUE(compare_decimals("0", "-0.00e7") == 0);
  EXPECT_TRUE(compare_decimals("-3", "-2") < 0);
  EXPECT_TRUE(compare_decimals("-3", "2") < 0);
  EXPECT_TRUE(compare_decimals("9", "10") < 0);
  EXPECT_TRUE(compare_decimals("0.9", "0.10") > 0);
  EXPECT_TRUE(compare_decimals("1e999999999999999999999", "9") > 0);
  EXPECT_TRUE(compare_decimals("1e-999999999999999999999", "0") > 0);
}

TEST(Decimals, AreWrittenAsInJson) {
  for (const char* number : {"0", "-0", "10", "1.5", "1e5", "-1.50E-07", "1E+2"})
    EXPECT_TRUE(is_decimal(number)) << number;
  for (const char* none : {"", "-", "01", "+1", "1.", ".5", "1e", "1e+", "1 ", "0x1", "NaN", "1.5.2"})
    EXPECT_FALSE(is_decimal(none)) << none;
}

TEST(RecordFilter, ComparesFieldsOfTheValue) {
  const std::string_view order =
      R"({"id": 9007199254740993, "customer": {"address": {"city": "Berlin"}}, "paid": true, "note": null, "price": 12.50})";
  EXPECT_TRUE(matches(R"(customer.address.city = "Berlin")", order));
  EXPECT_TRUE(matches("customer.address.city = Berlin", order));
  EXPECT_FALSE(matches(R"(customer.address.city = "berlin")", order));
  EXPECT_TRUE(matches("id = 9007199254740993", order));
  EXPECT_FALSE(matches("id = 9007199254740992", order)) << "a double would not know the difference";
  EXPECT_FALSE(matches(R"(id = "9007199254740993")", order)) << "a number is no text";
  EXPECT_TRUE(matches("price = 12.5", order));
  EXPECT_TRUE(matches("price > 12.4999 and price <= 12.5 AND paid = true", order));
  EXPECT_FALSE(matches("price >= 12.51", order));
  EXPECT_FALSE(matches("paid = false", order));
  EXPECT_TRUE(matches("note = null", order));
  EXPECT_TRUE(matches("customer.phone = null", order)) << "what is not there is null";
  EXPECT_FALSE(matches("id = null", order));
  EXPECT_FALSE(matches("customer.address.city.name = Berlin", order));
  EXPECT_TRUE(matches(R"("price" = 12.5)", order));
}

TEST(RecordFilter, OrdersTextsByTheirCharacters) {
  EXPECT_TRUE(matches(R"(at >= "2026-11-24T09:00" and at < "2026-11-24T10")", R"({"at":"2026-11-24T09:41:07Z"})"));
  EXPECT_FALSE(matches("at > 5", R"({"at":"9"})"));
}

TEST(RecordFilter, LooksIntoLists) {
  const std::string_view basket = R"({"items":[{"sku":"a","n":1},{"sku":"b","n":20}],"tags":["x","y"],"m":{"4 2":{}}})";
  EXPECT_TRUE(matches("items[0].sku = a", basket));
  EXPECT_FALSE(matches("items[1].sku = a", basket));
  EXPECT_TRUE(matches("items[].sku = b", basket));
  EXPECT_TRUE(matches("items[].n > 19", basket));
  EXPECT_FALSE(matches("items[].n > 20", basket));
  EXPECT_TRUE(matches("tags[1] = y and tags[] = x", basket));
  EXPECT_TRUE(matches(R"(tags contains "x\",\"y")", basket));
  EXPECT_TRUE(matches(R"(m."4 2" contains "{}")", basket));
  EXPECT_TRUE(matches("value[2] = 3", "[1,2,3]"));
}

TEST(RecordFilter, ContainsLooksIntoTheTextOfWhatItNames) {
  const std::string_view order = R"({"city":"New \"York\"","n":1234})";
  EXPECT_TRUE(matches(R"(city contains "w \"York")", order));
  EXPECT_TRUE(matches("n contains 23", order));
  EXPECT_TRUE(matches("value contains York", order));
  EXPECT_FALSE(matches("value contains york", order));
  EXPECT_TRUE(matches(R"(value contains "\"n\":12")", order));
  EXPECT_TRUE(matches("value contains plain", "just plain text"));
  EXPECT_FALSE(matches("city contains York", "just York"));
}

TEST(RecordFilter, KeysAndHeadersAreTextUnlessTheyHaveASchema) {
  const auto record =
      record_of("42", std::nullopt, {{"trace", as_bytes("a1")}, {"retry", as_bytes("3")}, {"empty", {}}});
  EXPECT_EQ(judge("key = 42", record), Verdict::kMatches);
  EXPECT_EQ(judge(R"(key = "42")", record), Verdict::kMatches);
  EXPECT_EQ(judge("key > 9", record), Verdict::kMatches);
  EXPECT_EQ(judge("key.id = 42", record), Verdict::kDiffers);
  EXPECT_EQ(judge("value = null", record), Verdict::kMatches) << "a tombstone";
  EXPECT_EQ(judge("value.id = null", record), Verdict::kDiffers);
  EXPECT_EQ(judge("header.trace = a1 and header.retry >= 2", record), Verdict::kMatches);
  EXPECT_EQ(judge("header.trace = b", record), Verdict::kDiffers);
  EXPECT_EQ(judge("header.empty = null and header.none = null", record), Verdict::kMatches);
  EXPECT_EQ(judge("header.trace = null", record), Verdict::kDiffers);
  EXPECT_EQ(judge("key = null", record_of(std::nullopt, "x")), Verdict::kMatches);
  EXPECT_EQ(judge("key.id = 7", record_of(R"({"id":7})", "x")), Verdict::kMatches);
}

TEST(RecordFilter, QuotedNamesAreFieldsWhateverTheyAreCalled) {
  EXPECT_TRUE(
      matches(R"("key" = 1 and value.key = 1 and "value" = 2 and "a.b c" = 3)", R"({"key":1,"value":2,"a.b c":3})"));
  EXPECT_TRUE(matches("größe = 3", R"({"gr\u00f6\u00dfe":3})"));
  EXPECT_TRUE(matches(R"(s = "\ud83d\ude00")", "{\"s\":\"\xF0\x9F\x98\x80\"}"));
}

TEST(RecordFilter, EveryLanguageOfTheRegistryIsDecoded) {
  KnownSchemas schemas;
  const auto add = [&](std::int32_t id, registry::SchemaType type, std::string_view text) {
    schemas.emplace(schema::SchemaId{id}, *registry::parse_schema(type, text, registry::ParseRules::kNew));
  };
  add(1, registry::SchemaType::kAvro, R"({"type":"record","name":"T","fields":[{"name":"n","type":"long"}]})");
  add(2, registry::SchemaType::kProtobuf, "syntax = \"proto3\"; message Fill { string symbol = 1; uint64 n = 2; }");
  add(3, registry::SchemaType::kJson, "{}");
  schemas.emplace(schema::SchemaId{4}, error(ErrorCode::kNotFound, "no schema has id 4"));
  const auto framed = [](char id, std::string_view payload) {
    return std::string("\0\0\0\0", 4) + id + std::string(payload);
  };
  const std::string avro = framed(1, "\x54"), cut = framed(1, "\x80"), json = framed(3, R"({"n": 0.10})");
  const std::string protobuf =
      framed(2, std::string_view("\x00\x0a\x03IBM\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 17));
  EXPECT_EQ(judge("n = 42", record_of("k", avro), schemas), Verdict::kMatches);
  EXPECT_EQ(judge("n = 18446744073709551615 and symbol = IBM", record_of("k", protobuf), schemas), Verdict::kMatches);
  EXPECT_EQ(judge("n = 0.1", record_of("k", json), schemas), Verdict::kMatches);
  EXPECT_EQ(judge("n = 42", record_of("k", cut), schemas), Verdict::kUnreadable);
  EXPECT_EQ(judge("n = null", record_of("k", framed(3, "{")), schemas), Verdict::kUnreadable);
  EXPECT_EQ(judge("n = 42", record_of("k", framed(4, "x")), schemas), Verdict::kUnreadable);
  EXPECT_EQ(judge("value contains x", record_of("k", framed(4, "x")), schemas), Verdict::kMatches) << "its bytes";
  EXPECT_EQ(judge("n = 1 and value contains y", record_of("k", framed(4, "x")), schemas), Verdict::kDiffers);
  EXPECT_EQ(judge("n = 42", record_of("k", framed(9, "x")), schemas), Verdict::kSchemaMissing);
  EXPECT_EQ(judge("key = j and n = 42", record_of("k", framed(9, "x")), schemas), Verdict::kDiffers)
      << "not asked for what the key already denies";
}

TEST(RecordFilter, AMistakeIsNamedWithPlaceAndFix) {
  EXPECT_THAT(fault_of("city = \"Berlin"), AllOf(HasSubstr("Character 8"), HasSubstr("not closed")));
  EXPECT_THAT(fault_of("city \"Berlin\""), AllOf(HasSubstr("Character 6"), HasSubstr("contains")));
  EXPECT_THAT(fault_of("city ="), AllOf(HasSubstr("Character 7"), HasSubstr("A value is missing")));
  EXPECT_THAT(fault_of("größe == 5"), AllOf(HasSubstr("Character 8"), HasSubstr("'='")));
  EXPECT_THAT(fault_of("at = 2026-11-24"), AllOf(HasSubstr("'2026-11-24'"), HasSubstr("in quotes")));
  EXPECT_THAT(fault_of("a = 1 or b = 2"), AllOf(HasSubstr("Character 7"), HasSubstr("'or'")));
  EXPECT_THAT(fault_of("city = New York"), HasSubstr("several words in quotes"));
  EXPECT_THAT(fault_of("a = 1 and"), HasSubstr("another comparison"));
  EXPECT_THAT(fault_of("a. = 1"), HasSubstr("name is missing"));
  EXPECT_THAT(fault_of("a[x] = 1"), HasSubstr("items[]"));
  EXPECT_THAT(fault_of("header = 1"), HasSubstr("Which header"));
  EXPECT_THAT(fault_of("a > null"), HasSubstr("order"));
  EXPECT_THAT(fault_of("a contains \"\""), HasSubstr("text to look for"));
  EXPECT_THAT(fault_of("a = \"\\q\""), HasSubstr("means nothing"));
  EXPECT_THAT(fault_of("a != 1"), HasSubstr("Use =, <"));
  EXPECT_THAT(fault_of("\xff = 1"), HasSubstr("UTF-8"));
  EXPECT_THAT(fault_of(std::string(2000, 'a')), HasSubstr("1000 bytes"));
  std::string many = "a = 1";
  for (int i = 0; i < 16; ++i) many += " and a = 1";
  EXPECT_THAT(fault_of(many), HasSubstr("at most 16"));
  EXPECT_THAT(fault_of(std::string(40, '[') + " = 1"), HasSubstr("name is missing"));
  std::string deep = "a";
  for (int i = 0; i < 40; ++i) deep += "[]";
  EXPECT_THAT(fault_of(deep + " = 1"), HasSubstr("at most 32 steps"));
}

TEST(RecordFilter, NoTextLetsEverythingThrough) {
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("  ", "anything"));
}

TEST(JsonValues, WhatIsNoJsonIsSaid) {
  struct Nobody final : JsonValueSink {
    void value_at(std::size_t, std::string_view) override {}
  } nobody;
  for (const char* fine : {"{}", " [1, 2.5e3 ,null] ", R"({"a":{"b":["\u00e4\n"]}})", "true", "\"\""})
    EXPECT_TRUE(find_json_values(fine, {}, nobody)) << fine;
  for (const char* wrong :
       {"", "{", "{\"a\"}", "{\"a\":1,}", "[1,]", "tru", "01", "\"\\x\"", "\"\\u12g4\"", "\"a\nb\"", "[] []", "{a:1}"})
    EXPECT_FALSE(find_json_values(wrong, {}, nobody)) << wrong;
  EXPECT_FALSE(find_json_values(std::string(100'000, '['), {}, nobody)) << "nested too deeply";
}

}  // namespace
}  // namespace weft::api
