#pragma once

#include <optional>
#include <string>

#include "mutant_log.h"
#include "truth.h"

namespace weft::sim {

struct RunOptions {
  Mistake mistake = Mistake::kNone;
  bool keeps_history = false;
};

struct RunResult {
  std::optional<std::string> violation;
  Counts counts;
  std::string history;
  std::uint64_t tasks = 0;
};

/// One seed: a broker on a simulated disk, network and clock, clients that never rest, lives that end in every way
/// there is, and at the end peace, in which everybody finishes and everything is read once more.
RunResult run_world(std::uint64_t seed, const RunOptions& options = {});

}  // namespace weft::sim
