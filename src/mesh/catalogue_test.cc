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
  static Filters only(const std::vector<std::pair<Facet, std::vector<std::string>>>& wanted) {
    Filters filters;
    for (const auto& [facet, values] : wanted) filters[static_cast<std::size_t>(facet)] = values;
    return filters;
  }
  static const std::vector<FacetCount>& counts(const CataloguePage& page, Facet facet) {
    return page.facets[static_cast<std::size_t>(facet)];
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
  EXPECT_THAT(names({.text = "quantity"}), ElementsAre("stocktrades", "orders", "trending_stocks"));
  const auto page = catalogue_.search({.text = "QUANT"});
  ASSERT_EQ(page.hits.size(), 3u);
  EXPECT_EQ(page.published, 4u);
  const Match& match = page.hits[2].matches[0];
  EXPECT_EQ(match.in, MatchIn::kFieldName);
  ASSERT_TRUE(match.field);
  EXPECT_EQ(match.field->path, "total_quantity");
  EXPECT_EQ(match.field->doc, "Sum of quantity, one window");
  EXPECT_EQ(page.hits[2].matches.size(), 1u) << "the doc of a field that matches by name is shown with the name";
  const auto by_doc = catalogue_.search({.text = "window"});
  EXPECT_EQ(marked(by_doc.hits[0].matches[0]), "Sum of quantity, one [window]");
  EXPECT_EQ(by_doc.hits[0].matches[0].in, MatchIn::kFieldDoc);
}

TEST_F(CatalogueTest, ExactNamesComeFirstAndDeprecatedOnesLower) {
  add("a", "orders_archive", "Old ones.");
  add("b", "orders", "All orders.");
  add("c", "shop_orders", "Orders of the shop.");
  add("d", "orders", "All orders.", {}, [](Product& product) { product.lifecycle = Lifecycle::kDeprecated; });
  EXPECT_THAT(names({.text = "orders"}), ElementsAre("orders", "orders_archive", "shop_orders", "orders"));
  EXPECT_EQ(catalogue_.search({.text = "d/orders"}).hits.size(), 1u);
  EXPECT_EQ(catalogue_.search({.text = "d.orders"}).hits[0].product->id.domain, "d");
}

TEST_F(CatalogueTest, ProductsWhoseOwnerIsGoneComeLater) {
  add("a", "orders", "All orders.");
  add("b", "orders", "All orders.");
  catalogue_.orphan_if([](const std::string& team) { return team == "a-team"; });
  EXPECT_EQ(catalogue_.search({.text = "orders"}).hits[0].product->id.domain, "b");
  catalogue_.orphan_if([](const std::string&) { return false; });
  EXPECT_EQ(catalogue_.search({.text = "orders"}).hits[0].product->id.domain, "a");
}

TEST_F(CatalogueTest, OneTypoIsForgivenWhereAWordIsFoundNowhere) {
  add("logistics", "shipmentEvents", "Parcels on their way.", {{"carrier_code", "string", ""}});
  add("finance", "ledger", "Bookings.");
  for (const char* typed : {"shipmnt", "shipmeent", "shipmint", "shimpent", "sihpment", "hipment", "carier", "carirer_code"}) {
    const auto page = catalogue_.search({.text = typed});
    ASSERT_EQ(page.hits.size(), 1u) << typed;
    EXPECT_EQ(page.hits[0].product->id.name, "shipmentEvents") << typed;
    EXPECT_FALSE(page.words[0].near.empty() && std::string(typed) != "carirer_code") << typed;
  }
  EXPECT_EQ(catalogue_.search({.text = "shpmnt"}).total, 0u) << "two typos are another word";
  EXPECT_TRUE(catalogue_.search({.text = "ledger"}).words[0].near.empty());
}

TEST_F(CatalogueTest, ANameIsFoundByItsWordsAndInOnePieceInEveryStyle) {
  add("a", "customer_order_lines", "One.");
  add("b", "customerOrderLines", "Two.");
  add("c", "customer-order-lines", "Three.");
  add("d", "customer.order.lines", "Four.");
  for (const char* typed : {"customer order lines", "customer_order_lines", "customerOrderLines", "customer.order.li",
                            "customerorderlines", "customerorder", "order-lines", "CUSTOMER lines"})
    EXPECT_EQ(catalogue_.search({.text = typed}).total, 4u) << typed;
}

TEST_F(CatalogueTest, WordsFollowWhenASchemaChangesAndWhenAProductGoes) {
  add("a", "orders", "All orders.", {{"voucher", "string", ""}});
  EXPECT_EQ(catalogue_.search({.text = "voucher"}).total, 1u);
  auto subject = std::make_shared<SubjectFacts>();
  subject->fields = {{"coupon", "string", ""}};
  facts_.subjects["orders-value"] = subject;
  catalogue_.subject_changed("orders-value");
  EXPECT_EQ(catalogue_.search({.text = "coupon"}).unindexed, 1u);
  EXPECT_EQ(catalogue_.index_some(10), 0u);
  EXPECT_EQ(catalogue_.search({.text = "coupon"}).total, 1u);
  EXPECT_EQ(catalogue_.search({.text = "voucher"}).total, 0u);
  catalogue_.erase({"a", "orders"});
  EXPECT_EQ(catalogue_.search({.text = "coupon"}).total, 0u);
  EXPECT_EQ(catalogue_.index_size().words, 0u) << "nothing is left of what is gone";
}

TEST_F(CatalogueTest, AttributesAndTheirValuesAreWords) {
  add("a", "orders", "All.", {}, [](Product& product) {
    product.attributes.emplace("cost_centre", AttributeValue::of_text("Rotterdam"));
  });
  EXPECT_EQ(catalogue_.search({.text = "rotterdam"}).hits[0].matches[0].in, MatchIn::kAttribute);
  EXPECT_EQ(catalogue_.search({.text = "cost centre"}).total, 1u);
}

TEST_F(CatalogueTest, RetiredProductsAreCountedAndShownToWhoAsks) {
  add("a", "orders", "All.");
  add("a", "orders_old", "All.", {}, [](Product& product) { product.lifecycle = Lifecycle::kRetired; });
  const auto page = catalogue_.search({.text = "orders"});
  EXPECT_EQ(page.total, 1u);
  EXPECT_EQ(page.published, 1u);
  EXPECT_EQ(counts(page, Facet::kLifecycle).size(), 2u);
  EXPECT_THAT(names({.filters = only({{Facet::kLifecycle, {"retired"}}})}), ElementsAre("orders_old"));
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
  const auto page = catalogue_.search({.filters = only({{Facet::kDomain, {"a"}}, {Facet::kQuality, {"curated"}}})});
  EXPECT_EQ(page.total, 1u);
  EXPECT_THAT(counts(page, Facet::kDomain), ElementsAre(::testing::FieldsAre("a", 1u), ::testing::FieldsAre("b", 1u)));
  EXPECT_THAT(counts(page, Facet::kQuality), ElementsAre(::testing::FieldsAre("curated", 1u), ::testing::FieldsAre("raw", 1u)));
  EXPECT_THAT(counts(page, Facet::kTag), ElementsAre(::testing::FieldsAre("x", 1u)));
  EXPECT_THAT(names({.filters = only({{Facet::kTag, {"y", "z"}}})}), ElementsAre("one"));
}

TEST_F(CatalogueTest, TheMatchFacetNarrowsToWhereItMatched) {
  add("a", "trades", "All of them.");
  add("b", "fills", "Each is a part of trades.");
  EXPECT_THAT(names({.text = "trades", .filters = only({{Facet::kMatch, {"description"}}})}), ElementsAre("fills"));
  const auto page = catalogue_.search({.text = "trades", .filters = only({{Facet::kMatch, {"description"}}})});
  EXPECT_EQ(counts(page, Facet::kMatch).size(), 2u);
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
  for (const char* topic : {"slow", "quick"}) catalogue_.topic_changed(topic);
  EXPECT_THAT(names({.sort = ProductSort::kRate}), ElementsAre("quick", "slow", "unknown"));
  EXPECT_THAT(names({.filters = only({{Facet::kHistory, {"recent"}}})}), ElementsAre("quick", "slow"));
  const auto first = catalogue_.search({.limit = 2});
  EXPECT_EQ(first.total, 3u);
  ASSERT_TRUE(first.next);
  EXPECT_EQ(first.next->id, (ProductId{"a", "slow"}));
  const auto second = catalogue_.search({.limit = 2, .after = first.next});
  EXPECT_EQ(second.total, 3u);
  ASSERT_EQ(second.hits.size(), 1u);
  EXPECT_EQ(second.hits[0].product->id.name, "unknown");
  EXPECT_FALSE(second.next);
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
