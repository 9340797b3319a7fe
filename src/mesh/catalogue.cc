#include "mesh/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>

namespace weft::mesh {

namespace {

constexpr std::size_t kFacetValuesMax = 100;
template <class T>
bool passes(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

enum Facet {
  kMatchFacet,
  kDomainFacet,
  kOwnerFacet,
  kQualityFacet,
  kSlaFacet,
  kLifecycleFacet,
  kTagFacet,
  kHistoryFacet,
  kFacetCount
};

struct Candidate {
  const ProductPointer* product;
  TopicFactsPointer facts;
  SubjectFactsPointer subject;  ///< Keeps the texts that `answer` points into.
  TextAnswer answer;
  std::bitset<kMatchInCount> matched_in;
};

std::bitset<kFacetCount> failed_filters(const CatalogueQuery& query, const Candidate& candidate) {
  const Product& product = **candidate.product;
  std::bitset<kFacetCount> failed;
  failed[kMatchFacet] = !query.matches.empty() &&
                        std::none_of(query.matches.begin(), query.matches.end(),
                                     [&](MatchIn in) { return candidate.matched_in[static_cast<std::size_t>(in)]; });
  failed[kDomainFacet] = !passes(query.domains, product.id.domain);
  failed[kOwnerFacet] = !passes(query.owners, product.owner);
  failed[kQualityFacet] = !passes(query.qualities, product.quality);
  failed[kSlaFacet] = !passes(query.slas, product.sla);
  // Retired ones are counted beside the rest, and shown to who asks for them.
  failed[kLifecycleFacet] =
      query.lifecycles.empty() ? product.is_retired() : !passes(query.lifecycles, product.lifecycle);
  failed[kTagFacet] =
      !query.tags.empty() && std::none_of(product.tags.begin(), product.tags.end(),
                                          [&](const std::string& tag) { return passes(query.tags, tag); });
  failed[kHistoryFacet] = !query.histories.empty() && !(candidate.facts && candidate.facts->history &&
                                                        passes(query.histories, candidate.facts->history->kind));
  return failed;
}

/// Counts values; listed most frequent first.
class Counter {
 public:
  void add(std::string_view value) { ++counts_[std::string(value)]; }
  std::vector<FacetCount> take() && {
    std::vector<FacetCount> out;
    for (auto& [value, count] : counts_) out.push_back({value, count});
    std::sort(out.begin(), out.end(), [](const FacetCount& a, const FacetCount& b) {
      return a.count != b.count ? a.count > b.count : a.value < b.value;
    });
    if (out.size() > kFacetValuesMax) out.resize(kFacetValuesMax);
    return out;
  }

 private:
  std::map<std::string, std::size_t> counts_;
};

class FacetCounters {
 public:
  void add(const Candidate& candidate, const std::bitset<kFacetCount>& failed) {
    for (std::size_t facet = 0; facet < kFacetCount; ++facet) {
      if (failed.none() || (failed.count() == 1 && failed[facet])) add_to(facet, candidate);
    }
  }
  Facets take() && {
    const auto taken = [this](std::size_t facet) { return std::move(counters_[facet]).take(); };
    return {taken(kMatchFacet), taken(kDomainFacet),    taken(kOwnerFacet), taken(kQualityFacet),
            taken(kSlaFacet),   taken(kLifecycleFacet), taken(kTagFacet),   taken(kHistoryFacet)};
  }

 private:
  void add_to(std::size_t facet, const Candidate& candidate) {
    const Product& product = **candidate.product;
    Counter& counter = counters_[facet];
    switch (facet) {
      case kMatchFacet:
        for (std::size_t in = 0; in < kMatchInCount; ++in)
          if (candidate.matched_in[in]) counter.add(match_name(static_cast<MatchIn>(in)));
        break;
      case kDomainFacet:
        counter.add(product.id.domain);
        break;
      case kOwnerFacet:
        counter.add(product.owner);
        break;
      case kQualityFacet:
        counter.add(quality_name(product.quality));
        break;
      case kSlaFacet:
        counter.add(fmt::format("{}", product.sla));
        break;
      case kLifecycleFacet:
        counter.add(lifecycle_name(product.lifecycle));
        break;
      case kTagFacet:
        for (const std::string& tag : product.tags) counter.add(tag);
        break;
      case kHistoryFacet:
        if (candidate.facts && candidate.facts->history) counter.add(history_name(candidate.facts->history->kind));
        break;
      default:
        break;
    }
  }
  std::array<Counter, kFacetCount> counters_;
};

double rate_of(const Candidate& candidate) {
  return candidate.facts && candidate.facts->rate ? candidate.facts->rate->records_per_second : -1;
}
std::int64_t last_record_of(const Candidate& candidate) {
  return candidate.facts && candidate.facts->last_record ? candidate.facts->last_record->timestamp_ms : -1;
}

/// Below zero when `a` comes first by this sort alone.
int compare(const Candidate& a, const Candidate& b, ProductSort sort) {
  const auto order = [](const auto& first, const auto& second) { return first < second ? -1 : second < first ? 1 : 0; };
  switch (sort) {
    case ProductSort::kBest:
      return order(b.answer.score, a.answer.score);
    case ProductSort::kName:
      return order((*a.product)->id.name, (*b.product)->id.name);
    case ProductSort::kRate:
      return order(rate_of(b), rate_of(a));
    case ProductSort::kFreshness:
      return order(last_record_of(b), last_record_of(a));
    case ProductSort::kNewest:
      return order((*b.product)->published_at_ms, (*a.product)->published_at_ms);
  }
  return 0;
}

void sort_candidates(std::vector<Candidate>& candidates, ProductSort sort) {
  std::sort(candidates.begin(), candidates.end(), [sort](const Candidate& a, const Candidate& b) {
    const int by_sort = compare(a, b, sort);
    return by_sort != 0 ? by_sort < 0 : (*a.product)->id < (*b.product)->id;
  });
}

}  // namespace

std::optional<ProductSort> parse_sort(std::string_view name) {
  if (name == "best") return ProductSort::kBest;
  if (name == "name") return ProductSort::kName;
  if (name == "rate") return ProductSort::kRate;
  if (name == "freshness") return ProductSort::kFreshness;
  if (name == "newest") return ProductSort::kNewest;
  return std::nullopt;
}

CataloguePage Catalogue::search(const CatalogueQuery& query) const {
  const std::vector<std::string> terms = terms_of(query.text);
  std::vector<Candidate> candidates;
  FacetCounters facets;
  std::size_t published = 0;
  for (const auto& [id, product] : products_.all()) {
    published += product->is_retired() ? 0 : 1;
    Candidate candidate{&product, facts_.topic(product->stream().topic), facts_.subject(product->stream().subject), {}, {}};
    if (!terms.empty()) {
      candidate.answer = match_text(*product, candidate.subject.get(), terms);
      if (!candidate.answer.matches) continue;
      for (const Place& place : candidate.answer.places) candidate.matched_in.set(static_cast<std::size_t>(place.in));
      if (product->lifecycle == Lifecycle::kDeprecated) candidate.answer.score /= 2;
    }
    const auto failed = failed_filters(query, candidate);
    facets.add(candidate, failed);
    if (failed.none()) candidates.push_back(std::move(candidate));
  }
  sort_candidates(candidates, query.sort.value_or(terms.empty() ? ProductSort::kName : ProductSort::kBest));

  CataloguePage page;
  page.total = candidates.size();
  page.published = published;
  page.facets = std::move(facets).take();
  const std::size_t end = std::min(candidates.size(), query.skip + query.limit);
  for (std::size_t i = query.skip; i < end; ++i)
    page.hits.push_back({*candidates[i].product, matches_of(candidates[i].answer, terms)});
  if (end < candidates.size()) page.next_skip = end;
  return page;
}

}  // namespace weft::mesh
