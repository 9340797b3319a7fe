#include <fmt/format.h>

#include <charconv>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "server/commands.h"
#include "server/record_session.h"
#include "server/wait.h"

namespace weft::server {
namespace {

using nlohmann::json;

/// Where to begin: everywhere at one end, or at one place of one partition.
struct Start {
  enum class At { kEarliest, kNewest, kOffset } at = At::kNewest;
  PartitionIndex partition{0};
  Offset offset{0};
};

/// None when anything but digits is in `text`.
template <class Int>
std::optional<Int> whole_number(std::string_view text) {
  Int number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

Result<Start> parse_start(std::string_view text) {
  if (text == "earliest") return Start{Start::At::kEarliest};
  if (text == "newest") return Start{Start::At::kNewest};
  constexpr std::string_view kPlace = "offset:";
  const std::size_t colon = text.find(':', kPlace.size());
  if (text.starts_with(kPlace) && colon != std::string_view::npos) {
    const auto partition = whole_number<std::int32_t>(text.substr(kPlace.size(), colon - kPlace.size()));
    const auto offset = whole_number<std::int64_t>(text.substr(colon + 1));
    if (partition && offset) return Start{Start::At::kOffset, PartitionIndex(*partition), Offset(*offset)};
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
