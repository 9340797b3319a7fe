#include "base/base64.h"

#include <array>
#include <cstdint>

namespace weft {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(ByteView bytes, std::string_view digits) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::byte byte : bytes) {
    bits = (bits << 8) | std::to_integer<std::uint32_t>(byte);
    held += 8;
    while (held >= 6) text += digits[(bits >> (held -= 6)) & 63];
  }
  if (held > 0) text += digits[(bits << (6 - held)) & 63];
  return text;
}

}  // namespace

std::string base64(ByteView bytes) {
  std::string text = encode(bytes, kDigits);
  text.resize((text.size() + 3) / 4 * 4, '=');
  return text;
}

std::string base64url(ByteView bytes) { return encode(bytes, kUrlDigits); }

Result<Buffer> parse_base64url(std::string_view text) {
  Buffer bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::size_t digit = kUrlDigits.find(c);
    if (digit == std::string_view::npos) return error(ErrorCode::kInvalidArgument, "'{}' is no base64url character", c);
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held >= 8) bytes.push_back(static_cast<std::byte>(bits >> (held -= 8)));
  }
  if (held == 6) return error(ErrorCode::kInvalidArgument, "{} base64url characters are no whole bytes", text.size());
  if ((bits & ((1U << held) - 1)) != 0) return error(ErrorCode::kInvalidArgument, "the last base64url character has bits set that no byte takes");
  return bytes;
}

}  // namespace weft
