#include "mesh/text_match.h"

#include <algorithm>
#include <array>
#include <utility>

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

  TextAnswer take() && {
    TextAnswer answer;
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

}  // namespace

std::string_view match_name(MatchIn in) { return kMatchNames[static_cast<std::size_t>(in)].second; }

std::optional<MatchIn> parse_match(std::string_view name) {
  for (const auto& [in, known] : kMatchNames)
    if (name == known) return in;
  return std::nullopt;
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

TextAnswer match_text(const Product& product, const SubjectFacts* subject, const std::vector<std::string>& terms) {
  return Matcher(product, subject, terms).take();
}

std::vector<Match> matches_of(const TextAnswer& answer, const std::vector<std::string>& terms) {
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

}  // namespace weft::mesh
