#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mesh/search/word_index.h"

namespace weft::mesh {

/// What products can be narrowed by.
enum class Facet {
  kMatch,
  kDomain,
  kOwner,
  kQuality,
  kSla,
  kLifecycle,
  kSensitivity,
  kHistory,
  kTag,
  kFormat,
  kCluster,
  kRegion
};
inline constexpr std::size_t kFacetCount = 12;
/// "domain", "sla", … as the API and the command line write them.
std::string_view facet_name(Facet facet);
std::optional<Facet> parse_facet(std::string_view name);

/// For each facet the values wanted, any of them; none: all pass.
using Filters = std::array<std::vector<std::string>, kFacetCount>;
/// The values of a facet in `filters`.
inline const std::vector<std::string>& values_in(const Filters& filters, Facet facet) {
  return filters[static_cast<std::size_t>(facet)];
}

struct FacetCount {
  std::string value;
  std::size_t count = 0;
};
/// Counts of each facet among products that pass every filter but the facet's own; most frequent first.
using Facets = std::array<std::vector<FacetCount>, kFacetCount>;

}  // namespace weft::mesh

namespace weft::mesh::search {

/// Values listed for a facet; more are left out, except those that are filtered for.
inline constexpr std::size_t kFacetValuesMax = 100;

/// Which facets a product fails: bit n for Facet n.
using Failed = std::uint16_t;
static_assert(kFacetCount <= 16);
constexpr Failed facet_bit(Facet facet) { return static_cast<Failed>(1U << static_cast<unsigned>(facet)); }

/// The facets' values of every product. Where a text matched is no value of a product: that facet is counted apart.
class FacetTable {
 public:
  using ValueId = std::uint32_t;
  using Row = std::vector<std::pair<Facet, std::string>>;

  /// Replaces what the product had.
  void put(Doc doc, const Row& values);
  void clear();

  /// A search through the table: what passes, and how many of each value.
  class Count {
   public:
    Count(const FacetTable& table, const Filters& filters);

    /// The facets that keep the product out. `where`: 0 without a text.
    Failed failed(Doc doc, Where where) const;
    /// Counts a product that failed as said.
    void add(Doc doc, Where where, Failed failed);
    Facets take() &&;

   private:
    const FacetTable& table_;
    const Filters& filters_;
    Failed filtered_ = 0;
    Where where_wanted_ = 0;
    std::vector<Failed> wanted_;  ///< By value: the facet's bit when it is one of those filtered for.
    std::vector<std::uint32_t> counts_;
    std::array<std::uint32_t, kMatchInCount> matched_in_{};
  };

 private:
  struct Value {
    Facet facet;
    std::string text;
  };
  /// One product's values: those of nearly every product lie in one cache line, side by side with the next one's.
  struct Values {
    static constexpr std::size_t kInline = 15;
    std::uint32_t count = 0;  ///< Of those here.
    std::array<ValueId, kInline> first{};
  };
  template <class Take>
  void each_value(Doc doc, Take take) const {
    const Values& row = rows_[doc];
    for (std::uint32_t i = 0; i < row.count; ++i) take(row.first[i]);
    if (row.count < Values::kInline || more_.empty()) return;
    if (const auto more = more_.find(doc); more != more_.end())
      for (const ValueId value : more->second) take(value);
  }

  std::vector<Value> values_;
  std::array<std::unordered_map<std::string, ValueId>, kFacetCount> ids_;
  std::vector<Values> rows_;                             ///< By Doc.
  std::unordered_map<Doc, std::vector<ValueId>> more_;  ///< What a row has no room for.
};

}  // namespace weft::mesh::search
