#pragma once

#include <cstdint>

namespace weft::env {

/// Thread-safe. The real one is the kernel's (good for secrets); the simulated one follows its seed.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
};

}  // namespace weft::env
