#pragma once

#include <string>
#include <string_view>

namespace weft::schema::json {

/// `reference` seen from `base` (RFC 3986, section 5.2); neither has a fragment. A base without scheme, such as a file
/// name, serves too: "orders/main.json" and "money.json" give "orders/money.json".
std::string resolve_uri(std::string_view base, std::string_view reference);

/// A URI reference cut at its first '#'.
struct SplitUri {
  std::string_view uri;
  std::string_view fragment;
};
SplitUri split_fragment(std::string_view reference);

/// With every %XX replaced by its byte; a % without two hexadecimal digits stays as it is.
std::string percent_decode(std::string_view text);

}  // namespace weft::schema::json
