#include "schema/json_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/utf8.h"

namespace weft::schema {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// 0: as it is; 1: part of a multi-byte character; otherwise the letter after the backslash, 'u' for \u00XX.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> table{};
  for (int c = 0; c < 0x20; ++c) table[static_cast<std::size_t>(c)] = 'u';
  for (std::size_t c = 0x80; c < 0x100; ++c) table[c] = 1;
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}
constexpr auto kEscapes = make_escapes();

template <class Float>
void append_shortest(std::string& out, Float value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

/// Java prints plain digits from 10^-3 up to 10^7, otherwise one digit, the fraction and E with a bare exponent.
template <class Float>
void append_java(std::string& out, Float value) {
  const Float size = std::fabs(value);
  if (!std::isfinite(value)) {
    append_shortest(out, value);
  } else if (size == 0) {
    out += std::signbit(value) ? "-0.0" : "0.0";
  } else if (size >= static_cast<Float>(1e-3) && size < static_cast<Float>(1e7)) {
    std::array<char, 64> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    out += text;
    if (text.find('.') == std::string_view::npos) out += ".0";
  } else {
    std::array<char, 64> digits;
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::scientific).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    const std::size_t e = text.find('e');
    out += text.substr(0, e);
    if (text.substr(0, e).find('.') == std::string_view::npos) out += ".0";
    out += 'E';
    std::string_view exponent = text.substr(e + 1);
    if (exponent.front() == '-') out += '-';
    exponent.remove_prefix(1);
    while (exponent.size() > 1 && exponent.front() == '0') exponent.remove_prefix(1);
    out += exponent;
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  out += '"';
  std::size_t plain = 0;  // everything from here to `at` goes out unchanged
  std::size_t at = 0;
  const auto flush = [&] { out.append(text, plain, at - plain); };
  while (at < text.size()) {
    const auto c = static_cast<unsigned char>(text[at]);
    const char escape = kEscapes[c];
    if (escape == 0) {
      ++at;
      continue;
    }
    if (escape == 1) {
      const std::size_t length = utf8_character_size(text.substr(at));
      if (length != 0) {
        at += length;
        continue;
      }
      flush();
      out += kReplacement;
    } else {
      flush();
      out += '\\';
      out += escape;
      if (escape == 'u') {
        out += "00";
        out += kHex[c >> 4];
        out += kHex[c & 0xF];
      }
    }
    plain = ++at;
  }
  flush();
  out += '"';
}

void append_json_double(std::string& out, double value) { append_shortest(out, value); }
void append_json_float(std::string& out, float value) { append_shortest(out, value); }
void append_java_double(std::string& out, double value) { append_java(out, value); }
void append_java_float(std::string& out, float value) { append_java(out, value); }

}  // namespace weft::schema
