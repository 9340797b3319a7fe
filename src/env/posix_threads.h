#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "env/executor.h"

namespace weft::env {

/// Marks what the calling thread runs, for is_current(); private to env/posix_*.cc.
extern thread_local const Executor* running_executor;

/// At most 15 characters are kept: what top and gdb show.
void name_this_thread(std::string_view name);

/// One thread, tasks in order; destruction runs what is left, then joins.
class PosixThread final : public Executor {
 public:
  explicit PosixThread(std::string_view name);
  ~PosixThread() override;
  void post(Function<void()> task) override;
  bool is_current() const override { return running_executor == this; }

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable posted_;
  std::vector<Function<void()>> tasks_;  // guarded by mutex_
  bool stopping_ = false;                // guarded by mutex_
  std::thread thread_;
};

/// A bounded number of threads, started when first needed; destruction runs what is left, then joins.
class BlockingPool final : public Executor {
 public:
  BlockingPool(std::size_t thread_count_max, std::size_t queue_max);
  ~BlockingPool() override;
  void post(Function<void()> task) override;
  bool is_current() const override { return running_executor == this; }
  /// Returns once every task posted before the call is done. Not from one of them.
  void drain();

 private:
  struct Task {
    std::uint64_t number;
    Function<void()> run;
  };
  void run(std::size_t worker);

  const std::size_t thread_count_max_;
  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::condition_variable finished_;
  // All below guarded by mutex_.
  std::deque<Task> tasks_;
  std::uint64_t next_number_ = 1;
  std::size_t idle_count_ = 0;
  bool stopping_ = false;
  std::vector<std::uint64_t> running_;  ///< Task number by worker; 0 when idle.
  std::vector<std::thread> threads_;
};

}  // namespace weft::env
