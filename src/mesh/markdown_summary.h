#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::mesh {

inline constexpr std::size_t kSummaryMax = 300;  ///< Code points.

/// The first sentence of a Markdown text as plain text, for lists and for search: without headings' signs, emphasis,
/// code marks and link targets. Cut with "…" when it is long. Any bytes will do.
std::string markdown_summary(std::string_view markdown);

}  // namespace weft::mesh
