#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mesh/facts.h"
#include "mesh/product.h"

namespace weft::mesh {

/// Where a word was found; best first.
enum class MatchIn { kName, kDomain, kTeam, kTag, kAttribute, kFieldName, kDescription, kFieldDoc };
inline constexpr std::size_t kMatchInCount = 8;
/// "name", "field_doc", … as the API writes them.
std::string_view match_name(MatchIn in);
std::optional<MatchIn> parse_match(std::string_view name);

}  // namespace weft::mesh

namespace weft::mesh::search {

/// One of the texts that a product is found by. Points into the product, or into the facts of a subject.
struct Text {
  MatchIn in = MatchIn::kName;
  std::string_view text;
  const FieldText* field = nullptr;
};

/// Fields of one product that are searched through; more are left out.
inline constexpr std::size_t kFieldsMax = 2'000;

/// Facts of the subjects of a product's streams, in the order of its ports; any may be null.
using Subjects = std::vector<SubjectFactsPointer>;
Subjects subjects_of(const Product& product, const Facts& facts);

/// All that a product says, in the order a person reads it. Good as long as `product` and `subjects` are.
std::vector<Text> texts_of(const Product& product, const Subjects& subjects);

/// How much a word counts where it stands: 1 to kLevelMax.
using Level = std::uint8_t;
inline constexpr Level kLevelMax = 220;

/// A word under which a text is found: a part of it, or all of it in one piece.
struct WeighedWord {
  std::string text;
  Level level = 0;
};
/// Every word of a text with its weight; a word may come more than once. `domain` is the product's, for its name.
std::vector<WeighedWord> words_of(const Text& text, std::string_view domain);

}  // namespace weft::mesh::search
