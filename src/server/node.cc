#include "server/node.h"

#include <utility>

#include "access/authorizer.h"
#include "base/metrics.h"
#include "broker/broker.h"
#include "env/env.h"
#include "log/log.h"
#include "server/wait.h"

namespace weft::server {
namespace {

/// Runs `task` on the loop and waits for what it returns.
template <class Task>
auto on_loop(env::EventLoop& loop, Task task) {
  std::promise<decltype(task())> promise;
  auto future = promise.get_future();
  loop.post([&] { promise.set_value(task()); });
  return future.get();
}

Result<broker::Options> broker_options(const Settings& settings) {
  broker::Options options;
  options.listeners.clear();
  for (const std::string& text : settings.kafka) {
    const ListenerText listener = split_listener(text);
    broker::ListenerOptions listening;
    TRY_ASSIGN(listening.address, env::Address::parse(listener.listen));
    if (listener.advertised.has_value()) {
      TRY_ASSIGN(listening.advertised, env::Address::parse(*listener.advertised));
    }
    options.listeners.push_back(std::move(listening));
  }
  if (options.listeners.empty()) return error(ErrorCode::kInvalidArgument, "kafka: name at least one address to listen on");
  options.cluster_name = settings.cluster_name;
  options.environment = settings.environment;
  options.region = settings.region;
  options.auto_create_topics = settings.auto_create_topics;
  options.partition_count_default = static_cast<std::int32_t>(settings.partition_count);
  options.clamp_replication_factor = settings.replication_factor_clamp;
  options.group_initial_rebalance_delay_ms = static_cast<std::int32_t>(settings.group_initial_rebalance_delay_ms);
  return options;
}

log::Options log_options(const Settings& settings) {
  log::Options options;
  options.directory = settings.data_dir;
  options.journal_slot_bytes = static_cast<std::uint64_t>(settings.journal_slot_bytes);
  options.journal_slot_count = static_cast<std::uint32_t>(settings.journal_slot_count);
  options.free_bytes_min = static_cast<std::uint64_t>(settings.disk_free_bytes_min);
  return options;
}

}  // namespace

/// Everything a node is made of, in the order it is made; ended in the reverse order, on the loop where it belongs.
struct Node::Parts {
  explicit Parts(env::Env& environment) : env(environment), loop(environment.make_loop("weft")) {}

  env::Env& env;
  Metrics metrics;
  access::OpenAuthorizer authorizer;
  NodeAddresses addresses;
  std::unique_ptr<env::EventLoop> loop;
  std::unique_ptr<broker::Broker> broker;

  Result<void> start_broker(const Settings& settings) {
    TRY_ASSIGN(broker::Options options, broker_options(settings));
    TRY_ASSIGN(auto log, on_loop(*loop, [&] { return log::Log::open(env, *loop, log_options(settings)); }));
    TRY_ASSIGN(broker, wait_for<std::unique_ptr<broker::Broker>>([&](auto done) {
                 broker::Broker::start({env, *loop, std::move(log), authorizer, metrics}, std::move(options), std::move(done));
               }));
    addresses.kafka = broker->addresses().front().to_string();
    return {};
  }
};

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Node::~Node() {
  on_loop(*parts_->loop, [&] {
    parts_->broker.reset();
    return true;
  });
}

Result<std::unique_ptr<Node>> Node::start(env::Env& env, const Settings& settings) {
  auto node = std::unique_ptr<Node>(new Node(std::make_unique<Parts>(env)));
  TRY(node->parts_->start_broker(settings));
  return node;
}

const NodeAddresses& Node::addresses() const { return parts_->addresses; }
env::EventLoop& Node::loop() { return *parts_->loop; }
stream::Cluster& Node::cluster() { return parts_->broker->cluster(); }

Result<void> Node::stop() {
  return wait_for<void>([&](auto done) {
    parts_->loop->post([this, done = std::move(done)]() mutable { parts_->broker->close(std::move(done)); });
  });
}

}  // namespace weft::server
