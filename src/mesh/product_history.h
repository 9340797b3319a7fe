#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/product.h"

namespace weft::mesh {

/// Versions kept of one product besides the one that is; an older one is deleted with the change that makes it so.
inline constexpr std::int64_t kVersionsMax = 200;

/// What products said before: every version that another one has replaced, as its record. Versions of a product that was
/// never changed cost nothing.
class ProductHistory {
 public:
  using Text = std::shared_ptr<const std::string>;
  using Versions = std::map<std::int64_t, Text>;

  /// "version/<domain>/<name>/<version, ten digits>": sorted as they count.
  static std::string key(const ProductId& id, std::int64_t version);
  static constexpr std::string_view kKey = "version/";

  /// False when the key is not ours, or the value no record of that version. Null erases.
  bool replay(std::string_view key, const std::optional<std::string>& value);
  void clear() { products_.clear(); }

  /// Empty when nothing was ever replaced.
  const Versions& versions(const ProductId& id) const;
  /// Null when it is not held.
  ProductPointer find(const ProductId& id, std::int64_t version) const;

 private:
  std::map<ProductId, Versions> products_;
};

}  // namespace weft::mesh
