#pragma once

#include <chrono>
#include <cstdint>

namespace weft::env {

using Duration = std::chrono::nanoseconds;
/// Nanoseconds since an arbitrary start; never goes back. For deadlines and measuring.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime monotonic() const = 0;
  /// Milliseconds since 1970-01-01T00:00Z; may jump. For timestamps that people and records carry.
  virtual std::int64_t wall_ms() const = 0;
};

}  // namespace weft::env
