#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace weft {

/// Base64 with padding (RFC 4648, section 4).
std::string base64(ByteView bytes);

/// Base64 with the alphabet for URLs and file names and without padding (RFC 4648, sections 5 and 3.2).
std::string base64url(ByteView bytes);

/// Undoes base64url. kInvalidArgument for any other character, padding, a length no bytes have, or bits set that no byte
/// takes (section 3.5): every value has one text.
Result<Buffer> parse_base64url(std::string_view text);

}  // namespace weft
