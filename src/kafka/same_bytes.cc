#include "kafka/same_bytes.h"

#include <algorithm>

#include "base/varint.h"

namespace weft::kafka {
namespace {

Buffer joined(const std::vector<SharedBytes>& pieces) {
  Buffer all;
  for (const SharedBytes& piece : pieces) append_bytes(all, piece.view());
  return all;
}

}  // namespace

bool same_bytes(const std::optional<SharedBytes>& left, const std::optional<SharedBytes>& right) {
  if (!left || !right) return left.has_value() == right.has_value();
  return std::ranges::equal(left->view(), right->view());
}

bool same_bytes(const std::vector<SharedBytes>& left, const std::vector<SharedBytes>& right) {
  return joined(left) == joined(right);
}

}  // namespace weft::kafka
