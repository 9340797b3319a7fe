#include "schema/json/pattern.h"

#include <re2/re2.h>

#include <cctype>

namespace weft::schema::json {
namespace {

constexpr std::int64_t kProgramBytesMax = std::int64_t{256} << 10;
constexpr int kFailureCost = 2'000;  // an expression too large was half made before that showed

bool is_hex(std::string_view digits) {
  for (const char c : digits) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return false;
  }
  return true;
}

/// ECMA-262's \uXXXX, \cX and \/ in RE2's words.
std::string in_re2_syntax(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char escaped = text[++i];
    if (escaped == 'u' && i + 4 < text.size() && is_hex(text.substr(i + 1, 4))) {
      out.append("\\x{").append(text.substr(i + 1, 4)).append("}");
      i += 4;
    } else if (escaped == 'c' && i + 1 < text.size() && std::isalpha(static_cast<unsigned char>(text[i + 1])) != 0) {
      constexpr std::string_view kHex = "0123456789abcdef";
      const int control = text[++i] & 31;
      out.append("\\x").append(1, kHex[static_cast<std::size_t>(control) >> 4]);
      out.append(1, kHex[static_cast<std::size_t>(control) & 15]);
    } else {
      out.append(1, '\\').append(1, escaped);
    }
  }
  return out;
}

/// Whether brackets and repeats are in order, for expressions that RE2 does not take.
bool well_formed(std::string_view text) {
  int groups = 0;
  bool repeatable = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '\\':
        if (++i == text.size()) return false;
        repeatable = true;
        break;
      case '[': {
        std::size_t end = i + 1;
        if (end < text.size() && text[end] == '^') ++end;
        if (end < text.size() && text[end] == ']') ++end;  // first in the class: itself
        while (end < text.size() && text[end] != ']') end += text[end] == '\\' ? 2 : 1;
        if (end >= text.size()) return false;
        i = end;
        repeatable = true;
        break;
      }
      case '(':
        ++groups;
        repeatable = false;
        if (i + 1 < text.size() && text[i + 1] == '?') ++i;
        break;
      case ')':
        if (--groups < 0) return false;
        repeatable = true;
        break;
      case '*':
      case '+':
      case '?':
        if (!repeatable) return false;
        break;
      case '|':
        repeatable = false;
        break;
      default:
        repeatable = true;
    }
  }
  return groups == 0;
}

}  // namespace

Pattern::~Pattern() = default;

std::unique_ptr<const Pattern> Pattern::compile(std::string_view text, bool search) {
  std::unique_ptr<Pattern> pattern(new Pattern());
  pattern->text_ = text;
  if (search) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kProgramBytesMax);
    pattern->expression_ = std::make_unique<re2::RE2>(in_re2_syntax(text), options);
    if (pattern->expression_->ok()) {
      pattern->cost_ = pattern->expression_->ProgramSize();
      return pattern;
    }
    pattern->expression_.reset();
    pattern->cost_ = kFailureCost;
  }
  if (!well_formed(text)) return nullptr;
  return pattern;
}

bool Pattern::found_in(std::string_view text) const {
  return expression_ != nullptr && re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

}  // namespace weft::schema::json
