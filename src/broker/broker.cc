#include "broker/broker.h"

#include "base/log.h"
#include "broker/connection.h"
#include "broker/limits.h"

namespace weft::broker {
namespace {

constexpr Logger kLog("broker");
constexpr auto kIdleCheckInterval = std::chrono::minutes(1);
constexpr auto kHoardingCheckInterval = std::chrono::seconds(5);
/// How long closing waits for peers that do not take their answers.
constexpr auto kDrainMax = std::chrono::seconds(5);

}  // namespace

Broker::Broker(Parts parts, Options options)
    : env_(parts.env),
      loop_(parts.loop),
      options_(std::move(options)),
      log_(std::move(parts.log)),
      memory_(parts.memory),
      metrics_(parts.metrics),
      purgatory_(loop_, *log_),
      fetch_sessions_(env_.clock(), env_.random()),
      quota_meter_(env_.clock()),
      cluster_(loop_, options_, *log_, purgatory_, appends_),
      topics_(env_, loop_, *log_, cluster_, options_),
      groups_(env_, loop_, cluster_, options_, metrics_),
      observer_(loop_, topics_, groups_),
      services_{env_,       loop_,           options_,     parts.authorizer, *log_,    memory_,    topics_, groups_,
                purgatory_, fetch_sessions_, quota_meter_, appends_,         metrics_, parts.gate, alive_} {
  cluster_.attach(topics_, groups_);
  log_->on_visible([this](PartitionId partition, Offset) { purgatory_.on_visible(partition); });
  log_->on_room([this] { appends_.on_room(); });
  topics_.on_removed([this](const Topic& topic, Function<void()> done) {
    for (const auto& partition : topic.partition_ids()) purgatory_.on_removed(partition);
    groups_.forget_topic(topic.name, std::move(done));
  });
}

Broker::~Broker() {
  closing_ = true;
  // While all parts are there: whoever waits is answered, and may look at any of them.
  topics_.stop();
  groups_.stop();
  const auto left = connections_;
  for (const auto& [key, connection] : left) connection->close();
  if (idle_timer_ != 0) loop_.cancel(idle_timer_);
  if (hoard_timer_ != 0) loop_.cancel(hoard_timer_);
  if (close_timer_ != 0) loop_.cancel(close_timer_);
}

// ---- Start

void Broker::start(Parts parts, Options options, Callback<Result<std::unique_ptr<Broker>>> done) {
  auto& loop = parts.loop;
  auto shared = std::make_shared<Parts>(std::move(parts));
  loop.post([shared, options = std::move(options), done = std::move(done)]() mutable {
    auto broker = std::shared_ptr<std::unique_ptr<Broker>>(
        new std::unique_ptr<Broker>(new Broker(std::move(*shared), std::move(options))));
    (*broker)->start_state([broker, done = std::move(done)](Result<void> started) mutable {
      if (started.ok()) started = (*broker)->listen();
      if (started.ok()) return done(std::move(*broker));
      // Its parts are on the stack: it goes with a task of its own.
      (*broker)->loop_.post([broker, done = std::move(done), why = std::move(started).error()]() mutable {
        broker->reset();
        done(std::move(why));
      });
    });
  });
}

void Broker::start_state(Callback<Result<void>> done) {
  auto groups_loaded = [this, done = std::move(done)](Result<void> loaded) mutable {
    if (!loaded.ok()) return done(std::move(loaded));
    cluster_.set_cluster_id(topics_.cluster_id());
    groups_.forget_topics_but([this](std::string_view topic) { return topics_.find(topic) != nullptr; },
                              [done = std::move(done)]() mutable { done({}); });
  };
  topics_.start([this, groups_loaded = std::move(groups_loaded)](Result<void> started) mutable {
    if (!started.ok()) return groups_loaded(std::move(started));
    groups_.start(std::move(groups_loaded));
  });
}

Result<void> Broker::listen() {
  for (const auto& listener : options_.listeners) {
    TRY_ASSIGN(auto listening, env_.network().listen(loop_, listener.address,
                                                     [this, listener](std::unique_ptr<env::Connection> connection) {
                                                       accept(std::move(connection), listener);
                                                     }));
    addresses_.push_back(listening->local());
    kLog.info("listening for Kafka clients", {{"address", listening->local().to_string()}});
    listeners_.push_back(std::move(listening));
  }
  close_idle_connections();
  close_hoarding_connections();
  return {};
}

// ---- Connections

void Broker::accept(std::unique_ptr<env::Connection> connection, const ListenerOptions& listener) {
  if (closing_ || connections_.size() >= static_cast<std::size_t>(options_.connections_max)) {
    if (!closing_)
      kLog.warn("connection refused: too many",
                {{"limit", options_.connections_max}, {"peer", connection->peer().to_string()}});
    return connection->close();
  }
  auto client = std::make_shared<Client>();
  client->principal = access::Principal::anonymous();
  client->principal_name = client->principal.to_string();
  client->host = connection->peer().host;
  client->advertised = listener.advertised.value_or(connection->local());
  if (client->advertised.port == 0) client->advertised.port = connection->local().port;
  const std::uint64_t number = ++last_connection_;
  auto accepted = std::make_shared<ClientConnection>(services_, std::move(connection), std::move(client),
                                                     [this, number] { forget(number); });
  connections_.emplace(number, accepted);
  metrics_.connections_accepted.add();
  metrics_.connections.add(1);
  accepted->start();
}

void Broker::forget(std::uint64_t number) {
  const auto at = connections_.find(number);
  if (at == connections_.end()) return;
  // It may be on the stack: it goes with a task of its own.
  loop_.post([gone = std::move(at->second)]() mutable { gone.reset(); });
  connections_.erase(at);
  metrics_.connections.add(-1);
  if (closing_ && connections_.empty()) close_log();
}

void Broker::close_idle_connections() {
  const auto limit = loop_.clock().monotonic() - options_.connection_idle_max;
  std::vector<std::shared_ptr<ClientConnection>> idle;
  for (const auto& [key, connection] : connections_) {
    if (connection->is_idle_since(limit)) idle.push_back(connection);
  }
  for (const auto& connection : idle) connection->close();
  idle_timer_ = loop_.schedule_after(kIdleCheckInterval, [this] { close_idle_connections(); });
}

void Broker::close_hoarding_connections() {
  if (memory_.requests.has_waiting() || memory_.answers.has_waiting()) {
    const auto limit = loop_.clock().monotonic() - kHoardingMax;
    std::vector<std::shared_ptr<ClientConnection>> hoarding;
    for (const auto& [key, connection] : connections_) {
      if (connection->hoards_since(limit)) hoarding.push_back(connection);
    }
    for (const auto& connection : hoarding) connection->give_way();
  }
  hoard_timer_ = loop_.schedule_after(kHoardingCheckInterval, [this] { close_hoarding_connections(); });
}

// ---- The end

void Broker::close(Callback<Result<void>> done) {
  CHECK(!closing_, "closed once");
  closing_ = true;
  closed_ = std::move(done);
  listeners_.clear();
  groups_.stop_membership();
  purgatory_.wake_all();
  std::vector<std::shared_ptr<ClientConnection>> open;
  for (const auto& [key, connection] : connections_) open.push_back(connection);
  for (const auto& connection : open) connection->drain();
  if (connections_.empty()) return close_log();
  close_timer_ = loop_.schedule_after(kDrainMax, [this] {
    close_timer_ = 0;
    auto left = connections_;
    for (const auto& [key, connection] : left) connection->close();
  });
}

void Broker::close_log() {
  if (!closed_) return;
  log_->close([done = std::exchange(closed_, {})](Result<void> closed) mutable { done(std::move(closed)); });
}

}  // namespace weft::broker
