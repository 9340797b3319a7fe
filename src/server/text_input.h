#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace weft::server {

/// The text of a file, or of standard input when its name is "-"; kTooLarge above the bound.
Result<std::string> read_text(const std::string& file, std::size_t bytes_max);

}  // namespace weft::server
