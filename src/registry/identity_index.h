#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "schema/wire_format.h"

namespace weft::registry {

/// From a schema's GUID to its id, for a million of them: one place in memory to look at, 20 bytes a slot.
class IdentityIndex {
 public:
  std::optional<schema::SchemaId> find(const Uuid& guid) const {
    if (slots_.empty()) return std::nullopt;
    const Slot& found = slots_[place_of(guid)];
    return found.id == kFree ? std::nullopt : std::optional(schema::SchemaId(found.id));
  }

  /// From now on the GUID means this id, even if it meant another one.
  void put(const Uuid& guid, schema::SchemaId id) {
    if ((count_ + 1) * 4 > slots_.size() * 3) grow();
    Slot& slot = slots_[place_of(guid)];
    if (slot.id == kFree) ++count_;
    slot = {guid, id.get()};
  }

  /// Nothing happens when the GUID means another id.
  void erase(const Uuid& guid, schema::SchemaId id) {
    if (slots_.empty()) return;
    std::size_t gap = place_of(guid);
    if (slots_[gap].id != id.get()) return;
    --count_;
    slots_[gap] = {};
    // What had been pushed on moves up, so that no search stops short of it.
    for (std::size_t at = next(gap); slots_[at].id != kFree; at = next(at)) {
      const std::size_t pushed = (at - home_of(slots_[at].guid)) & mask();
      if (pushed < ((at - gap) & mask())) continue;
      slots_[gap] = std::exchange(slots_[at], {});
      gap = at;
    }
  }

 private:
  static constexpr std::int32_t kFree = 0;  ///< Ids begin at 1.
  struct Slot {
    Uuid guid;
    std::int32_t id = kFree;
  };

  std::size_t mask() const { return slots_.size() - 1; }
  /// A GUID is a hash already.
  std::size_t home_of(const Uuid& guid) const {
    std::uint64_t front = 0;
    std::memcpy(&front, guid.bytes.data(), sizeof front);
    return static_cast<std::size_t>(front) & mask();
  }
  std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
  /// Where it is, or where it would be put.
  std::size_t place_of(const Uuid& guid) const {
    std::size_t at = home_of(guid);
    while (slots_[at].id != kFree && slots_[at].guid != guid) at = next(at);
    return at;
  }
  void grow() {
    constexpr std::size_t kSlotsMin = 16;
    const std::size_t size = slots_.empty() ? kSlotsMin : 2 * slots_.size();
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(size));
    for (const Slot& slot : old) {
      if (slot.id != kFree) slots_[place_of(slot.guid)] = slot;
    }
  }

  std::vector<Slot> slots_;  ///< A power of two, at most three quarters in use.
  std::size_t count_ = 0;
};

}  // namespace weft::registry
