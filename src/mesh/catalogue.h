#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/function.h"
#include "mesh/facts.h"
#include "mesh/product_table.h"
#include "mesh/search/facet_table.h"
#include "mesh/search/query_words.h"
#include "mesh/search/why.h"
#include "mesh/search/word_index.h"

namespace weft::mesh {

enum class ProductSort { kBest, kName, kRate, kFreshness, kNewest };
std::string_view sort_name(ProductSort sort);
std::optional<ProductSort> parse_sort(std::string_view name);

/// A place in an order of products, behind which a page begins. It stays good when products come and go.
struct PagePlace {
  std::uint32_t key = 0;  ///< By the sort alone; smaller ones come first.
  ProductId id;

  bool operator==(const PagePlace&) const = default;
};

struct CatalogueQuery {
  std::string text;
  Filters filters;  ///< Without one of lifecycles retired products are left out.
  std::optional<ProductSort> sort;  ///< None: kBest with text, else kName.
  std::size_t limit = 100;
  std::optional<PagePlace> after;
};

/// A product that was found.
struct Hit {
  ProductPointer product;
  std::vector<Match> matches;  ///< Best first, at most kMatchesMax.
};

/// One word of the text and what it finds by itself, filters aside.
struct WordFound {
  std::string word;               ///< As it was typed.
  std::size_t total = 0;
  std::vector<std::string> near;  ///< Words one edit away that were looked for too; at most ten.
};

struct CataloguePage {
  std::size_t total = 0;       ///< How many match.
  std::size_t published = 0;   ///< How many there are that are not retired.
  std::size_t unindexed = 0;   ///< Products whose words are not in the index yet: found by filters, not by text.
  std::vector<WordFound> words;
  std::vector<Hit> hits;
  Facets facets;
  std::optional<PagePlace> next;  ///< Behind the last hit, when there are more.
};

/// All products as searches see them: a view that can be thrown away and filled again. Found by id, and by every filter,
/// at once; by text when its words are in the index, which index_some() sees to. On the loop of mesh.
class Catalogue {
 public:
  explicit Catalogue(const Facts& facts) : facts_(facts) {}

  void clear();
  /// Replaces everything. The index is filled by index_some().
  void load(const std::map<ProductId, ProductPointer>& products);
  /// A product is new, or other than before. Its words are in the index at once unless others wait.
  void put(ProductPointer product);
  void erase(const ProductId& id);

  /// What was measured of a topic, or what a schema says, may be different.
  void topic_changed(std::string_view topic);
  void subject_changed(std::string_view subject);
  /// Says of a team whether nobody is behind it any more: its products come later. Asked again for all of them now.
  void orphan_if(Function<bool(const std::string& team)> is_gone);

  /// Puts words of so many products into the index; how many are left.
  std::size_t index_some(std::size_t products_max);
  /// Hears when index_some has something to do again.
  void on_unindexed(Function<void()> heard) { unindexed_heard_ = std::move(heard); }

  ProductPointer find(const ProductId& id) const { return products_.find(id); }
  ProductPointer find_on_topic(std::string_view cluster, std::string_view topic) const {
    return products_.find_on_topic(cluster, topic);
  }
  const std::map<ProductId, ProductPointer>& products() const { return products_.all(); }

  CataloguePage search(const CatalogueQuery& query) const;

  /// How much memory the index takes, about; and what is in it.
  struct Size {
    std::size_t words = 0, postings = 0, bytes = 0;
  };
  Size index_size() const;

 private:
  using Doc = search::Doc;
  /// A doc without a product is free.
  struct Document {
    ProductPointer product;
    search::Subjects subjects;  ///< As their words are in the index.
    bool indexed = false;
    bool waiting = false;
  };
  /// What every search reads of every product, small and side by side. Keys: what comes first is smaller.
  struct Order {
    std::uint32_t busiest = 0, freshest = 0, newest = 0;
    std::uint8_t trust = 0;  ///< Decides among equal answers.
    bool taken = false;      ///< There is a product.
    bool retired = false;    ///< Hidden unless asked for.
    bool later = false;      ///< Deprecated, retired or orphaned: half the score.
  };

  Doc take_doc();
  std::vector<Doc>::const_iterator place_of(const ProductId& id) const;  ///< Where it is, or would be.
  std::size_t place_behind(const ProductId& id) const;
  void describe(Doc doc);
  void describe_order(Doc doc);
  void describe_facts(Doc doc);
  void wait_for_index(Doc doc);
  void index(Doc doc);
  void unindex(Doc doc);
  void rank_names() const;

  /// What the text finds, into total_; how many each word finds alone. Words that find too little are looked for with a
  /// typo too.
  std::vector<std::size_t> score_text(std::vector<search::QueryWord>& words) const;
  std::size_t score_words(const std::vector<search::QueryWord>& words, std::vector<std::size_t>& totals) const;
  void score_word(const search::QueryWord& word) const;
  static WordFound word_found(const search::QueryWord& word, std::size_t total);
  std::uint32_t sort_key(Doc doc, ProductSort sort) const;

  const Facts& facts_;
  ProductTable products_;
  std::vector<Document> docs_;
  std::vector<Order> orders_;  ///< By Doc, as docs_.
  std::vector<Doc> free_;
  std::vector<Doc> by_name_;
  std::unordered_multimap<std::string, Doc> by_topic_;
  std::unordered_multimap<std::string, Doc> by_subject_;
  search::WordIndex words_;
  search::FacetTable facets_;
  std::deque<Doc> waiting_;
  Function<void()> unindexed_heard_;
  Function<bool(const std::string&)> is_gone_;
  // What a search writes into, kept for the next one.
  mutable std::vector<std::uint32_t> name_rank_;  ///< By Doc, its place in by_name_; empty: to be made.
  mutable search::Scores total_, word_, part_;
};

}  // namespace weft::mesh
