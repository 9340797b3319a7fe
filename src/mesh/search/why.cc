#include "mesh/search/why.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "mesh/search/tokens.h"

namespace weft::mesh::search {

namespace {

constexpr std::size_t kExcerptBytes = 160;

struct Range {
  std::size_t begin;
  std::size_t end;
  auto operator<=>(const Range&) const = default;
};

/// A text that at least one word of the search is in.
struct Place {
  const Text* text;
  unsigned score = 0;
  std::vector<Range> hits;
};

/// What one word of a search has in one text: its best weight, and where.
class Look {
 public:
  Look(const Text& text, std::string_view domain) : text_(text), words_(words_of(text, domain)) {
    const std::string_view searched = text.text;
    tokens_ = tokens_of(searched);
    lowered_.reserve(tokens_.size());
    for (const Token& token : tokens_)
      lowered_.push_back(lowered(searched.substr(token.begin, token.end - token.begin)));
  }

  unsigned weigh(const Sought& sought) const {
    unsigned best = 0;
    for (const WeighedWord& word : words_) {
      const unsigned fit = sought.fit(word.text);
      if (fit > 0) best = std::max(best, std::max(1U, word.level * fit / 100));
    }
    return best;
  }
  void mark(const Sought& sought, std::vector<Range>& hits) const {
    bool in_a_token = false;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (sought.fit(lowered_[i]) == 0) continue;
      in_a_token = true;
      const bool longer = lowered_[i].size() > sought.word().size() && lowered_[i].starts_with(sought.word());
      hits.push_back({tokens_[i].begin, longer ? tokens_[i].begin + sought.word().size() : tokens_[i].end});
    }
    // Found in one piece: "orderid" in "order_id".
    if (!in_a_token && !text_.text.empty()) {
      const std::size_t leaf = text_.in == MatchIn::kFieldName ? text_.text.size() - leaf_of(text_.text).size() : 0;
      hits.push_back({leaf, text_.text.size()});
    }
  }

 private:
  const Text& text_;
  std::vector<WeighedWord> words_;
  std::vector<Token> tokens_;
  std::vector<std::string> lowered_;
};

/// Cuts `text` to an excerpt around its first hit, at word boundaries; whole when it is short.
Range excerpt(std::string_view text, std::size_t first_hit) {
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

std::vector<Part> highlighted(std::string_view text, std::vector<Range> hits) {
  std::sort(hits.begin(), hits.end());
  auto [at, end] = excerpt(text, hits.empty() ? 0 : hits.front().begin);
  std::vector<Part> parts;
  const auto add = [&](std::size_t from, std::size_t to, bool hit) {
    if (from < to) parts.push_back({std::string(text.substr(from, to - from)), hit});
  };
  if (at > 0) parts.push_back({"… ", false});
  for (const Range& hit : hits) {
    const std::size_t from = std::max(hit.begin, at);
    if (from >= hit.end || hit.end > end) continue;
    add(at, from, false);
    add(from, hit.end, true);
    at = hit.end;
  }
  add(at, end, false);
  if (end < text.size()) parts.push_back({" …", false});
  return parts;
}

bool same_field(const Text& a, const Text& b) { return a.field != nullptr && a.field == b.field; }

}  // namespace

std::vector<Match> why_it_matches(const Product& product, const Subjects& subjects,
                                  const std::vector<QueryWord>& words) {
  const std::vector<Text> texts = texts_of(product, subjects);
  std::vector<Place> places;
  for (const Text& text : texts) {
    const Look look(text, product.id.domain);
    Place place{&text, 0, {}};
    for (const QueryWord& word : words) {
      word.each([&](const Sought& sought) {
        const unsigned weight = look.weigh(sought);
        if (weight == 0) return;
        place.score += weight;
        look.mark(sought, place.hits);
      });
    }
    if (place.score > 0) places.push_back(std::move(place));
  }
  // Where several weigh the same, the one read first.
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return a.score != b.score ? a.score > b.score : a.text < b.text;
  });
  std::vector<Match> out;
  std::vector<const Text*> shown;
  for (Place& place : places) {
    if (out.size() == kMatchesMax) break;
    const bool with_its_name = place.text->in == MatchIn::kFieldDoc &&
                               std::any_of(shown.begin(), shown.end(), [&](const Text* text) {
                                 return text->in == MatchIn::kFieldName && same_field(*text, *place.text);
                               });
    if (with_its_name) continue;
    shown.push_back(place.text);
    out.push_back({place.text->in, highlighted(place.text->text, std::move(place.hits)),
                   place.text->field == nullptr ? std::nullopt : std::optional(*place.text->field)});
  }
  return out;
}

}  // namespace weft::mesh::search
