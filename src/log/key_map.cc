#include "log/key_map.h"

#include <xxhash.h>

#include <algorithm>

namespace weft::log {
namespace {

constexpr std::size_t kSlotsMin = 1024;

}  // namespace

KeyMap::Slot KeyMap::hash(ByteView key) const {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(key.data(), key.size(), seed_);
  return {hash.low64, hash.high64, Offset(-1)};
}

std::size_t KeyMap::position(const Slot& key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = key.low & mask;
  while (slots_[at].offset >= Offset(0) && (slots_[at].low != key.low || slots_[at].high != key.high))
    at = (at + 1) & mask;
  return at;
}

void KeyMap::grow() {
  std::vector<Slot> before = std::move(slots_);
  slots_.assign(std::max(kSlotsMin, before.size() * 2), Slot{});
  for (const Slot& slot : before)
    if (slot.offset >= Offset(0)) slots_[position(slot)] = slot;
}

bool KeyMap::put(ByteView key, Offset offset) {
  if (slots_.empty()) grow();
  Slot slot = hash(key);
  slot.offset = offset;
  std::size_t at = position(slot);
  if (slots_[at].offset < Offset(0)) {
    if (size_ == keys_max_) return false;
    if ((size_ + 1) * 4 > slots_.size() * 3) {
      grow();
      at = position(slot);
    }
    ++size_;
  }
  slots_[at] = slot;
  return true;
}

Offset KeyMap::find(ByteView key) const { return slots_.empty() ? Offset(-1) : slots_[position(hash(key))].offset; }

}  // namespace weft::log
