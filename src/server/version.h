#pragma once

namespace weft::server {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace weft::server
