#pragma once

#include <string>

#include "base/result.h"

namespace weft::server {

/// A product as commands name it: "domain/name".
struct ProductName {
  std::string domain;
  std::string name;

  /// Of its resource: "/api/v1/products/domain/name".
  std::string path() const;
};

/// kInvalidArgument says how one is written.
Result<ProductName> parse_product_name(const std::string& text);

}  // namespace weft::server
