#pragma once

#include <future>
#include <utility>

#include "base/function.h"
#include "base/result.h"
#include "env/executor.h"

namespace weft::server {

/// Runs an asynchronous call to its end from a thread that is no event loop's: commands and start-up. `start` is given
/// the callback to complete with.
template <class T, class Start>
Result<T> wait_for(Start&& start) {
  std::promise<Result<T>> promise;
  std::future<Result<T>> future = promise.get_future();
  start(Callback<Result<T>>([&promise](Result<T> result) { promise.set_value(std::move(result)); }));
  return future.get();
}

/// Runs `task` on the loop and waits for what it returns.
template <class Task>
auto on_loop(env::EventLoop& loop, Task task) {
  std::promise<decltype(task())> promise;
  auto future = promise.get_future();
  loop.post([&] { promise.set_value(task()); });
  return future.get();
}

}  // namespace weft::server
