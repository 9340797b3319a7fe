#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mesh/product.h"

namespace weft::mesh {

/// One thing that two versions of a product say differently.
struct FieldChange {
  enum class Kind { kAdded, kChanged, kRemoved };
  std::string field;  ///< "description", "tags[trading]", "attributes.cost", "ports[api].address"
  Kind kind = Kind::kChanged;
  std::string before;  ///< JSON; empty when it was not there.
  std::string after;   ///< JSON; empty when it is no more.

  bool operator==(const FieldChange&) const = default;
};
std::string_view change_name(FieldChange::Kind kind);

/// In the order in which a product is read. Elements of lists are told apart by their name, title or text: moving one is
/// no difference.
std::vector<FieldChange> difference(const Product& from, const Product& to);

}  // namespace weft::mesh
