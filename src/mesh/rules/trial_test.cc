#include "mesh/rules/trial.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mesh/testing/mesh_world.h"

namespace weft::mesh {
namespace {

using testing::MeshWorld;
using testing::WrittenFacts;

class TrialTest : public ::testing::Test {
 protected:
  TrialTest() {
    // More than one slice.
    for (int i = 0; i < 450; ++i) add(i);
  }

  void add(int number, Lifecycle lifecycle = Lifecycle::kLive) {
    auto product = std::make_shared<Product>();
    product->id = {"execution", fmt::format("p{:03}", number)};
    product->owner = "execution-team";
    product->description = number % 3 == 0 ? "Short." : "One fill on one venue, within a second.";
    product->lifecycle = lifecycle;
    catalogue.put(std::move(product));
  }

  TrialResult run(TrialQuery query, std::string_view text) {
    query.book = read_rule_book(text).book;
    query.today = "2026-11-23";
    std::optional<TrialResult> result;
    try_rules(loop, loop, catalogue, facts, directory, std::move(query), [&](TrialResult done) { result = std::move(done); });
    loop.run();
    return std::move(result).value_or(TrialResult{});
  }

  static constexpr std::string_view kText =
      "format: 1\nrules:\n"
      "  - {id: long, title: T, path: description, kind: length, min: 20}\n"
      "  - {id: linked, title: T, path: links, kind: count, min: 1, severity: warn}\n"
      "  - {id: later, title: T, path: terms, kind: required, severity: off}\n";

  state::testing::ManualLoop loop;
  WrittenFacts facts;
  Catalogue catalogue{facts};
  std::shared_ptr<const identity::Directory> directory =
      std::make_shared<const identity::Directory>(*identity::Directory::parse(testing::kDirectoryYaml, "d", identity::Directory::Names::kMayBeElsewhere));
};

TEST_F(TrialTest, EveryProductIsCountedOnceForEachRule) {
  const TrialResult result = run({}, kText);
  EXPECT_EQ(result.products, 450U);
  EXPECT_EQ(result.blocked, 150U);
  EXPECT_EQ(result.newly_blocked, 150U) << "nothing was in force";
  EXPECT_EQ(result.warned, 300U);
  ASSERT_EQ(result.rules.size(), 3U);
  EXPECT_EQ(result.rules[0].fails, 150U);
  EXPECT_EQ(result.rules[0].passes, 300U);
  EXPECT_EQ(result.rules[1].fails, 450U);
  EXPECT_EQ(result.rules[2].fails, 450U) << "a rule that is off is tried as well, and blocks nobody";
}

TEST_F(TrialTest, WhoWasBlockedBeforeIsNotNew) {
  TrialQuery query;
  query.in_force = read_rule_book(kText).book;
  EXPECT_EQ(run(query, kText).newly_blocked, 0U);
}

TEST_F(TrialTest, PagesHoldEveryHitOnce) {
  std::set<ProductId> seen;
  TrialQuery query;
  query.rule = "long";
  query.hits_max = 40;
  for (;;) {
    const TrialResult page = run(query, kText);
    for (const TrialHit& hit : page.hits) EXPECT_TRUE(seen.insert(hit.product->id).second);
    if (!page.next) break;
    EXPECT_EQ(page.hits.size(), 40U);
    query.after = page.next;
    query.only_page = true;
  }
  EXPECT_EQ(seen.size(), 150U);
}

TEST_F(TrialTest, RetiredProductsAreLeftAlone) {
  add(1, Lifecycle::kRetired);
  EXPECT_EQ(run({}, kText).products, 449U);
}

TEST_F(TrialTest, WhatWasNotMeasuredYetIsNotKnown) {
  auto product = std::make_shared<Product>();
  product->id = {"execution", "stream"};
  Port port;
  port.topic = "trades";
  port.subject = "trades-value";
  product->ports = {port};
  catalogue.put(product);
  facts.topics["trades"] = std::make_shared<TopicFacts>();
  const TrialResult result =
      run({}, "format: 1\nrules:\n  - {id: kept, title: T, path: 'streams[].history.kept', kind: duration, min: 7d}\n");
  EXPECT_EQ(result.rules[0].in_scope(), 1U) << "products without a stream have no history";
  EXPECT_EQ(result.rules[0].unknown, 1U);
}

}  // namespace
}  // namespace weft::mesh
