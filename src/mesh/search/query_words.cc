#include "mesh/search/query_words.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/utf8.h"
#include "mesh/search/tokens.h"

namespace weft::mesh::search {

namespace {

constexpr unsigned kWhole = 100;
constexpr unsigned kSingular = 90;
constexpr unsigned kLonger = 60;
constexpr unsigned kNearWhole = 55;
constexpr unsigned kNearLonger = 35;
/// Words one edit away that are taken; the whole ones first.
constexpr std::size_t kNearMax = 200;
/// Words that begin with fewer bytes than these are too many to be meant.
constexpr std::size_t kNearPrefixMin = 4;

constexpr std::array<std::string_view, 24> kSmallWords = {"a",  "all", "an",   "and", "are", "as",   "at", "by",
                                                          "each", "every", "for",  "from", "how", "in", "is", "of",
                                                          "on", "or",  "per", "that", "the", "to", "what", "with"};

std::vector<std::string_view> characters_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = std::max<std::size_t>(utf8_character_size(text.substr(at)), 1);
    out.push_back(text.substr(at, size));
    at += size;
  }
  return out;
}

/// The singular of an English plural that ends regularly, or nothing.
std::string singular_of(std::string_view word) {
  if (word.size() < 4 || word.back() != 's' || word.ends_with("ss") || word.ends_with("us") || word.ends_with("is"))
    return {};
  if (word.ends_with("ies")) return std::string(word.substr(0, word.size() - 3)) + "y";
  for (const std::string_view ending : {"ches", "shes", "sses", "xes", "zes"})
    if (word.ends_with(ending)) return std::string(word.substr(0, word.size() - 2));
  return std::string(word.substr(0, word.size() - 1));
}

/// Every word that is one edit away from `word`: characters are whole, new ones are small letters and digits.
std::set<std::string> edits_of(std::string_view word) {
  static constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  const std::vector<std::string_view> characters = characters_of(word);
  std::set<std::string> edits;
  const auto head = [&](std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += characters[i];
    return out;
  };
  for (std::size_t at = 0; at <= characters.size(); ++at) {
    const std::string before = head(at);
    const std::string_view from = word.substr(before.size());
    for (const char c : kAlphabet) edits.insert(before + c + std::string(from));
    if (at == characters.size()) break;
    const std::string_view after = from.substr(characters[at].size());
    edits.insert(before + std::string(after));
    for (const char c : kAlphabet) edits.insert(before + c + std::string(after));
    if (at + 1 == characters.size()) continue;
    const std::string_view next = characters[at + 1];
    edits.insert(before + std::string(next) + std::string(characters[at]) + std::string(after.substr(next.size())));
  }
  edits.erase(std::string(word));
  return edits;
}

bool is_small(std::string_view word) {
  return std::find(kSmallWords.begin(), kSmallWords.end(), word) != kSmallWords.end();
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

QueryWord word_of(std::string_view typed) {
  QueryWord word{std::string(typed), {}, {}};
  bool taken_apart = false;
  for (const Token& token : tokens_of(typed)) {
    taken_apart |= token.compound;
    if (token.compound || word.parts.size() == kPartsMax) continue;
    word.parts.emplace_back(lowered(typed.substr(token.begin, token.end - token.begin)));
  }
  if (word.parts.size() > 1 || taken_apart) word.in_one.emplace_back(joined(typed));
  return word;
}

}  // namespace

Sought::Sought(std::string word) : word_(std::move(word)), singular_(singular_of(word_)) {}

void Sought::look_near(const WordIndex& index) {
  near_.clear();
  if (characters_of(word_).size() < kTypoLengthMin) return;
  const std::set<std::string> edits = edits_of(word_);
  std::set<std::string, std::less<>> taken;
  const auto take_whole = [&](std::string word) {
    if (word.empty() || word == singular_ || taken.size() == kNearMax || !index.has(word)) return;
    if (taken.insert(word).second) near_.push_back({std::move(word), true});
  };
  for (const std::string& edit : edits) {
    take_whole(edit);
    take_whole(singular_of(edit));
  }
  for (const std::string& edit : edits) {
    if (edit.size() < kNearPrefixMin) continue;
    // An edit that is longer than the word adds a character at its end: found by the word itself.
    for (const std::string_view longer : index.words_from(edit, kNearMax)) {
      if (taken.size() == kNearMax) break;
      if (longer.starts_with(word_) || longer == singular_ || !taken.emplace(longer).second) continue;
      near_.push_back({std::string(longer), false});
    }
  }
  std::sort(near_.begin(), near_.end(), [](const Near& a, const Near& b) { return a.word < b.word; });
}

std::vector<std::string> Sought::near_words() const {
  std::vector<std::string> words;
  for (const Near& each : near_)
    if (each.whole) words.push_back(each.word);
  return words;
}

void Sought::score(const WordIndex& index, Scores& scores) const {
  index.find(word_, kWhole, scores);
  if (!singular_.empty()) index.find(singular_, kSingular, scores);
  index.find_longer(word_, kLonger, scores);
  for (const Near& each : near_) index.find(each.word, each.whole ? kNearWhole : kNearLonger, scores);
}

unsigned Sought::fit(std::string_view word) const {
  if (word == word_) return kWhole;
  if (!singular_.empty() && word == singular_) return kSingular;
  if (word.starts_with(word_)) return kLonger;
  const auto at = std::lower_bound(near_.begin(), near_.end(), word,
                                   [](const Near& near, std::string_view wanted) { return near.word < wanted; });
  if (at == near_.end() || at->word != word) return 0;
  return at->whole ? kNearWhole : kNearLonger;
}

std::vector<QueryWord> query_words(std::string_view text) {
  std::vector<QueryWord> words;
  std::vector<QueryWord> small;
  for (std::size_t begin = 0; begin < text.size() && words.size() < kQueryWordsMax;) {
    if (is_space(text[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < text.size() && !is_space(text[end])) ++end;
    QueryWord word = word_of(text.substr(begin, end - begin));
    const bool finished = end < text.size();
    begin = end;
    if (word.parts.empty()) continue;
    const bool leave_out = finished && word.parts.size() == 1 && is_small(word.parts.front().word());
    (leave_out ? small : words).push_back(std::move(word));
  }
  return words.empty() ? std::move(small) : std::move(words);
}

}  // namespace weft::mesh::search
