#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "api/record_filter.h"
#include "api/record_matcher.h"
#include "api/record_place.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "mesh/json_writer.h"
#include "server/commands.h"
#include "server/record_session.h"
#include "server/wait.h"

namespace weft::server {
namespace {

using api::RecordPlace;
using Kind = RecordPlace::Kind;

Result<RecordPlace> parse_place(std::string_view option, std::string_view text, std::string_view words) {
  if (const auto place = RecordPlace::parse(text)) return *place;
  return error(ErrorCode::kInvalidArgument, "{} {} is none of {}offset:PARTITION:OFFSET, time:2026-11-24T09:41:00Z",
               option, text, words);
}

/// What is read: from where, up to where, and which of it.
struct Range {
  RecordPlace from;
  std::optional<RecordPlace> until;
  std::shared_ptr<const api::RecordFilter> filter;

  bool includes(PartitionIndex partition) const {
    return (from.kind != Kind::kOffset || from.partition == partition.get()) &&
           (!until || until->kind != Kind::kOffset || until->partition == partition.get());
  }
};

Result<Range> parse_range(const ConsumeOptions& options) {
  Range range;
  TRY_ASSIGN(range.from, parse_place("--from", options.from, "earliest, newest, "));
  if (!options.until.empty()) {
    TRY_ASSIGN(range.until, parse_place("--until", options.until, ""));
    if (range.until->kind != Kind::kOffset && range.until->kind != Kind::kTime)
      return error(ErrorCode::kInvalidArgument, "--until {}: give offset:PARTITION:OFFSET or time:2026-11-24T09:41:00Z",
                   options.until);
    if (range.from.kind == Kind::kNewest)
      return error(ErrorCode::kInvalidArgument,
                   "--until needs a --from: behind the newest record there is nothing yet");
  }
  api::FilterFault fault;
  auto filter = api::RecordFilter::parse(options.where, fault);
  if (!filter) return error(ErrorCode::kInvalidArgument, "--where: {}", fault.to_string());
  range.filter = std::make_shared<const api::RecordFilter>(std::move(*filter));
  return range;
}

/// Fetches all partitions side by side; the loop's thread fills, the command's thread prints.
class Consumer {
 public:
  Consumer(RecordSession& session, const ConsumeOptions& options) : session_(session), options_(options) {}

  Result<void> run(bool as_json) {
    TRY_ASSIGN(range_, parse_range(options_));
    follow_ = options_.follow && !range_.until;
    TRY_ASSIGN(const auto topic, session_.topic(options_.topic));
    std::vector<stream::TopicPartition> partitions;
    for (const auto& partition : topic.partitions)
      if (range_.includes(partition.partition)) partitions.push_back({topic.name, partition.partition});
    if (partitions.empty())
      return error(ErrorCode::kNotFound, "topic '{}' has no partition {}", topic.name, range_.from.partition);
    TRY_ASSIGN(const auto bounds, wait_for<std::vector<stream::PartitionBounds>>([&](auto done) {
                 session_.cluster().bounds(partitions, session_.deadline(), std::move(done));
               }));
    TRY_ASSIGN(const auto begins, offsets_of(range_.from, partitions, bounds));
    TRY_ASSIGN(const auto ends, range_.until ? offsets_of(*range_.until, partitions, bounds) : high_watermarks(bounds));
    if (!range_.filter->terms().empty()) tell_bound(begins, ends);
    open_ = partitions.size();
    for (std::size_t i = 0; i < partitions.size(); ++i) fetch(partitions[i], begins[i], ends[i]);
    TRY(print(as_json));
    if (unreadable_ > 0)
      fmt::print(stderr, "{} records do not decode: nobody knows whether they match.\n", unreadable_);
    return {};
  }

 private:
  /// One partition's next batches. The fetch after them starts when they are printed: memory stays bounded.
  struct Arrived {
    stream::TopicPartition partition;
    Offset from;
    Offset end;
    std::vector<stream::BatchPointer> batches;
  };

  static Result<std::vector<Offset>> high_watermarks(const std::vector<stream::PartitionBounds>& bounds) {
    std::vector<Offset> out;
    for (const auto& each : bounds) out.push_back(each.high_watermark);
    return out;
  }
  /// Where `place` is in each partition.
  Result<std::vector<Offset>> offsets_of(const RecordPlace& place,
                                         const std::vector<stream::TopicPartition>& partitions,
                                         const std::vector<stream::PartitionBounds>& bounds) {
    if (place.kind == Kind::kNewest) return high_watermarks(bounds);
    std::vector<Offset> out;
    if (place.kind == Kind::kTime) {
      std::vector<stream::OffsetQuery> queries;
      for (const auto& each : partitions)
        queries.push_back({each, stream::OffsetQuery::At::kTimestamp, Timestamp(place.time_ms)});
      TRY_ASSIGN(const auto found, wait_for<std::vector<stream::FoundOffset>>([&](auto done) {
                   session_.cluster().find_offsets(std::move(queries), session_.deadline(), std::move(done));
                 }));
      for (const auto& each : found) out.push_back(each.offset);
    } else {
      for (const auto& each : bounds)
        out.push_back(place.kind == Kind::kOffset ? Offset(place.offset) : each.log_start);
    }
    return out;
  }

  /// A search may read much and print nothing: how much is said before it begins.
  void tell_bound(const std::vector<Offset>& begins, const std::vector<Offset>& ends) const {
    std::int64_t records = 0;
    for (std::size_t i = 0; i < begins.size(); ++i) records += std::max<std::int64_t>(0, ends[i] - begins[i]);
    fmt::print(stderr, "Reads at most {} records of {} partitions{}.\n", records, begins.size(),
               follow_ ? ", then what comes" : "");
  }

  void fetch(const stream::TopicPartition& partition, Offset from, Offset end) {
    if (!follow_ && from >= end) return finish({});
    stream::FetchRequest request{partition, from, 1 << 20, std::chrono::milliseconds(follow_ ? 1000 : 200)};
    session_.cluster().fetch(std::move(request), session_.deadline(),
                             [this, partition, from, end](Result<stream::Fetched> fetched) {
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
          if (!follow_ && record.offset >= next.end) return false;
          if (!matches(record)) return true;
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

  bool matches(const stream::RecordView& record) {
    if (range_.filter->terms().empty()) return true;
    using Verdict = api::RecordMatcher::Verdict;
    if (!matcher_) matcher_.emplace(range_.filter, known_);
    for (;;) {
      const Verdict verdict = matcher_->judge(record);
      if (verdict == Verdict::kUnreadable) ++unreadable_;
      if (verdict != Verdict::kSchemaMissing) return verdict == Verdict::kMatches;
      auto known = std::make_shared<api::KnownSchemas>(*known_);
      known->emplace(matcher_->missing_schema(), session_.schemas().by_id(matcher_->missing_schema()));
      known_ = std::move(known);
      matcher_.emplace(range_.filter, known_);
    }
  }

  void print_record(PartitionIndex partition, const stream::RecordView& record, bool as_json) {
    if (!as_json) {
      const std::string key = print_part(partition, record, "key", record.key);
      fmt::print("{}\t{}\n", key, print_part(partition, record, "value", record.value));
      return;
    }
    mesh::JsonWriter line;
    line.begin_object()
        .member("partition", partition.get())
        .member("offset", record.offset.get())
        .member("timestamp", record.timestamp.get());
    write_part(line, "key", record.key);
    write_part(line, "value", record.value);
    if (!record.headers.empty()) {
      line.key("headers").begin_object();
      for (const auto& header : record.headers) {
        line.key(header.key);
        if (header.value) {
          const std::string_view text = as_text(*header.value);
          line.value(is_utf8(text) ? std::string(text) : base64(*header.value));
        } else {
          line.value(nullptr);
        }
      }
      line.end_object();
    }
    line.end_object();
    fmt::print("{}\n", std::move(line).take());
  }

  /// For lines of text. Why bytes stand there instead goes to the other stream: the first is data.
  std::string print_part(PartitionIndex partition, const stream::RecordView& record, std::string_view name,
                         const std::optional<ByteView>& bytes) {
    if (!bytes) return "";
    auto shown = session_.schemas().show(*bytes);
    if (shown.why) fmt::print(stderr, "{} of {}:{}: {}\n", name, partition, record.offset, *shown.why);
    return std::move(shown.text);
  }

  void write_part(mesh::JsonWriter& line, std::string_view name, const std::optional<ByteView>& bytes) {
    line.key(name);
    if (!bytes) {
      line.value(nullptr);
      return;
    }
    using Form = SchemaClient::Shown::Form;
    const auto shown = session_.schemas().show(*bytes);
    // A key without a schema is text, whatever it looks like.
    const bool is_text = name == "key" && !schema::parse_frame(*bytes).ok();
    if (shown.form == Form::kJson && !is_text) {
      line.raw(shown.text);
    } else {
      line.value(shown.text);
    }
    if (shown.form == Form::kBase64) line.member(fmt::format("{}_encoding", name), "base64");
    if (shown.why) line.member(fmt::format("{}_why", name), *shown.why);
  }

  RecordSession& session_;
  const ConsumeOptions& options_;
  Range range_;
  bool follow_ = false;
  std::shared_ptr<const api::KnownSchemas> known_ = std::make_shared<const api::KnownSchemas>();
  std::optional<api::RecordMatcher> matcher_;
  std::int64_t unreadable_ = 0;
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
  if (!done.ok())
    return done.error().code == ErrorCode::kInvalidArgument ? report_usage(client, done.error())
                                                            : report(client, done.error());
  return kDone;
}

}  // namespace weft::server
