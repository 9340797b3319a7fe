#include "mesh/search/texts.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "mesh/search/tokens.h"

namespace weft::mesh {

namespace {
constexpr std::array kMatchNames = {std::pair{MatchIn::kName, "name"},
                                    std::pair{MatchIn::kDomain, "domain"},
                                    std::pair{MatchIn::kTeam, "team"},
                                    std::pair{MatchIn::kTag, "tag"},
                                    std::pair{MatchIn::kAttribute, "attribute"},
                                    std::pair{MatchIn::kFieldName, "field_name"},
                                    std::pair{MatchIn::kDescription, "description"},
                                    std::pair{MatchIn::kFieldDoc, "field_doc"}};
static_assert(kMatchNames.size() == kMatchInCount);
}  // namespace

std::string_view match_name(MatchIn in) { return kMatchNames[static_cast<std::size_t>(in)].second; }

std::optional<MatchIn> parse_match(std::string_view name) {
  for (const auto& [in, known] : kMatchNames)
    if (name == known) return in;
  return std::nullopt;
}

}  // namespace weft::mesh

namespace weft::mesh::search {

namespace {

/// What a word weighs that is all of a text, the only one of its parts, and what many parts leave of that.
struct Weights {
  Level whole;
  Level part;       ///< One of very many.
  Level alone_adds; ///< Shared among the parts: of two words each says more than of five.
};

constexpr Level kId = kLevelMax;  ///< Domain and name in one.
constexpr Level kFirstWordAdds = 10;
constexpr Level kParentField = 15;

constexpr Weights weights_of(MatchIn in) {
  switch (in) {
    case MatchIn::kName:
      return {200, 80, 100};
    case MatchIn::kDomain:
      return {60, 40, 0};
    case MatchIn::kTeam:
      return {40, 30, 0};
    case MatchIn::kTag:
      return {60, 40, 0};
    case MatchIn::kAttribute:
      return {40, 30, 0};
    case MatchIn::kFieldName:
      return {60, 30, 20};
    case MatchIn::kDescription:
      return {20, 20, 0};
    case MatchIn::kFieldDoc:
      return {12, 12, 0};
  }
  return {};
}

/// The parts of a text, and what was taken apart for them.
void add_parts(std::string_view text, const Weights& weights, Level first_adds, std::vector<WeighedWord>& out) {
  const std::vector<Token> tokens = tokens_of(text);
  const auto parts = std::count_if(tokens.begin(), tokens.end(), [](const Token& token) { return !token.compound; });
  bool first = true;
  for (const Token& token : tokens) {
    int level = weights.part + weights.alone_adds / std::max<std::ptrdiff_t>(parts, 1);
    if (first && !token.compound) level += std::exchange(first, false) ? first_adds : 0;
    out.push_back({lowered(text.substr(token.begin, token.end - token.begin)), static_cast<Level>(level)});
  }
}

}  // namespace

Subjects subjects_of(const Product& product, const Facts& facts) {
  Subjects subjects;
  for (const Port& port : product.ports)
    if (port.is_stream()) subjects.push_back(facts.subject(port.subject));
  return subjects;
}

std::vector<Text> texts_of(const Product& product, const Subjects& subjects) {
  std::vector<Text> texts{{MatchIn::kName, product.id.name},
                          {MatchIn::kDomain, product.id.domain},
                          {MatchIn::kTeam, product.owner}};
  for (const std::string& tag : product.tags) texts.push_back({MatchIn::kTag, tag});
  for (const auto& [name, value] : product.attributes) {
    texts.push_back({MatchIn::kAttribute, name});
    if (!value.text.empty()) texts.push_back({MatchIn::kAttribute, value.text});
    for (const std::string& item : value.items) texts.push_back({MatchIn::kAttribute, item});
  }
  texts.push_back({MatchIn::kDescription, product.description});
  std::size_t fields = 0;
  for (const SubjectFactsPointer& subject : subjects) {
    if (!subject) continue;
    for (const FieldText& field : subject->fields) {
      if (fields++ == kFieldsMax) return texts;
      texts.push_back({MatchIn::kFieldName, field.path, &field});
      if (!field.doc.empty()) texts.push_back({MatchIn::kFieldDoc, field.doc, &field});
    }
  }
  return texts;
}

std::vector<WeighedWord> words_of(const Text& text, std::string_view domain) {
  std::vector<WeighedWord> words;
  const Weights weights = weights_of(text.in);
  switch (text.in) {
    case MatchIn::kDescription:
    case MatchIn::kFieldDoc:
      add_parts(text.text, weights, 0, words);
      break;
    case MatchIn::kFieldName: {
      // A field's own name counts, wherever it hangs in the tree: "lines[].quantity" is exactly "quantity".
      const std::string_view leaf = leaf_of(text.text);
      const std::string_view parents = text.text.substr(0, text.text.size() - leaf.size());
      words.push_back({joined(leaf), weights.whole});
      add_parts(leaf, weights, 0, words);
      add_parts(parents, {kParentField, kParentField, 0}, 0, words);
      break;
    }
    case MatchIn::kName:
      words.push_back({joined(std::string(domain) + "/" + std::string(text.text)), kId});
      words.push_back({joined(text.text), weights.whole});
      add_parts(text.text, weights, kFirstWordAdds, words);
      break;
    case MatchIn::kDomain:
    case MatchIn::kTeam:
    case MatchIn::kTag:
    case MatchIn::kAttribute:
      words.push_back({joined(text.text), weights.whole});
      add_parts(text.text, weights, 0, words);
      break;
  }
  std::erase_if(words, [](const WeighedWord& word) { return word.text.empty(); });
  return words;
}

}  // namespace weft::mesh::search
