#pragma once

#include <cstdint>

#include "base/function.h"
#include "env/clock.h"

namespace weft::env {

/// Runs tasks in the order they were posted (the blocking pool: in any order); a task never throws. Destruction waits
/// for the task that runs and destroys the rest unrun: a thread's Executor first runs all of them, a loop does not.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Thread-safe. Never runs the task inside the call.
  virtual void post(Function<void()> task) = 0;
  /// Whether the caller runs on this executor: what an owner CHECKs before it touches its state.
  virtual bool is_current() const = 0;
};

/// Runs `task` on `executor` and returns when it is done: how main and tests reach what lives on a loop. Not from a
/// loop, and not with a simulated executor (SimEnv::run_on).
void run_and_wait(Executor& executor, Function<void()> task);

/// One thread with timers; owns partitions, shards and connections, so none of them needs a lock.
class EventLoop : public Executor {
 public:
  using TimerId = std::uint64_t;

  /// Runs `task` on this loop once `delay` has passed. On the loop only.
  virtual TimerId schedule_after(Duration delay, Function<void()> task) = 0;
  /// A timer that has run or is unknown is ignored. On the loop only.
  virtual void cancel(TimerId timer) = 0;
  virtual const Clock& clock() const = 0;
};

}  // namespace weft::env
