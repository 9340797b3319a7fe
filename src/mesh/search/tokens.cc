#include "mesh/search/tokens.h"

namespace weft::mesh::search {

namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_word(char c) { return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || (c & 0x80) != 0; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

/// "orderId" turns at I; "HTTPServer" turns at S.
bool turns(std::string_view run, std::size_t at) {
  if (!is_upper(run[at])) return false;
  if (!is_upper(run[at - 1])) return true;
  return at + 1 < run.size() && is_lower(run[at + 1]);
}

/// Cuts to so many bytes, before a character rather than in it.
void cut(std::string& word) {
  if (word.size() <= kWordBytesMax) return;
  std::size_t end = kWordBytesMax;
  while (end > 0 && (word[end] & 0xC0) == 0x80) --end;
  word.resize(end);
}

}  // namespace

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t begin = 0; begin < text.size();) {
    if (!is_word(text[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin + 1;
    while (end < text.size() && is_word(text[end])) ++end;
    const std::size_t run_at = tokens.size();
    const std::string_view run = text.substr(begin, end - begin);
    std::size_t part = 0;
    for (std::size_t at = 1; at < run.size(); ++at) {
      if (!turns(run, at)) continue;
      tokens.push_back({begin + part, begin + at, false});
      part = at;
    }
    tokens.push_back({begin + part, end, false});
    if (part > 0) tokens.insert(tokens.begin() + static_cast<std::ptrdiff_t>(run_at), {begin, end, true});
    begin = end;
  }
  return tokens;
}

std::string lowered(std::string_view word) {
  std::string out(word.substr(0, kWordBytesMax + 1));
  for (char& c : out) c = lower(c);
  cut(out);
  return out;
}

std::string joined(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (!is_word(c)) continue;
    out += lower(c);
    if (out.size() > kWordBytesMax) break;
  }
  cut(out);
  return out;
}

std::string_view leaf_of(std::string_view path) { return path.substr(path.rfind('.') + 1); }

}  // namespace weft::mesh::search
