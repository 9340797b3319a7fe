#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "mesh/catalogue.h"
#include "mesh/testing/mesh_world.h"

namespace weft::mesh {
namespace {

/// Small and the same everywhere (SplitMix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t roll(std::size_t sides) {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return (z ^ (z >> 31U)) % sides;
  }
  template <class Container>
  const auto& any(const Container& of) {
    return of[roll(std::size(of))];
  }

 private:
  std::uint64_t state_;
};

/// Too short for a typo to be looked for, so that what must match is plain.
constexpr std::string_view kWords[] = {"ub", "uc", "bc", "cd", "de", "ef", "ux", "cy", "cz", "uu"};
constexpr std::string_view kDomains[] = {"one", "two", "six"};

/// A catalogue that products come to and go from, and beside it all of them in a list.
class RandomMesh {
 public:
  explicit RandomMesh(std::uint64_t seed) : dice_(seed) {}

  void change() {
    const ProductId id{std::string(dice_.any(kDomains)), fmt::format("{}_{}", dice_.any(kWords), dice_.roll(30))};
    if (dice_.roll(4) == 0) {
      catalogue_.erase(id);
      products_.erase(id);
      return;
    }
    Product product{.id = id, .version = 1, .owner = std::string(dice_.any(kWords)) + "-team"};
    product.description = fmt::format("{} {}", dice_.any(kWords), dice_.any(kWords));
    product.quality = static_cast<Quality>(dice_.roll(3));
    product.sla = 1 + static_cast<int>(dice_.roll(3));
    product.lifecycle = static_cast<Lifecycle>(dice_.roll(3));
    for (std::size_t i = dice_.roll(3); i > 0; --i) product.tags.emplace_back(dice_.any(kWords));
    product.ports = {{.name = "stream", .cluster = "local", .region = dice_.roll(2) == 0 ? "eu" : "us", .topic = "t", .subject = "s"}};
    auto shared = std::make_shared<const Product>(std::move(product));
    products_[id] = shared;
    catalogue_.put(shared);
  }

  CatalogueQuery query() {
    CatalogueQuery query;
    for (std::size_t i = dice_.roll(3); i > 0; --i) query.text += std::string(dice_.any(kWords)).substr(0, 1 + dice_.roll(2)) + " ";
    const auto maybe = [&](Facet facet, std::vector<std::string> values) {
      if (dice_.roll(3) == 0) query.filters[static_cast<std::size_t>(facet)] = std::move(values);
    };
    maybe(Facet::kDomain, {"one", "two"});
    maybe(Facet::kQuality, {"raw"});
    maybe(Facet::kTag, {std::string(dice_.any(kWords)), std::string(dice_.any(kWords))});
    maybe(Facet::kLifecycle, {"retired", "deprecated"});
    maybe(Facet::kRegion, {"eu"});
    query.limit = 1 + dice_.roll(20);
    return query;
  }

  const Catalogue& catalogue() const { return catalogue_; }
  const std::map<ProductId, ProductPointer>& products() const { return products_; }

 private:
  Dice dice_;
  testing::WrittenFacts facts_;
  Catalogue catalogue_{facts_};
  std::map<ProductId, ProductPointer> products_;
};

std::set<std::string> words_of(const Product& product) {
  std::string all = fmt::format("{} {} {} {}", product.id.domain, product.id.name, product.owner, product.description);
  for (const std::string& tag : product.tags) all += " " + tag;
  std::set<std::string> words;
  std::string word;
  for (const char c : all + " ") {
    if (c != ' ' && c != '_' && c != '-') {
      word += c;
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  // In one piece too.
  for (std::string whole : {product.id.name, product.owner, product.id.domain + product.id.name}) {
    std::erase_if(whole, [](char c) { return c == '_' || c == '-'; });
    words.insert(whole);
  }
  return words;
}

bool says(const Product& product, const std::string& text) {
  const std::set<std::string> words = words_of(product);
  std::string wanted;
  for (const char c : text + " ") {
    if (c != ' ') {
      wanted += c;
      continue;
    }
    if (wanted.empty()) continue;
    const auto at = words.lower_bound(wanted);
    if (at == words.end() || !at->starts_with(wanted)) return false;
    wanted.clear();
  }
  return true;
}

std::vector<std::string> values_of(const Product& product, Facet facet) {
  switch (facet) {
    case Facet::kDomain:
      return {product.id.domain};
    case Facet::kQuality:
      return {std::string(quality_name(product.quality))};
    case Facet::kTag:
      return product.tags;
    case Facet::kLifecycle:
      return {std::string(lifecycle_name(product.lifecycle))};
    case Facet::kRegion:
      return {product.ports[0].region};
    default:
      return {};
  }
}

bool passes(const Product& product, const CatalogueQuery& query, std::optional<Facet> aside) {
  for (const Facet facet : {Facet::kDomain, Facet::kQuality, Facet::kTag, Facet::kLifecycle, Facet::kRegion}) {
    if (facet == aside) continue;
    const auto& wanted = values_in(query.filters, facet);
    if (wanted.empty()) {
      if (facet == Facet::kLifecycle && product.is_retired()) return false;
      continue;
    }
    const auto values = values_of(product, facet);
    if (std::none_of(values.begin(), values.end(), [&](const std::string& value) {
          return std::find(wanted.begin(), wanted.end(), value) != wanted.end();
        }))
      return false;
  }
  return true;
}

TEST(CatalogueAgainstAList, EverySearchFindsAndCountsTheSame) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    RandomMesh mesh(seed);
    for (int round = 0; round < 20; ++round) {
      for (int i = 0; i < 15; ++i) mesh.change();
      const CatalogueQuery query = mesh.query();
      const CataloguePage page = mesh.catalogue().search(query);
      std::size_t total = 0;
      std::map<std::pair<Facet, std::string>, std::size_t> counts;
      for (const auto& [id, product] : mesh.products()) {
        if (!says(*product, query.text)) continue;
        total += passes(*product, query, std::nullopt) ? 1 : 0;
        for (const Facet facet : {Facet::kDomain, Facet::kQuality, Facet::kTag, Facet::kLifecycle, Facet::kRegion}) {
          if (!passes(*product, query, facet)) continue;
          std::set<std::string> values;
          for (const std::string& value : values_of(*product, facet)) values.insert(value);
          for (const std::string& value : values) ++counts[{facet, value}];
        }
      }
      ASSERT_EQ(page.total, total) << "seed " << seed << ", '" << query.text << "'";
      for (const Facet facet : {Facet::kDomain, Facet::kQuality, Facet::kTag, Facet::kLifecycle, Facet::kRegion}) {
        for (const FacetCount& count : page.facets[static_cast<std::size_t>(facet)]) {
          const auto at = counts.find({facet, count.value});
          ASSERT_EQ(count.count, at == counts.end() ? 0 : at->second)
              << "seed " << seed << ", '" << query.text << "', " << facet_name(facet) << " " << count.value;
          if (at != counts.end()) counts.erase(at);
        }
      }
      ASSERT_TRUE(counts.empty()) << "seed " << seed << ": a value is not counted: " << counts.begin()->first.second;
    }
  }
}

TEST(CatalogueAgainstAList, PagesHoldEveryProductOnce) {
  for (std::uint64_t seed = 100; seed < 120; ++seed) {
    RandomMesh mesh(seed);
    for (int i = 0; i < 200; ++i) mesh.change();
    CatalogueQuery query = mesh.query();
    std::set<ProductId> seen;
    for (;;) {
      const CataloguePage page = mesh.catalogue().search(query);
      for (const Hit& hit : page.hits) ASSERT_TRUE(seen.insert(hit.product->id).second) << "seed " << seed;
      if (!page.next) {
        ASSERT_EQ(seen.size(), page.total) << "seed " << seed;
        break;
      }
      query.after = page.next;
    }
  }
}

}  // namespace
}  // namespace weft::mesh
