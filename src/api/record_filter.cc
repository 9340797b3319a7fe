#include "api/record_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "api/decimal_text.h"
#include "base/utf8.h"

namespace weft::api {

namespace {

using Term = RecordFilter::Term;
using Literal = RecordFilter::Literal;
using Operator = RecordFilter::Operator;
using Part = RecordFilter::Part;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_name(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '$' || c == '@'; }

bool same_word(std::string_view a, std::string_view lower) {
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(),
                    [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + ('a' - 'A') : x) == y; });
}

constexpr std::pair<std::string_view, Operator> kOperators[] = {{"<=", Operator::kLessOrEqual},
                                                                {">=", Operator::kGreaterOrEqual},
                                                                {"=", Operator::kEqual},
                                                                {"<", Operator::kLess},
                                                                {">", Operator::kGreater}};
constexpr std::string_view kOperatorsFix = "Use =, <, <=, >, >= or contains.";
constexpr std::string_view kValueFix = "Give text in quotes (\"Berlin\"), a number, true, false or null.";
constexpr std::string_view kPlaceFix = "Name a field (customer.city), key, value or header.name.";

/// Reads a filter's text from front to back; the first mistake ends it.
class Parser {
 public:
  Parser(std::string_view text, FilterFault& fault) : text_(text), fault_(fault) {}

  bool run(std::vector<Term>& terms) {
    skip_space();
    while (at_ < text_.size()) {
      if (terms.size() == RecordFilter::kTermsMax)
        return fail(at_, fmt::format("A filter has at most {} comparisons.", RecordFilter::kTermsMax),
                    "Leave some out.");
      Term term;
      if (!place(term) || !comparison(term)) return false;
      terms.push_back(std::move(term));
      skip_space();
      if (at_ == text_.size()) break;
      const std::size_t begin = at_;
      if (!same_word(word(), "and"))
        return fail(begin, fmt::format("Only \"and\" joins two comparisons, not {}.", seen(begin)),
                    "Write and, or put text of several words in quotes.");
      skip_space();
      if (at_ == text_.size()) return fail(at_, "After \"and\" another comparison is missing.", std::string(kPlaceFix));
    }
    return true;
  }

 private:
  bool fail(std::size_t at, std::string message, std::string fix) {
    std::size_t position = 1;
    for (std::size_t i = 0; i < at && i < text_.size(); ++i)
      if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80) ++position;
    fault_ = {position, std::move(message), std::move(fix)};
    return false;
  }

  /// What stands at `at`, for a message.
  std::string seen(std::size_t at) const {
    if (at >= text_.size()) return "the end";
    constexpr std::size_t kShownMax = 20;
    std::size_t end = at;
    while (end < text_.size() && !is_space(text_[end])) ++end;
    return fmt::format("'{}'", utf8_prefix(text_.substr(at, end - at), kShownMax));
  }

  bool place(Term& term) {
    const std::size_t begin = at_;
    const bool quoted = peek() == '"';
    std::string first;
    if (!name(first)) return false;
    if (!quoted && first == "header") {
      term.part = Part::kHeader;
      if (!take('.'))
        return fail(at_, "Which header is missing.", "Write header.name, or \"header\" for a field of that name.");
      return name(term.header);
    }
    const bool key = !quoted && first == "key";
    term.part = key ? Part::kKey : Part::kValue;
    if (!key && (quoted || first != "value")) term.path.push_back({.name = std::move(first)});
    return steps(term.path, begin);
  }

  bool steps(JsonPath& path, std::size_t begin) {
    for (;;) {
      if (path.size() > RecordFilter::kStepsMax)
        return fail(begin, fmt::format("The way to a field has at most {} steps.", RecordFilter::kStepsMax),
                    "Look into value contains … instead.");
      if (take('.')) {
        path.emplace_back();
        if (!name(path.back().name)) return false;
      } else if (take('[')) {
        path.emplace_back();
        if (!element(path.back())) return false;
      } else {
        return true;
      }
    }
  }

  bool element(JsonStep& step) {
    const std::size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    const std::string_view digits = text_.substr(begin, at_ - begin);
    step.kind = digits.empty() ? JsonStep::Kind::kAnyElement : JsonStep::Kind::kElement;
    const bool fits =
        digits.empty() || std::from_chars(digits.data(), digits.data() + digits.size(), step.index).ec == std::errc{};
    if (fits && take(']')) return true;
    return fail(begin, "In brackets stands which element is meant.", "Write items[0] for the first, items[] for any.");
  }

  bool name(std::string& out) {
    if (peek() == '"') return quoted(out);
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    out = text_.substr(begin, at_ - begin);
    if (!out.empty()) return true;
    return fail(begin, fmt::format("A field's name is missing before {}.", seen(begin)), std::string(kPlaceFix));
  }

  bool comparison(Term& term) {
    skip_space();
    if (!comparator(term)) return false;
    skip_space();
    const std::size_t begin = at_;
    if (!literal(term.literal)) return false;
    const auto kind = term.literal.kind;
    if (term.op == Operator::kContains && term.literal.text.empty())
      return fail(begin, "Everything contains nothing.", "Give the text to look for.");
    if (term.op != Operator::kEqual && term.op != Operator::kContains && kind != Literal::Kind::kNumber &&
        kind != Literal::Kind::kText)
      return fail(begin, "Only numbers and texts have an order.", "Compare true, false and null with =.");
    return true;
  }

  bool comparator(Term& term) {
    const std::size_t begin = at_;
    for (const auto& [sign, op] : kOperators) {
      if (!text_.substr(at_).starts_with(sign)) continue;
      at_ += sign.size();
      term.op = op;
      return true;
    }
    if (same_word(word(), "contains")) {
      term.op = Operator::kContains;
      return true;
    }
    return fail(begin, fmt::format("A comparison is missing before {}.", seen(begin)), std::string(kOperatorsFix));
  }

  bool literal(Literal& out) {
    if (peek() == '"') return quoted(out.text);
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_space(text_[at_])) ++at_;
    out.text = text_.substr(begin, at_ - begin);
    if (out.text.empty() || same_word(out.text, "and"))
      return fail(begin, "A value is missing.", std::string(kValueFix));
    if (is_decimal(out.text)) {
      out.kind = Literal::Kind::kNumber;
    } else if (out.text == "true" || out.text == "false" || out.text == "null") {
      out.kind = out.text == "true"    ? Literal::Kind::kTrue
                 : out.text == "false" ? Literal::Kind::kFalse
                                       : Literal::Kind::kNull;
    } else if (!is_letter(out.text.front()) || !std::all_of(out.text.begin(), out.text.end(), is_name)) {
      return fail(begin, fmt::format("{} is no value.", seen(begin)), std::string(kValueFix));
    }
    return true;
  }

  /// A text in quotes, with JSON's escapes.
  bool quoted(std::string& out) {
    const std::size_t begin = at_;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    if (at_ >= text_.size()) {
      at_ = text_.size();
      return fail(begin, "This quote is not closed.", "Put a \" behind the text; a \" inside is written \\\".");
    }
    const std::string_view whole = text_.substr(begin, ++at_ - begin);
    struct Nobody final : JsonValueSink {
      void value_at(std::size_t, std::string_view) override {}
    } nobody;
    if (!find_json_values(whole, {}, nobody))
      return fail(begin, "In this text is a control character, or a \\ that means nothing.",
                  "A \\ is written \\\\; \\n, \\t and \\u00e4 are there too.");
    out = json_string_text(whole);
    return true;
  }

  std::string_view word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_letter(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  std::string_view text_;
  FilterFault& fault_;
  std::size_t at_ = 0;
};

bool in_order(Operator op, std::strong_ordering order) {
  switch (op) {
    case Operator::kEqual:
      return order == 0;
    case Operator::kLess:
      return order < 0;
    case Operator::kLessOrEqual:
      return order <= 0;
    case Operator::kGreater:
      return order > 0;
    case Operator::kGreaterOrEqual:
      return order >= 0;
    case Operator::kContains:
      break;
  }
  return false;
}

std::strong_ordering compare_texts(std::string_view a, std::string_view b) { return a.compare(b) <=> 0; }

bool satisfies_string(const Term& term, std::string_view characters) {
  if (term.op == Operator::kContains) return characters.find(term.literal.text) != std::string_view::npos;
  return term.literal.kind == Literal::Kind::kText && in_order(term.op, compare_texts(characters, term.literal.text));
}

}  // namespace

std::string FilterFault::to_string() const { return fmt::format("Character {}: {} {}", position, message, fix); }

std::optional<RecordFilter> RecordFilter::parse(std::string_view text, FilterFault& fault) {
  if (text.size() > kTextBytesMax) {
    fault = {kTextBytesMax + 1, fmt::format("A filter has at most {} bytes.", kTextBytesMax), "Shorten it."};
    return std::nullopt;
  }
  if (!is_utf8(text)) {
    fault = {1, "A filter is text in UTF-8.", "Write other bytes as they are shown in a record."};
    return std::nullopt;
  }
  RecordFilter filter;
  filter.text_ = text;
  if (!Parser(text, fault).run(filter.terms_)) return std::nullopt;
  return filter;
}

bool RecordFilter::needs(Part part) const {
  return std::any_of(terms_.begin(), terms_.end(), [part](const Term& term) { return term.part == part; });
}

bool satisfies(const Term& term, std::string_view json) {
  const char first = json.front();
  if (first == '"') {
    const std::string_view inside = json.substr(1, json.size() - 2);
    const bool escaped = inside.find('\\') != std::string_view::npos;
    return escaped ? satisfies_string(term, json_string_text(json)) : satisfies_string(term, inside);
  }
  if (term.op == Operator::kContains) return json.find(term.literal.text) != std::string_view::npos;
  switch (term.literal.kind) {
    case Literal::Kind::kNumber:
      return (first == '-' || (first >= '0' && first <= '9')) &&
             in_order(term.op, compare_decimals(json, term.literal.text));
    case Literal::Kind::kTrue:
    case Literal::Kind::kFalse:
    case Literal::Kind::kNull:
      return json == term.literal.text;
    case Literal::Kind::kText:
      break;
  }
  return false;
}

bool satisfies_text(const Term& term, std::string_view text) {
  if (term.op == Operator::kContains || term.literal.kind == Literal::Kind::kText) return satisfies_string(term, text);
  if (term.literal.kind == Literal::Kind::kNumber)
    return is_decimal(text) && in_order(term.op, compare_decimals(text, term.literal.text));
  return text == term.literal.text && term.literal.kind != Literal::Kind::kNull;
}

}  // namespace weft::api
