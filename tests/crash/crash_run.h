#pragma once

#include <optional>
#include <string>

#include "workload.h"

namespace weft::log {

struct CrashRun {
  std::optional<std::string> violation;
  std::size_t acknowledged = 0;
  int lives = 0;
};

/// One seed: lives of work that end inside some disk operation, by power loss or kill -9, recovery sometimes too.
inline CrashRun run_crashes(std::uint64_t seed, SimLog::Settings settings = {}, int lives = 6) {
  std::mt19937_64 random(seed);
  auto disk = std::make_shared<env::SimulatedDisk>(seed);
  Ledger ledger;
  Workload workload(seed, ledger);
  CrashRun run;
  SimLog weft(seed, disk, std::move(settings));
  const auto violated = [&](std::string what) {
    run.violation = fmt::format("seed {} life {}: {}", seed, run.lives, what);
    run.acknowledged = ledger.acknowledged_count();
    return run;
  };
  for (run.lives = 0; run.lives < lives; ++run.lives) {
    disk->stop_after(random() % 4 == 0 ? 1 + random() % 40 : 40 + random() % 1500);
    const Result<void> started = weft.start();
    if (!started.ok() && !disk->is_down()) return violated("refuses to start: " + started.error().message);
    if (started.ok() && !disk->is_down()) {
      if (auto violation = ledger.check(weft)) return violated(*violation);
      if (auto violation = workload.begin(weft)) return violated(*violation);
      for (int step = 0; step < 400 && !disk->is_down(); ++step) workload.step(weft);
      if (!disk->is_down() && weft.failure().has_value()) return violated("stopped: " + weft.failure()->message);
    }
    weft.stop();
    random() % 3 == 0 ? disk->restart_process() : disk->crash();
  }
  // A last life in peace, then once more on the same bytes: recovering twice changes nothing.
  for (int again = 0; again < 2; ++again, ++run.lives) {
    const Result<void> started = weft.start();
    if (!started.ok()) return violated("refuses to start: " + started.error().message);
    if (auto violation = ledger.check(weft)) return violated(*violation);
    weft.stop();
    disk->restart_process();
  }
  run.acknowledged = ledger.acknowledged_count();
  return run;
}

}  // namespace weft::log
