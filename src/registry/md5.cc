#include "registry/md5.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/check.h"

namespace weft::registry {
namespace {

/// One 32-bit word of every lane.
using Lanes [[gnu::vector_size(sizeof(std::uint32_t) * kMd5Lanes)]] = std::uint32_t;

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kBlockWords = kBlockBytes / sizeof(std::uint32_t);

/// floor(2^32 |sin(i + 1)|)
constexpr std::array<std::uint32_t, 64> kSines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr std::array<std::array<int, 4>, 4> kRotations = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

struct State {
  Lanes a, b, c, d;
};

/// One of the four rounds of 16 steps; `mix` is its function of b, c and d.
template <std::size_t Round, class Mix>
[[gnu::always_inline]] inline void run_round(State& s, const Lanes* words, std::size_t stride, std::size_t first, Mix mix) {
  for (std::size_t i = 0; i < kBlockWords; ++i) {
    Lanes mixed;
    mix(s, mixed);
    const Lanes sum = s.a + mixed + words[(first + stride * i) % kBlockWords] + kSines[Round * kBlockWords + i];
    const int rotation = kRotations[Round][i % 4];
    s = {s.d, s.b + ((sum << rotation) | (sum >> (32 - rotation))), s.b, s.c};
  }
}

struct MixF {
  [[gnu::always_inline]] void operator()(const State& t, Lanes& mixed) const { mixed = t.d ^ (t.b & (t.c ^ t.d)); }
};
struct MixG {
  [[gnu::always_inline]] void operator()(const State& t, Lanes& mixed) const { mixed = t.c ^ (t.d & (t.b ^ t.c)); }
};
struct MixH {
  [[gnu::always_inline]] void operator()(const State& t, Lanes& mixed) const { mixed = t.b ^ t.c ^ t.d; }
};
struct MixI {
  [[gnu::always_inline]] void operator()(const State& t, Lanes& mixed) const { mixed = t.c ^ (t.b | ~t.d); }
};

[[gnu::always_inline]] inline void add_block_of_any(State& state, const Lanes* words) {
  State s = state;
  run_round<0>(s, words, 1, 0, MixF{});
  run_round<1>(s, words, 5, 1, MixG{});
  run_round<2>(s, words, 3, 5, MixH{});
  run_round<3>(s, words, 7, 0, MixI{});
  state = {state.a + s.a, state.b + s.b, state.c + s.c, state.d + s.d};
}

void add_block_plain(State& state, const Lanes* words) { add_block_of_any(state, words); }

#if defined(__x86_64__)
/// All lanes in one register instead of two.
[[gnu::target("avx2")]] void add_block_avx2(State& state, const Lanes* words) { add_block_of_any(state, words); }

const auto add_block = __builtin_cpu_supports("avx2") != 0 ? add_block_avx2 : add_block_plain;
#else
const auto add_block = add_block_plain;
#endif

/// A text as MD5 reads it: its whole blocks, then one or two with what is left, padding and its length in bits.
class Blocks {
 public:
  explicit Blocks(std::string_view text) : text_(text) {
    const std::size_t rest = text.size() % kBlockBytes;
    const std::size_t size = rest + 1 + sizeof(std::uint64_t) <= kBlockBytes ? kBlockBytes : 2 * kBlockBytes;
    if (rest != 0) std::memcpy(end_.data(), text.data() + (text.size() - rest), rest);
    end_[rest] = static_cast<char>(0x80);
    const std::uint64_t bits = std::uint64_t{text.size()} * 8;
    std::memcpy(end_.data() + size - sizeof bits, &bits, sizeof bits);
    count_ = text.size() / kBlockBytes + size / kBlockBytes;
  }
  Blocks() : Blocks(std::string_view()) {}

  std::size_t count() const { return count_; }
  const char* at(std::size_t block) const {
    const std::size_t whole = text_.size() / kBlockBytes;
    return block < whole ? text_.data() + block * kBlockBytes : end_.data() + (block - whole) * kBlockBytes;
  }

 private:
  std::string_view text_;
  std::array<char, 2 * kBlockBytes> end_{};
  std::size_t count_ = 0;
};

}  // namespace

Uuid md5(std::string_view bytes) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
  CHECK(algorithm != nullptr, "OpenSSL has MD5");
  Uuid digest;
  unsigned size = 0;
  CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.bytes.data(), &size, algorithm, nullptr) == 1);
  CHECK(size == digest.bytes.size());
  return digest;
}

void md5_of_each(std::span<const std::string_view> texts, std::span<Uuid> digests) {
  static_assert(std::endian::native == std::endian::little, "MD5 reads words with the lowest byte first");
  CHECK(texts.size() <= kMd5Lanes && texts.size() == digests.size());
  std::array<Blocks, kMd5Lanes> lanes;
  std::size_t count_max = 0;
  for (std::size_t lane = 0; lane < texts.size(); ++lane) {
    lanes[lane] = Blocks(texts[lane]);
    count_max = std::max(count_max, lanes[lane].count());
  }
  State state = {Lanes{} + 0x67452301, Lanes{} + 0xefcdab89, Lanes{} + 0x98badcfe, Lanes{} + 0x10325476};
  for (std::size_t block = 0; block < count_max; ++block) {
    Lanes words[kBlockWords];
    for (std::size_t lane = 0; lane < kMd5Lanes; ++lane) {
      // A lane that is done goes on with its last block; its digest has been taken.
      const char* const bytes = lanes[lane].at(std::min(block, lanes[lane].count() - 1));
      for (std::size_t word = 0; word < kBlockWords; ++word) {
        std::uint32_t value = 0;
        std::memcpy(&value, bytes + word * sizeof value, sizeof value);
        words[word][lane] = value;
      }
    }
    add_block(state, words);
    for (std::size_t lane = 0; lane < texts.size(); ++lane) {
      if (lanes[lane].count() != block + 1) continue;
      const std::uint32_t digest[] = {state.a[lane], state.b[lane], state.c[lane], state.d[lane]};
      std::memcpy(digests[lane].bytes.data(), digest, sizeof digest);
    }
  }
}

}  // namespace weft::registry
