#include "mesh/markdown_summary.h"

#include <algorithm>

namespace weft::mesh {

namespace {

constexpr std::string_view kSpace = " \t\r";

std::string_view trimmed(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(kSpace);
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(kSpace) - begin + 1);
}

/// A line of nothing but signs: a rule, a fence, the line under a heading.
bool is_ornament(std::string_view line) {
  return line.find_first_not_of("-=*_` \t") == line.npos;
}

/// Without the signs in front: heading, quote, list.
std::string_view without_marker(std::string_view line) {
  while (line.starts_with('>')) line = trimmed(line.substr(1));
  const std::size_t hashes = std::min(line.find_first_not_of('#'), line.size());
  if (hashes > 0 && hashes <= 6 && (hashes == line.size() || line[hashes] == ' ')) return trimmed(line.substr(hashes));
  if (line.size() > 1 && (line[0] == '-' || line[0] == '*' || line[0] == '+') && line[1] == ' ')
    return trimmed(line.substr(2));
  return line;
}

/// The first paragraph as one line; a heading counts only when nothing else stands there.
std::string first_paragraph(std::string_view text) {
  std::string heading, paragraph;
  bool fenced = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("```")) {
      fenced = !fenced;
      continue;
    }
    if (fenced) continue;
    if (line.empty() || is_ornament(line)) {
      if (!paragraph.empty()) break;
      continue;
    }
    const std::string_view words = without_marker(line);
    if (line.starts_with('#') && words.data() != line.data()) {
      if (!paragraph.empty()) break;
      if (heading.empty()) heading = words;
      continue;
    }
    if (!paragraph.empty() && words.data() != line.data()) break;  // the next item of a list
    if (!paragraph.empty()) paragraph += ' ';
    paragraph += words;
  }
  return paragraph.empty() ? heading : paragraph;
}

bool is_word(char c) { return (c & 0x80) != 0 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

/// Without emphasis and code marks; of "[text](target)" the text stays.
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size() && !is_word(text[i + 1])) {
      out += text[++i];
    } else if (c == '*' || c == '`') {
      continue;
    } else if (c == '_' && (i == 0 || i + 1 == text.size() || !is_word(text[i - 1]) || !is_word(text[i + 1]))) {
      continue;
    } else if (c == '!' && i + 1 < text.size() && text[i + 1] == '[') {
      continue;
    } else if (c == '[') {
      const std::size_t close = text.find("](", i);
      const std::size_t end = close == text.npos ? text.npos : text.find(')', close);
      if (end == text.npos) {
        out += c;
        continue;
      }
      // What is in the brackets holds no other link: marks go, brackets stay.
      for (const char inner : text.substr(i + 1, close - i - 1))
        if (inner != '*' && inner != '`') out += inner;
      i = end;
    } else {
      out += c;
    }
  }
  return out;
}

/// To the end of the first sentence: a full stop, question or exclamation mark before a space.
std::string_view first_sentence(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if ((text[i] != '.' && text[i] != '?' && text[i] != '!') || text[i + 1] != ' ') continue;
    // "e.g. so", "approx. 5": what goes on small or with a digit is the same sentence.
    const char next = i + 2 < text.size() ? text[i + 2] : 'A';
    if ((next >= 'a' && next <= 'z') || (next >= '0' && next <= '9')) continue;
    return text.substr(0, i + 1);
  }
  return text;
}

std::string cut(std::string_view text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] & 0xC0) == 0x80) continue;
    if (++characters > kSummaryMax) return std::string(text.substr(0, i)) + "…";
  }
  return std::string(text);
}

}  // namespace

std::string markdown_summary(std::string_view markdown) {
  // What is far behind the first sentence is not worth reading.
  const std::string text = plain(first_paragraph(markdown.substr(0, 16 * kSummaryMax)));
  return cut(first_sentence(trimmed(text)));
}

}  // namespace weft::mesh
