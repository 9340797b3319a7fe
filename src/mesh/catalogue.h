#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/facts.h"
#include "mesh/product_table.h"
#include "mesh/text_match.h"

namespace weft::mesh {

enum class ProductSort { kBest, kName, kRate, kFreshness, kNewest };
std::optional<ProductSort> parse_sort(std::string_view name);

struct CatalogueQuery {
  std::string text;
  std::vector<std::string> domains, owners, tags;
  std::vector<Quality> qualities;
  std::vector<int> slas;
  std::vector<Lifecycle> lifecycles;
  std::vector<History::Kind> histories;
  std::vector<MatchIn> matches;
  std::optional<ProductSort> sort;  ///< None: kBest with text, else kName.
  std::size_t limit = 100;
  std::size_t skip = 0;
};

/// A product that was found.
struct Hit {
  ProductPointer product;
  std::vector<Match> matches;  ///< Best first, at most kMatchesMax.
};

struct FacetCount {
  std::string value;
  std::size_t count = 0;
};

/// Counts of each facet among products that pass every filter but the facet's own.
struct Facets {
  std::vector<FacetCount> match, domain, owner, quality, sla, lifecycle, tag, history;
};

struct CataloguePage {
  std::size_t total = 0;      ///< How many match.
  std::size_t published = 0;  ///< How many there are.
  std::vector<Hit> hits;
  Facets facets;
  std::optional<std::size_t> next_skip;
};

/// All products as searches see them: a view that can be thrown away and filled again. Good for a few thousand
/// products: every search looks at each. On the loop of mesh.
class Catalogue {
 public:
  explicit Catalogue(const Facts& facts) : facts_(facts) {}

  void clear() { products_.clear(); }
  void put(ProductPointer product) { products_.put(std::move(product)); }
  void erase(const ProductId& id) { products_.erase(id); }

  ProductPointer find(const ProductId& id) const { return products_.find(id); }
  ProductPointer find_on_topic(std::string_view cluster, std::string_view topic) const {
    return products_.find_on_topic(cluster, topic);
  }
  const std::map<ProductId, ProductPointer>& products() const { return products_.all(); }

  CataloguePage search(const CatalogueQuery& query) const;

 private:
  const Facts& facts_;
  ProductTable products_;
};

}  // namespace weft::mesh
