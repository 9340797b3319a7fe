#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/facts.h"
#include "mesh/product.h"

namespace weft::mesh {

/// Where a word was found; best first.
enum class MatchIn { kName, kDomain, kTeam, kTag, kFieldName, kDescription, kFieldDoc };
inline constexpr std::size_t kMatchInCount = 7;
/// "name", "field_doc", … as the API writes them.
std::string_view match_name(MatchIn in);
std::optional<MatchIn> parse_match(std::string_view name);

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

/// A place that at least one term matched.
struct Place {
  MatchIn in;
  const FieldText* field = nullptr;
  std::string_view text;
  int score = 0;
  std::size_t order = 0;  ///< As the product is read; decides between equal scores.
};

/// How one product answers a text. Its places point into the product, and into the subject's facts.
struct TextAnswer {
  bool matches = true;
  int score = 0;
  std::vector<Place> places;
};

/// The words of a search in lower case, the first ten of them.
std::vector<std::string> terms_of(std::string_view text);
/// Looks for every term at the start of a word in all that a product says; it matches when each is found somewhere.
/// `subject` may be null.
TextAnswer match_text(const Product& product, const SubjectFacts* subject, const std::vector<std::string>& terms);
/// The best places with what matched in them, at most kMatchesMax.
std::vector<Match> matches_of(const TextAnswer& answer, const std::vector<std::string>& terms);

}  // namespace weft::mesh
