#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "mesh/catalogue.h"
#include "mesh/search/tokens.h"
#include "mesh_set.h"

namespace weft::search_set {
namespace {

constexpr std::size_t kProducts = 10'000;
constexpr std::uint64_t kSeed = 4;
constexpr std::size_t kFirst = 5;

struct Label {
  std::string kind, query, wanted;
};

std::vector<Label> read_labels() {
  std::vector<Label> labels;
  std::ifstream file("tests/search/labels.tsv");
  Label label;
  while (std::getline(file, label.kind, '\t') && std::getline(file, label.query, '\t') &&
         std::getline(file, label.wanted))
    labels.push_back(label);
  return labels;
}

/// One edit in one word of four letters or more.
std::string with_typo(const std::string& query, Dice& dice) {
  std::vector<mesh::search::Token> words = mesh::search::tokens_of(query);
  std::erase_if(words, [](const auto& word) { return word.compound || word.end - word.begin < 4; });
  if (words.empty()) return query;
  const mesh::search::Token word = dice.any(words);
  const std::size_t at = word.begin + dice.roll(word.end - word.begin);
  const char letter = static_cast<char>('a' + dice.roll(26));
  std::string out = query;
  switch (dice.roll(4)) {
    case 0:
      return out.insert(at, 1, letter);
    case 1:
      return out.erase(at, 1);
    case 2:
      out[at] = letter;
      return out;
    default:
      // The last letter changes place with the one before it.
      std::swap(out[at], out[at + 1 < word.end ? at + 1 : at - 1]);
      return out;
  }
}

class Relevance : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_ = new Set;
    std::map<mesh::ProductId, mesh::ProductPointer> products;
    for (const Made& made : set_->products) products.emplace(made.product->id, made.product);
    set_->catalogue.load(products);
    while (set_->catalogue.index_some(1'000) > 0) {
    }
  }
  static void TearDownTestSuite() { delete set_; }

  /// The share of labels whose product stands in the first five; misses are printed.
  static double share(const std::vector<Label>& labels) {
    std::map<std::string, std::pair<int, int>> by_kind;
    int found = 0;
    for (const Label& label : labels) {
      const auto page = set_->catalogue.search({.text = label.query, .limit = kFirst});
      const bool hit = std::any_of(page.hits.begin(), page.hits.end(),
                                   [&](const mesh::Hit& each) { return each.product->id.to_string() == label.wanted; });
      by_kind[label.kind].first += hit ? 1 : 0;
      ++by_kind[label.kind].second;
      found += hit ? 1 : 0;
      if (!hit) fmt::print("  missed: {:12} {:50} {} ({} found)\n", label.kind, label.query, label.wanted, page.total);
    }
    for (const auto& [kind, counts] : by_kind) fmt::print("  {:12} {} of {}\n", kind, counts.first, counts.second);
    return static_cast<double>(found) / static_cast<double>(labels.size());
  }

  struct Set {
    std::vector<Made> products = make_products(kProducts, kSeed);
    SetFacts facts{products};
    mesh::Catalogue catalogue{facts};
  };
  static Set* set_;
};
Relevance::Set* Relevance::set_ = nullptr;

TEST_F(Relevance, TwoHundredLabelsNameProductsOfTheSet) {
  const auto labels = read_labels();
  EXPECT_EQ(labels.size(), 200u);
  for (const Label& label : labels)
    EXPECT_NE(set_->catalogue.find(*mesh::ProductId::parse(label.wanted)), nullptr) << label.wanted;
}

TEST_F(Relevance, TheWantedProductStandsInTheFirstFive) {
  const double found = share(read_labels());
  fmt::print("in the first {}: {:.1f} %\n", kFirst, found * 100);
  EXPECT_GE(found, 0.95);
}

TEST_F(Relevance, WithOneTypoToo) {
  Dice dice(kSeed);
  auto labels = read_labels();
  for (Label& label : labels) label.query = with_typo(label.query, dice);
  const double found = share(labels);
  fmt::print("in the first {} with one typo: {:.1f} %\n", kFirst, found * 100);
  EXPECT_GE(found, 0.95);
}

}  // namespace
}  // namespace weft::search_set
