#include "schema/protobuf/option_text.h"

#include <google/protobuf/io/tokenizer.h>

#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "schema/protobuf/nesting.h"

namespace weft::schema::protobuf {
namespace {

/// Of one map in an option: adding one looks at all.
constexpr std::size_t kMembersMax = 5'000;

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class ValueParser {
 public:
  explicit ValueParser(std::string_view text) : text_(text) {}

  Result<OptionValue> parse(int depth) {
    TRY_ASSIGN(OptionValue parsed, value(depth));
    skip_space();
    if (at_ != text_.size()) return unexpected();
    return parsed;
  }

 private:
  Result<OptionValue> value(int depth) {
    OptionValue out;
    const char c = peek();
    if (c == '"' || c == '\'') {
      out.kind = OptionValue::Kind::kString;
      while (peek() == '"' || peek() == '\'') TRY(append_string(out.text));
      return out;
    }
    if (c == '{' || c == '<') return map(depth);
    if (c == '[') return list(depth);
    if (c == '-' || c == '+') {
      ++at_;
      if (c == '-') out.text = "-";
      skip_space();
    }
    const std::size_t start = at_;
    const bool number = is_digit(peek()) || peek() == '.';
    while (at_ < text_.size() &&
           (is_alnum(text_[at_]) || text_[at_] == '.' ||
            (number && (text_[at_] == '-' || text_[at_] == '+') && (text_[at_ - 1] | 0x20) == 'e'))) {
      ++at_;
    }
    if (at_ == start) return unexpected();
    out.text += text_.substr(start, at_ - start);
    out.kind = number || out.text[0] == '-' ? OptionValue::Kind::kNumber : OptionValue::Kind::kWord;
    return out;
  }

  Result<OptionValue> map(int depth) {
    if (depth > kOptionDepthMax) {
      return error(ErrorCode::kTooLarge, "option value nested deeper than {}", kOptionDepthMax);
    }
    OptionValue out;
    out.kind = OptionValue::Kind::kMap;
    const char close = peek() == '{' ? '}' : '>';
    ++at_;
    while (peek() != close) {
      TRY_ASSIGN(std::string name, member_name());
      if (peek() == ':') ++at_;
      TRY_ASSIGN(OptionValue member, value(depth + 1));
      add_member(out, std::move(name), std::move(member));
      if (out.members.size() > kMembersMax) {
        return error(ErrorCode::kTooLarge, "option value has more than {} members", kMembersMax);
      }
      if (peek() == ',' || peek() == ';') ++at_;
    }
    ++at_;
    return out;
  }

  Result<OptionValue> list(int depth) {
    OptionValue out;
    out.kind = OptionValue::Kind::kList;
    ++at_;
    while (peek() != ']') {
      if (peek() == '[') return unexpected();  // text format has no lists of lists
      TRY_ASSIGN(OptionValue element, value(depth));
      out.elements.push_back(std::move(element));
      if (peek() == ',') ++at_;
    }
    ++at_;
    return out;
  }

  Result<std::string> member_name() {
    std::string name;
    const bool bracket = peek() == '[';
    if (bracket) {
      name += '[';
      ++at_;
    }
    if (is_digit(peek())) return unexpected();
    while (at_ < text_.size() &&
           (is_alnum(text_[at_]) || text_[at_] == '.' || (bracket && (text_[at_] == '/' || text_[at_] == '-')))) {
      name += text_[at_++];
    }
    if (bracket) {
      if (peek() != ']') return unexpected();
      name += ']';
      ++at_;
    }
    if (name.empty()) return unexpected();
    return name;
  }

  Result<void> append_string(std::string& out) {
    const char quote = peek();
    const std::size_t start = at_++;
    while (at_ < text_.size() && text_[at_] != quote) at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return error(ErrorCode::kInvalidArgument, "string in an option value does not end");
    ++at_;
    google::protobuf::io::Tokenizer::ParseStringAppend(std::string(text_.substr(start, at_ - start)), &out);
    return {};
  }

  /// The next character that is neither white space nor comment; NUL at the end.
  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  void skip_space() {
    while (at_ < text_.size()) {
      if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else if (std::string_view(" \t\r\n\v\f").find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else {
        return;
      }
    }
  }
  Error unexpected() {
    if (at_ >= text_.size()) return error(ErrorCode::kInvalidArgument, "option value ends too early");
    return error(ErrorCode::kInvalidArgument, "option value has an unexpected {}", quoted(text_.substr(at_, 1)));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// `text` without the suffix that Java and C put behind numbers.
std::string_view without_suffix(std::string_view text, bool hexadecimal) {
  const std::string_view suffixes = hexadecimal ? "lL" : "fFdDlL";
  if (!text.empty() && suffixes.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<OptionValue> parse_option_value(std::string_view text, int depth) { return ValueParser(text).parse(depth); }

void add_member(OptionValue& map, std::string name, OptionValue value) {
  for (auto& member : map.members) {
    if (member.name != name) continue;
    if (member.value.kind != OptionValue::Kind::kList) {
      OptionValue list;
      list.kind = OptionValue::Kind::kList;
      list.elements.push_back(std::move(member.value));
      member.value = std::move(list);
    }
    auto& elements = member.value.elements;
    if (value.kind == OptionValue::Kind::kList) {
      for (auto& element : value.elements) elements.push_back(std::move(element));
    } else {
      elements.push_back(std::move(value));
    }
    return;
  }
  map.members.push_back({std::move(name), std::move(value)});
}

std::string quoted(std::string_view bytes) {
  std::string out = "\"";
  while (!bytes.empty()) {
    constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v\\'\"", kLetters = "abfnrtv\\'\"";
    const std::size_t letter = kEscaped.find(bytes[0]);
    const std::size_t size = utf8_character_size(bytes);
    const auto byte = static_cast<unsigned char>(bytes[0]);
    if (letter != std::string_view::npos) {
      out += '\\';
      out += kLetters[letter];
      bytes.remove_prefix(1);
    } else if (size == 0 || byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\{:03o}", byte);
      bytes.remove_prefix(1);
    } else {
      out += bytes.substr(0, size);
      bytes.remove_prefix(size);
    }
  }
  return out += '"';
}

std::string normalized_number(const std::string& text) {
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  if (digits.empty() || (!is_digit(digits[0]) && digits[0] != '.')) return text;
  const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  digits = without_suffix(digits, hexadecimal);
  const bool octal = !hexadecimal && digits.size() > 1 && digits[0] == '0' &&
                     digits.find_first_not_of("01234567") == std::string_view::npos;
  if (hexadecimal) digits.remove_prefix(2);

  const char* end = digits.data() + digits.size();
  std::uint64_t integer = 0;
  if (const auto read = std::from_chars(digits.data(), end, integer,
                                        hexadecimal ? 16
                                        : octal     ? 8
                                                    : 10);
      read.ec == std::errc{} && read.ptr == end) {
    return (negative ? "-" : "") + std::to_string(integer);
  }
  double number = 0;
  if (const auto read = std::from_chars(digits.data(), end, number); read.ec != std::errc{} || read.ptr != end) {
    return text;
  }
  if (number == 0) return negative ? "-0" : "0";
  if (std::abs(number) > 1e15 && digits.find_first_of(".eE") == std::string_view::npos) return text;
  char fixed[400];
  const auto written = std::to_chars(fixed, fixed + sizeof fixed, number, std::chars_format::fixed);
  return (negative ? "-" : "") + std::string(fixed, written.ptr);
}

}  // namespace weft::schema::protobuf
