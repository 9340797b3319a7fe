#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "env/clock.h"
#include "env/disk_simulated.h"
#include "env/random.h"
#include "env/sim_env.h"
#include "faults.h"

namespace weft::sim {

/// How the disk behaves at the moment; staged by the world.
struct DiskWeather {
  env::Duration slow_max{};     ///< Each operation takes up to so long.
  double reads_failing = 0;     ///< Probability.
  std::string last_entry_path;  ///< Where the journal was last written, and whether that entry carried data.
  std::uint64_t last_entry_at = 0;
  bool last_entry_has_data = false;
};

/// What one life of the broker gets of the simulated world: the same clock and network as everybody, but a disk and a
/// blocking pool that end with it. A killed process does nothing more, whatever it had in line.
class Life final : public env::Env {
 public:
  Life(env::SimEnv& sim, env::SimulatedDisk& disk, DiskWeather& weather, Counts& counts);
  ~Life() override;

  const env::Clock& clock() const override { return sim_.clock(); }
  env::Random& random() override { return sim_.random(); }
  env::Disk& disk() override;
  env::Network& network() override { return sim_.network(); }
  std::unique_ptr<env::EventLoop> make_loop(std::string_view name) override { return sim_.make_loop(name); }
  std::unique_ptr<env::Executor> make_thread(std::string_view name) override { return sim_.make_thread(name); }
  env::Executor& blocking_pool() override;

  void end() { ended_ = true; }

 private:
  class Pool;
  class Disk;
  class File;

  env::SimEnv& sim_;
  env::SimulatedDisk& on_;
  DiskWeather& weather_;
  Counts& counts_;
  bool ended_ = false;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace weft::sim
