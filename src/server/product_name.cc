#include "server/product_name.h"

#include "base/percent_encoding.h"

namespace weft::server {

std::string ProductName::path() const { return "/api/v1/products/" + percent_encode(domain) + "/" + percent_encode(name); }

Result<ProductName> parse_product_name(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size())
    return error(ErrorCode::kInvalidArgument, "'{}' is not a product's name: DOMAIN/NAME, such as execution/stocktrades", text);
  return ProductName{text.substr(0, slash), text.substr(slash + 1)};
}

}  // namespace weft::server
