#include "mesh/product.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mesh/markdown_summary.h"
#include "mesh/product_draft.h"
#include "mesh/product_shape.h"
#include "mesh/finding_list.h"
#include "mesh/web_address.h"
#include "schema/json_tree.h"
#include "stream/cluster.h"

namespace weft::mesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Product full_product() {
  Product product{.id = {"analytics", "trades"}, .version = 12, .owner = "analytics-team"};
  product.description = "# Trades\n\nOne *fill* on one [venue](https://venues.example). Late ones follow.";
  product.quality = Quality::kAuthoritative;
  product.sla = 1;
  product.tags = {"trading", "mifid"};
  product.lifecycle = Lifecycle::kDeprecated;
  product.deprecation = Deprecation{"Fills has it all", "2027-03-31", ProductId{"execution", "fills"}};
  product.audience = Audience::kDomain;
  product.sensitivity = Sensitivity::kPersonalData;
  product.links = {{"Corrections", "https://wiki.example/corrections?a=1#b"}};
  product.support = Link{"#trades", "https://chat.example/trades"};
  product.terms = "No resale.";
  product.attributes.emplace("cost", AttributeValue{AttributeValue::Type::kNumber, "1234567890123.50", {}});
  product.attributes.emplace("certified", AttributeValue{AttributeValue::Type::kBoolean, "true", {}});
  product.attributes.emplace("since", AttributeValue::of_text("2024-02-29"));
  product.attributes.emplace("regions", AttributeValue::list({"eu", "us"}));
  Port stream{.name = "stream"};
  stream.cluster = "local", stream.environment = "dev", stream.region = "eu";
  stream.topic = "trades", stream.subject = "trades-value";
  Port rest{.name = "api", .kind = PortKind::kRest};
  rest.address = "https://prices.example/v2", rest.format = "json";
  rest.contract = Contract{"application/yaml", "openapi: 3.1.0", ""};
  rest.probe = Probe{Probe::Kind::kTcp, "prices.example:443", 30};
  product.ports = {rest, stream};
  product.published_at_ms = 1, product.updated_at_ms = 2, product.updated_by = "User:mkovac";
  return product;
}

TEST(ProductRecord, HoldsEverythingTheOwnerSays) {
  const Product product = full_product();
  const auto read = parse_product_record(product_record(product));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(read->says_the_same_as(product));
  EXPECT_EQ(read->version, 12);
  EXPECT_EQ(read->attributes.at("cost").text, "1234567890123.50") << "digit for digit";
  EXPECT_EQ(read->attributes.at("since").type, AttributeValue::Type::kDate);
  EXPECT_EQ(read->stream().topic, "trades");
  EXPECT_EQ(product_record(*read), product_record(product));
}

TEST(ProductRecord, OfFormat1IsStillRead) {
  const auto read = parse_product_record(
      R"({"format":1,"domain":"d","name":"n","version":3,"owner":"t","description":"x","quality":"raw","sla":2,)"
      R"("tags":["a"],"lifecycle":"deprecated","port":{"cluster":"c","environment":"e","region":"r","topic":"n",)"
      R"("subject":"n-value"},"published_at_ms":1,"updated_at_ms":2,"updated_by":"User:u"})");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->stream().subject, "n-value");
  EXPECT_EQ(read->stream().name, "stream");
  EXPECT_EQ(read->lifecycle, Lifecycle::kDeprecated);
  EXPECT_TRUE(read->deprecation);
  EXPECT_EQ(read->audience, Audience::kOpen);
}

TEST(ProductRecord, OfALaterFormatIsLeftAlone) {
  EXPECT_EQ(parse_product_record(R"({"format":3})").error().code, ErrorCode::kUnsupported);
}

TEST(ProductDraft, OfAProductMakesTheSameProduct) {
  Product product = full_product();
  const Product again = product_of(product.id, ProductDraft::of(product), {.name = "local", .environment = "dev", .region = "eu"});
  product.lifecycle = Lifecycle::kLive;
  product.deprecation.reset();
  EXPECT_TRUE(again.says_the_same_as(product)) << "but its lifecycle, which is no matter of drafts";
}

TEST(Summary, IsTheFirstSentenceWithoutMarkdown) {
  EXPECT_EQ(full_product().summary(), "One fill on one venue.");
  EXPECT_EQ(markdown_summary("One fill (e.g. a block) of `qty` 2. Then more."), "One fill (e.g. a block) of qty 2.");
  EXPECT_EQ(markdown_summary("## Only a heading"), "Only a heading");
  EXPECT_EQ(markdown_summary("```\ncode. Here.\n```\n\n- the **first** item\n- second"), "the first item");
  EXPECT_EQ(markdown_summary("snake_case_name and _soft_ words"), "snake_case_name and soft words");
  EXPECT_EQ(markdown_summary("![picture](javascript:alert(1)) and <b>raw</b>"), "picture) and <b>raw</b>");
  EXPECT_EQ(markdown_summary(""), "");
  const std::string bomb(100'000, '[');
  EXPECT_EQ(markdown_summary(bomb).size(), kSummaryMax + std::string("…").size());
}

std::vector<std::string> blocking(const ProductDraft& draft) {
  FindingList list;
  check_shape(list, draft);
  std::vector<std::string> out;
  for (const Finding& finding : std::move(list).take())
    if (finding.severity == Severity::kBlocks) out.push_back(finding.field + ":" + finding.rule);
  return out;
}

TEST(ProductShape, TakesWhatAProductMaySay) { EXPECT_THAT(blocking(ProductDraft::of(full_product())), IsEmpty()); }

TEST(ProductShape, LinksLeadToTheWebOnly) {
  ProductDraft draft = ProductDraft::of(full_product());
  for (const char* url : {"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example", "http://",
                          "https://user:secret@wiki.example/", "https://wiki.example/a b", "https://wiki.example/\"onclick=",
                          "https://wiki.example\\@evil.example/", "file:///etc/passwd", " https://wiki.example"}) {
    draft.links = {{"Title", url}};
    EXPECT_THAT(blocking(draft), ElementsAre("links[0].url:link-address")) << url;
  }
  for (const char* url : {"https://wiki.example", "http://127.0.0.1:8080/a?b=c&d=(e)#f", "https://[::1]:9/"})
    EXPECT_TRUE(is_web_address(url)) << url;
  draft.links = {{"", "https://wiki.example"}};
  EXPECT_THAT(blocking(draft), ElementsAre("links[0].title:link-title"));
}

TEST(ProductShape, AttributesAreShortAndHaveNamesOneCanType) {
  ProductDraft draft = ProductDraft::of(full_product());
  draft.attributes.clear();
  draft.attributes.emplace("a b", AttributeValue::of_text("x"));
  EXPECT_THAT(blocking(draft), ElementsAre("attributes.a b:attribute-name"));
  draft.attributes.clear();
  draft.attributes.emplace("a", AttributeValue::of_text(std::string(1001, 'x')));
  EXPECT_THAT(blocking(draft), ElementsAre("attributes.a:attribute-value"));
  draft.attributes.clear();
  for (const char* number : {"1234567890123456", "0.1234567890123456", "1e400", "1e-9999"}) {
    draft.attributes.insert_or_assign("a", AttributeValue{AttributeValue::Type::kNumber, number, {}});
    EXPECT_THAT(blocking(draft), ElementsAre("attributes.a:attribute-number")) << number;
  }
  for (const char* number : {"123456789012345", "-0.000123", "1.50", "0", "6.02e23"}) {
    draft.attributes.insert_or_assign("a", AttributeValue{AttributeValue::Type::kNumber, number, {}});
    EXPECT_THAT(blocking(draft), IsEmpty()) << number;
  }
  draft.attributes.clear();
  for (int i = 0; i < 51; ++i) draft.attributes.emplace(std::to_string(i), AttributeValue::of_text("x"));
  EXPECT_THAT(blocking(draft), ElementsAre("attributes:attributes-count"));
}

TEST(ProductShape, PortsSayWhereTheyAre) {
  ProductDraft draft = ProductDraft::of(full_product());
  draft.ports.clear();
  EXPECT_THAT(blocking(draft), ElementsAre("ports:ports-count"));
  PortDraft rest;
  rest.kind = "rest";
  draft.ports = {PortDraft::of_topic("a"), PortDraft::of_topic("a"), rest, {.kind = "fax"}};
  EXPECT_THAT(blocking(draft), ElementsAre("ports[1].name:port-name", "ports[1].topic:port-topic",
                                           "ports[2].address:port-address", "ports[3].kind:port-kind"));
  rest.address = "https://prices.example";
  rest.probe = PortDraft::ProbeDraft{"http", "file:///etc/passwd", 1};
  rest.contract = Contract{"yaml", "", ""};
  draft.ports = {rest};
  EXPECT_THAT(blocking(draft), ElementsAre("ports[0].contract:contract-there", "ports[0].contract.media_type:contract-type",
                                           "ports[0].probe.target:link-address", "ports[0].probe.interval_seconds:probe-interval"));
}

TEST(Dates, AreDaysThatExist) {
  EXPECT_TRUE(is_date("2024-02-29"));
  for (const char* none : {"2023-02-29", "2024-13-01", "2024-1-01", "24-01-01", "2024-01-01T00:00:00Z", "abcd-ef-gh", ""})
    EXPECT_FALSE(is_date(none)) << none;
}

}  // namespace
}  // namespace weft::mesh
