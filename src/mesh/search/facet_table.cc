#include "mesh/search/facet_table.h"

#include <algorithm>
#include <bit>

namespace weft::mesh {

namespace {
constexpr std::array<std::string_view, kFacetCount> kFacetNames = {
    "match",       "domain",  "owner", "quality", "sla",     "lifecycle",
    "sensitivity", "history", "tag",   "format",  "cluster", "region"};
}  // namespace

std::string_view facet_name(Facet facet) { return kFacetNames[static_cast<std::size_t>(facet)]; }

std::optional<Facet> parse_facet(std::string_view name) {
  const auto at = std::find(kFacetNames.begin(), kFacetNames.end(), name);
  if (at == kFacetNames.end()) return std::nullopt;
  return static_cast<Facet>(at - kFacetNames.begin());
}

}  // namespace weft::mesh

namespace weft::mesh::search {

void FacetTable::put(Doc doc, const Row& values) {
  if (rows_.size() <= doc) rows_.resize(doc + 1);
  std::vector<ValueId> ids;
  ids.reserve(values.size());
  for (const auto& [facet, text] : values) {
    const auto [at, is_new] = ids_[static_cast<std::size_t>(facet)].try_emplace(text, static_cast<ValueId>(values_.size()));
    if (is_new) values_.push_back({facet, text});
    if (std::find(ids.begin(), ids.end(), at->second) == ids.end()) ids.push_back(at->second);
  }
  Values& row = rows_[doc];
  row.count = static_cast<std::uint32_t>(std::min(ids.size(), Values::kInline));
  std::copy_n(ids.begin(), row.count, row.first.begin());
  more_.erase(doc);
  if (ids.size() > row.count) more_.emplace(doc, std::vector<ValueId>(ids.begin() + row.count, ids.end()));
}

void FacetTable::clear() {
  values_.clear();
  for (auto& ids : ids_) ids.clear();
  rows_.clear();
  more_.clear();
}

FacetTable::Count::Count(const FacetTable& table, const Filters& filters)
    : table_(table), filters_(filters), wanted_(table.values_.size()), counts_(table.values_.size()) {
  for (std::size_t facet = 0; facet < kFacetCount; ++facet) {
    if (filters[facet].empty()) continue;
    filtered_ |= facet_bit(static_cast<Facet>(facet));
    for (const std::string& value : filters[facet]) {
      if (static_cast<Facet>(facet) == Facet::kMatch) {
        if (const auto in = parse_match(value)) where_wanted_ |= where_bit(*in);
        continue;
      }
      const auto known = table.ids_[facet].find(value);
      if (known != table.ids_[facet].end()) wanted_[known->second] = facet_bit(static_cast<Facet>(facet));
    }
  }
}

Failed FacetTable::Count::failed(Doc doc, Where where) const {
  if (filtered_ == 0) return 0;
  Failed passed = (where & where_wanted_) != 0 ? facet_bit(Facet::kMatch) : Failed{0};
  table_.each_value(doc, [&](ValueId value) { passed |= wanted_[value]; });
  return static_cast<Failed>(filtered_ & ~passed);
}

void FacetTable::Count::add(Doc doc, Where where, Failed failed) {
  if (failed != 0 && !std::has_single_bit(failed)) return;
  if (failed == 0) {
    table_.each_value(doc, [&](ValueId value) { ++counts_[value]; });
  } else {
    table_.each_value(doc, [&](ValueId value) {
      if (facet_bit(table_.values_[value].facet) == failed) ++counts_[value];
    });
  }
  if ((failed & ~facet_bit(Facet::kMatch)) != 0) return;
  for (; where != 0; where &= static_cast<Where>(where - 1)) ++matched_in_[static_cast<std::size_t>(std::countr_zero(where))];
}

Facets FacetTable::Count::take() && {
  Facets facets;
  for (std::size_t value = 0; value < counts_.size(); ++value) {
    const Value& known = table_.values_[value];
    if (counts_[value] > 0)
      facets[static_cast<std::size_t>(known.facet)].push_back({known.text, counts_[value]});
  }
  auto& matches = facets[static_cast<std::size_t>(Facet::kMatch)];
  for (std::size_t in = 0; in < kMatchInCount; ++in)
    if (matched_in_[in] > 0)
      matches.push_back({std::string(match_name(static_cast<MatchIn>(in))), matched_in_[in]});
  for (std::size_t facet = 0; facet < kFacetCount; ++facet) {
    auto& counts = facets[facet];
    const auto is_wanted = [&](const FacetCount& count) {
      return std::find(filters_[facet].begin(), filters_[facet].end(), count.value) != filters_[facet].end();
    };
    // What is filtered for is listed even when nothing has it, so that it can be taken back.
    for (const std::string& value : filters_[facet]) {
      const auto is_it = [&](const FacetCount& count) { return count.value == value; };
      if (std::none_of(counts.begin(), counts.end(), is_it)) counts.push_back({value, 0});
    }
    std::sort(counts.begin(), counts.end(), [](const FacetCount& a, const FacetCount& b) {
      return a.count != b.count ? a.count > b.count : a.value < b.value;
    });
    std::size_t kept = 0;
    std::erase_if(counts, [&](const FacetCount& count) { return kept++ >= kFacetValuesMax && !is_wanted(count); });
  }
  return facets;
}

}  // namespace weft::mesh::search
