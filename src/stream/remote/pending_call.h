#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/function.h"
#include "base/result.h"
#include "env/executor.h"
#include "stream/cluster.h"

namespace weft::stream {

/// An asynchronous call on its way: completes exactly once with the first of an answer, its deadline, or kCancelled when
/// everybody has let go of it. On the loop only.
template <class T>
class PendingCall {
 public:
  /// `what` begins the message of a timeout: "fetch of orders-0".
  static std::shared_ptr<PendingCall> start(env::EventLoop& loop, Deadline deadline, std::string what,
                                            Callback<Result<T>> done) {
    auto call = std::make_shared<PendingCall>(loop, deadline, std::move(what), std::move(done));
    call->timer_ = loop.schedule_after(std::max(env::Duration(0), deadline - loop.clock().monotonic()),
                                       [weak = std::weak_ptr<PendingCall>(call)] {
                                         if (auto alive = weak.lock())
                                           alive->complete(error(ErrorCode::kTimeout, "{}: no answer before the deadline{}",
                                                                 alive->what_, alive->obstacle_));
                                       });
    return call;
  }

  PendingCall(env::EventLoop& loop, Deadline deadline, std::string what, Callback<Result<T>> done)
      : loop_(loop), deadline_(deadline), what_(std::move(what)), done_(std::move(done)) {}
  ~PendingCall() { complete(error(ErrorCode::kCancelled, "{}: the cluster connection was closed", what_)); }
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;

  bool completed() const { return !done_; }
  Deadline deadline() const { return deadline_; }
  /// What kept it from being done so far, for the message of a timeout.
  void note(const Error& obstacle) { obstacle_ = "; last: " + obstacle.message; }
  /// Later answers are ignored.
  void complete(Result<T> result) {
    if (completed()) return;
    loop_.cancel(timer_);
    auto done = std::exchange(done_, nullptr);
    done(std::move(result));
  }

 private:
  env::EventLoop& loop_;
  Deadline deadline_;
  std::string what_;
  std::string obstacle_;
  Callback<Result<T>> done_;
  env::EventLoop::TimerId timer_ = 0;
};

}  // namespace weft::stream
