#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "record/ids.h"

namespace weft::log {

/// The last offset of every key of a part of a log. Keys are held as 128-bit hashes under a secret seed, 24 bytes each
/// however long they are; that two keys of one partition meet is less likely than a memory error. Not thread-safe.
class KeyMap {
 public:
  /// `keys_max` bounds it: 32 bytes for each, taken as it grows.
  KeyMap(std::uint64_t seed, std::size_t keys_max) : seed_(seed), keys_max_(keys_max) {}

  /// Offsets come in rising order. False, and nothing is remembered, when there is no room for another key.
  bool put(ByteView key, Offset offset);
  /// -1 for a key that is not there.
  Offset find(ByteView key) const;
  std::size_t size() const { return size_; }

 private:
  struct Slot {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    Offset offset{-1};
  };

  Slot hash(ByteView key) const;
  /// The key's slot, or the empty one where it belongs.
  std::size_t position(const Slot& key) const;
  void grow();

  const std::uint64_t seed_;
  const std::size_t keys_max_;
  std::vector<Slot> slots_;  ///< A power of two of them, at most three quarters used.
  std::size_t size_ = 0;
};

}  // namespace weft::log
