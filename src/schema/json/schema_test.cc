#include "schema/json/schema.h"

#include <gtest/gtest.h>

#include "schema/json/compatibility.h"
#include "schema/json/field_tree.h"
#include "schema/json/print.h"
#include "schema/json/uri.h"

namespace weft::schema::json {
namespace {

std::shared_ptr<const Schema> parsed(std::string_view text, std::span<const ReferencedText> references = {}) {
  auto schema = Schema::parse(text, references);
  EXPECT_TRUE(schema.ok()) << text << ": " << (schema.ok() ? "" : schema.error().message);
  return schema.ok() ? *schema : Schema::parse("true").value();
}

std::string refusal(std::string_view text, std::span<const ReferencedText> references = {}) {
  const auto schema = Schema::parse(text, references);
  return schema.ok() ? "accepted" : schema.error().message;
}

std::string found(std::string_view before, std::string_view after, Policy policy = Policy::kStrict) {
  const auto old_schema = parsed(before), new_schema = parsed(after);
  const auto all = changes(*old_schema, *new_schema, policy);
  if (!all.ok()) return all.error().message;
  std::string out;
  for (const Change& change : *all) {
    if (!out.empty()) out += ", ";
    out += fmt::format("{} {}", change_name(change.kind), change.path);
  }
  return out;
}

bool reads(std::string_view reader, std::string_view writer, Policy policy = Policy::kStrict) {
  return incompatibilities(*parsed(reader), *parsed(writer), policy)->empty();
}

TEST(JsonSchema, ARefusalNamesThePlaceAndTheRule) {
  EXPECT_EQ(refusal(R"({"properties":{"size":{"minLength":"two"}}})"),
            "JSON schema at #/properties/size/minLength: \"minLength\" must be a whole number, and is a string");
  EXPECT_EQ(refusal(R"({"items":{"$ref":"#/definitions/none"}})"),
            "JSON schema at #/items: \"$ref\" to \"#/definitions/none\": there is no such place in the schema");
  EXPECT_EQ(refusal(R"({"$ref":"else.json"})"),
            "JSON schema at #: \"$ref\" to \"else.json\": no schema of that name was given as a reference, and none is "
            "fetched");
  EXPECT_EQ(refusal(R"({"pattern":"(["})"), "JSON schema at #/pattern: \"([\" is not a regular expression");
}

TEST(JsonSchema, TheDraftDecidesWhatAKeywordTakes) {
  EXPECT_EQ(refusal(R"({"$schema":"http://json-schema.org/draft-04/schema#","exclusiveMinimum":true})"), "accepted");
  EXPECT_NE(refusal(R"({"exclusiveMinimum":true})"), "accepted");
  EXPECT_EQ(refusal(R"({"prefixItems":3})"), "accepted");
  EXPECT_NE(refusal(R"({"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":3})"), "accepted");
  EXPECT_EQ(refusal(R"({"items":[true]})"), "accepted");
  EXPECT_NE(refusal(R"({"$schema":"https://json-schema.org/draft/2020-12/schema","items":[true]})"), "accepted");
  EXPECT_EQ(parsed(R"({"$schema":"urn:own"})")->root().draft, Draft::k7);
}

TEST(JsonSchema, ReferencesFindPointersAnchorsIdsAndGivenTexts) {
  const ReferencedText given[] = {
      {"parts/money.json", R"({"type":"number","$defs":{"cents":{"type":"integer"}}})"},
      {"http://example.com/unit.json", R"({"$id":"http://example.com/unit.json","$ref":"./base.json"})"},
      {"http://example.com/base.json", R"({"enum":["kg"]})"},
  };
  const auto schema = parsed(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "properties": {
      "a": {"$ref": "parts/money.json"},
      "b": {"$ref": "./parts/money.json#/$defs/cents"},
      "c": {"$ref": "http://example.com/unit.json"},
      "d": {"$ref": "#here"},
      "e": {"$ref": "urn:inner#/items"},
      "f": {"$ref": "#/$defs/old%20name~1x"}
    },
    "definitions": {
      "one": {"$anchor": "here", "title": "anchored"},
      "two": {"$id": "urn:inner", "items": {"title": "inside"}},
      "old name/x": {"title": "escaped"}
    }})",
                             given);
  ASSERT_EQ(schema->root().all(Keyword::kProperties).size(), 6u);
  const auto target = [&](std::size_t i) { return schema->root().all(Keyword::kProperties)[i].schema->reference; };
  EXPECT_EQ(target(0)->types().front(), Type::kNumber);
  EXPECT_EQ(target(1)->types().front(), Type::kInteger);
  EXPECT_TRUE(target(2)->reference->has(Keyword::kEnum));
  EXPECT_EQ(target(3)->text(Keyword::kTitle), "anchored");
  EXPECT_EQ(target(4)->text(Keyword::kTitle), "inside");
  EXPECT_EQ(target(5)->text(Keyword::kTitle), "escaped");
}

TEST(JsonSchema, UrisResolveAsTheRfcSays) {
  constexpr std::string_view kBase = "http://a/b/c/d;p?q";
  EXPECT_EQ(resolve_uri(kBase, "g"), "http://a/b/c/g");
  EXPECT_EQ(resolve_uri(kBase, "./g/"), "http://a/b/c/g/");
  EXPECT_EQ(resolve_uri(kBase, "/g"), "http://a/g");
  EXPECT_EQ(resolve_uri(kBase, "//g"), "http://g");
  EXPECT_EQ(resolve_uri(kBase, "?y"), "http://a/b/c/d;p?y");
  EXPECT_EQ(resolve_uri(kBase, ""), "http://a/b/c/d;p?q");
  EXPECT_EQ(resolve_uri(kBase, ".."), "http://a/b/");
  EXPECT_EQ(resolve_uri(kBase, "../../../g"), "http://a/g");
  EXPECT_EQ(resolve_uri(kBase, "urn:x:y"), "urn:x:y");
  EXPECT_EQ(resolve_uri("http://a", "g"), "http://a/g");
  EXPECT_EQ(resolve_uri("dir/main.json", "other.json"), "dir/other.json");
}

TEST(JsonSchema, TextsAreCompactAndSortedOnlyWhenNormalized) {
  const auto schema = parsed(R"( { "type" : "object", "a" : [ {"z":1, "b":2.50} ], "title":"ä\u00e9\/" } )");
  EXPECT_EQ(canonical_text(*schema), R"({"type":"object","a":[{"z":1,"b":2.5}],"title":"äé/"})");
  EXPECT_EQ(normalized_text(*schema), R"({"a":[{"b":2.5,"z":1}],"title":"äé/","type":"object"})");
}

TEST(JsonSchema, FieldNamesWithTwoDollarsAreRefusedWhenAsked) {
  EXPECT_TRUE(check_field_names(*parsed(R"({"properties":{"$a":true}})")).ok());
  EXPECT_FALSE(check_field_names(*parsed(R"({"properties":{"$$a":true}})")).ok());
}

TEST(JsonSchema, HostileTextsEndInAnErrorOrSoon) {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += R"({"not":)";
  EXPECT_NE(refusal(deep + "{}" + std::string(10'000, '}')), "accepted");

  std::string many = R"({"allOf":[{})";
  for (int i = 0; i < 60'000; ++i) many += ",{}";
  EXPECT_NE(refusal(many + "]}").find("50000"), std::string::npos);

  // A chain of references is followed without recursion.
  std::string chain = R"({"$ref":"#/definitions/0","definitions":{)";
  for (int i = 0; i < 10'000; ++i) chain += fmt::format(R"("{}":{{"$ref":"#/definitions/{}"}},)", i, i + 1);
  chain += R"("10000":{"type":"string"}}})";
  EXPECT_EQ(refusal(chain), "accepted");
}

TEST(JsonSchemaCompatibility, APropertyMayBeAddedWhereTheOldSchemaWasClosed) {
  constexpr std::string_view kOpen = R"({"type":"object","properties":{"a":{"type":"string"}}})";
  constexpr std::string_view kOpenWithB =
      R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}})";
  EXPECT_EQ(found(kOpen, kOpenWithB), "OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/b");
  EXPECT_FALSE(reads(kOpenWithB, kOpen));
  EXPECT_TRUE(reads(kOpenWithB, kOpen, Policy::kLenient));
  constexpr std::string_view kClosed = R"({"type":"object","additionalProperties":false})";
  constexpr std::string_view kClosedWithB =
      R"({"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":false})";
  EXPECT_TRUE(reads(kClosedWithB, kClosed));
  EXPECT_FALSE(reads(kClosed, kClosedWithB));
}

TEST(JsonSchemaCompatibility, AReasonIsForPeopleToo) {
  const auto reasons =
      incompatibilities(*parsed(R"({"items":{"type":"string"}})"), *parsed(R"({"items":{"type":"integer"}})"));
  ASSERT_EQ(reasons->size(), 1u);
  EXPECT_EQ(reasons->front().path, "#/items");
  EXPECT_EQ(reasons->front().message, "the type changed to one that does not take the old values");
}

TEST(JsonSchemaCompatibility, AChangeDeepInARecursiveSchemaIsFound) {
  const auto tree = [](std::string_view leaf) {
    return fmt::format(R"({{"$ref":"#/definitions/node","definitions":{{"node":{{"type":"object",
      "properties":{{"left":{{"$ref":"#/definitions/node"}},"leaf":{{"type":"{}"}}}}}}}}}})",
                       leaf);
  };
  EXPECT_EQ(found(tree("string"), tree("string")), "");
  EXPECT_TRUE(reads(tree("number"), tree("integer")));
  EXPECT_FALSE(reads(tree("integer"), tree("number")));
}

TEST(JsonSchemaCompatibility, AChangeAtTheEndOfALongChainOfReferencesIsFound) {
  const auto chain = [](std::string_view end) {
    std::string text = R"({"$ref":"#/definitions/0","definitions":{)";
    for (int i = 0; i < 3'000; ++i) {
      text += fmt::format(R"("{}":{{"properties":{{"next":{{"$ref":"#/definitions/{}"}}}}}},)", i, i + 1);
    }
    return text + fmt::format(R"("3000":{{"type":"{}"}}}}}})", end);
  };
  EXPECT_TRUE(reads(chain("string"), chain("string")));
  EXPECT_FALSE(reads(chain("string"), chain("boolean")));
}

TEST(JsonSchemaCompatibility, TheReasonIsNotLostBehindManyAllowedChanges) {
  std::string before = R"({"additionalProperties":false,"properties":{)", after = before;
  for (int i = 0; i < 500; ++i) {
    before += fmt::format(R"("p{}":{{"type":"integer"}},)", i);
    after += fmt::format(R"("p{}":{{"type":"number"}},)", i);
  }
  EXPECT_FALSE(reads(after + R"("last":{"type":"string"}}})", before + R"("last":{"type":"null"}}})"));
}

TEST(JsonSchemaCompatibility, WhatHoldsOnlyWhileAPairIsOpenIsNotRemembered) {
  // One branch of the combination fits only as long as the pair around it is thought to; that one fails by its leaf.
  const auto schema = [](std::string_view leaf) {
    return fmt::format(
        R"({{"type":"object","properties":{{"again":{{"type":"array","items":{{"$ref":"#"}}}},"leaf":{{"type":"{}"}}}}}})",
        leaf);
  };
  const auto wrapped = [&](std::string_view leaf) {
    return fmt::format(R"({{"oneOf":[{{"$ref":"#/definitions/n"}},{{"type":"null"}}],"definitions":{{"n":{}}}}})",
                       schema(leaf));
  };
  EXPECT_TRUE(reads(wrapped("string"), wrapped("string")));
  EXPECT_FALSE(reads(wrapped("string"), wrapped("boolean")));
}

TEST(JsonSchemaCompatibility, CombinationsAreMatchedSoThatAsManyAsPossibleFit) {
  // The first old member fits both new ones, the second only the first: both find a place.
  EXPECT_EQ(found(R"({"oneOf":[{"type":"integer"},{"type":"number"}]})",
                  R"({"oneOf":[{"type":"number"},{"type":"integer"}]})"),
            "");
  EXPECT_FALSE(
      reads(R"({"oneOf":[{"type":"string"},{"type":"null"}]})", R"({"oneOf":[{"type":"string"},{"type":"boolean"}]})"));
}

TEST(JsonSchemaCompatibility, AReferenceToItselfEnds) {
  EXPECT_EQ(found(R"({"$ref":"#"})", R"({"$ref":"#"})"), "");
  EXPECT_EQ(found(R"({"allOf":[{"$ref":"#"},{"type":"string"}]})", R"({"allOf":[{"$ref":"#"},{"type":"string"}]})"),
            "");
}

TEST(JsonSchemaCompatibility, ExplosiveCombinationsStopAtABound) {
  std::string before = R"({"type":"string"})", after = R"({"type":"null"})";
  for (int i = 0; i < 6; ++i) {
    std::string a, b;
    for (int j = 0; j < 4; ++j) {
      a += fmt::format(R"({}{{"title":"{}","items":{}}})", j == 0 ? "" : ",", j, before);
      b += fmt::format(R"({}{{"title":"{}","items":{}}})", j == 0 ? "" : ",", j, after);
    }
    before = R"({"oneOf":[)" + a + "]}";
    after = R"({"oneOf":[)" + b + "]}";
  }
  const auto all = changes(*parsed(before), *parsed(after));
  ASSERT_FALSE(all.ok());
  EXPECT_EQ(all.error().code, ErrorCode::kTooLarge);
}

TEST(JsonSchemaFieldTree, ShowsFieldsAsPeopleReadThem) {
  const auto schema = parsed(R"({"title":"Order","type":"object","properties":{
    "id":{"type":"string","format":"uuid","description":"unique"},
    "note":{"type":["null","string"],"default":null,"confluent:tags":["PII"]},
    "state":{"enum":["new","paid"]},
    "lines":{"type":"array","items":{"$ref":"#/definitions/line"}},
    "prices":{"type":"object","additionalProperties":{"type":"object","properties":{"amount":{"type":"number"}}}},
    "parent":{"$ref":"#"}},
    "definitions":{"line":{"type":"object","properties":{"sku":{"type":"integer"}}}}})");
  const FieldTree tree = field_tree(*schema);
  EXPECT_EQ(tree.name, "Order");
  ASSERT_EQ(tree.fields.size(), 6u);
  EXPECT_EQ(tree.fields[0].type, "uuid (string)");
  EXPECT_EQ(tree.fields[0].doc, "unique");
  EXPECT_EQ(tree.fields[1].type, "string");
  EXPECT_TRUE(tree.fields[1].nullable);
  EXPECT_EQ(tree.fields[1].default_json, "null");
  EXPECT_EQ(tree.fields[1].tags, std::vector<std::string>{"PII"});
  EXPECT_EQ(tree.fields[2].symbols, (std::vector<std::string>{"new", "paid"}));
  EXPECT_EQ(tree.fields[3].type, "array of line");
  ASSERT_EQ(tree.fields[3].children.size(), 1u);
  EXPECT_EQ(tree.fields[3].children[0].path, "lines[].sku");
  ASSERT_EQ(tree.fields[4].children.size(), 1u);
  EXPECT_EQ(tree.fields[4].children[0].path, "prices{}.amount");
  EXPECT_EQ(tree.fields[5].type, "Order");
  EXPECT_TRUE(tree.fields[5].children.empty());
}

}  // namespace
}  // namespace weft::schema::json
