#pragma once

#include <memory>
#include <string_view>

#include "env/executor.h"

namespace boost::asio {
class io_context;
}

namespace weft::env {

class BlockingPool;

/// Tasks, timers and sockets on one thread over one io_context; private to env/posix_*.cc.
class PosixLoop final : public EventLoop {
 public:
  PosixLoop(const Clock& clock, BlockingPool& pool, std::string_view name);
  ~PosixLoop() override;

  void post(Function<void()> task) override;
  bool is_current() const override;
  TimerId schedule_after(Duration delay, Function<void()> task) override;
  void cancel(TimerId timer) override;
  const Clock& clock() const override;

  boost::asio::io_context& io();

 private:
  struct Core;
  std::unique_ptr<Core> core_;
  BlockingPool& pool_;
};

}  // namespace weft::env
