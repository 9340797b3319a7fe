#pragma once

#include <deque>
#include <utility>

#include "base/function.h"

namespace weft::broker {

/// Appends that the log had no room for, in order. While there are any, no client's connection is read from: memory is
/// bounded by what has been read already.
class AppendQueue {
 public:
  bool blocked() const { return !waiting_.empty(); }
  /// `again` tries once more, and waits again when there is still no room.
  void wait(Function<void()> again) { waiting_.push_back(std::move(again)); }
  /// Runs once, when nothing waits any more.
  void on_free(Function<void()> listener) { free_.push_back(std::move(listener)); }

  /// The log has room: everybody tries again, in order.
  void on_room() {
    for (auto again = std::exchange(waiting_, {}); !again.empty(); again.pop_front()) again.front()();
    if (blocked()) return;
    for (auto listeners = std::exchange(free_, {}); !listeners.empty(); listeners.pop_front()) listeners.front()();
  }

 private:
  std::deque<Function<void()>> waiting_;
  std::deque<Function<void()>> free_;
};

}  // namespace weft::broker
