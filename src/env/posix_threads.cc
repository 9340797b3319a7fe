#include "env/posix_threads.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace weft::env {

thread_local const Executor* running_executor = nullptr;

void name_this_thread(std::string_view name) {
  pthread_setname_np(pthread_self(), std::string(name.substr(0, 15)).c_str());
}

PosixThread::PosixThread(std::string_view name)
    : thread_([this, name = std::string(name)] {
        name_this_thread(name);
        run();
      }) {}

PosixThread::~PosixThread() {
  CHECK(!is_current(), "a thread cannot destroy itself");
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  posted_.notify_one();
  thread_.join();
}

void PosixThread::post(Function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (tasks_.size() > 1) return;  // The thread has been woken for the first.
  }
  posted_.notify_one();
}

void PosixThread::run() {
  running_executor = this;
  std::vector<Function<void()>> batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      posted_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      batch.swap(tasks_);
    }
    for (Function<void()>& task : batch) {
      task();
      task = nullptr;
    }
    batch.clear();
  }
}

BlockingPool::BlockingPool(std::size_t thread_count_max, std::size_t queue_max)
    : thread_count_max_(thread_count_max), queue_max_(queue_max) {
  CHECK(thread_count_max > 0, "a pool has threads");
  running_.reserve(thread_count_max);
}

BlockingPool::~BlockingPool() {
  CHECK(!is_current(), "a pool cannot destroy itself");
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  posted_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void BlockingPool::post(Function<void()> task) {
  const std::lock_guard lock(mutex_);
  CHECK(tasks_.size() < queue_max_, "more blocking tasks wait than their owners' bounds allow");
  tasks_.push_back({next_number_++, std::move(task)});
  if (tasks_.size() > idle_count_ && threads_.size() < thread_count_max_) {
    const std::size_t worker = threads_.size();
    running_.push_back(0);
    threads_.emplace_back([this, worker] {
      name_this_thread("blocking");
      run(worker);
    });
  }
  posted_.notify_one();
}

void BlockingPool::run(std::size_t worker) {
  running_executor = this;
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_count_;
    posted_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    --idle_count_;
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    running_[worker] = task.number;
    lock.unlock();
    task.run();
    task.run = nullptr;
    lock.lock();
    running_[worker] = 0;
    finished_.notify_all();
  }
}

void BlockingPool::drain() {
  CHECK(!is_current(), "a blocking task cannot wait for itself");
  std::unique_lock lock(mutex_);
  const std::uint64_t end = next_number_;
  finished_.wait(lock, [this, end] {
    const bool started = tasks_.empty() || tasks_.front().number >= end;
    return started && std::all_of(running_.begin(), running_.end(),
                                  [end](std::uint64_t number) { return number == 0 || number >= end; });
  });
}

}  // namespace weft::env
