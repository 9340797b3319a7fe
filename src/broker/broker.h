#pragma once

#include <map>
#include <memory>
#include <vector>

#include "access/authorizer.h"
#include "broker/append_queue.h"
#include "broker/fetch_sessions.h"
#include "broker/group_coordinator.h"
#include "broker/local_cluster.h"
#include "broker/local_observer.h"
#include "broker/metrics.h"
#include "broker/options.h"
#include "broker/purgatory.h"
#include "broker/services.h"
#include "broker/topics.h"
#include "env/env.h"
#include "env/memory_budget.h"
#include "env/network.h"
#include "log/log.h"

namespace weft::broker {

class ClientConnection;
class ProduceGate;

/// The embedded broker: everything of this folder put together on one event loop. Made by `start`, ended by `close`;
/// destroyed on its loop. Without close it ends as if the process had been killed: connections break, and what was not
/// yet durable may be lost.
class Broker {
 public:
  /// What it is built on; all but the log outlive it.
  struct Parts {
    env::Env& env;
    env::EventLoop& loop;
    std::unique_ptr<log::Log> log;  ///< Opened on `loop`.
    env::ClientMemory& memory;      ///< Of `loop`.
    const access::Authorizer& authorizer;
    Metrics& metrics;
    ProduceGate* gate = nullptr;
  };

  /// Replays its state, brings the log in line with it, then listens. Call from any thread; completes on the loop.
  static void start(Parts parts, Options options, Callback<Result<std::unique_ptr<Broker>>> done);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  /// The seam over this broker; from any thread.
  stream::Cluster& cluster() { return cluster_; }
  /// Who reads and writes it; from any thread.
  stream::Observer& observer() { return observer_; }
  /// Where it listens, in the order of Options::listeners, with the ports that were really bound.
  const std::vector<env::Address>& addresses() const { return addresses_; }
  /// A connection as if a listener had accepted it: for tests and in-process clients. On the loop.
  void accept(std::unique_ptr<env::Connection> connection, const ListenerOptions& listener);

  /// Takes no more, answers what was asked, writes out what is owed and closes the log. On the loop.
  void close(Callback<Result<void>> done);

 private:
  Broker(Parts parts, Options options);

  void start_state(Callback<Result<void>> done);
  Result<void> listen();
  void forget(std::uint64_t number);
  void close_idle_connections();
  /// While some wait for memory: closes those that hold it and make no use of it.
  void close_hoarding_connections();
  void close_log();

  env::Env& env_;
  env::EventLoop& loop_;
  const Options options_;
  std::unique_ptr<log::Log> log_;
  env::ClientMemory& memory_;
  BrokerMetrics metrics_;
  Purgatory purgatory_;
  FetchSessions fetch_sessions_;
  QuotaMeter quota_meter_;
  AppendQueue appends_;
  LocalCluster cluster_;
  Topics topics_;
  GroupCoordinator groups_;
  LocalObserver observer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<bool>(true);
  Services services_;
  std::vector<std::unique_ptr<env::Listener>> listeners_;
  std::vector<env::Address> addresses_;
  std::map<std::uint64_t, std::shared_ptr<ClientConnection>> connections_;  ///< In the order they came.
  std::uint64_t last_connection_ = 0;
  env::EventLoop::TimerId idle_timer_ = 0;
  env::EventLoop::TimerId hoard_timer_ = 0;
  env::EventLoop::TimerId close_timer_ = 0;
  Callback<Result<void>> closed_;
  bool closing_ = false;
};

}  // namespace weft::broker
