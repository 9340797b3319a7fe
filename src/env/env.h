#pragma once

#include <memory>
#include <string_view>

#include "env/executor.h"

namespace weft::env {

class Clock;
class Disk;
class Network;
class Random;

/// Everything the operating system gives, in one hand; made once in main (posix) or per test (simulated).
class Env {
 public:
  virtual ~Env() = default;
  virtual const Clock& clock() const = 0;
  virtual Random& random() = 0;
  virtual Disk& disk() = 0;
  virtual Network& network() = 0;
  /// A new event loop with its own thread, running until destroyed.
  virtual std::unique_ptr<EventLoop> make_loop(std::string_view name) = 0;
  /// A thread of its own that runs blocking tasks one after the other: the journal's.
  virtual std::unique_ptr<Executor> make_thread(std::string_view name) = 0;
  /// Threads shared by everything else that may block: fsync, cold reads, compaction. Tasks run in any order.
  virtual Executor& blocking_pool() = 0;
};

}  // namespace weft::env
