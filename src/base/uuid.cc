#include "base/uuid.h"

#include "base/bytes.h"

namespace weft {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string Uuid::to_string() const {
  std::string text;
  text.reserve(22);
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 6) text.push_back(kAlphabet[(bits >> (held -= 6)) & 63]);
  }
  text.push_back(kAlphabet[(bits << (6 - held)) & 63]);
  return text;
}

Result<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 22) return error(ErrorCode::kInvalidArgument, "'{}' is not an id: 22 base64url characters", text);
  Uuid id;
  std::uint32_t bits = 0;
  int held = 0;
  std::size_t at = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos)
      return error(ErrorCode::kInvalidArgument, "'{}' is not an id: '{}' is no base64url character", text, c);
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held >= 8 && at < 16) id.bytes[at++] = static_cast<std::uint8_t>(bits >> (held -= 8));
  }
  if (id.to_string() != text) return error(ErrorCode::kInvalidArgument, "'{}' is not an id: its last bits are set", text);
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
