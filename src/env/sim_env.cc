#include "env/sim_env.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "env/sim_world.h"

namespace weft::env {
namespace {

std::uint64_t mix(std::uint64_t value) {  // splitmix64
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

class SimClock final : public Clock {
 public:
  SimClock(const SimScheduler& scheduler, std::int64_t wall_ms)
      : scheduler_(scheduler), start_(scheduler.now), start_wall_ms_(wall_ms) {}
  MonotonicTime monotonic() const override { return scheduler_.time(); }
  std::int64_t wall_ms() const override {
    return start_wall_ms_ + std::chrono::duration_cast<std::chrono::milliseconds>(scheduler_.time() - start_).count();
  }
  void jump(std::int64_t by_ms) { start_wall_ms_ += by_ms; }

 private:
  const SimScheduler& scheduler_;
  MonotonicTime start_;
  std::int64_t start_wall_ms_;
};

class SimRandom final : public Random {
 public:
  explicit SimRandom(std::uint64_t seed) : engine_(mix(seed ^ 0x5eed)) {}
  std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

class SimLoop final : public EventLoop {
 public:
  SimLoop(SimScheduler& scheduler, const Clock& clock, std::string_view name)
      : executor_(scheduler, name, true), clock_(clock) {}
  void post(Function<void()> task) override { executor_.post(std::move(task)); }
  bool is_current() const override { return executor_.is_current(); }
  TimerId schedule_after(Duration delay, Function<void()> task) override {
    CHECK(is_current(), "timers are set on their loop");
    return executor_.timers().add(executor_.scheduler().time() + std::max(delay, Duration::zero()), std::move(task));
  }
  void cancel(TimerId timer) override {
    CHECK(is_current(), "timers are cancelled on their loop");
    executor_.timers().cancel(timer);
  }
  const Clock& clock() const override { return clock_; }
  SimExecutor& executor() { return executor_; }

 private:
  SimExecutor executor_;
  const Clock& clock_;
};

class SimThread final : public Executor {
 public:
  SimThread(SimScheduler& scheduler, std::string_view name, bool in_order) : executor_(scheduler, name, in_order) {}
  void post(Function<void()> task) override { executor_.post(std::move(task)); }
  bool is_current() const override { return executor_.is_current(); }
  SimExecutor& executor() { return executor_; }

 private:
  SimExecutor executor_;
};

}  // namespace

SimScheduler::SimScheduler(std::uint64_t seed_value, const SimOptions& options)
    : seed(seed_value), shuffle(options.shuffle), draws(mix(seed_value)) {}

bool SimScheduler::chance(double probability) {
  return probability > 0 && static_cast<double>(draws() >> 11) * 0x1.0p-53 < probability;
}

Duration SimScheduler::draw_delay(Duration least, Duration most) {
  if (most <= least) return least;
  return least + Duration(draw(static_cast<std::uint64_t>((most - least).count()) + 1));
}

bool SimScheduler::step() {
  if (Function<void()> event = events.take_due(now)) {
    event();
    return true;
  }
  SimExecutor* chosen = nullptr;
  std::uint64_t chosen_order = 0;
  std::uint64_t ready_count = 0;
  for (SimExecutor* executor : executors) {
    const auto order = executor->ready_order(now);
    if (!order) continue;
    ++ready_count;
    // Shuffled: each ready executor is equally likely, drawn in one pass.
    if (shuffle ? draw(ready_count) == 0 : chosen == nullptr || *order < chosen_order) {
      chosen = executor;
      chosen_order = *order;
    }
  }
  if (chosen == nullptr) return false;
  run_as(*chosen, chosen->take(now));
  return true;
}

void SimScheduler::run_as(SimExecutor& executor, Function<void()> task) {
  SimExecutor* const outer = std::exchange(running, &executor);
  const MonotonicTime outer_now = std::exchange(local_now, now);
  trace = mix(trace ^ mix(executor.id()) ^ static_cast<std::uint64_t>(now.time_since_epoch().count()));
  ++tasks_run;
  task();
  task = nullptr;  // What it held is destroyed on its executor too.
  const bool alive = std::find(executors.begin(), executors.end(), &executor) != executors.end();
  if (alive) executor.busy_until(local_now);
  running = outer;
  local_now = outer_now;
}

std::optional<MonotonicTime> SimScheduler::next_ready() {
  std::optional<MonotonicTime> next = events.next_due();
  for (SimExecutor* executor : executors) {
    const auto ready = executor->next_ready();
    if (ready && (!next || *ready < *next)) next = ready;
  }
  return next;
}

SimExecutor::SimExecutor(SimScheduler& scheduler, std::string_view name, bool in_order)
    : scheduler_(scheduler), name_(name), in_order_(in_order), id_(scheduler.next_order++) {
  scheduler_.executors.push_back(this);
}

SimExecutor::~SimExecutor() {
  std::erase(scheduler_.executors, this);
  // Tasks that never ran are destroyed as if on this executor: what they own may insist on it.
  SimExecutor* const outer = std::exchange(scheduler_.running, this);
  timers_ = {};
  tasks_.clear();
  scheduler_.running = outer == this ? nullptr : outer;
}

void SimExecutor::post(Function<void()> task) {
  tasks_.emplace(Key{scheduler_.time(), scheduler_.next_order++}, std::move(task));
}

std::optional<MonotonicTime> SimExecutor::next_ready() {
  std::optional<MonotonicTime> next = timers_.next_due();
  if (!tasks_.empty() && (!next || tasks_.begin()->first.first < *next)) next = tasks_.begin()->first.first;
  return next ? std::max(*next, free_at_) : next;
}

std::optional<std::uint64_t> SimExecutor::ready_order(MonotonicTime now) {
  if (free_at_ > now) return std::nullopt;
  const auto timer = timers_.next_due();
  if (timer && *timer <= now) return 0;
  if (!tasks_.empty() && tasks_.begin()->first.first <= now) return tasks_.begin()->first.second;
  return std::nullopt;
}

Function<void()> SimExecutor::take(MonotonicTime now) {
  auto end = tasks_.begin();
  std::uint64_t ready_count = 0;
  for (; end != tasks_.end() && end->first.first <= now; ++end) {
    ++ready_count;
    if (in_order_ || !scheduler_.shuffle) break;
  }
  const auto timer = timers_.next_due();
  const bool timer_due = timer && *timer <= now;
  if (timer_due && (ready_count == 0 || !scheduler_.shuffle || scheduler_.draw(2) == 0)) return timers_.take_due(now);
  CHECK(ready_count > 0, "an executor without ready task was drawn");
  auto chosen = tasks_.begin();
  if (!in_order_ && scheduler_.shuffle) std::advance(chosen, scheduler_.draw(ready_count));
  Function<void()> task = std::move(chosen->second);
  tasks_.erase(chosen);
  return task;
}

struct SimEnv::World {
  World(std::uint64_t seed, SimOptions given)
      : scheduler(seed, given),
        clock(scheduler, given.wall_ms),
        random(seed),
        network(scheduler, given.network),
        pool(scheduler, "blocking", false),
        disk(std::move(given.disk)) {}

  SimScheduler scheduler;
  SimClock clock;
  SimRandom random;
  SimNetwork network;
  SimThread pool;
  std::shared_ptr<Disk> disk;
};

SimEnv::SimEnv(std::uint64_t seed, SimOptions options) : world_(std::make_unique<World>(seed, std::move(options))) {}

SimEnv::~SimEnv() { CHECK(world_->scheduler.executors.size() == 1, "a SimEnv outlives every loop and thread it made"); }

const Clock& SimEnv::clock() const { return world_->clock; }
Random& SimEnv::random() { return world_->random; }
Disk& SimEnv::disk() {
  CHECK(world_->disk != nullptr, "SimOptions::disk was not set");
  return *world_->disk;
}
Network& SimEnv::network() { return world_->network; }
std::unique_ptr<EventLoop> SimEnv::make_loop(std::string_view name) {
  return std::make_unique<SimLoop>(world_->scheduler, world_->clock, name);
}
std::unique_ptr<Executor> SimEnv::make_thread(std::string_view name) {
  return std::make_unique<SimThread>(world_->scheduler, name, true);
}
Executor& SimEnv::blocking_pool() { return world_->pool; }
std::uint64_t SimEnv::seed() const { return world_->scheduler.seed; }

void SimEnv::run_idle() {
  CHECK(world_->scheduler.running == nullptr, "the simulation is run by the test, not by a task");
  while (world_->scheduler.step()) {
  }
}

void SimEnv::advance(Duration by) {
  SimScheduler& scheduler = world_->scheduler;
  const MonotonicTime end = scheduler.now + by;
  for (;;) {
    run_idle();
    const auto next = scheduler.next_ready();
    if (!next || *next > end) break;
    scheduler.now = std::max(scheduler.now, *next);
  }
  scheduler.now = end;
}

bool SimEnv::run_until(Function<bool()> done) {
  SimScheduler& scheduler = world_->scheduler;
  CHECK(scheduler.running == nullptr, "the simulation is run by the test, not by a task");
  const MonotonicTime end = scheduler.now + std::chrono::hours(1);
  while (!done()) {
    if (scheduler.step()) continue;
    const auto next = scheduler.next_ready();
    if (!next || *next > end) return false;
    scheduler.now = std::max(scheduler.now, *next);
  }
  return true;
}

void SimEnv::run_on(Executor& executor, Function<void()> task) {
  SimExecutor* chosen = nullptr;
  if (auto* loop = dynamic_cast<SimLoop*>(&executor)) chosen = &loop->executor();
  if (auto* thread = dynamic_cast<SimThread*>(&executor)) chosen = &thread->executor();
  CHECK(chosen != nullptr, "run_on takes an executor of this SimEnv");
  world_->scheduler.run_as(*chosen, std::move(task));
}

void SimEnv::spend(Duration busy) {
  CHECK(world_->scheduler.running != nullptr, "only a task can spend time");
  world_->scheduler.local_now = world_->scheduler.time() + busy;
}

void SimEnv::jump_wall_clock(std::int64_t by_ms) { world_->clock.jump(by_ms); }
void SimEnv::cut_connections() { world_->network.cut_connections(); }
void SimEnv::set_network(const SimNetworkOptions& options) { world_->network.set_options(options); }
std::uint64_t SimEnv::draw() { return world_->scheduler.draws(); }
bool SimEnv::draw_chance(double probability) { return world_->scheduler.chance(probability); }
std::uint64_t SimEnv::trace_hash() const { return world_->scheduler.trace; }
std::uint64_t SimEnv::tasks_run() const { return world_->scheduler.tasks_run; }

std::vector<std::uint64_t> sim_seeds(std::uint64_t count) {
  if (const char* one = std::getenv("WEFT_SIM_SEED")) return {std::strtoull(one, nullptr, 10)};
  if (const char* many = std::getenv("WEFT_SIM_SEEDS")) count = std::strtoull(many, nullptr, 10);
  std::vector<std::uint64_t> seeds(count);
  for (std::uint64_t i = 0; i < count; ++i) seeds[i] = i + 1;
  return seeds;
}

}  // namespace weft::env
