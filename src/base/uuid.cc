#include "base/uuid.h"

#include <cstring>

#include "base/base64.h"
#include "base/bytes.h"

namespace weft {

std::string Uuid::to_string() const { return base64url(std::as_bytes(std::span(bytes))); }

Result<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 22) return error(ErrorCode::kInvalidArgument, "'{}' is not an id: 22 base64url characters", text);
  const auto parsed = parse_base64url(text);
  if (!parsed.ok()) return error(ErrorCode::kInvalidArgument, "'{}' is not an id: {}", text, parsed.error().message);
  Uuid id;
  std::memcpy(id.bytes.data(), parsed->data(), id.bytes.size());
  return id;
}

Uuid Uuid::from_random(std::uint64_t high, std::uint64_t low) {
  Uuid id;
  store_be(reinterpret_cast<std::byte*>(id.bytes.data()), high);
  store_be(reinterpret_cast<std::byte*>(id.bytes.data() + 8), low);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

}  // namespace weft
