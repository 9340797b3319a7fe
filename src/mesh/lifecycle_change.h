#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mesh/finding.h"
#include "mesh/product.h"

namespace weft::mesh {

class ProductIndex;

inline constexpr std::size_t kReasonMax = 1000;  ///< Code points.

/// What an owner wants a product to become; words are not yet checked.
struct LifecycleChange {
  std::string to;
  std::optional<std::string> reason;     ///< Wanted for deprecated.
  std::optional<std::string> ends_on;    ///< A day.
  std::optional<std::string> successor;  ///< "domain/name"
};

/// What stands against it: words, the day, a successor that is not there or is the product itself. Whoever asks, and
/// the rules for being live, are for others to judge.
std::vector<Finding> check_lifecycle(const Product& product, const LifecycleChange& change,
                                     const ProductIndex& products);
/// The product as it would be; nothing of check_lifecycle blocks.
Product with_lifecycle(const Product& product, const LifecycleChange& change);

}  // namespace weft::mesh
