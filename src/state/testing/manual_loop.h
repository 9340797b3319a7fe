#pragma once

#include <deque>
#include <map>

#include "env/executor.h"

namespace weft::state::testing {

/// An event loop that a test turns by hand: time passes only when nothing is left to run.
class ManualLoop final : public env::EventLoop, private env::Clock {
 public:
  void post(Function<void()> task) override { ready_.push_back(std::move(task)); }
  bool is_current() const override { return true; }
  TimerId schedule_after(env::Duration delay, Function<void()> task) override {
    timers_.emplace(std::pair{now_ + delay, ++last_timer_}, std::move(task));
    return last_timer_;
  }
  void cancel(TimerId timer) override {
    std::erase_if(timers_, [timer](const auto& each) { return each.first.second == timer; });
  }
  const env::Clock& clock() const override { return *this; }

  /// Runs one task; false when none was posted.
  bool run_one() {
    if (ready_.empty()) return false;
    auto task = std::move(ready_.front());
    ready_.pop_front();
    task();
    return true;
  }
  void run() {
    while (run_one()) {
    }
  }
  /// Lets time pass, running what is due.
  void advance(env::Duration by) {
    const auto until = now_ + by;
    run();
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      auto timer = timers_.extract(timers_.begin());
      now_ = timer.key().first;
      timer.mapped()();
      run();
    }
    now_ = until;
  }
  /// Time that a task takes: nothing runs meanwhile.
  void pass(env::Duration by) { now_ += by; }

 private:
  env::MonotonicTime monotonic() const override { return now_; }
  std::int64_t wall_ms() const override {
    return 1'700'000'000'000 + std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count();
  }

  env::MonotonicTime now_{};
  std::deque<Function<void()>> ready_;
  std::map<std::pair<env::MonotonicTime, TimerId>, Function<void()>> timers_;
  TimerId last_timer_ = 0;
};

}  // namespace weft::state::testing
