#pragma once

#include <cstddef>
#include <string_view>

namespace weft {

/// Whether `text` is well-formed UTF-8 (RFC 3629): no overlong forms, surrogates or code points above U+10FFFF.
bool is_utf8(std::string_view text);

/// Bytes of the character that `text` begins with (RFC 3629, section 4): 1 to 4; 0 when it is malformed, cut or there is
/// none.
std::size_t utf8_character_size(std::string_view text);

/// The longest beginning of well-formed `text` that has at most `bytes_max` bytes and cuts no character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace weft
