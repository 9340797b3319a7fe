#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/search/word_index.h"

namespace weft::mesh::search {

/// Words of a search that are looked at, and parts of one word; more are left out.
inline constexpr std::size_t kQueryWordsMax = 10;
inline constexpr std::size_t kPartsMax = 6;
/// A word of fewer characters is taken as it is typed.
inline constexpr std::size_t kTypoLengthMin = 3;

/// A word to look for, in lower case: it finds itself, words that begin so, and of a plural the singular; with
/// `look_near`, also words that are one edit away (a character too many, too few, another one, two exchanged).
class Sought {
 public:
  explicit Sought(std::string word);

  const std::string& word() const { return word_; }
  /// Takes words of the index that are one edit away, or begin with such a one.
  void look_near(const WordIndex& index);
  bool has_near() const { return !near_.empty(); }
  /// Whole words one edit away, best first; what a person is told.
  std::vector<std::string> near_words() const;

  void score(const WordIndex& index, Scores& scores) const;
  /// How much of a word's level it gets, in per cent; 0 when it is not found by this one. As `score` does it.
  unsigned fit(std::string_view word) const;

 private:
  struct Near {
    std::string word;
    bool whole = false;  ///< Else: it begins with a word one edit away.
  };
  std::string word_;
  std::string singular_;    ///< Empty: no plural.
  std::vector<Near> near_;  ///< Sorted by word.
};

/// One word as it was typed: "customer_id" is found in one piece or by all its parts.
struct QueryWord {
  std::string typed;
  std::vector<Sought> parts;   ///< At least one.
  std::vector<Sought> in_one;  ///< One when there are several parts, else none.

  /// Calls with every word that is looked for.
  template <class Take>
  void each(Take take) const {
    for (const Sought& part : parts) take(part);
    for (const Sought& whole : in_one) take(whole);
  }
};

/// The words of a search. Small words ("of", "the") are left out beside others, except one that is still being typed.
std::vector<QueryWord> query_words(std::string_view text);

}  // namespace weft::mesh::search
