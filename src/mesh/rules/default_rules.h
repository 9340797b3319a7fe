#pragma once

#include <string_view>

namespace weft::mesh {

/// The document in force until a governor writes another: version 0.
std::string_view default_rules();

}  // namespace weft::mesh
