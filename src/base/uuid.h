#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weft {

/// 128 bits. Printed as Kafka prints topic ids: base64url without padding, 22 characters.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  bool is_zero() const { return *this == Uuid{}; }
  std::string to_string() const;
  static Result<Uuid> parse(std::string_view text);
  /// A version 4 UUID (RFC 9562) from 128 random bits.
  static Uuid from_random(std::uint64_t high, std::uint64_t low);
};

}  // namespace weft

template <>
struct std::hash<weft::Uuid> {
  std::size_t operator()(const weft::Uuid& id) const {
    std::uint64_t parts[2];
    std::memcpy(parts, id.bytes.data(), sizeof parts);
    return parts[0] ^ (parts[1] * 0x9e3779b97f4a7c15ULL);
  }
};
