#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mesh/search/texts.h"

namespace weft::mesh::search {

/// A product's place in the index: small numbers, used again when a product goes.
using Doc = std::uint32_t;
/// Where a word stands: bit n for MatchIn n.
using Where = std::uint8_t;
static_assert(kMatchInCount <= 8);
constexpr Where where_bit(MatchIn in) { return static_cast<Where>(1U << static_cast<unsigned>(in)); }

/// What each product got for one word of a search; nothing: 0. Index is Doc.
struct Scores {
  std::vector<std::uint16_t> weight;
  std::vector<Where> where;

  void reset(std::size_t docs) {
    weight.assign(docs, 0);
    where.assign(docs, 0);
  }
};

/// Words and the products they stand in: an inverted index in memory, 6 bytes for each word of each product.
class WordIndex {
 public:
  /// The best level counts and every place where it stands.
  void add(std::string_view word, Doc doc, Level level, MatchIn in);
  /// Does nothing when `doc` is not found under the word (any more).
  void remove(std::string_view word, Doc doc);
  void clear();

  bool has(std::string_view word) const { return by_word_.contains(word); }
  std::size_t word_count() const { return words_.size(); }
  std::size_t posting_count() const { return postings_; }
  std::size_t bytes() const;

  /// Gives `percent` of its level to every product that the word stands in; what a product has already got stays when it
  /// is more.
  void find(std::string_view word, unsigned percent, Scores& scores) const;
  /// The same for all longer words that begin so.
  void find_longer(std::string_view prefix, unsigned percent, Scores& scores) const;
  /// The first words that begin so, in order.
  std::vector<std::string_view> words_from(std::string_view prefix, std::size_t words_max) const;

 private:
  struct Postings {
    std::vector<Doc> docs;            ///< Rising.
    std::vector<std::uint16_t> hits;  ///< Beside it: level, and in the upper half where.
  };

  std::map<std::string, Postings, std::less<>> words_;
  std::unordered_map<std::string_view, Postings*> by_word_;  ///< The same nodes.
  std::size_t postings_ = 0;
};

}  // namespace weft::mesh::search
