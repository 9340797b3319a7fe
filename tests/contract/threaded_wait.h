#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

namespace weft::contract {

/// How a test's thread waits for what happens on others.
class ThreadedWait {
 public:
  void wait_until(const std::function<bool()>& done) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, done);
  }
  void notify() {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace weft::contract
