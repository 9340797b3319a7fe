#include "api/decimal_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace weft::api {

namespace {

constexpr std::int64_t kExponentMax = 1'000'000'000'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

/// A number's digits from the first that is not 0 on, the point left out, and where the point stands.
class Digits {
 public:
  explicit Digits(std::string_view number) {
    if (number.front() == '-') {
      negative_ = true;
      number.remove_prefix(1);
    }
    const std::size_t e = number.find_first_of("eE");
    digits_ = number.substr(0, e);
    const std::size_t point = std::min(digits_.find('.'), digits_.size());
    const std::size_t first = digits_.find_first_of("123456789");
    zero_ = first == std::string_view::npos;
    if (zero_) return;
    magnitude_ = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) + (first > point ? 1 : 0);
    if (e != std::string_view::npos) magnitude_ += exponent(number.substr(e + 1));
    digits_.remove_prefix(first);
  }

  int sign() const { return zero_ ? 0 : negative_ ? -1 : 1; }

  /// Of two that are not 0, without their signs.
  static std::strong_ordering compare_sizes(Digits a, Digits b) {
    if (a.magnitude_ != b.magnitude_) return a.magnitude_ <=> b.magnitude_;
    while (!a.digits_.empty() || !b.digits_.empty())
      if (const auto order = a.next() <=> b.next(); order != 0) return order;
    return std::strong_ordering::equal;
  }

 private:
  static std::int64_t exponent(std::string_view text) {
    const bool negative = text.front() == '-';
    if (negative || text.front() == '+') text.remove_prefix(1);
    std::int64_t value = 0;
    for (const char c : text) value = std::min(kExponentMax, value * 10 + (c - '0'));
    return negative ? -value : value;
  }

  /// The next digit; 0 for ever behind the last.
  char next() {
    if (!digits_.empty() && digits_.front() == '.') digits_.remove_prefix(1);
    if (digits_.empty()) return '0';
    const char digit = digits_.front();
    digits_.remove_prefix(1);
    return digit;
  }

  std::string_view digits_;
  std::int64_t magnitude_ = 0;  ///< Digits before the point, counted from the first that is not 0.
  bool negative_ = false;
  bool zero_ = false;
};

}  // namespace

bool is_decimal(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = digits_at(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = digits_at(text, ++at);
    if (fraction == 0) return false;
    at += fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = digits_at(text, at);
    if (exponent == 0) return false;
    at += exponent;
  }
  return at == text.size();
}

std::strong_ordering compare_decimals(std::string_view a, std::string_view b) {
  const Digits x(a), y(b);
  if (x.sign() != y.sign() || x.sign() == 0) return x.sign() <=> y.sign();
  return x.sign() > 0 ? Digits::compare_sizes(x, y) : Digits::compare_sizes(y, x);
}

}  // namespace weft::api
