#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "access/authorizer.h"
#include "base/metrics.h"
#include "broker/broker.h"
#include "env/env.h"

namespace weft::contract {

/// How a test runs something on a loop and waits for what comes of it: real and simulated time differ in that.
struct LoopAccess {
  std::function<void(Function<void()>)> run;                ///< On the loop; returns when it has run.
  std::function<void(std::function<bool()>)> wait_until;
  std::function<void()> notify = [] {};
};

/// The embedded broker with its log on `env`'s disk, listening on a free loopback port.
class EmbeddedBroker {
 public:
  EmbeddedBroker(env::Env& env, env::EventLoop& loop, std::string directory, LoopAccess access);
  ~EmbeddedBroker();
  EmbeddedBroker(const EmbeddedBroker&) = delete;
  EmbeddedBroker& operator=(const EmbeddedBroker&) = delete;

  stream::Cluster& cluster() { return broker_->cluster(); }
  std::string address() const { return broker_->addresses().front().to_string(); }

 private:
  LoopAccess access_;
  env::ClientMemory memory_;
  Metrics metrics_;
  access::OpenAuthorizer authorizer_;
  std::unique_ptr<broker::Broker> broker_;
};

}  // namespace weft::contract
