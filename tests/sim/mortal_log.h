#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "env/executor.h"
#include "log/log.h"

namespace weft::sim {

/// A log that can die under its broker, as it would with the process: what is under way is answered kCancelled, and so
/// is whatever is asked later. Without it a broker that is killed while it starts would wait for ever. On its loop.
class MortalLog {
 public:
  MortalLog(std::unique_ptr<log::Log> log, env::EventLoop& loop);
  /// For the broker; once.
  std::unique_ptr<log::Log> handle();
  void die();

 private:
  class Handle;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace weft::sim
