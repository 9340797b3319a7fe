#include <fmt/format.h>

#include <charconv>
#include <condition_variable>
#include <deque>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "env/disk.h"
#include "env/posix_env.h"
#include "schema/avro/encode.h"
#include "server/api_client.h"
#include "server/commands.h"
#include "server/schema_client.h"
#include "server/wait.h"
#include "stream/partitioner.h"
#include "stream/remote/remote_cluster.h"

namespace weft::server {
namespace {

using nlohmann::json;

constexpr auto kCallTimeout = std::chrono::seconds(30);
constexpr std::size_t kBatchRecordsMax = 1000;
constexpr std::size_t kBatchBytesMax = 512 << 10;

/// What both commands need: the server's word on where things are, and a Kafka client of our own.
class RecordSession {
 public:
  static Result<std::unique_ptr<RecordSession>> open(const ClientOptions& client, const std::string& bootstrap) {
    TRY_ASSIGN(ApiClient api, ApiClient::open(client));
    TRY_ASSIGN(const json server, api.get("/api/v1/server"));
    const json& addresses = server["addresses"];
    std::string kafka = bootstrap;
    if (kafka.empty() && !addresses["kafka"].empty()) kafka = addresses["kafka"][0].get<std::string>();
    if (kafka.empty()) return error(ErrorCode::kUnavailable, "the server names no Kafka address; give one with --bootstrap");
    auto session = std::unique_ptr<RecordSession>(new RecordSession(
        std::move(api), addresses["registry"].is_string() ? addresses["registry"].get<std::string>() : ""));
    stream::RemoteClusterOptions options;
    options.bootstrap = kafka;
    TRY_ASSIGN(session->cluster_, wait_for<std::unique_ptr<stream::Cluster>>([&](auto done) {
      stream::connect_remote(*session->env_, *session->loop_, std::move(options), session->deadline(), std::move(done));
    }));
    return session;
  }

  stream::Cluster& cluster() { return *cluster_; }
  SchemaClient& schemas() { return schemas_; }
  stream::Deadline deadline() const { return env_->clock().monotonic() + kCallTimeout; }

  Result<stream::TopicInfo> topic(const std::string& name) {
    TRY_ASSIGN(auto found, wait_for<std::vector<stream::TopicInfo>>([&](auto done) {
      cluster_->describe_topics(std::vector<std::string>{name}, deadline(), std::move(done));
    }));
    if (found.empty())
      return error(ErrorCode::kNotFound, "there is no topic '{}'. `weft topic list` shows those there are", name);
    return std::move(found.front());
  }

 private:
  RecordSession(ApiClient api, std::string registry)
      : api_(std::move(api)), schemas_(api_, std::move(registry)), env_(env::make_posix_env()), loop_(env_->make_loop("records")) {}

  ApiClient api_;
  SchemaClient schemas_;
  std::unique_ptr<env::Env> env_;
  std::unique_ptr<env::EventLoop> loop_;
  std::unique_ptr<stream::Cluster> cluster_;
};

// ---- produce

/// Turns lines into records.
class LineReader {
 public:
  LineReader(const ProduceOptions& options, std::optional<SchemaClient::Subject> subject)
      : options_(options), subject_(std::move(subject)) {}

  Result<stream::NewRecord> read(std::string line) const {
    stream::NewRecord record;
    if (!options_.key_separator.empty()) {
      const std::size_t at = line.find(options_.key_separator);
      if (at == std::string::npos) return error(ErrorCode::kInvalidArgument, "no '{}' in the line", options_.key_separator);
      record.key = line.substr(0, at);
      line.erase(0, at + options_.key_separator.size());
    }
    if (!options_.key_field.empty()) {
      TRY_ASSIGN(record.key, key_of(line));
    }
    if (subject_.has_value()) {
      Buffer bytes;
      schema::append_frame(bytes, subject_->id);
      TRY(schema::avro::encode_json(*subject_->schema, line, bytes));
      record.value = std::string(as_text(bytes));
    } else {
      record.value = std::move(line);
    }
    return record;
  }

 private:
  Result<std::string> key_of(const std::string& line) const {
    const json value = json::parse(line, nullptr, false);
    if (!value.is_object() || !value.contains(options_.key_field))
      return error(ErrorCode::kInvalidArgument, "the line is no JSON object with a field '{}'", options_.key_field);
    const json& field = value[options_.key_field];
    return field.is_string() ? field.get<std::string>() : field.dump();
  }

  const ProduceOptions& options_;
  std::optional<SchemaClient::Subject> subject_;
};

/// Collects records by partition and appends them when there are enough, or nothing more is at hand.
class Producer {
 public:
  Producer(RecordSession& session, stream::TopicInfo topic) : session_(session), topic_(std::move(topic)) {}

  void add(stream::NewRecord record) {
    const auto count = static_cast<std::int32_t>(topic_.partitions.size());
    const PartitionIndex partition = record.key.has_value() ? stream::partition_of(as_bytes(*record.key), count)
                                                            : PartitionIndex(static_cast<std::int32_t>(sent_) % count);
    auto& builder = waiting_[partition];
    if (builder == nullptr) builder = session_.cluster().make_builder();
    builder->add(record);
    ++held_;
  }
  bool full() const { return held_ >= kBatchRecordsMax || bytes() >= kBatchBytesMax; }

  Result<void> flush() {
    for (auto& [partition, builder] : waiting_) {
      const std::size_t records = builder->record_count();
      TRY(wait_for<stream::Appended>([&](auto done) {
        session_.cluster().append({{topic_.name, partition}, std::move(builder)}, session_.deadline(), [](auto) {}, std::move(done));
      }));
      sent_ += records;
    }
    waiting_.clear();
    held_ = 0;
    return {};
  }
  std::size_t sent() const { return sent_; }

 private:
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& [partition, builder] : waiting_) sum += builder->bytes();
    return sum;
  }

  RecordSession& session_;
  stream::TopicInfo topic_;
  std::map<PartitionIndex, std::unique_ptr<stream::BatchBuilder>> waiting_;
  std::size_t held_ = 0;
  std::size_t sent_ = 0;
};

Result<std::size_t> produce_lines(RecordSession& session, const ProduceOptions& options) {
  TRY_ASSIGN(auto topic, session.topic(options.topic));
  std::optional<SchemaClient::Subject> subject;
  if (!options.raw) {
    const std::string name = options.subject.empty() ? options.topic + "-value" : options.subject;
    TRY_ASSIGN(subject, session.schemas().latest(name));
    if (!subject.has_value() && !options.subject.empty())
      return error(ErrorCode::kNotFound, "there is no subject '{}'", options.subject);
  }
  const LineReader reader(options, std::move(subject));
  Producer producer(session, std::move(topic));
  std::ios::sync_with_stdio(false);
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    if (line.empty()) continue;
    auto record = reader.read(std::move(line));
    if (!record.ok()) {
      TRY(producer.flush());
      return error(record.error().code, "line {}: {}. {} records before it were produced", number, record.error().message, producer.sent());
    }
    producer.add(std::move(*record));
    if (producer.full() || std::cin.rdbuf()->in_avail() <= 0) TRY(producer.flush());
  }
  TRY(producer.flush());
  return producer.sent();
}

// ---- consume

struct Start {
  enum class At { kEarliest, kNewest, kOffset } at = At::kNewest;
  PartitionIndex partition{0};
  Offset offset{0};
};

Result<Start> parse_start(std::string_view text) {
  if (text == "earliest") return Start{Start::At::kEarliest};
  if (text == "newest") return Start{Start::At::kNewest};
  Start start{Start::At::kOffset};
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (text.substr(0, first) == "offset" && second != std::string_view::npos &&
      std::from_chars(text.data() + first + 1, text.data() + second, partition).ec == std::errc{} &&
      std::from_chars(text.data() + second + 1, text.data() + text.size(), offset).ec == std::errc{}) {
    start.partition = PartitionIndex(partition);
    start.offset = Offset(offset);
    return start;
  }
  return error(ErrorCode::kInvalidArgument, "--from {} is none of earliest, newest, offset:PARTITION:OFFSET", text);
}

/// Fetches all partitions side by side; the loop's thread fills, the command's thread prints.
class Consumer {
 public:
  Consumer(RecordSession& session, const ConsumeOptions& options) : session_(session), options_(options) {}

  Result<void> run(bool as_json) {
    TRY_ASSIGN(const Start start, parse_start(options_.from));
    TRY_ASSIGN(const auto topic, session_.topic(options_.topic));
    std::vector<stream::TopicPartition> partitions;
    for (const auto& partition : topic.partitions)
      if (start.at != Start::At::kOffset || partition.partition == start.partition)
        partitions.push_back({topic.name, partition.partition});
    if (partitions.empty()) return error(ErrorCode::kNotFound, "topic '{}' has no partition {}", topic.name, start.partition);
    TRY_ASSIGN(const auto bounds, wait_for<std::vector<stream::PartitionBounds>>([&](auto done) {
      session_.cluster().bounds(partitions, session_.deadline(), std::move(done));
    }));
    open_ = partitions.size();
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      const Offset from = start.at == Start::At::kEarliest ? bounds[i].log_start
                          : start.at == Start::At::kNewest ? bounds[i].high_watermark
                                                           : start.offset;
      fetch(partitions[i], from, bounds[i].high_watermark);
    }
    return print(as_json);
  }

 private:
  /// One partition's next batches. The fetch after them starts when they are printed: memory stays bounded.
  struct Arrived {
    stream::TopicPartition partition;
    Offset from;
    Offset end;
    std::vector<stream::BatchPointer> batches;
  };

  void fetch(const stream::TopicPartition& partition, Offset from, Offset end) {
    if (!options_.follow && from >= end) return finish({});
    stream::FetchRequest request{partition, from, 1 << 20, std::chrono::milliseconds(options_.follow ? 1000 : 200)};
    session_.cluster().fetch(std::move(request), session_.deadline(), [this, partition, from, end](Result<stream::Fetched> fetched) {
      if (!fetched.ok()) return finish(fetched.error());
      const std::unique_lock lock(mutex_);
      if (stopped_) return;
      arrived_.push_back({partition, from, end, std::move(fetched->batches)});
      changed_.notify_one();
    });
  }
  void finish(std::optional<Error> why) {
    const std::unique_lock lock(mutex_);
    if (why.has_value() && !failure_.has_value()) failure_ = std::move(why);
    --open_;
    changed_.notify_one();
  }

  Result<void> print(bool as_json) {
    std::int64_t left = options_.count;
    while (left != 0) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !arrived_.empty() || open_ == 0 || failure_.has_value(); });
      if (arrived_.empty()) break;
      const Arrived next = std::move(arrived_.front());
      arrived_.pop_front();
      lock.unlock();
      Offset after = next.from;
      for (const auto& batch : next.batches) {
        TRY(batch->visit({.headers = true}, [&](const stream::RecordView& record) {
          if (record.offset < next.from || left == 0) return left != 0;
          print_record(next.partition.partition, record, as_json);
          --left;
          return left != 0;
        }));
        after = std::max(after, batch->last_offset() + 1);
      }
      std::fflush(stdout);
      if (left != 0) fetch(next.partition, after, next.end);
    }
    std::unique_lock lock(mutex_);
    stopped_ = true;
    if (failure_.has_value()) return *failure_;
    return {};
  }

  void print_record(PartitionIndex partition, const stream::RecordView& record, bool as_json) {
    const auto text = [&](const std::optional<ByteView>& bytes) { return bytes.has_value() ? session_.schemas().text_of(*bytes) : ""; };
    if (!as_json) {
      fmt::print("{}\t{}\n", text(record.key), text(record.value));
      return;
    }
    json line = {{"partition", partition.get()}, {"offset", record.offset.get()}, {"timestamp", record.timestamp.get()}};
    line["key"] = record.key.has_value() ? json(text(record.key)) : json();
    if (record.value.has_value()) {
      const std::string value = text(record.value);
      json parsed = json::parse(value, nullptr, false);
      line["value"] = parsed.is_discarded() ? json(value) : std::move(parsed);
    } else {
      line["value"] = nullptr;
    }
    for (const auto& header : record.headers)
      line["headers"][std::string(header.key)] = header.value.has_value() ? json(std::string(as_text(*header.value))) : json();
    fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
  }

  RecordSession& session_;
  const ConsumeOptions& options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Arrived> arrived_;
  std::size_t open_ = 0;
  bool stopped_ = false;
  std::optional<Error> failure_;
};

}  // namespace

int produce(const ClientOptions& client, const ProduceOptions& options) {
  auto session = RecordSession::open(client, options.bootstrap);
  if (!session.ok()) return report(client, session.error());
  const auto sent = produce_lines(**session, options);
  if (!sent.ok()) return sent.error().code == ErrorCode::kInvalidArgument ? report_usage(client, sent.error()) : report(client, sent.error());
  if (client.json) fmt::print("{}\n", json{{"produced", *sent}}.dump());
  else fmt::print(stderr, "{} records are on disk\n", *sent);
  return kDone;
}

int consume(const ClientOptions& client, const ConsumeOptions& options) {
  auto session = RecordSession::open(client, options.bootstrap);
  if (!session.ok()) return report(client, session.error());
  const auto consumer = std::make_unique<Consumer>(**session, options);
  const auto done = consumer->run(client.json);
  session->reset();  // Ends the loop, and with it every fetch that would still call the consumer.
  if (!done.ok()) return done.error().code == ErrorCode::kInvalidArgument ? report_usage(client, done.error()) : report(client, done.error());
  return kDone;
}

}  // namespace weft::server
