#include "env/posix_env.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/check.h"
#include "env/clock.h"
#include "env/posix_loop.h"
#include "env/posix_network.h"
#include "env/posix_threads.h"
#include "env/random.h"

namespace weft::env {
namespace {

class PosixClock final : public Clock {
 public:
  MonotonicTime monotonic() const override { return std::chrono::steady_clock::now(); }
  std::int64_t wall_ms() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

/// The kernel's generator, some at a time per thread; what was given out is wiped.
class PosixRandom final : public Random {
 public:
  std::uint64_t next() override {
    thread_local std::array<std::uint64_t, 32> held{};
    thread_local std::size_t left = 0;
    if (left == 0) {
      fill(held);
      left = held.size();
    }
    return std::exchange(held[--left], 0);
  }

 private:
  template <class Words>
  static void fill(Words& words) {
    // Up to 256 bytes come whole once the generator is seeded (getrandom(2)); a signal may interrupt the wait before.
    ssize_t got = -1;
    do got = ::getrandom(words.data(), sizeof words, 0);
    while (got < 0 && errno == EINTR);
    CHECK(got == static_cast<ssize_t>(sizeof words), "getrandom");
  }
};

class PosixEnv final : public Env {
 public:
  explicit PosixEnv(PosixOptions options)
      : disk_(std::move(options.disk)), pool_(options.blocking_thread_count, options.blocking_queue_max) {}

  const Clock& clock() const override { return clock_; }
  Random& random() override { return random_; }
  Disk& disk() override {
    CHECK(disk_ != nullptr, "PosixOptions::disk was not set");
    return *disk_;
  }
  Network& network() override { return network_; }
  std::unique_ptr<EventLoop> make_loop(std::string_view name) override {
    return std::make_unique<PosixLoop>(clock_, pool_, name);
  }
  std::unique_ptr<Executor> make_thread(std::string_view name) override { return std::make_unique<PosixThread>(name); }
  Executor& blocking_pool() override { return pool_; }

 private:
  PosixClock clock_;
  PosixRandom random_;
  PosixNetwork network_;
  std::shared_ptr<Disk> disk_;
  BlockingPool pool_;
};

}  // namespace

std::unique_ptr<Env> make_posix_env(PosixOptions options) { return std::make_unique<PosixEnv>(std::move(options)); }

}  // namespace weft::env
