#pragma once

#include <compare>
#include <string_view>

namespace weft::api {

/// Whether `text` is a number as JSON writes them (RFC 8259, section 6), and nothing else.
bool is_decimal(std::string_view text);

/// Which of two such numbers is greater, by all their digits: nothing is rounded, whatever their length or exponent
/// (exponents beyond 10^15 count as that). 1, 1.0 and 10e-1 are equal, and so are 0 and -0.
std::strong_ordering compare_decimals(std::string_view a, std::string_view b);

}  // namespace weft::api
