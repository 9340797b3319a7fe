#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "env/network.h"
#include "env/random.h"
#include "env/sim_env.h"
#include "env/timer_queue.h"

namespace weft::env {

/// The scheduler behind SimEnv, shared by its executors and its network; private to env/sim_*.cc.
class SimExecutor;

struct SimScheduler {
  explicit SimScheduler(std::uint64_t seed_value, const SimOptions& options);

  std::uint64_t seed;
  bool shuffle;
  MonotonicTime now{std::chrono::hours(1)};
  std::mt19937_64 draws;                ///< Schedule and faults.
  std::vector<SimExecutor*> executors;  ///< In order of making.
  SimExecutor* running = nullptr;
  MonotonicTime local_now{};  ///< Of the running task: later than `now` once it has spent time.
  std::uint64_t next_order = 0;
  std::uint64_t trace = 0;
  std::uint64_t tasks_run = 0;
  TimerQueue events;  ///< Deliveries of the network; they run on no executor.

  MonotonicTime time() const { return running != nullptr && local_now > now ? local_now : now; }
  std::uint64_t draw(std::uint64_t below) { return below == 0 ? 0 : draws() % below; }
  bool chance(double probability);
  Duration draw_delay(Duration least, Duration most);

  /// Runs one task or event that is ready now; false when there is none.
  bool step();
  /// When something becomes ready; nothing when all queues are empty.
  std::optional<MonotonicTime> next_ready();
  void run_as(SimExecutor& executor, Function<void()> task);
};

/// A queue of the scheduler. A loop or thread runs one task at a time in order; the pool any that is ready.
class SimExecutor {
 public:
  SimExecutor(SimScheduler& scheduler, std::string_view name, bool in_order);
  ~SimExecutor();
  SimExecutor(const SimExecutor&) = delete;
  SimExecutor& operator=(const SimExecutor&) = delete;

  void post(Function<void()> task);
  bool is_current() const { return scheduler_.running == this; }
  std::optional<MonotonicTime> next_ready();
  /// What would run next at `now`; its order among all, for the unshuffled schedule.
  std::optional<std::uint64_t> ready_order(MonotonicTime now);
  Function<void()> take(MonotonicTime now);

  SimScheduler& scheduler() { return scheduler_; }
  TimerQueue& timers() { return timers_; }
  std::uint64_t id() const { return id_; }
  void busy_until(MonotonicTime until) {
    if (in_order_ && until > free_at_) free_at_ = until;
  }

 private:
  using Key = std::pair<MonotonicTime, std::uint64_t>;  ///< Ready, order.
  SimScheduler& scheduler_;
  std::string name_;
  bool in_order_;
  std::uint64_t id_;
  MonotonicTime free_at_{};
  std::map<Key, Function<void()>> tasks_;
  TimerQueue timers_;
};

/// Connections in memory. Bytes arrive after a delay, in order.
class SimNetwork final : public Network {
 public:
  SimNetwork(SimScheduler& scheduler, const SimNetworkOptions& options);
  ~SimNetwork() override;

  Result<std::unique_ptr<Listener>> listen(EventLoop& loop, const Address& address,
                                           Function<void(std::unique_ptr<Connection>)> accepted) override;
  void connect(EventLoop& loop, const Address& address, Duration timeout,
               Callback<Result<std::unique_ptr<Connection>>> done) override;

  void cut_connections();
  void set_options(const SimNetworkOptions& options);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace weft::env
