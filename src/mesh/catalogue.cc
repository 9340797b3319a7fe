#include "mesh/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>

namespace weft::mesh {

namespace {

constexpr std::array kMatchNames = {std::pair{MatchIn::kName, "name"},
                                    std::pair{MatchIn::kDomain, "domain"},
                                    std::pair{MatchIn::kTeam, "team"},
                                    std::pair{MatchIn::kTag, "tag"},
                                    std::pair{MatchIn::kFieldName, "field_name"},
                                    std::pair{MatchIn::kDescription, "description"},
                                    std::pair{MatchIn::kFieldDoc, "field_doc"}};
static_assert(kMatchNames.size() == kMatchInCount);
constexpr std::size_t kTermsMax = 10;
constexpr std::size_t kFacetValuesMax = 100;
constexpr std::size_t kExcerptBytes = 160;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
/// Letters, digits, and every byte of characters beyond ASCII.
bool is_word(char c) { return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || (c & 0x80) != 0; }

/// A word begins at the start, after what is no word character, and where camelCase turns up.
bool begins_word(std::string_view text, std::size_t at) {
  if (at == 0 || !is_word(text[at - 1])) return true;
  return is_lower(text[at - 1]) && is_upper(text[at]);
}

bool starts_with_term(std::string_view text, std::size_t at, std::string_view term) {
  if (text.size() - at < term.size()) return false;
  for (std::size_t i = 0; i < term.size(); ++i)
    if (lower(text[at + i]) != term[i]) return false;
  return true;
}

/// Where `term`, in lower case, begins in `text` at the start of a word.
std::size_t find_term(std::string_view text, std::string_view term, std::size_t from = 0) {
  for (std::size_t at = from; at + term.size() <= text.size(); ++at)
    if (begins_word(text, at) && starts_with_term(text, at, term)) return at;
  return std::string_view::npos;
}

std::vector<std::string> terms_of(std::string_view text) {
  std::vector<std::string> terms;
  std::string term;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (!term.empty()) terms.push_back(std::exchange(term, {}));
    } else {
      term += lower(c);
    }
  }
  if (!term.empty()) terms.push_back(std::move(term));
  if (terms.size() > kTermsMax) terms.resize(kTermsMax);
  return terms;
}

/// One place of a product that can match: what it weighs when a term is all of it, its beginning, or a word in it.
struct Weights {
  int exact, prefix, word;
};
constexpr Weights weights(MatchIn in) {
  switch (in) {
    case MatchIn::kName:
      return {100, 60, 40};
    case MatchIn::kDomain:
      return {30, 15, 12};
    case MatchIn::kTeam:
      return {20, 12, 10};
    case MatchIn::kTag:
      return {30, 20, 18};
    case MatchIn::kFieldName:
      return {25, 17, 15};
    case MatchIn::kDescription:
      return {8, 8, 8};
    case MatchIn::kFieldDoc:
      return {6, 6, 6};
  }
  return {0, 0, 0};
}

int weigh(MatchIn in, std::string_view text, std::string_view term) {
  const std::size_t at = find_term(text, term);
  if (at == text.npos) return 0;
  const Weights weight = weights(in);
  // A field's own name counts, wherever it hangs in the tree: "lines[].quantity" is exactly "quantity".
  const std::size_t last = in == MatchIn::kFieldName ? text.rfind('.') + 1 : 0;
  if (starts_with_term(text, last, term)) return text.size() - last == term.size() ? weight.exact : weight.prefix;
  return at == 0 ? weight.prefix : weight.word;
}

/// A place that at least one term matched.
struct Place {
  MatchIn in;
  const FieldText* field = nullptr;
  std::string_view text;
  int score = 0;
  std::size_t order = 0;  ///< As the product is read; decides between equal scores.
};

/// How one product answers a text.
struct Answer {
  bool matches = true;
  int score = 0;
  std::vector<Place> places;
};

class Matcher {
 public:
  Matcher(const Product& product, const SubjectFacts* subject, const std::vector<std::string>& terms)
      : terms_(terms), best_(terms.size(), 0) {
    const std::string& name = product.id.name;
    look(MatchIn::kName, name);
    // Somebody who types "domain/name" or "domain.name" means exactly this one.
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if (equals(terms[i], product.id.domain, '/', name) || equals(terms[i], product.id.domain, '.', name)) {
        best_[i] = 2 * weights(MatchIn::kName).exact;
        note({MatchIn::kName, nullptr, name, best_[i]});
      }
    }
    look(MatchIn::kDomain, product.id.domain);
    look(MatchIn::kTeam, product.owner);
    for (const std::string& tag : product.tags) look(MatchIn::kTag, tag);
    look(MatchIn::kDescription, product.description);
    if (subject != nullptr) {
      for (const FieldText& field : subject->fields) {
        look(MatchIn::kFieldName, field.path, &field);
        look(MatchIn::kFieldDoc, field.doc, &field);
      }
    }
  }

  Answer take() && {
    Answer answer;
    for (const int best : best_) {
      if (best == 0) answer.matches = false;
      answer.score += best;
    }
    std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
      return std::pair(-a.score, a.order) < std::pair(-b.score, b.order);
    });
    answer.places = std::move(places_);
    return answer;
  }

 private:
  static bool equals(std::string_view term, std::string_view domain, char between, std::string_view name) {
    return term.size() == domain.size() + 1 + name.size() &&
           starts_with_term(domain, 0, term.substr(0, domain.size())) && term[domain.size()] == between &&
           starts_with_term(name, 0, term.substr(domain.size() + 1));
  }
  void look(MatchIn in, std::string_view text, const FieldText* field = nullptr) {
    int score = 0;
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      const int weight = weigh(in, text, terms_[i]);
      best_[i] = std::max(best_[i], weight);
      score += weight;
    }
    if (score > 0) note({in, field, text, score});
  }
  void note(Place place) {
    place.order = places_.size();
    places_.push_back(place);
  }

  const std::vector<std::string>& terms_;
  std::vector<int> best_;
  std::vector<Place> places_;
};

/// Cuts `text` to an excerpt around its first hit, at word boundaries; whole when it is short.
std::pair<std::size_t, std::size_t> excerpt(std::string_view text, std::size_t first_hit) {
  if (text.size() <= kExcerptBytes) return {0, text.size()};
  std::size_t begin = first_hit > kExcerptBytes / 3 ? first_hit - kExcerptBytes / 3 : 0;
  std::size_t end = std::min(begin + kExcerptBytes, text.size());
  const auto is_space = [&](std::size_t at) { return text[at] == ' ' || text[at] == '\n'; };
  while (begin > 0 && begin < first_hit && !is_space(begin - 1)) ++begin;
  while (end < text.size() && end > first_hit && !is_space(end)) --end;
  // No space anywhere near: at least never inside a character.
  while (begin > 0 && (text[begin] & 0xC0) == 0x80) --begin;
  if (end <= first_hit) end = std::min(begin + kExcerptBytes, text.size());
  while (end < text.size() && (text[end] & 0xC0) == 0x80) ++end;
  return {begin, end};
}

std::vector<Part> highlighted(std::string_view text, const std::vector<std::string>& terms) {
  std::vector<std::pair<std::size_t, std::size_t>> hits;
  for (const std::string& term : terms)
    for (std::size_t at = find_term(text, term); at != text.npos; at = find_term(text, term, at + term.size()))
      hits.emplace_back(at, at + term.size());
  std::sort(hits.begin(), hits.end());
  auto [at, end] = excerpt(text, hits.empty() ? 0 : hits.front().first);
  std::vector<Part> parts;
  const auto add = [&](std::size_t from, std::size_t to, bool hit) {
    if (from < to) parts.push_back({std::string(text.substr(from, to - from)), hit});
  };
  if (at > 0) parts.push_back({"… ", false});
  for (const auto& [hit_begin, hit_end] : hits) {
    if (hit_begin < at || hit_end > end) continue;
    add(at, hit_begin, false);
    add(hit_begin, hit_end, true);
    at = hit_end;
  }
  add(at, end, false);
  if (end < text.size()) parts.push_back({" …", false});
  return parts;
}

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
  Answer answer;
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
  failed[kLifecycleFacet] = !passes(query.lifecycles, product.lifecycle);
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
        for (const auto& [in, name] : kMatchNames)
          if (candidate.matched_in[static_cast<std::size_t>(in)]) counter.add(name);
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

std::vector<Match> matches_of(const Answer& answer, const std::vector<std::string>& terms) {
  std::vector<Match> out;
  for (const Place& place : answer.places) {
    if (out.size() == kMatchesMax) break;
    // The doc of a field that matches by name is shown with the name.
    const bool shown =
        place.in == MatchIn::kFieldDoc && std::any_of(out.begin(), out.end(), [&](const Match& match) {
          return match.field && match.in == MatchIn::kFieldName && match.field->path == place.field->path;
        });
    if (shown) continue;
    out.push_back({place.in, highlighted(place.text, terms),
                   place.field == nullptr ? std::nullopt : std::optional(*place.field)});
  }
  return out;
}

}  // namespace

std::string_view match_name(MatchIn in) { return kMatchNames[static_cast<std::size_t>(in)].second; }

std::optional<MatchIn> parse_match(std::string_view name) {
  for (const auto& [in, known] : kMatchNames)
    if (name == known) return in;
  return std::nullopt;
}

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
  for (const auto& [id, product] : products_.all()) {
    Candidate candidate{&product, facts_.topic(product->port.topic), facts_.subject(product->port.subject), {}, {}};
    if (!terms.empty()) {
      candidate.answer = Matcher(*product, candidate.subject.get(), terms).take();
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
  page.published = products_.all().size();
  page.facets = std::move(facets).take();
  const std::size_t end = std::min(candidates.size(), query.skip + query.limit);
  for (std::size_t i = query.skip; i < end; ++i)
    page.hits.push_back({*candidates[i].product, matches_of(candidates[i].answer, terms)});
  if (end < candidates.size()) page.next_skip = end;
  return page;
}

}  // namespace weft::mesh
