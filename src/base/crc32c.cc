#include "base/crc32c.h"

#include <array>

#if defined(__x86_64__)
#include <nmmintrin.h>
#include <wmmintrin.h>
#endif

namespace weft {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // reflected 0x1edc6f41

constexpr auto kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    table[i] = crc;
  }
  return table;
}();

std::uint32_t extend_portable(std::uint32_t crc, const std::byte* at, std::size_t size) {
  for (; size > 0; --size, ++at) crc = (crc >> 8) ^ kTable[(crc ^ std::to_integer<std::uint32_t>(*at)) & 0xff];
  return crc;
}

#if defined(__x86_64__)
// The crc32 instruction has a latency of three cycles and a throughput of one, so three independent streams run side by
// side; a table of "append kBlock zero bytes" operators joins them.
constexpr std::size_t kBlock = 1024;

constexpr auto kShift = [] {
  // shift[k][b] = the effect of byte b at position k of the state after kBlock zero bytes.
  std::array<std::array<std::uint32_t, 256>, 4> shift{};
  for (std::uint32_t k = 0; k < 4; ++k) {
    std::array<std::uint32_t, 8> basis{};
    for (std::uint32_t bit = 0; bit < 8; ++bit) {
      std::uint32_t crc = 1U << (8 * k + bit);
      for (std::size_t i = 0; i < kBlock; ++i) crc = (crc >> 8) ^ kTable[crc & 0xff];
      basis[bit] = crc;
    }
    for (std::uint32_t b = 0; b < 256; ++b) {
      std::uint32_t crc = 0;
      for (std::uint32_t bit = 0; bit < 8; ++bit) crc ^= ((b >> bit) & 1) != 0 ? basis[bit] : 0;
      shift[k][b] = crc;
    }
  }
  return shift;
}();

std::uint32_t after_block_of_zeros(std::uint32_t crc) {
  return kShift[0][crc & 0xff] ^ kShift[1][(crc >> 8) & 0xff] ^ kShift[2][(crc >> 16) & 0xff] ^ kShift[3][crc >> 24];
}

[[gnu::target("sse4.2")]] std::uint32_t extend_sse42(std::uint32_t crc, const std::byte* at, std::size_t size) {
  const auto word = [](const std::byte* from) {
    std::uint64_t value;
    std::memcpy(&value, from, sizeof value);
    return value;
  };
  std::uint64_t a = crc;
  while (size >= 3 * kBlock) {
    std::uint64_t b = 0;
    std::uint64_t c = 0;
    for (std::size_t i = 0; i < kBlock; i += 8) {
      a = _mm_crc32_u64(a, word(at + i));
      b = _mm_crc32_u64(b, word(at + kBlock + i));
      c = _mm_crc32_u64(c, word(at + 2 * kBlock + i));
    }
    a = after_block_of_zeros(static_cast<std::uint32_t>(a)) ^ b;
    a = after_block_of_zeros(static_cast<std::uint32_t>(a)) ^ c;
    at += 3 * kBlock;
    size -= 3 * kBlock;
  }
  for (; size >= 8; size -= 8, at += 8) a = _mm_crc32_u64(a, word(at));
  auto rest = static_cast<std::uint32_t>(a);
  for (; size > 0; --size, ++at) rest = _mm_crc32_u8(rest, std::to_integer<unsigned char>(*at));
  return rest;
}
#endif

}  // namespace

std::uint32_t crc32c_extend(std::uint32_t crc, ByteView bytes) {
#if defined(__x86_64__)
  static const bool hardware = __builtin_cpu_supports("sse4.2") != 0;
  if (hardware) return ~extend_sse42(~crc, bytes.data(), bytes.size());
#endif
  return ~extend_portable(~crc, bytes.data(), bytes.size());
}

std::uint32_t crc32c(ByteView bytes) { return crc32c_extend(0, bytes); }

}  // namespace weft
