#include "schema/protobuf/schema.h"

#include <gtest/gtest.h>

#include "schema/protobuf/compatibility.h"
#include "schema/protobuf/field_tree.h"
#include "schema/protobuf/print.h"

namespace weft::schema::protobuf {
namespace {

std::shared_ptr<const Schema> parsed(std::string_view text, std::span<const Reference> references = {},
                                     ParseRules rules = ParseRules::kNew) {
  auto schema = Schema::parse(text, rules, references);
  EXPECT_TRUE(schema.ok()) << (schema.ok() ? "" : schema.error().message);
  return schema.ok() ? *schema : nullptr;
}

Error refusal(std::string_view text, std::span<const Reference> references = {}) {
  const auto schema = Schema::parse(text, ParseRules::kNew, references);
  EXPECT_FALSE(schema.ok()) << text.substr(0, 1'000);
  return schema.ok() ? Error{} : schema.error();
}

TEST(ProtobufSchema, ARefusalNamesThePlaceAndTheRule) {
  EXPECT_EQ(refusal("syntax = \"proto3\";\nmessage A {\n  string s 1;\n}\n").message,
            "Protobuf schema at 3:12: Missing field number.");
  EXPECT_EQ(refusal("syntax = \"proto3\";\nmessage A {\n\tLost s = 1;\n}\n").message,
            "Protobuf schema at 3:9: \"Lost\" is not defined.");
  EXPECT_EQ(refusal("syntax = \"proto3\";\nenum E { ONE = 1; }\n").message,
            "Protobuf schema at 2:16: The first enum value must be zero in proto3.");
}

TEST(ProtobufSchema, AMissingImportIsNamedWhenATypeNeedsItAndLetThroughOtherwise) {
  const std::string needs = "syntax = \"proto3\"; import \"acme/money.proto\"; message A { acme.Money m = 1; }";
  EXPECT_NE(refusal(needs).message.find("\"acme/money.proto\" is imported, but no reference has it"),
            std::string::npos);
  const auto unused =
      parsed("syntax = \"proto3\"; import \"acme/rules.proto\"; message A { int32 n = 1 [(acme.rule).min = 3]; }");
  EXPECT_NE(canonical_text(*unused).find("(acme.rule).min = 3"), std::string::npos);
}

TEST(ProtobufSchema, ReferencesMayComeInAnyOrderAndImportEachOther) {
  const Reference references[] = {
      {"b.proto", "syntax = \"proto3\"; package b; import \"c.proto\"; message B { c.C c = 1; }"},
      {"c.proto", "syntax = \"proto3\"; package c; message C { int64 n = 1; }"}};
  const auto schema = parsed("syntax = \"proto3\"; import \"b.proto\"; message A { b.B b = 1; }", references);
  EXPECT_EQ(field_tree(*schema).fields.at(0).children.at(0).children.at(0).path, "b.c.n");
}

TEST(ProtobufSchema, AnImportThatLeadsBackToItselfIsRefused) {
  const Reference references[] = {{"a.proto", "syntax = \"proto3\"; import \"b.proto\";"},
                                  {"b.proto", "syntax = \"proto3\"; import \"a.proto\";"}};
  EXPECT_NE(refusal("syntax = \"proto3\"; import \"a.proto\"; message M {}", references).message.find("imports itself"),
            std::string::npos);
}

TEST(ProtobufSchema, WellKnownFilesNeedNoReferenceAndMayBeRegisteredThemselves) {
  for (const std::string_view file : {"google/protobuf/any.proto",
                                      "google/protobuf/api.proto",
                                      "google/protobuf/descriptor.proto",
                                      "google/protobuf/duration.proto",
                                      "google/protobuf/empty.proto",
                                      "google/protobuf/field_mask.proto",
                                      "google/protobuf/source_context.proto",
                                      "google/protobuf/struct.proto",
                                      "google/protobuf/timestamp.proto",
                                      "google/protobuf/type.proto",
                                      "google/protobuf/wrappers.proto",
                                      "google/type/calendar_period.proto",
                                      "google/type/color.proto",
                                      "google/type/date.proto",
                                      "google/type/datetime.proto",
                                      "google/type/dayofweek.proto",
                                      "google/type/decimal.proto",
                                      "google/type/expr.proto",
                                      "google/type/fraction.proto",
                                      "google/type/interval.proto",
                                      "google/type/latlng.proto",
                                      "google/type/money.proto",
                                      "google/type/month.proto",
                                      "google/type/phone_number.proto",
                                      "google/type/postal_address.proto",
                                      "google/type/quaternion.proto",
                                      "google/type/timeofday.proto",
                                      "confluent/meta.proto",
                                      "confluent/type/decimal.proto",
                                      "confluent/type/variant.proto"}) {
    EXPECT_NE(parsed("syntax = \"proto3\"; import \"" + std::string(file) + "\"; message A {}"), nullptr) << file;
  }
  parsed("syntax = \"proto3\"; package google.protobuf; message Timestamp { int64 seconds = 1; int32 nanos = 2; }");
}

TEST(ProtobufSchema, TheCanonicalTextKeepsWhatWasWrittenAndLosesComments) {
  const std::string text = R"(// A file.
syntax="proto2"; package acme ;
import public "google/protobuf/any.proto";
import "google/protobuf/descriptor.proto";
option java_package = 'acme.' "io";
message Order { // one order
	reserved 5 to 5, 7, 9 to max; reserved "old", "older";
	required int64 id = 0x1 [deprecated=true];
	optional float rate = 2 [default = 1.50];
	map<string, Line> lines = 3;
	repeated group Part = 4 { optional string name = 1; }
	oneof payment { string card = 30; Line other = 31; }
	extensions 100 to 199, 300;
	enum State { option allow_alias = true; NEW = 0; FRESH = 0 [deprecated = true]; }
	message Line { optional bytes raw = 1 [default = "\001\xff'"]; }
	extend Order { optional Line extra = 100; }
}
extend google.protobuf.FieldOptions { optional Order.Line hint = 50000; }
service Orders { rpc Get (Order) returns (stream Order) { option deprecated = true; } }
)";
  const std::string canonical = R"(syntax = "proto2";
package acme;

import "google/protobuf/descriptor.proto";
import public "google/protobuf/any.proto";

option java_package = "acme.io";

message Order {
  reserved 5 to 5, 7, 9 to max;
  reserved "old", "older";

  required int64 id = 1 [deprecated = true];
  optional float rate = 2 [default = 1.50];
  map<string, Line> lines = 3;

  oneof payment {
    string card = 30;
    Line other = 31;
  }

  repeated group Part = 4 {
    optional string name = 1;
  }

  extensions 100 to 199, 300;

  extend Order {
    optional Line extra = 100;
  }

  message Line {
    optional bytes raw = 1 [default = "\001\377\'"];
  }
  enum State {
    option allow_alias = true;
    NEW = 0;
    FRESH = 0 [deprecated = true];
  }
}

extend google.protobuf.FieldOptions {
  optional Order.Line hint = 50000;
}

service Orders {
  rpc Get (Order) returns (stream Order) {
    option deprecated = true;
  };
}
)";
  // The ranges above overlap fields, which only a registry that checks less would have stored.
  const auto schema = parsed(text, {}, ParseRules::kStored);
  EXPECT_EQ(canonical_text(*schema), canonical);
  EXPECT_FALSE(schema->descriptor().ok());
  EXPECT_EQ(canonical_text(*parsed(canonical, {}, ParseRules::kStored)), canonical);
}

TEST(ProtobufSchema, NormalizingSortsWhatHasNoOrderAndNamesTypesInFull) {
  const auto schema = parsed(R"(syntax = "proto2"; package acme;
    import "google/protobuf/descriptor.proto"; import "google/protobuf/any.proto"; import "google/protobuf/any.proto";
    message A { optional B b = 2 [(limits).range.max = 1e3, (limits).range.min = 0x10, deprecated = false];
                optional google.protobuf.Any any = 1; optional float f = 3 [default = 2.50];
                reserved 9, 8; map<int32, B> m = 4; }
    enum E { TWO = 2; ONE = 1; }
    message B {}
    message Range { optional double min = 1; optional double max = 2; }
    message Limits { optional Range range = 1; }
    extend google.protobuf.FieldOptions { optional Limits limits = 50000; })");
  EXPECT_EQ(normalized_text(*schema).value(), R"(package acme;

import "google/protobuf/any.proto";
import "google/protobuf/descriptor.proto";

message A {
  reserved 8;
  reserved 9;

  optional .google.protobuf.Any any = 1;
  optional .acme.B b = 2 [
    (acme.limits) = {
      range: {
        max: 1000,
        min: 16
      }
    },
    deprecated = false
  ];
  optional float f = 3 [default = 2.5];
  map<int32, .acme.B> m = 4;
}
message B {}
message Range {
  optional double min = 1;
  optional double max = 2;
}
message Limits {
  optional .acme.Range range = 1;
}
enum E {
  ONE = 1;
  TWO = 2;
}

extend .google.protobuf.FieldOptions {
  optional .acme.Limits limits = 50000;
}
)");
}

TEST(ProtobufSchema, ASerializedDescriptorIsASchemaTextToo) {
  const auto schema = parsed(R"(syntax = "proto3"; package acme; import "confluent/meta.proto";
    option go_package = "acme";
    message Order { map<string, int64> counts = 1; optional string note = 2 [(confluent.field_meta).tags = "PII"];
                    repeated double rates = 5 [packed = false]; oneof state { bool open = 3; Order parent = 4; } reserved 7; }
    enum Color { RED = 0; })");
  const std::string base64 = serialized_text(*schema).value();
  const auto again = parsed(base64);
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(canonical_text(*again), R"(syntax = "proto3";
package acme;

import "confluent/meta.proto";

option go_package = "acme";

message Order {
  reserved 7;

  repeated .acme.Order.CountsEntry counts = 1;
  optional string note = 2 [(confluent.field_meta) = {
    tags: [
      "PII"
    ]
  }];
  repeated double rates = 5 [packed = false];

  oneof state {
    bool open = 3;
    .acme.Order parent = 4;
  }

  message CountsEntry {
    option map_entry = true;
  
    string key = 1;
    int64 value = 2;
  }
}
enum Color {
  RED = 0;
}
)");
  // What generated code registers is text of that kind; it has to parse, and to mean the same.
  const auto third = parsed(canonical_text(*again));
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(canonical_text(*third), canonical_text(*again));
  EXPECT_EQ(normalized_text(*third).value(), normalized_text(*again).value());
  EXPECT_NE(normalized_text(*third).value().find("map<string, int64> counts = 1;"), std::string::npos);
  EXPECT_TRUE(incompatibilities(*schema, *third).empty());
  EXPECT_TRUE(incompatibilities(*third, *schema).empty());
  EXPECT_EQ(serialized_text(*third).value(), base64);
}

TEST(ProtobufSchema, CustomExtensionsCanBeLeftOutOfTheText) {
  const auto schema =
      parsed(R"(syntax = "proto2"; import "google/protobuf/descriptor.proto"; import "confluent/meta.proto";
    message A { option (note) = "x"; optional int32 n = 1 [(confluent.field_meta).doc = "d", deprecated = true]; extensions 5; }
    extend google.protobuf.MessageOptions { optional string note = 50000; })");
  const std::string text = text_without_extensions(*schema);
  EXPECT_EQ(text.find("note"), std::string::npos);
  EXPECT_EQ(text.find("extensions"), std::string::npos);
  EXPECT_NE(text.find("(confluent.field_meta).doc = \"d\""), std::string::npos);
}

TEST(ProtobufSchema, HostileSizesAndDepthsAreRefusedWithoutDeepStacksOrLongWork) {
  const auto repeat = [](std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
  };
  const std::string head = "syntax = \"proto3\"; ";
  EXPECT_EQ(refusal(head + repeat("message A { ", 50'000)).code, ErrorCode::kTooLarge);
  EXPECT_EQ(refusal(head + "message A { int32 n = 1 [(x) = " + repeat("{a:", 50'000)).code, ErrorCode::kTooLarge);
  EXPECT_EQ(refusal(head + "package a" + repeat(".a", 100'000) + ";").code, ErrorCode::kTooLarge);
  EXPECT_EQ(refusal(head + "message A { a" + repeat(".a", 100'000) + " n = 1; }").code, ErrorCode::kTooLarge);
  EXPECT_EQ(refusal(head + repeat("message A {} ", 70'000)).code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal(std::string(kSchemaTextBytesMax + 1, ' ')).code, ErrorCode::kTooLarge);
  std::string ranges;
  for (int i = 0; i < 50'000; ++i) ranges += std::to_string(i + 1) + ",";
  EXPECT_EQ(refusal(head + "message A { reserved " + ranges + "60000; }").code, ErrorCode::kTooLarge);
  std::string wide = "syntax = \"proto2\"; import \"google/protobuf/descriptor.proto\"; message W { repeated W w = 1;";
  for (int i = 2; i < 3'000; ++i) wide += fmt::format("optional int32 f{} = {};", i, i);
  wide +=
      "} extend google.protobuf.FileOptions { optional W w = 50000; } option (w) = {" + repeat("w{}", 100'000) + "};";
  EXPECT_EQ(refusal(wide).code, ErrorCode::kTooLarge);
  std::string chain = head;  // imports deeper than any stack should go
  std::vector<std::string> texts, names;
  for (int i = 0; i < 200; ++i) {
    names.push_back("f" + std::to_string(i));
    texts.push_back(head + "import \"f" + std::to_string(i + 1) + "\";");
  }
  std::vector<Reference> references;
  for (std::size_t i = 0; i < texts.size(); ++i) references.push_back({names[i], texts[i]});
  EXPECT_EQ(refusal(head + "import \"f0\";", references).code, ErrorCode::kTooLarge);
}

TEST(ProtobufSchema, AsDeepAsLibprotobufGoesIsFine) {
  constexpr int kLibprotobufMessagesMax = 31;
  std::string text = "syntax = \"proto3\"; ";
  for (int i = 0; i < kLibprotobufMessagesMax; ++i) text += fmt::format("message M{} {{ ", i);
  for (int i = 0; i < kLibprotobufMessagesMax; ++i) text += "}";
  const auto schema = parsed(text);
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(canonical_text(*parsed(canonical_text(*schema))), canonical_text(*schema));
}

TEST(ProtobufSchema, LongChainsOfImportedMessagesAreComparedWithoutADeepStack) {
  static constexpr int kMessages = 20'000;
  const auto chain = [](std::string_view last_type) {
    std::string text = "syntax = \"proto3\"; package c; ";
    for (int i = 0; i < kMessages; ++i) text += fmt::format("message M{} {{ M{} n = 1; }}", i, i + 1);
    return text + fmt::format("message M{} {{ {} n = 1; }}", kMessages, last_type);
  };
  const std::string old_text = chain("int32"), new_text = chain("string");
  const Reference old_reference[] = {{"c.proto", old_text}}, new_reference[] = {{"c.proto", new_text}};
  const std::string root = "syntax = \"proto3\"; import \"c.proto\"; message A { c.M0 m = 1; }";
  const auto original = parsed(root, old_reference), update = parsed(root, new_reference);
  EXPECT_TRUE(incompatibilities(*original, *original).empty());
  const auto found = incompatibilities(*update, *original);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().path, "#/M20000/1");
  EXPECT_EQ(found.front().kind, DifferenceKind::kFieldScalarKindChanged);
}

TEST(ProtobufSchema, AGroupsBodyIsComparedToo) {
  const auto with = [](std::string_view type) {
    return parsed("syntax = \"proto2\"; message A { optional group G = 1 { optional " + std::string(type) +
                  " x = 1; } }");
  };
  EXPECT_TRUE(incompatibilities(*with("int32"), *with("int64")).empty());
  const auto found = incompatibilities(*with("string"), *with("int64"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "#/A/G/1");
}

TEST(ProtobufSchema, TheFieldTreeShowsWhatPeopleLookFor) {
  const auto schema = parsed(
      R"(syntax = "proto3"; package acme; import "confluent/meta.proto"; import "google/protobuf/timestamp.proto";
    message Order { string mail = 1 [(confluent.field_meta) = {doc: "where to", tags: ["PII", "GDPR"]}];
                    repeated Line lines = 2; map<string, Line> by_name = 3; optional int32 n = 4; Order parent = 5;
                    google.protobuf.Timestamp at = 6; oneof pay { string card = 7; State state = 8; } }
    message Line { option (confluent.message_meta).doc = "one line"; string text = 1; }
    enum State { NEW = 0; PAID = 1; })");
  const FieldTree tree = field_tree(*schema);
  EXPECT_EQ(tree.name, "acme.Order");
  ASSERT_EQ(tree.fields.size(), 8U);
  EXPECT_EQ(tree.fields[0].doc, "where to");
  EXPECT_EQ(tree.fields[0].tags, (std::vector<std::string>{"PII", "GDPR"}));
  EXPECT_FALSE(tree.fields[0].nullable);
  EXPECT_EQ(tree.fields[1].type, "repeated Line");
  EXPECT_EQ(tree.fields[1].doc, "one line");
  EXPECT_EQ(tree.fields[1].children.at(0).path, "lines[].text");
  EXPECT_EQ(tree.fields[2].type, "map of string to Line");
  EXPECT_EQ(tree.fields[2].children.at(0).path, "by_name{}.text");
  EXPECT_TRUE(tree.fields[3].nullable);
  EXPECT_TRUE(tree.fields[4].children.empty()) << "a message inside itself is not unfolded again";
  EXPECT_EQ(tree.fields[5].type, "google.protobuf.Timestamp");
  EXPECT_EQ(tree.fields[6].oneof, "pay");
  EXPECT_EQ(tree.fields[7].symbols, (std::vector<std::string>{"NEW", "PAID"}));
  EXPECT_EQ(field_tree(*schema, "acme.Line").fields.size(), 1U);
  EXPECT_TRUE(field_tree(*schema, "acme.None").fields.empty());
}

}  // namespace
}  // namespace weft::schema::protobuf
