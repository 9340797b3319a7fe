#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weft::mesh::search {

/// Longer words are cut: nobody types them, and an index must not hold them.
inline constexpr std::size_t kWordBytesMax = 64;

/// A word of a text: a run of letters, digits and bytes beyond ASCII, taken apart where camelCase turns up.
/// "HTTPServer_id" has "http", "server" and "id".
struct Token {
  std::size_t begin = 0;
  std::size_t end = 0;  ///< Exclusive; both are places in the text.
  bool compound = false;  ///< A whole run that was also taken apart: "httpserver". It comes before its parts.
};

/// Every token of `text`, from left to right.
std::vector<Token> tokens_of(std::string_view text);
/// Letters of ASCII in lower case, cut at kWordBytesMax, never inside a character.
std::string lowered(std::string_view word);
/// The word characters of a name in lower case and nothing between them: "lines[].orderQuantity" is "linesorderquantity".
std::string joined(std::string_view name);
/// The last step of a field's path: "quantity" of "lines[].quantity".
std::string_view leaf_of(std::string_view path);

}  // namespace weft::mesh::search
