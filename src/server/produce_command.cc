#include <fmt/format.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "schema/avro/encode.h"
#include "server/commands.h"
#include "server/record_session.h"
#include "server/wait.h"
#include "stream/partitioner.h"

namespace weft::server {
namespace {

using nlohmann::json;

constexpr std::size_t kBatchRecordsMax = 1000;
constexpr std::size_t kBatchBytesMax = 512 << 10;

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

}  // namespace weft::server
