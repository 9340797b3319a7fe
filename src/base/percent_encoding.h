#pragma once

#include <string>
#include <string_view>

namespace weft {

/// All but RFC 3986's unreserved characters (section 2.3: letters, digits and -._~) as %XX: safe as one segment of a
/// path or one value of a query.
std::string percent_encode(std::string_view text);

}  // namespace weft
