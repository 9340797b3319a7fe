#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mesh/search/query_words.h"
#include "mesh/search/texts.h"

namespace weft::mesh {

/// A piece of text; `hit` pieces are what matched.
struct Part {
  std::string text;
  bool hit = false;
};

/// A place that matched, as it is shown.
struct Match {
  MatchIn in = MatchIn::kName;
  std::vector<Part> parts;
  std::optional<FieldText> field;
};

inline constexpr std::size_t kMatchesMax = 5;

}  // namespace weft::mesh

namespace weft::mesh::search {

/// Why a product is found: the places that weigh most, with what matched in them; at most kMatchesMax. The doc of a field
/// that matches by name is shown with the name.
std::vector<Match> why_it_matches(const Product& product, const Subjects& subjects,
                                  const std::vector<QueryWord>& words);

}  // namespace weft::mesh::search
