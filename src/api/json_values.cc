#include "api/json_values.h"

#include "api/decimal_text.h"
#include "base/check.h"

namespace weft::api {

namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class Walker {
 public:
  Walker(std::string_view text, std::span<const JsonPath> paths, JsonValueSink& sink)
      : text_(text), paths_(paths), sink_(sink) {}

  bool run() {
    Paths all = 0;
    for (std::size_t i = 0; i < paths_.size(); ++i) all |= Paths{1} << i;
    skip_space();
    if (!value(0, all)) return false;
    skip_space();
    return at_ == text_.size();
  }

 private:
  /// One bit for each path that leads here, or through here.
  using Paths = std::uint32_t;
  static_assert(kJsonPathsMax <= 32);

  bool value(std::size_t depth, Paths through) {
    if (at_ == text_.size() || depth > kJsonDepthMax) return false;
    const std::size_t begin = at_;
    bool ok = false;
    switch (text_[at_]) {
      case '{':
        ok = object(depth, through);
        break;
      case '[':
        ok = array(depth, through);
        break;
      case '"':
        ok = string();
        break;
      case 't':
        ok = word("true");
        break;
      case 'f':
        ok = word("false");
        break;
      case 'n':
        ok = word("null");
        break;
      default:
        ok = number();
    }
    if (!ok || through == 0) return ok;
    for (std::size_t i = 0; i < paths_.size(); ++i)
      if ((through >> i & 1) != 0 && paths_[i].size() == depth) sink_.value_at(i, text_.substr(begin, at_ - begin));
    return true;
  }

  bool object(std::size_t depth, Paths through) {
    ++at_;
    skip_space();
    if (take('}')) return true;
    for (;;) {
      const std::size_t begin = at_;
      if (at_ == text_.size() || text_[at_] != '"' || !string()) return false;
      const std::string_view quoted = text_.substr(begin, at_ - begin);
      skip_space();
      if (!take(':')) return false;
      skip_space();
      if (!value(depth + 1, through == 0 ? 0 : through_member(depth, through, quoted))) return false;
      skip_space();
      if (take('}')) return true;
      if (!take(',')) return false;
      skip_space();
    }
  }

  bool array(std::size_t depth, Paths through) {
    ++at_;
    skip_space();
    if (take(']')) return true;
    for (std::uint64_t index = 0;; ++index) {
      if (!value(depth + 1, through == 0 ? 0 : through_element(depth, through, index))) return false;
      skip_space();
      if (take(']')) return true;
      if (!take(',')) return false;
      skip_space();
    }
  }

  Paths through_member(std::size_t depth, Paths through, std::string_view quoted) const {
    const bool escaped = quoted.find('\\') != std::string_view::npos;
    const std::string unescaped = escaped ? json_string_text(quoted) : std::string();
    const std::string_view name = escaped ? std::string_view(unescaped) : quoted.substr(1, quoted.size() - 2);
    return leading(depth, through,
                   [&](const JsonStep& step) { return step.kind == JsonStep::Kind::kMember && step.name == name; });
  }

  Paths through_element(std::size_t depth, Paths through, std::uint64_t index) const {
    return leading(depth, through, [&](const JsonStep& step) {
      return step.kind == JsonStep::Kind::kAnyElement || (step.kind == JsonStep::Kind::kElement && step.index == index);
    });
  }

  template <class Fits>
  Paths leading(std::size_t depth, Paths through, Fits fits) const {
    Paths out = 0;
    for (std::size_t i = 0; i < paths_.size(); ++i)
      if ((through >> i & 1) != 0 && paths_[i].size() > depth && fits(paths_[i][depth])) out |= Paths{1} << i;
    return out;
  }

  bool string() {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }

  /// From the backslash to the last character that belongs to it.
  bool escape() {
    if (++at_ == text_.size()) return false;
    if (text_[at_] != 'u') return std::string_view("\"\\/bfnrt").find(text_[at_]) != std::string_view::npos;
    for (int i = 0; i < 4; ++i)
      if (++at_ == text_.size() || hex_digit(text_[at_]) < 0) return false;
    return true;
  }

  bool number() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_not_of("+-.0123456789eE", begin), text_.size());
    return is_decimal(text_.substr(begin, at_ - begin));
  }

  bool word(std::string_view wanted) {
    if (!text_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  std::string_view text_;
  std::span<const JsonPath> paths_;
  JsonValueSink& sink_;
  std::size_t at_ = 0;
};

std::uint32_t hex4(std::string_view digits) {
  std::uint32_t code = 0;
  for (const char c : digits) code = code << 4 | static_cast<std::uint32_t>(hex_digit(c));
  return code;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

/// Reads the character that \u at `at` begins, a pair of surrogates together; `at` is left behind it.
std::uint32_t unicode_escape(std::string_view text, std::size_t& at) {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  const std::uint32_t code = hex4(text.substr(at + 2, 4));
  at += 6;
  if (code < 0xD800 || code > 0xDFFF) return code;
  if (code > 0xDBFF || !text.substr(at).starts_with("\\u")) return kReplacement;
  const std::uint32_t low = hex4(text.substr(at + 2, 4));
  if (low < 0xDC00 || low > 0xDFFF) return kReplacement;
  at += 6;
  return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

}  // namespace

bool find_json_values(std::string_view text, std::span<const JsonPath> paths, JsonValueSink& sink) {
  CHECK(paths.size() <= kJsonPathsMax);
  return Walker(text, paths, sink).run();
}

std::string json_string_text(std::string_view quoted) {
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      const std::size_t end = std::min(text.find('\\', at), text.size());
      out += text.substr(at, end - at);
      at = end;
    } else if (text[at + 1] == 'u') {
      append_utf8(out, unicode_escape(text, at));
    } else {
      constexpr std::string_view kLetters = "bfnrt", kMeant = "\b\f\n\r\t";
      const std::size_t letter = kLetters.find(text[at + 1]);
      out += letter == std::string_view::npos ? text[at + 1] : kMeant[letter];
      at += 2;
    }
  }
  return out;
}

}  // namespace weft::api
