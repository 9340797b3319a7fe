#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "broker/broker.h"
#include "broker/testing/memory_log.h"
#include "env/sim_env.h"
#include "kafka/frame.h"
#include "kafka/messages/create_topics.h"
#include "kafka/messages/fetch.h"
#include "kafka/messages/produce.h"
#include "record/builder.h"

namespace weft::broker::testing {

/// A Kafka client over one simulated connection: real frames, both ways.
class SimClient {
 public:
  SimClient(env::SimEnv& sim, env::EventLoop& loop, const env::Address& address) : sim_(sim), loop_(loop) {
    bool connected = false;
    sim_.run_on(loop_, [&] {
      sim_.network().connect(loop_, address, std::chrono::seconds(5), [&](Result<std::unique_ptr<env::Connection>> result) {
        connected = true;
        if (result.ok()) connection_ = std::move(*result);
      });
    });
    EXPECT_TRUE(sim_.run_until([&] { return connected; }));
    EXPECT_NE(connection_, nullptr);
    sim_.run_on(loop_, [this] { read(); });
  }
  ~SimClient() {
    sim_.run_on(loop_, [this] { connection_.reset(); });
  }

  /// Sends without waiting; answers come in `frames`.
  template <class Request>
  std::int32_t send(const Request& request, std::int16_t version, std::string client_id = "test") {
    const auto correlation = ++last_correlation_;
    auto encoded = kafka::encode_request(request, {Request::kApi, version, correlation, std::move(client_id)});
    EXPECT_TRUE(encoded.ok()) << (encoded.ok() ? "" : encoded.error().message);
    send_bytes(std::move(encoded->pieces));
    return correlation;
  }
  void send_bytes(std::vector<SharedBytes> pieces) {
    sim_.run_on(loop_, [&] {
      unsent_.insert(unsent_.end(), std::make_move_iterator(pieces.begin()), std::make_move_iterator(pieces.end()));
      write();
    });
  }

  template <class Response, class Request>
  Response call(const Request& request, std::int16_t version, std::string client_id = "test") {
    const auto correlation = send(request, version, std::move(client_id));
    return receive<Response>(version, correlation);
  }
  /// The next answer, which must be to `correlation`.
  template <class Response>
  Response receive(std::int16_t version, std::int32_t correlation) {
    EXPECT_TRUE(sim_.run_until([this] { return !frames.empty() || closed; }));
    if (frames.empty()) {
      ADD_FAILURE() << "the connection was closed";
      return {};
    }
    auto bytes = std::move(frames.front());
    frames.erase(frames.begin());
    auto frame = kafka::parse_response(std::move(bytes), Response::kApi, version);
    EXPECT_TRUE(frame.ok());
    EXPECT_EQ(frame->correlation_id, correlation) << "answers come in the order of the requests";
    auto response = kafka::decode<Response>(frame->body, version);
    EXPECT_TRUE(response.ok()) << (response.ok() ? "" : response.error().message);
    return response.ok() ? std::move(*response) : Response{};
  }

  /// Takes no more from the connection: a slow consumer.
  void stop_reading() { reads_ = false; }

  std::vector<SharedBytes> frames;
  bool closed = false;

 private:
  void write() {
    if (writing_ || unsent_.empty()) return;
    writing_ = true;
    connection_->write(std::exchange(unsent_, {}), [this, alive = std::weak_ptr(alive_)](Result<void>) {
      if (alive.expired()) return;
      writing_ = false;
      write();
    });
  }
  void read() {
    connection_->read(reader_.space(), [this, alive = std::weak_ptr(alive_)](Result<std::size_t> count) {
      if (alive.expired()) return;
      if (!count.ok() || *count == 0) {
        closed = true;
        return;
      }
      reader_.filled(*count);
      for (;;) {
        auto frame = reader_.next();
        ASSERT_TRUE(frame.ok());
        if (!frame->has_value()) break;
        frames.push_back(std::move(**frame));
      }
      if (reads_) read();
    });
  }

  env::SimEnv& sim_;
  env::EventLoop& loop_;
  std::unique_ptr<env::Connection> connection_;
  kafka::FrameReader reader_;
  std::vector<SharedBytes> unsent_;
  bool writing_ = false;
  bool reads_ = true;
  std::int32_t last_correlation_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// One batch as a producer sends it.
inline SharedBytes batch_of(const std::vector<std::pair<std::string, std::string>>& records, ProducerId id = kNoProducerId,
                            Sequence sequence = kNoSequence, record::Codec codec = record::Codec::kNone) {
  record::BatchBuilder builder(codec);
  if (id != kNoProducerId) builder.set_producer(id, ProducerEpoch{0}, sequence);
  for (const auto& [key, value] : records) builder.add(as_bytes(key), as_bytes(value), Timestamp{1'800'000'000'000});
  auto built = builder.build();
  EXPECT_TRUE(built.ok());
  return SharedBytes(std::move(*built));
}

/// A broker on a simulated environment, and clients for it. The data outlive a restart.
class SimBroker : public ::testing::Test {
 protected:
  explicit SimBroker(env::SimOptions sim_options = {}) : sim(1, std::move(sim_options)) {}
  ~SimBroker() override {
    switchable.rules = &switchable.open;
    clients_.clear();
    if (broker) stop();
  }

  void start() {
    if (!loop_) loop_ = sim.make_loop("broker");
    std::optional<Result<std::unique_ptr<Broker>>> started;
    memory = std::make_unique<env::ClientMemory>(*loop_, client_memory_bytes_max);
    Broker::start({sim, *loop_, make_log(), *memory, switchable, metrics, gate}, options, [&](auto result) { started = std::move(result); });
    ASSERT_TRUE(sim.run_until([&] { return started.has_value(); }));
    ASSERT_TRUE(started->ok()) << started->error().message;
    broker = std::move(**started);
  }
  void stop() {
    bool closed = false;
    sim.run_on(*loop_, [&] { broker->close([&](Result<void> result) { closed = result.ok(); }); });
    EXPECT_TRUE(sim.run_until([&] { return closed; }));
    kill();
  }
  /// Drops everything in memory, as a killed process does.
  void kill() {
    sim.run_on(*loop_, [&] { broker.reset(); });
    sim.run_idle();
    loop_.reset();  // its timers keep a log that is gone
    memory.reset();
    log = nullptr;
  }
  void restart() {
    clients_.clear();
    stop();
    start();
  }

  /// What the broker keeps its records in; by default a log in memory.
  virtual std::unique_ptr<log::Log> make_log() {
    auto memory_log = std::make_unique<MemoryLog>(*loop_, store);
    log = memory_log.get();
    return memory_log;
  }
  env::EventLoop& loop() { return *loop_; }
  void drop_clients() { clients_.clear(); }

  /// Runs on the broker's loop, where log and broker are at home.
  void on_loop(Function<void()> task) { sim.run_on(*loop_, std::move(task)); }

  /// To the listener with this number.
  SimClient& connect(std::size_t listener = 0) {
    if (!client_loop_) client_loop_ = sim.make_loop("client");
    clients_.push_back(std::make_unique<SimClient>(sim, *client_loop_, broker->addresses().at(listener)));
    return *clients_.back();
  }

  void create_topic(SimClient& client, const std::string& name, std::int32_t partitions = 1,
                    std::vector<kafka::CreateTopicsRequest::Config> configs = {}) {
    kafka::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = 1;
    topic.configs = std::move(configs);
    const auto response = client.call<kafka::CreateTopicsResponse>(request, 5);
    ASSERT_EQ(response.topics.at(0).error_code, kafka::KafkaError::kNone) << response.topics.at(0).error_message.value_or("");
  }
  static kafka::ProduceRequest produce_request(const std::string& topic, SharedBytes batch, std::int32_t partition = 0, std::int16_t acks = -1) {
    kafka::ProduceRequest request;
    request.acks = acks;
    request.timeout_ms = 1000;
    auto& into = request.topic_data.emplace_back();
    into.name = topic;
    into.partition_data.push_back({PartitionIndex{partition}, std::move(batch)});
    return request;
  }
  kafka::ProduceResponse::Partition produce(SimClient& client, const std::string& topic, SharedBytes batch, std::int32_t partition = 0) {
    auto response = client.call<kafka::ProduceResponse>(produce_request(topic, std::move(batch), partition), 9);
    return std::move(response.responses.at(0).partition_responses.at(0));
  }
  static kafka::FetchRequest fetch_request(const std::string& topic, std::int64_t offset, std::int32_t wait_ms = 0, std::int32_t min_bytes = 1) {
    kafka::FetchRequest request;
    request.max_wait_ms = wait_ms;
    request.min_bytes = min_bytes;
    auto& from = request.topics.emplace_back();
    from.topic = topic;
    auto& partition = from.partitions.emplace_back();
    partition.fetch_offset = Offset{offset};
    partition.partition_max_bytes = 1 << 20;
    return request;
  }
  kafka::FetchResponse::Partition fetch(SimClient& client, const std::string& topic, std::int64_t offset, std::int32_t wait_ms = 0) {
    auto response = client.call<kafka::FetchResponse>(fetch_request(topic, offset, wait_ms), 11);
    return std::move(response.responses.at(0).partitions.at(0));
  }
  /// "key=value" of every record in pieces of whole batches.
  static std::vector<std::string> records_in(const std::vector<SharedBytes>& pieces) {
    std::vector<std::string> records;
    for (const auto& piece : pieces) {
      for (ByteView rest = piece.view(); !rest.empty();) {
        const auto batch = record::next_batch(rest);
        if (!batch.ok()) break;
        auto reader = record::RecordReader::open(*batch);
        record::RecordView view;
        while (reader.ok() && reader->next(view).value_or(false)) {
          records.push_back(std::string(as_text(view.key.value_or(ByteView{}))) + "=" + std::string(as_text(view.value.value_or(ByteView{}))));
        }
      }
    }
    return records;
  }

  env::SimEnv sim;
  Metrics metrics;
  /// Asks whatever rules a test has put in.
  struct SwitchableAuthorizer final : access::Authorizer {
    Result<void> check(const access::Principal& principal, access::Right right, const access::Resource& resource) const override {
      return rules->check(principal, right, resource);
    }
    access::OpenAuthorizer open;
    const access::Authorizer* rules = &open;
  };
  SwitchableAuthorizer switchable;
  ProduceGate* gate = nullptr;
  Options options = [] {
    Options defaults;
    defaults.listeners = {{{"127.0.0.1", 0}, std::nullopt}};
    return defaults;
  }();
  std::shared_ptr<MemoryStore> store = std::make_shared<MemoryStore>();
  MemoryLog* log = nullptr;
  std::size_t client_memory_bytes_max = 512u << 20;
  std::unique_ptr<env::ClientMemory> memory;
  std::unique_ptr<Broker> broker;

 private:
  std::unique_ptr<env::EventLoop> loop_;
  std::unique_ptr<env::EventLoop> client_loop_;
  std::vector<std::unique_ptr<SimClient>> clients_;
};

}  // namespace weft::broker::testing
