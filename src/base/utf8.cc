#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace weft {
namespace {

/// As utf8_character_size, with at least one byte left.
std::size_t sequence_size(const unsigned char* at, std::size_t left) {
  const unsigned first = at[0];
  if (first < 0x80) return 1;
  std::size_t size = 0;
  // The second byte's range carries the rules against overlong forms, surrogates and too large code points.
  unsigned low = 0x80, high = 0xbf;
  if (first >= 0xc2 && first <= 0xdf) {
    size = 2;
  } else if (first >= 0xe0 && first <= 0xef) {
    size = 3;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    size = 4;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
  } else {
    return 0;
  }
  if (left < size || at[1] < low || at[1] > high) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if ((at[i] & 0xc0) != 0x80) return 0;
  }
  return size;
}

}  // namespace

std::size_t utf8_character_size(std::string_view text) {
  return text.empty() ? 0 : sequence_size(reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

bool is_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  while (left > 0) {
    // Names are ASCII: eight bytes at a step.
    if (left >= 8) {
      std::uint64_t word;
      std::memcpy(&word, at, sizeof word);
      if ((word & 0x8080808080808080ULL) == 0) {
        at += 8;
        left -= 8;
        continue;
      }
    }
    const std::size_t size = sequence_size(at, left);
    if (size == 0) return false;
    at += size;
    left -= size;
  }
  return true;
}

}  // namespace weft
