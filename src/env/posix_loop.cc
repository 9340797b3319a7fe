#include "env/posix_loop.h"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "env/handler_memory.h"
#include "env/posix_threads.h"
#include "env/timer_queue.h"

namespace weft::env {
namespace asio = boost::asio;

/// Tasks are collected in a vector and asio is told once per batch: posting costs a short lock and no allocation.
struct PosixLoop::Core {
  Core(const Clock& clock_, const PosixLoop& loop_) : clock(clock_), loop(loop_) {}

  const Clock& clock;
  const PosixLoop& loop;
  HandlerMemory wake_memory;  // before io, whose end gives it back
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::steady_timer timer{io};
  TimerQueue timers;
  std::optional<MonotonicTime> armed_for;
  std::atomic<bool> stopping{false};

  std::mutex mutex;
  std::vector<Function<void()>> posted;  // guarded by mutex
  std::vector<Function<void()>> batch;
  std::thread thread;

  struct Wake {
    using allocator_type = HandlerAllocator<std::byte>;
    Core* core;
    allocator_type get_allocator() const { return allocator_type(core->wake_memory); }
    void operator()() const { core->run_batch(); }
  };

  void post(Function<void()> task) {
    const std::lock_guard lock(mutex);
    posted.push_back(std::move(task));
    // One wake-up at a time: the next is needed only once run_batch has taken this one's tasks. Under the lock, because
    // wake_memory serves one at a time.
    if (posted.size() == 1) asio::post(io, Wake{this});
  }

  void run_batch() {
    {
      const std::lock_guard lock(mutex);
      batch.swap(posted);
    }
    for (Function<void()>& task : batch) {
      if (stopping.load(std::memory_order_relaxed)) return;
      task();
      task = nullptr;
    }
    batch.clear();
  }

  void arm() {
    const auto next = timers.next_due();
    if (!next || (armed_for && *armed_for <= *next)) return;
    armed_for = next;
    timer.expires_at(*next);
    timer.async_wait([this](const boost::system::error_code& fault) {
      if (!fault) run_due();
    });
  }

  void run_due() {
    armed_for.reset();
    const MonotonicTime now = clock.monotonic();
    while (!stopping.load(std::memory_order_relaxed)) {
      Function<void()> task = timers.take_due(now);
      if (!task) break;
      task();
    }
    arm();
  }

  void run(const std::string& name) {
    name_this_thread(name);
    running_executor = &loop;
    io.run();
  }
};

PosixLoop::PosixLoop(const Clock& clock, BlockingPool& pool, std::string_view name)
    : core_(std::make_unique<Core>(clock, *this)), pool_(pool) {
  core_->thread = std::thread([core = core_.get(), name = std::string(name)] { core->run(name); });
}

PosixLoop::~PosixLoop() {
  CHECK(!is_current(), "a loop cannot destroy itself");
  pool_.drain();
  core_->stopping = true;
  core_->io.stop();
  core_->thread.join();
  // What never ran is destroyed as if on the loop: connections and owners insist on it.
  const Executor* const outer = std::exchange(running_executor, this);
  core_->batch.clear();
  core_->timers = {};
  std::vector<Function<void()>> rest;
  {
    const std::lock_guard lock(core_->mutex);
    rest.swap(core_->posted);
  }
  rest.clear();
  core_.reset();
  running_executor = outer;
}

void PosixLoop::post(Function<void()> task) { core_->post(std::move(task)); }

bool PosixLoop::is_current() const { return running_executor == this; }

EventLoop::TimerId PosixLoop::schedule_after(Duration delay, Function<void()> task) {
  CHECK(is_current(), "timers are set on their loop");
  const TimerId id = core_->timers.add(core_->clock.monotonic() + std::max(delay, Duration::zero()), std::move(task));
  core_->arm();
  return id;
}

void PosixLoop::cancel(TimerId timer) {
  CHECK(is_current(), "timers are cancelled on their loop");
  core_->timers.cancel(timer);
}

const Clock& PosixLoop::clock() const { return core_->clock; }

asio::io_context& PosixLoop::io() { return core_->io; }

}  // namespace weft::env
