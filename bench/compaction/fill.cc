// Fills topics for the benchmark of compaction and retention, over the Kafka protocol.
//
//   fill BOOTSTRAP create TOPIC NAME=VALUE…          one partition, these settings
//   fill BOOTSTRAP alter  TOPIC NAME=VALUE
//   fill BOOTSTRAP keyed  TOPIC RECORDS KEYS         batches of 1,000 records of 100 bytes, keys drawn evenly
//   fill BOOTSTRAP tiny   TOPIC RECORDS              one zstd batch of 100,000 records, again and again
//   fill BOOTSTRAP bounds TOPIC                      where it begins and ends
//
// Prints one JSON line.
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "kafka/frame.h"
#include "kafka/messages/create_topics.h"
#include "kafka/messages/incremental_alter_configs.h"
#include "kafka/messages/list_offsets.h"
#include "kafka/messages/produce.h"
#include "record/builder.h"

namespace {

using namespace weft;
using kafka::KafkaError;

constexpr std::size_t kInFlight = 8;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "fill: %s\n", why.c_str());
  std::exit(1);
}

class Connection {
 public:
  explicit Connection(const std::string& bootstrap) {
    const std::size_t colon = bootstrap.rfind(':');
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(bootstrap.substr(0, colon).c_str(), bootstrap.substr(colon + 1).c_str(), &hints, &found) != 0)
      die("no such host");
    socket_ = socket(found->ai_family, SOCK_STREAM, 0);
    if (connect(socket_, found->ai_addr, found->ai_addrlen) != 0) die("cannot connect to " + bootstrap);
    freeaddrinfo(found);
  }
  ~Connection() { close(socket_); }

  template <class Request>
  void send(const Request& request, std::int16_t version) {
    const auto encoded = kafka::encode_request(request, {Request::kApi, version, ++correlation_, "fill"}).value();
    for (const SharedBytes& piece : encoded.pieces) write_all(piece.view());
  }
  template <class Response>
  Response receive(std::int16_t version) {
    std::byte size_bytes[4];
    read_all(size_bytes);
    Buffer frame(static_cast<std::size_t>(load_be<std::int32_t>(size_bytes)));
    read_all(frame);
    const auto parsed = kafka::parse_response(SharedBytes(std::move(frame)), Response::kApi, version).value();
    return kafka::decode<Response>(parsed.body, version).value();
  }
  template <class Response, class Request>
  Response call(const Request& request, std::int16_t version) {
    send(request, version);
    return receive<Response>(version);
  }

 private:
  void write_all(ByteView bytes) {
    while (!bytes.empty()) {
      const ssize_t count = write(socket_, bytes.data(), bytes.size());
      if (count <= 0) die("the connection broke");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }
  void read_all(std::span<std::byte> into) {
    while (!into.empty()) {
      const ssize_t count = read(socket_, into.data(), into.size());
      if (count <= 0) die("the connection broke");
      into = into.subspan(static_cast<std::size_t>(count));
    }
  }

  int socket_ = -1;
  std::int32_t correlation_ = 0;
};

void check(KafkaError error, const char* what) {
  if (error != KafkaError::kNone) die(std::string(what) + ": error " + std::to_string(static_cast<int>(error)));
}

std::pair<std::string, std::string> setting(const std::string& text) {
  const std::size_t equals = text.find('=');
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void create(Connection& to, const std::string& topic, const std::vector<std::string>& settings) {
  kafka::CreateTopicsRequest request;
  auto& wanted = request.topics.emplace_back();
  wanted.name = topic;
  wanted.num_partitions = 1;
  wanted.replication_factor = 1;
  for (const std::string& each : settings) wanted.configs.push_back({setting(each).first, setting(each).second});
  check(to.call<kafka::CreateTopicsResponse>(request, 5).topics.at(0).error_code, "create");
}

void alter(Connection& to, const std::string& topic, const std::string& change) {
  kafka::IncrementalAlterConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = kafka::ConfigResourceType::kTopic;
  resource.resource_name = topic;
  resource.configs.push_back({setting(change).first, kafka::ConfigOperation::kSet, setting(change).second});
  check(to.call<kafka::IncrementalAlterConfigsResponse>(request, 1).responses.at(0).error_code, "alter");
}

std::int64_t bound(Connection& to, const std::string& topic, std::int64_t which) {
  kafka::ListOffsetsRequest request;
  auto& asked = request.topics.emplace_back();
  asked.name = topic;
  auto& partition = asked.partitions.emplace_back();
  partition.timestamp = Timestamp{which};
  const auto answer = to.call<kafka::ListOffsetsResponse>(request, 5).topics.at(0).partitions.at(0);
  check(answer.error_code, "list offsets");
  return answer.offset.get();
}

/// Sends batches, a few on their way at a time, until there are that many records.
template <class Next>
void fill(Connection& to, const std::string& topic, std::int64_t records, Next next) {
  const auto begun = std::chrono::steady_clock::now();
  std::size_t under_way = 0;
  std::int64_t sent = 0;
  std::uint64_t bytes = 0;
  const auto take_answer = [&] {
    check(to.receive<kafka::ProduceResponse>(7).responses.at(0).partition_responses.at(0).error_code, "produce");
    --under_way;
  };
  while (sent < records) {
    auto [batch, count] = next();
    bytes += batch.size();
    kafka::ProduceRequest request;
    request.acks = -1;
    request.timeout_ms = 30'000;
    auto& into = request.topic_data.emplace_back();
    into.name = topic;
    into.partition_data.push_back({PartitionIndex{0}, std::move(batch)});
    to.send(request, 7);
    sent += count;
    if (++under_way == kInFlight) take_answer();
  }
  while (under_way > 0) take_answer();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::printf("{\"records\": %lld, \"megabytes\": %.1f, \"seconds\": %.2f}\n", static_cast<long long>(sent),
              static_cast<double>(bytes) / 1e6, took.count());
}

Timestamp now() {
  return Timestamp{
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count()};
}

void keyed(Connection& to, const std::string& topic, std::int64_t records, std::uint64_t keys) {
  std::mt19937_64 random(1);
  std::string value(100, 'v');
  fill(to, topic, records, [&] {
    record::BatchBuilder builder;
    for (int i = 0; i < 1000; ++i) {
      const std::string key = fmt::format("key-{:08}", random() % keys);
      const std::uint64_t salt = random();
      for (std::size_t at = 0; at < 8; ++at) value[at] = static_cast<char>('a' + (salt >> (8 * at)) % 26);
      builder.add(as_bytes(key), as_bytes(value), now());
    }
    return std::pair(SharedBytes(builder.build().value()), 1000);
  });
}

void tiny(Connection& to, const std::string& topic, std::int64_t records) {
  constexpr int kRecords = 100'000;
  record::BatchBuilder builder(record::Codec::kZstd);
  const std::string value = "v";
  const Timestamp at = now();
  for (int i = 0; i < kRecords; ++i) builder.add(std::nullopt, as_bytes(value), at);
  const SharedBytes batch(builder.build().value());
  fill(to, topic, records, [&] { return std::pair(batch, kRecords); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) die("see fill.cc for what it takes");
  Connection to(argv[1]);
  const std::string what = argv[2];
  const std::string topic = argv[3];
  const auto number = [&](int i) {
    return i < argc ? std::strtoll(argv[i], nullptr, 10) : (die("a number is missing"), 0LL);
  };
  if (what == "create")
    create(to, topic, {argv + 4, argv + argc});
  else if (what == "alter" && argc == 5)
    alter(to, topic, argv[4]);
  else if (what == "keyed")
    keyed(to, topic, number(4), static_cast<std::uint64_t>(number(5)));
  else if (what == "tiny")
    tiny(to, topic, number(4));
  else if (what == "bounds")
    std::printf("{\"start\": %lld, \"end\": %lld}\n", static_cast<long long>(bound(to, topic, -2)),
                static_cast<long long>(bound(to, topic, -1)));
  else
    die("no such command: " + what);
}
