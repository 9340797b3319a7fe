#include "mesh/product_table.h"

namespace weft::mesh {

void ProductTable::put(ProductPointer product) {
  erase(product->id);
  if (!product->is_retired()) {
    for (const Port& port : product->ports)
      if (port.is_stream()) by_topic_.insert_or_assign(std::pair(port.cluster, port.topic), product->id);
  }
  const ProductId id = product->id;
  products_.insert_or_assign(id, std::move(product));
}

void ProductTable::erase(const ProductId& id) {
  const auto at = products_.find(id);
  if (at == products_.end()) return;
  for (const Port& port : at->second->ports) {
    if (const auto on = by_topic_.find(std::pair(port.cluster, port.topic)); on != by_topic_.end() && on->second == id)
      by_topic_.erase(on);
  }
  products_.erase(at);
}

void ProductTable::clear() {
  products_.clear();
  by_topic_.clear();
}

ProductPointer ProductTable::find(const ProductId& id) const {
  const auto at = products_.find(id);
  return at == products_.end() ? nullptr : at->second;
}

ProductPointer ProductTable::find_on_topic(std::string_view cluster, std::string_view topic) const {
  const auto at = by_topic_.find(std::pair(std::string(cluster), std::string(topic)));
  return at == by_topic_.end() ? nullptr : find(at->second);
}

}  // namespace weft::mesh
