#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/function.h"
#include "env/env.h"

namespace weft::env {

/// What the simulated network does to connections. The defaults are rough but lossless.
struct SimNetworkOptions {
  Duration delay_min = std::chrono::microseconds(20);  ///< Of every piece, each way; order within a connection is kept.
  Duration delay_max = std::chrono::milliseconds(2);
  double partial_read = 0.3;            ///< Probability that a read gets only a part of what is there.
  double disconnect = 0;                ///< Probability, per write, that the connection breaks: both ends see kIo.
  std::size_t window_bytes = 64 << 10;  ///< A write completes once no more than this is on its way.
};

struct SimOptions {
  /// Which executor runs next is drawn from the seed; otherwise tasks run in the order they were posted.
  bool shuffle = true;
  SimNetworkOptions network;
  /// What disk() gives; outlives the SimEnv, so that a test can crash everything else and start again on the same disk.
  std::shared_ptr<Disk> disk;
  std::int64_t wall_ms = 1'800'000'000'000;  ///< At the start; moves with the clock.
};

/// The whole environment on one thread under one seed: loops, threads and the pool are queues of one scheduler, time
/// moves only when nothing is left to run, and the same seed gives the same run. Tasks run inside run_…() and advance()
/// only. Not thread-safe: everything happens on the thread of the test.
///
///     SimEnv sim(seed);
///     auto loop = sim.make_loop("broker");
///     loop->post([&] { … });
///     ASSERT_TRUE(sim.run_until([&] { return answered; }));
///
/// Objects that need their loop for destruction: `sim.run_on(*loop, [&] { server.reset(); })`.
class SimEnv final : public Env {
 public:
  explicit SimEnv(std::uint64_t seed, SimOptions options = {});
  ~SimEnv() override;

  const Clock& clock() const override;
  Random& random() override;
  Disk& disk() override;
  Network& network() override;
  std::unique_ptr<EventLoop> make_loop(std::string_view name) override;
  std::unique_ptr<Executor> make_thread(std::string_view name) override;
  /// Any of its tasks may run next.
  Executor& blocking_pool() override;

  std::uint64_t seed() const;

  /// Runs what can run now until nothing is left; time stands still.
  void run_idle();
  /// Moves time on, running everything that falls due on the way in its order.
  void advance(Duration by);
  /// Runs, moving time on to the next timer or delivery whenever nothing else is left, until `done` holds after a task.
  /// False when nothing is left to do, or after an hour of simulated time: what was waited for will not happen.
  bool run_until(Function<bool()> done);
  /// Runs one task on `executor` next, as if it had been posted and drawn.
  void run_on(Executor& executor, Function<void()> task);

  /// The executor whose task is running is busy for so long: its next task, and what this one posts from now on, come
  /// later. How a simulated disk makes a blocking write take time.
  void spend(Duration busy);

  /// The wall clock jumps, as when somebody sets it; the monotonic one goes on.
  void jump_wall_clock(std::int64_t by_ms);

  /// Breaks every open connection: both ends see kIo.
  void cut_connections();
  /// Changes how the network treats pieces written from now on.
  void set_network(const SimNetworkOptions& options);

  /// A number drawn from the seed, apart from random(): for the faults a test stages.
  std::uint64_t draw();
  /// True with this probability.
  bool draw_chance(double probability);

  /// Changes with every task run, its executor and time: equal traces mean equal runs.
  std::uint64_t trace_hash() const;
  std::uint64_t tasks_run() const;

 private:
  struct World;
  std::unique_ptr<World> world_;
};

/// Seeds 1..count for a simulation test. WEFT_SIM_SEEDS replaces the count, WEFT_SIM_SEED gives just that one: how a
/// failure is run again. Name the seed in the test's messages (SCOPED_TRACE).
std::vector<std::uint64_t> sim_seeds(std::uint64_t count);

}  // namespace weft::env
