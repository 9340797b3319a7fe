#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "mesh/product.h"

namespace weft::mesh {

/// Products by their id, and by the topics they are on unless they are retired. Where two are on one topic, the one put last is found there.
class ProductTable {
 public:
  /// Replaces the one with its id.
  void put(ProductPointer product);
  void erase(const ProductId& id);
  void clear();

  /// Null when there is none.
  ProductPointer find(const ProductId& id) const;
  ProductPointer find_on_topic(std::string_view cluster, std::string_view topic) const;
  const std::map<ProductId, ProductPointer>& all() const { return products_; }

 private:
  std::map<ProductId, ProductPointer> products_;
  std::map<std::pair<std::string, std::string>, ProductId> by_topic_;  ///< Cluster and topic.
};

}  // namespace weft::mesh
