#pragma once

#include <memory>

#include "env/env.h"

namespace weft::env {

struct PosixOptions {
  /// What disk() gives (env/disk.h makes it); without one disk() must not be called.
  std::shared_ptr<Disk> disk;
  std::size_t blocking_thread_count = 4;
  /// Tasks that wait for a blocking thread; posting more stops the process: their owners bound them.
  std::size_t blocking_queue_max = 100'000;
};

/// The real environment. It outlives every loop and thread it made; a loop outlives what posts to it from other
/// threads, and ~EventLoop waits for the tasks that the blocking pool held when it began.
std::unique_ptr<Env> make_posix_env(PosixOptions options = {});

}  // namespace weft::env
