#include "env/executor.h"

#include <semaphore>

#include "base/check.h"

namespace weft::env {

void run_and_wait(Executor& executor, Function<void()> task) {
  CHECK(!executor.is_current(), "waiting for oneself never ends");
  std::binary_semaphore done(0);
  executor.post([&] {
    task();
    done.release();
  });
  done.acquire();
}

}  // namespace weft::env
