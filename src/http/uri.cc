#include "http/uri.h"

#include <algorithm>

#include "base/utf8.h"

namespace weft::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '+' && plus_is_space) {
      c = ' ';
    } else if (c == '%') {
      const int high = at + 1 < text.size() ? hex_digit(text[at + 1]) : -1;
      const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
      if (high < 0 || low < 0) {
        return error(ErrorCode::kInvalidArgument,
                     "the address has a % at position {} without two hex digits; write %25", at);
      }
      c = static_cast<char>(high * 16 + low);
      at += 2;
    }
    if (c == '\0') return error(ErrorCode::kInvalidArgument, "the address holds a NUL character (%00)");
    out += c;
  }
  if (!is_utf8(out)) return error(ErrorCode::kInvalidArgument, "the address is not UTF-8 once its %XX are decoded");
  return out;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) { return decode(text, false); }

Result<std::multimap<std::string, std::string>> parse_query(std::string_view text) {
  std::multimap<std::string, std::string> values;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    TRY_ASSIGN(std::string name, decode(pair.substr(0, equals), true));
    TRY_ASSIGN(std::string value, decode(pair.substr(std::min(equals + 1, pair.size())), true));
    values.emplace(std::move(name), std::move(value));
  }
  return values;
}

Result<Target> split_target(std::string_view target) {
  Target parts;
  if (const std::size_t scheme = target.find("://"); !target.starts_with('/') && scheme != std::string_view::npos) {
    target.remove_prefix(scheme + 3);
    const std::size_t path = std::min(target.find_first_of("/?#"), target.size());
    parts.authority = target.substr(0, path);
    target.remove_prefix(path);
    if (target.empty()) target = "/";
  }
  target = target.substr(0, target.find('#'));
  const std::size_t query = std::min(target.find('?'), target.size());
  parts.path = target.substr(0, query);
  if (query < target.size()) parts.query = target.substr(query + 1);
  if (!parts.path.starts_with('/') && parts.path != "*") {
    return error(ErrorCode::kInvalidArgument, "the request's target must begin with '/'");
  }
  return parts;
}

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  while (path.size() > 1) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

}  // namespace weft::http
