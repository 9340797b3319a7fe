#include "schema/protobuf/nesting.h"

#include <algorithm>

namespace weft::schema::protobuf {
namespace {

/// Where the comment or string that begins at `at` ends; `at` itself when there is none.
std::size_t skip_opaque(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (text.substr(at, 2) == "//") return std::min(text.find('\n', at), text.size());
  if (text.substr(at, 2) == "/*") {
    const std::size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  if (c != '"' && c != '\'') return at;
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == c || text[i] == '\n') {
      return i + 1;
    }
  }
  return text.size();
}

}  // namespace

Result<void> check_nesting(std::string_view text) {
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t end = skip_opaque(text, at); end != at) {
      at = end;
      continue;
    }
    const char c = text[at++];
    if (c == '{' || c == '[' || c == '<' || c == '(') {
      if (++depth > kNestingMax) {
        const std::size_t line_start = text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
        return error(ErrorCode::kTooLarge, "Protobuf schema at {}:{}: nested deeper than {}",
                     std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1,
                     at - line_start, kNestingMax);
      }
    } else if (c == '}' || c == ']' || c == '>' || c == ')') {
      depth = std::max(0, depth - 1);
    }
  }
  return {};
}

}  // namespace weft::schema::protobuf
