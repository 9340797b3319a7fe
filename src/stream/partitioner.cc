#include "stream/partitioner.h"

#include <cstring>

#include "base/check.h"

namespace weft::stream {

std::uint32_t murmur2(ByteView bytes) {
  constexpr std::uint32_t kSeed = 0x9747b28c;
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;

  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(bytes.size());
  for (; bytes.size() >= 4; bytes = bytes.subspan(4)) {
    std::uint32_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash = (hash * kMultiplier) ^ word;
  }
  if (!bytes.empty()) {
    for (std::size_t i = bytes.size(); i-- > 0;) hash ^= std::to_integer<std::uint32_t>(bytes[i]) << (8 * i);
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

PartitionIndex partition_of(ByteView key, std::int32_t partition_count) {
  CHECK(partition_count > 0);
  return PartitionIndex(static_cast<std::int32_t>(murmur2(key) & 0x7fffffff) % partition_count);
}

}  // namespace weft::stream
