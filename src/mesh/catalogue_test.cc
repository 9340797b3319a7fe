#include "mesh/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mesh/json_writer.h"
#include "mesh/testing/mesh_world.h"

namespace weft::mesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CatalogueTest : public ::testing::Test {
 protected:
  void add(std::string domain, std::string name, std::string description, std::vector<FieldText> fields = {},
           Function<void(Product&)> change = {}) {
    Product product{.id = {domain, name},
                    .version = 1,
                    .owner = domain + "-team",
                    .description = std::move(description),
                    .quality = Quality::kCurated,
                    .sla = 2};
    product.ports = {{.name = "stream", .cluster = "local", .environment = "dev", .region = "local", .topic = name, .subject = name + "-value"}};
    if (change) change(product);
    auto subject = std::make_shared<SubjectFacts>();
    subject->fields = std::move(fields);
    facts_.subjects[product.stream().subject] = subject;
    catalogue_.put(std::make_shared<const Product>(std::move(product)));
  }
  std::vector<std::string> names(const CatalogueQuery& query) {
    std::vector<std::string> out;
    for (const Hit& hit : catalogue_.search(query).hits) out.push_back(hit.product->id.name);
    return out;
  }
  static std::string marked(const Match& match) {
    std::string out;
    for (const Part& part : match.parts) out += part.hit ? "[" + part.text + "]" : part.text;
    return out;
  }

  testing::WrittenFacts facts_;
  Catalogue catalogue_{facts_};
};

TEST_F(CatalogueTest, FindsFieldsByAnyOfTheirWordsAndSaysWhy) {
  add("execution", "stocktrades", "Every fill on every venue.",
      {{"quantity", "int", "Number of shares"}, {"price", "double", ""}});
  add("analytics", "trending_stocks", "Shares per symbol.",
      {{"total_quantity", "long", "Sum of quantity, one window"}});
  add("commerce", "orders", "Orders.", {{"lines[].orderQuantity", "int", ""}});
  add("edge", "pageviews", "Views.", {{"inequantity", "int", ""}});
  EXPECT_THAT(names({.text = "quantity"}), ElementsAre("stocktrades", "trending_stocks", "orders"));
  const auto page = catalogue_.search({.text = "QUANT"});
  ASSERT_EQ(page.hits.size(), 3u);
  EXPECT_EQ(page.published, 4u);
  const Match& match = page.hits[1].matches[0];
  EXPECT_EQ(match.in, MatchIn::kFieldName);
  ASSERT_TRUE(match.field);
  EXPECT_EQ(match.field->path, "total_quantity");
  EXPECT_EQ(match.field->doc, "Sum of quantity, one window");
  EXPECT_EQ(page.hits[1].matches.size(), 1u) << "the doc of a field that matches by name is shown with the name";
  const auto by_doc = catalogue_.search({.text = "window"});
  EXPECT_EQ(marked(by_doc.hits[0].matches[0]), "Sum of quantity, one [window]");
  EXPECT_EQ(by_doc.hits[0].matches[0].in, MatchIn::kFieldDoc);
}

TEST_F(CatalogueTest, ExactNamesComeFirstAndDeprecatedOnesLower) {
  add("a", "orders_archive", "Old ones.");
  add("b", "orders", "All orders.");
  add("c", "shop_orders", "Orders of the shop.");
  add("d", "orders", "All orders.", {}, [](Product& product) { product.lifecycle = Lifecycle::kDeprecated; });
  EXPECT_THAT(names({.text = "orders"}), ElementsAre("orders", "orders_archive", "orders", "shop_orders"));
  EXPECT_EQ(catalogue_.search({.text = "d/orders"}).hits.size(), 1u);
  EXPECT_EQ(catalogue_.search({.text = "d.orders"}).hits[0].product->id.domain, "d");
}

TEST_F(CatalogueTest, EveryWordMustMatchSomewhere) {
  add("execution", "stocktrades", "Every fill.", {{"quantity", "int", ""}});
  add("execution", "quotes", "Every quote.");
  EXPECT_THAT(names({.text = "execution quantity"}), ElementsAre("stocktrades"));
  EXPECT_THAT(names({.text = "execution nothing"}), IsEmpty());
  EXPECT_THAT(names({.text = "  "}), ElementsAre("quotes", "stocktrades"));
}

TEST_F(CatalogueTest, FacetsCountWhatTheirOwnFilterHides) {
  add("a", "one", "One.", {}, [](Product& product) {
    product.quality = Quality::kRaw;
    product.tags = {"x", "y"};
  });
  add("a", "two", "Two.", {}, [](Product& product) { product.tags = {"x"}; });
  add("b", "three", "Three.");
  const auto page = catalogue_.search({.domains = {"a"}, .qualities = {Quality::kCurated}});
  EXPECT_EQ(page.total, 1u);
  EXPECT_THAT(page.facets.domain, ElementsAre(::testing::FieldsAre("a", 1u), ::testing::FieldsAre("b", 1u)));
  EXPECT_THAT(page.facets.quality, ElementsAre(::testing::FieldsAre("curated", 1u), ::testing::FieldsAre("raw", 1u)));
  EXPECT_THAT(page.facets.tag, ElementsAre(::testing::FieldsAre("x", 1u)));
  EXPECT_THAT(names({.tags = {"y", "z"}}), ElementsAre("one"));
}

TEST_F(CatalogueTest, TheMatchFacetNarrowsToWhereItMatched) {
  add("a", "trades", "All of them.");
  add("b", "fills", "Each is a part of trades.");
  EXPECT_THAT(names({.text = "trades", .matches = {MatchIn::kDescription}}), ElementsAre("fills"));
  EXPECT_EQ(catalogue_.search({.text = "trades", .matches = {MatchIn::kDescription}}).facets.match.size(), 2u);
}

TEST_F(CatalogueTest, SortsByMeasuredFactsAndPages) {
  add("a", "slow", "Slow.");
  add("a", "quick", "Quick.");
  add("a", "unknown", "Unknown.");
  const auto with_rate = [](double rate) {
    auto facts = std::make_shared<TopicFacts>();
    facts->rate = Rate{rate, 900, {}};
    facts->history = History{.kind = History::Kind::kRecent};
    return facts;
  };
  facts_.topics["slow"] = with_rate(1);
  facts_.topics["quick"] = with_rate(9);
  EXPECT_THAT(names({.sort = ProductSort::kRate}), ElementsAre("quick", "slow", "unknown"));
  EXPECT_THAT(names({.histories = {History::Kind::kRecent}}), ElementsAre("quick", "slow"));
  const auto first = catalogue_.search({.limit = 2});
  EXPECT_EQ(first.total, 3u);
  EXPECT_EQ(first.next_skip, 2u);
  EXPECT_THAT(names({.limit = 2, .skip = 2}), ElementsAre("unknown"));
  EXPECT_THAT(names({.limit = 2, .skip = 9}), IsEmpty());
}

TEST_F(CatalogueTest, LongTextsAreCutAroundTheirFirstHit) {
  std::string words;
  for (int i = 0; i < 100; ++i) words += "Wörter und ";
  add("a", "long", words + "venue " + words);
  const auto page = catalogue_.search({.text = "venue"});
  const std::string text = marked(page.hits[0].matches[0]);
  EXPECT_LT(text.size(), 200u);
  EXPECT_THAT(text, ::testing::HasSubstr("[venue]"));
  EXPECT_THAT(text, ::testing::StartsWith("… "));
}

TEST_F(CatalogueTest, OddTextsFindNothingAndBreakNothing) {
  add("a", "one", "One \xff\xfe.");
  for (const std::string& text :
       std::vector<std::string>{"\xff", "/", "a/", ".", "[]", "((((", std::string("\0x", 2), "…"}) {
    EXPECT_LE(catalogue_.search({.text = text}).total, 1u);
  }
  EXPECT_THAT(names({.text = std::string(10'000, 'x')}), IsEmpty());
}

TEST(TimeText, ReadsWhatItWrites) {
  for (const std::int64_t ms :
       {std::int64_t{0}, std::int64_t{1'795'513'267'135}, std::int64_t{-1}, std::int64_t{951'782'400'000}})
    EXPECT_EQ(parse_time_text(time_text(ms)), ms);
  EXPECT_EQ(time_text(1'795'513'267'135), "2026-11-24T09:41:07.135Z");
  EXPECT_EQ(parse_time_text("2026-11-24T10:41:07.135999+01:00"), 1'795'513'267'135);
  for (const char* wrong : {"", "2026-11-24", "2026-02-29T00:00:00Z", "2026-11-24T09:41:07", "2026-11-24T24:00:00Z",
                            "x", "2026-11-24T09:41:07.Z"})
    EXPECT_FALSE(parse_time_text(wrong)) << wrong;
  EXPECT_EQ(time_text(std::numeric_limits<std::int64_t>::max()), "9999-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace weft::mesh
