#pragma once

#include <memory>

#include "access/authorizer.h"
#include "broker/append_queue.h"
#include "env/env.h"

namespace weft::env {
struct ClientMemory;
}
namespace weft::log {
class Log;
}
namespace weft {
class Metrics;
}

namespace weft::broker {

class FetchSessions;
class GroupCoordinator;
class ProduceGate;
class QuotaMeter;
class Purgatory;
class Topics;
struct Options;
struct BrokerMetrics;

/// What request handlers work with; the broker owns it all and outlives every request.
struct Services {
  env::Env& env;
  env::EventLoop& loop;
  const Options& options;
  const access::Authorizer& authorizer;
  log::Log& log;
  env::ClientMemory& memory;
  Topics& topics;
  GroupCoordinator& groups;
  Purgatory& purgatory;
  FetchSessions& fetch_sessions;
  QuotaMeter& quota_meter;
  AppendQueue& appends;
  BrokerMetrics& metrics;
  ProduceGate* gate;
  /// Expires with the broker: what comes back from elsewhere looks here first.
  std::weak_ptr<const bool> alive;
};

}  // namespace weft::broker
