#include "mesh/search/word_index.h"

#include <algorithm>
#include <array>

namespace weft::mesh::search {

namespace {

constexpr std::uint16_t pack(Level level, Where where) {
  return static_cast<std::uint16_t>(level | (static_cast<unsigned>(where) << 8U));
}
constexpr Level level_of(std::uint16_t hit) { return static_cast<Level>(hit & 0xFFU); }
constexpr Where where_of(std::uint16_t hit) { return static_cast<Where>(hit >> 8U); }

}  // namespace

void WordIndex::add(std::string_view word, Doc doc, Level level, MatchIn in) {
  const auto known = by_word_.find(word);
  Postings* postings = known == by_word_.end() ? nullptr : known->second;
  if (postings == nullptr) {
    const auto added = words_.try_emplace(std::string(word)).first;
    postings = &added->second;
    by_word_.emplace(added->first, postings);
  }
  auto& docs = postings->docs;
  // Filled in order: nearly always the last one, or behind it.
  std::size_t at = docs.size();
  if (at > 0 && docs.back() >= doc)
    at = docs.back() == doc ? at - 1
                            : static_cast<std::size_t>(std::lower_bound(docs.begin(), docs.end(), doc) - docs.begin());
  if (at < docs.size() && docs[at] == doc) {
    std::uint16_t& hit = postings->hits[at];
    hit = pack(std::max(level_of(hit), level), static_cast<Where>(where_of(hit) | where_bit(in)));
    return;
  }
  docs.insert(docs.begin() + static_cast<std::ptrdiff_t>(at), doc);
  postings->hits.insert(postings->hits.begin() + static_cast<std::ptrdiff_t>(at), pack(level, where_bit(in)));
  ++postings_;
}

void WordIndex::remove(std::string_view word, Doc doc) {
  const auto known = by_word_.find(word);
  if (known == by_word_.end()) return;
  Postings& postings = *known->second;
  const auto at = std::lower_bound(postings.docs.begin(), postings.docs.end(), doc);
  if (at == postings.docs.end() || *at != doc) return;
  postings.hits.erase(postings.hits.begin() + (at - postings.docs.begin()));
  postings.docs.erase(at);
  --postings_;
  if (!postings.docs.empty()) return;
  by_word_.erase(known);
  words_.erase(words_.find(word));
}

void WordIndex::clear() {
  by_word_.clear();
  words_.clear();
  postings_ = 0;
}

std::size_t WordIndex::bytes() const {
  // A node of the map, one of the hash table and its bucket.
  constexpr std::size_t kPerWord = 40 + sizeof(std::pair<const std::string, Postings>) + 40 + 8;
  std::size_t bytes = 0;
  for (const auto& [word, postings] : words_) {
    bytes += kPerWord + (word.capacity() > 15 ? word.capacity() + 1 : 0);
    bytes += postings.docs.capacity() * sizeof(Doc) + postings.hits.capacity() * sizeof(std::uint16_t);
  }
  return bytes;
}

std::vector<std::string_view> WordIndex::words_from(std::string_view prefix, std::size_t words_max) const {
  std::vector<std::string_view> words;
  for (auto at = words_.lower_bound(prefix); at != words_.end() && words.size() < words_max; ++at) {
    if (!at->first.starts_with(prefix)) break;
    words.push_back(at->first);
  }
  return words;
}

namespace {

/// What each level is worth at so many per cent.
class Giving {
 public:
  explicit Giving(unsigned percent) {
    for (unsigned level = 0; level < weights_.size(); ++level)
      weights_[level] = static_cast<std::uint16_t>(std::max(1U, level * percent / 100));
  }
  void give(const std::vector<Doc>& docs, const std::vector<std::uint16_t>& hits, Scores& scores) const {
    for (std::size_t i = 0; i < docs.size(); ++i) {
      std::uint16_t& weight = scores.weight[docs[i]];
      weight = std::max(weight, weights_[level_of(hits[i])]);
      scores.where[docs[i]] |= where_of(hits[i]);
    }
  }

 private:
  std::array<std::uint16_t, 256> weights_;
};

}  // namespace

void WordIndex::find(std::string_view word, unsigned percent, Scores& scores) const {
  const auto known = by_word_.find(word);
  if (known != by_word_.end()) Giving(percent).give(known->second->docs, known->second->hits, scores);
}

void WordIndex::find_longer(std::string_view prefix, unsigned percent, Scores& scores) const {
  const Giving giving(percent);
  for (auto at = words_.upper_bound(prefix); at != words_.end() && at->first.starts_with(prefix); ++at)
    giving.give(at->second.docs, at->second.hits, scores);
}

}  // namespace weft::mesh::search
