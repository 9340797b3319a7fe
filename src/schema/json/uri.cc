#include "schema/json/uri.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace weft::schema::json {
namespace {

/// scheme ":" "//" authority path "?" query, each part with its delimiters.
struct Parts {
  std::string_view scheme;     // "http:"
  std::string_view authority;  // "//host:80"
  std::string_view path;
  std::string_view query;  // "?a=b"
};

Parts split(std::string_view text) {
  Parts parts;
  if (const auto query = text.find('?'); query != std::string_view::npos) {
    parts.query = text.substr(query);
    text = text.substr(0, query);
  }
  const auto scheme_character = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
  };
  const auto colon = std::find_if_not(text.begin(), text.end(), scheme_character);
  if (colon != text.begin() && colon != text.end() && *colon == ':' &&
      std::isalpha(static_cast<unsigned char>(text.front())) != 0) {
    parts.scheme = text.substr(0, static_cast<std::size_t>(colon - text.begin()) + 1);
    text.remove_prefix(parts.scheme.size());
  }
  if (text.starts_with("//")) {
    parts.authority = text.substr(0, text.find('/', 2));
    text.remove_prefix(parts.authority.size());
  }
  parts.path = text;
  return parts;
}

/// "/a/./b/../c" is "/a/c".
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  const bool rooted = path.starts_with('/');
  if (rooted) path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != ".") {
      kept.push_back(segment);
    }
    if (last) {
      if (segment == "." || segment == "..") kept.push_back("");
      break;
    }
    path.remove_prefix(slash + 1);
  }
  std::string out;
  for (const std::string_view segment : kept) {
    if (rooted || !out.empty()) out += '/';
    out += segment;
  }
  return out;
}

std::string join(std::string_view scheme, std::string_view authority, std::string_view path, std::string_view query) {
  std::string out;
  out.reserve(scheme.size() + authority.size() + path.size() + query.size());
  return out.append(scheme).append(authority).append(path).append(query);
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const Parts to = split(reference);
  const bool opaque = !to.scheme.empty() && to.authority.empty() && !to.path.starts_with('/');  // urn:…
  if (opaque) return std::string(reference);
  if (!to.scheme.empty()) return join(to.scheme, to.authority, without_dots(to.path), to.query);
  const Parts from = split(base);
  if (!to.authority.empty()) return join(from.scheme, to.authority, without_dots(to.path), to.query);
  if (to.path.empty()) {
    return join(from.scheme, from.authority, from.path, to.query.empty() ? from.query : to.query);
  }
  if (to.path.starts_with('/')) return join(from.scheme, from.authority, without_dots(to.path), to.query);
  const auto slash = from.path.rfind('/');
  std::string merged = !from.authority.empty() && from.path.empty() ? "/"
                       : slash == std::string_view::npos            ? ""
                                                                    : std::string(from.path.substr(0, slash + 1));
  merged += to.path;
  return join(from.scheme, from.authority, without_dots(merged), to.query);
}

SplitUri split_fragment(std::string_view reference) {
  const auto hash = reference.find('#');
  if (hash == std::string_view::npos) return {reference, {}};
  return {reference.substr(0, hash), reference.substr(hash + 1)};
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace weft::schema::json
