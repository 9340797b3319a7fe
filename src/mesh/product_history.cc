#include "mesh/product_history.h"

#include <fmt/format.h>

#include <charconv>

namespace weft::mesh {

std::string ProductHistory::key(const ProductId& id, std::int64_t version) {
  return fmt::format("{}{}/{:010}", kKey, id.to_string(), version);
}

bool ProductHistory::replay(std::string_view key, const std::optional<std::string>& value) {
  key.remove_prefix(kKey.size());
  const std::size_t slash = key.rfind('/');
  if (slash == key.npos) return false;
  const auto id = ProductId::parse(key.substr(0, slash));
  const std::string_view digits = key.substr(slash + 1);
  std::int64_t version = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  if (!id || fault != std::errc{} || end != digits.data() + digits.size() || version < 1) return false;
  if (value) {
    products_[*id].insert_or_assign(version, std::make_shared<const std::string>(*value));
  } else if (const auto at = products_.find(*id); at != products_.end()) {
    at->second.erase(version);
    if (at->second.empty()) products_.erase(at);
  }
  return true;
}

const ProductHistory::Versions& ProductHistory::versions(const ProductId& id) const {
  static const Versions kNone;
  const auto at = products_.find(id);
  return at == products_.end() ? kNone : at->second;
}

ProductPointer ProductHistory::find(const ProductId& id, std::int64_t version) const {
  const Versions& versions = this->versions(id);
  const auto at = versions.find(version);
  if (at == versions.end()) return nullptr;
  auto product = parse_product_record(*at->second);
  return product.ok() ? std::make_shared<const Product>(std::move(*product)) : nullptr;
}

}  // namespace weft::mesh
