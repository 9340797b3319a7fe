#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mesh/catalogue.h"

namespace weft::api {

/// Longer ones are none of ours.
inline constexpr std::size_t kPageCursorBytesMax = 1'000;

/// Where a list of products goes on, for whoever asks the same search again: opaque, about 60 characters.
std::string page_cursor(const mesh::CatalogueQuery& query, const mesh::PagePlace& place);
/// Nothing when it is not one that page_cursor wrote for this search.
std::optional<mesh::PagePlace> parse_page_cursor(const mesh::CatalogueQuery& query, std::string_view text);

}  // namespace weft::api
