#pragma once

#include <cstddef>

namespace weft::mesh {

class FindingList;
struct ProductDraft;

inline constexpr std::size_t kLinksMax = 20;
inline constexpr std::size_t kLinkTitleMax = 200;  ///< Code points.
inline constexpr std::size_t kTermsMax = 10'000;   ///< Code points.
/// Of a product's record: with the version before it and its audit entry it fits into one append.
inline constexpr std::size_t kProductBytesMax = 256 << 10;

/// What a product is made of, whoever governs: known words, http links, typed attributes and well-formed ports. None of
/// this can be switched off. Name, owner, description and promise have rules of their own.
void check_shape(FindingList& out, const ProductDraft& draft);

}  // namespace weft::mesh
