#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace weft::schema::protobuf {

/// Sorts by what `key` says of an item; equals keep their order. (std::stable_sort of libstdc++ 12 does not compile
/// without warnings in clang 19.)
template <class Item, class Key>
void sort_by(std::vector<Item>& items, Key key) {
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (key(items[a]) < key(items[b])) return true;
    return !(key(items[b]) < key(items[a])) && a < b;
  });
  std::vector<Item> sorted;
  sorted.reserve(items.size());
  for (const std::size_t at : order) sorted.push_back(std::move(items[at]));
  items = std::move(sorted);
}

}  // namespace weft::schema::protobuf
