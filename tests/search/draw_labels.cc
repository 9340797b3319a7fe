// Draws the labelled queries of labels.tsv: what a person would type who has one product in mind. Run once; the file is
// kept, so that a change of the search is measured on the same queries.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "mesh/search/texts.h"
#include "mesh/search/tokens.h"
#include "mesh_set.h"

namespace weft::search_set {
namespace {

/// No search could know which one is meant when more products hold every word of the query.
constexpr std::size_t kHoldersMax = 20;
/// Words that nobody types who looks for something.
const std::set<std::string> kTellsNothing = {"that", "when", "with", "from", "what", "them", "they", "this", "which", "being",
                                             "than", "into", "somebody", "whenever", "written", "comes", "goes", "sees",
                                             "does", "until", "before", "some", "thing", "things", "each", "whole"};
constexpr std::size_t kProducts = 10'000;
constexpr std::uint64_t kSeed = 4;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Every word that a product says, plainly cut at what is no letter or digit and at capitals.
std::set<std::string> words_said(const Made& made) {
  std::set<std::string> words;
  for (const mesh::search::Text& text : mesh::search::texts_of(*made.product, {made.subject}))
    for (const mesh::search::Token& token : mesh::search::tokens_of(text.text))
      words.insert(lower(std::string(text.text.substr(token.begin, token.end - token.begin))));
  return words;
}

class Drawer {
 public:
  Drawer() : products_(make_products(kProducts, kSeed)), dice_(kSeed + 1) {
    for (const Made& made : products_) said_.push_back(words_said(made));
  }

  void draw(std::string_view kind, std::size_t count) {
    for (std::size_t drawn = 0; drawn < count;) {
      const Made& made = dice_.any(products_);
      if (made.product->lifecycle != mesh::Lifecycle::kLive) continue;
      const std::vector<std::string> words = kind == "name"    ? name_words(made)
                                             : kind == "field" ? field_words(made)
                                             : kind == "tag"   ? tag_words(made)
                                                               : description_words(made);
      if (words.empty() || holders(words) > kHoldersMax) continue;
      const std::string query = typed(words, kind);
      if (!queries_.insert(query).second) continue;
      fmt::print("{}\t{}\t{}\n", kind, query, made.product->id.to_string());
      ++drawn;
    }
  }

 private:
  static void append(std::vector<std::string>& words, std::string_view snake_case) {
    for (std::string& word : words_in(snake_case)) words.push_back(std::move(word));
  }
  /// Who means one of several says which.
  static void append_which(std::vector<std::string>& words, const Made& made) {
    if (!made.qualifier.empty()) words.push_back(made.qualifier);
    if (!made.version.empty()) words.push_back(made.version);
  }
  std::vector<std::string> name_words(const Made& made) {
    std::vector<std::string> words;
    append(words, made.entity);
    append(words, made.event);
    append_which(words, made);
    return words;
  }
  std::vector<std::string> field_words(const Made& made) {
    std::vector<std::string> words;
    append(words, made.own_fields[dice_.roll(made.own_fields.size())]);
    append(words, made.event);
    append_which(words, made);
    return words;
  }
  std::vector<std::string> tag_words(const Made& made) {
    if (made.tags.empty()) return {};
    std::vector<std::string> words{made.tags[dice_.roll(made.tags.size())], made.product->id.domain};
    append(words, made.event);
    append_which(words, made);
    return words;
  }
  /// Two words of what it is, one of what happens, one of which ones.
  std::vector<std::string> description_words(const Made& made) {
    std::vector<std::string> words;
    const auto take = [&](const std::string& text, std::size_t count) {
      std::vector<std::string> telling;
      for (const mesh::search::Token& token : mesh::search::tokens_of(text)) {
        std::string word = lower(text.substr(token.begin, token.end - token.begin));
        if (word.size() >= 4 && !kTellsNothing.contains(word)) telling.push_back(std::move(word));
      }
      for (; count > 0 && !telling.empty(); --count) {
        const std::size_t at = dice_.roll(telling.size());
        if (std::find(words.begin(), words.end(), telling[at]) == words.end()) words.push_back(telling[at]);
        telling.erase(telling.begin() + static_cast<std::ptrdiff_t>(at));
      }
    };
    take(made.meaning, 2);
    take(made.event_text, 1);
    take(made.qualifier_text, 1);
    if (!made.version.empty()) words.push_back(made.version);
    return words;
  }

  /// How somebody types these words: some in a plural, some not to the end, some as one name.
  std::string typed(std::vector<std::string> words, std::string_view kind) {
    std::string& first = words.front();
    if (kind == "name" && dice_.one_in(5) && first.size() > 3 && first.back() != 's' && first.back() != 'y') first += 's';
    std::string& last = words.back();
    if (dice_.one_in(5) && last.size() > 5) last.resize(4 + dice_.roll(last.size() - 5));
    constexpr std::string_view kBetween[] = {" ", " ", " ", "_", "-", "."};
    const std::string_view between = kind == "name" ? dice_.any(kBetween) : " ";
    std::string query;
    for (const std::string& word : words) query += (query.empty() ? "" : std::string(between)) + word;
    return query;
  }

  std::size_t holders(const std::vector<std::string>& words) const {
    return static_cast<std::size_t>(std::count_if(said_.begin(), said_.end(), [&](const std::set<std::string>& said) {
      return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
        // A tag such as "low-latency" is more than one word.
        for (const mesh::search::Token& token : mesh::search::tokens_of(word)) {
          const std::string part = word.substr(token.begin, token.end - token.begin);
          const auto at = said.lower_bound(part);
          if (at == said.end() || !at->starts_with(part)) return false;
        }
        return true;
      });
    }));
  }

  std::vector<Made> products_;
  std::vector<std::set<std::string>> said_;
  std::set<std::string> queries_;
  Dice dice_;
};

}  // namespace
}  // namespace weft::search_set

int main() {
  weft::search_set::Drawer drawer;
  drawer.draw("name", 60);
  drawer.draw("field", 50);
  drawer.draw("description", 50);
  drawer.draw("tag", 40);
}
