#include "api/sample_reader.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace weft::api {

namespace {

std::optional<std::string> owned(const std::optional<ByteView>& bytes) {
  return bytes ? std::optional(std::string(as_text(*bytes))) : std::nullopt;
}

/// One reading under way; kept by the calls that still owe it an answer, and done with the last of them.
class Reading : public std::enable_shared_from_this<Reading> {
 public:
  Reading(env::EventLoop& loop, stream::Cluster& cluster, SampleRequest request, Callback<Result<SampleRecords>> done)
      : cluster_(cluster),
        request_(std::move(request)),
        done_(std::move(done)),
        deadline_(loop.clock().monotonic() + kSampleTimeout) {}

  ~Reading() {
    if (fault_ && (answered_ == 0 || fault_->code == ErrorCode::kNotFound)) {
      done_(std::move(*fault_));
      return;
    }
    out_.records = in_order(std::move(out_.records), request_.from.kind == RecordPlace::Kind::kNewest);
    if (out_.records.size() > request_.limit) out_.records.resize(request_.limit);
    done_(std::move(out_));
  }

  void start() {
    std::vector<std::string> names{request_.topic};
    cluster_.describe_topics(std::move(names), deadline_, [self = shared_from_this()](auto topics) {
      if (!topics.ok()) return self->fail(std::move(topics).error());
      if (topics->empty())
        return self->fail(error(ErrorCode::kNotFound, "There is no topic {}.", self->request_.topic));
      self->choose(topics->front());
    });
  }

 private:
  void fail(Error why) {
    out_.complete = false;
    if (!fault_) fault_ = std::move(why);
  }

  void choose(const stream::TopicInfo& topic) {
    for (const stream::PartitionInfo& each : topic.partitions)
      if (!request_.partition || each.partition.get() == *request_.partition)
        partitions_.push_back({request_.topic, each.partition});
    if (partitions_.empty())
      return fail(
          error(ErrorCode::kNotFound, "Topic {} has no partition {}.", request_.topic, request_.partition.value_or(0)));
    if (partitions_.size() > kSamplePartitionsMax) {
      partitions_.resize(kSamplePartitionsMax);
      out_.complete = false;
    }
    auto partitions = partitions_;
    cluster_.bounds(std::move(partitions), deadline_, [self = shared_from_this()](auto bounds) {
      if (!bounds.ok()) return self->fail(std::move(bounds).error());
      self->take_bounds(*bounds);
    });
  }

  void take_bounds(const std::vector<stream::PartitionBounds>& bounds) {
    for (std::size_t i = 0; i < partitions_.size() && i < bounds.size(); ++i)
      out_.partitions.push_back({partitions_[i].partition.get(), bounds[i]});
    if (request_.from.kind == RecordPlace::Kind::kTime) return find_time();
    for (const SamplePartition& each : out_.partitions) read(each, begin_of(each.bounds));
  }

  Offset begin_of(const stream::PartitionBounds& bounds) const {
    const auto clamped = [&](Offset offset) { return std::clamp(offset, bounds.log_start, bounds.high_watermark); };
    switch (request_.from.kind) {
      case RecordPlace::Kind::kNewest:
        return clamped(bounds.high_watermark - static_cast<std::int64_t>(request_.limit));
      case RecordPlace::Kind::kOffset:
        return clamped(Offset{request_.from.offset});
      case RecordPlace::Kind::kEarliest:
      case RecordPlace::Kind::kTime:
        break;
    }
    return bounds.log_start;
  }

  void find_time() {
    std::vector<stream::OffsetQuery> queries;
    for (const stream::TopicPartition& each : partitions_)
      queries.push_back({each, stream::OffsetQuery::At::kTimestamp, Timestamp{request_.from.time_ms}});
    cluster_.find_offsets(std::move(queries), deadline_, [self = shared_from_this()](auto found) {
      if (!found.ok()) return self->fail(std::move(found).error());
      for (std::size_t i = 0; i < found->size() && i < self->out_.partitions.size(); ++i)
        self->read(self->out_.partitions[i], (*found)[i].offset);
    });
  }

  /// One partition's part: fetched piece by piece until `limit` records, its end, or a bound.
  struct Part {
    std::int32_t partition;
    Offset next;
    Offset end;
    std::size_t fetches = 0;
    std::vector<RawRecord> records;
  };

  void read(const SamplePartition& from, Offset begin) {
    if (begin >= from.bounds.high_watermark) {
      ++answered_;
      return;
    }
    fetch(std::make_shared<Part>(Part{from.partition, begin, from.bounds.high_watermark, 0, {}}));
  }

  void fetch(const std::shared_ptr<Part>& part) {
    stream::FetchRequest request{{request_.topic, PartitionIndex{part->partition}}, part->next, kSampleFetchBytes, {}};
    ++part->fetches;
    cluster_.fetch(std::move(request), deadline_, [self = shared_from_this(), part](Result<stream::Fetched> fetched) {
      if (!fetched.ok()) return self->fail(std::move(fetched).error());
      self->take(part, *fetched);
    });
  }

  void take(const std::shared_ptr<Part>& part, const stream::Fetched& fetched) {
    const auto full =
        take_records(fetched, part->partition, part->next, request_.limit - part->records.size(), part->records);
    if (!full.ok()) return fail(full.error());
    const bool moved = fetched.next_offset > part->next;
    part->next = fetched.next_offset;
    if (!*full && moved && part->next < part->end && part->records.size() < request_.limit) {
      if (part->fetches < kSampleFetchesMax) return fetch(part);
      out_.complete = false;
    }
    ++answered_;
    std::move(part->records.begin(), part->records.end(), std::back_inserter(out_.records));
  }

  stream::Cluster& cluster_;
  SampleRequest request_;
  Callback<Result<SampleRecords>> done_;
  stream::Deadline deadline_;
  std::vector<stream::TopicPartition> partitions_;
  SampleRecords out_;
  std::size_t answered_ = 0;
  std::optional<Error> fault_;
};

Error no_record(std::int32_t partition, std::int64_t offset, std::string_view why) {
  return error(ErrorCode::kNotFound, "There is no record {}:{}: {}.", partition, offset, why);
}

}  // namespace

RawRecord owned_record(const stream::RecordView& view, std::int32_t partition) {
  RawRecord record{partition, view.offset.get(), view.timestamp.get(), owned(view.key), owned(view.value), {}};
  for (const stream::Header& header : view.headers)
    record.headers.emplace_back(std::string(header.key), owned(header.value));
  return record;
}

std::vector<RawRecord> in_order(std::vector<RawRecord> records, bool newest_first) {
  std::map<std::int32_t, std::vector<RawRecord*>> waiting;  // by partition, the next one last
  for (RawRecord& record : records) waiting[record.partition].push_back(&record);
  for (auto& [partition, line] : waiting)
    std::sort(line.begin(), line.end(), [newest_first](const RawRecord* a, const RawRecord* b) {
      return newest_first ? a->offset < b->offset : a->offset > b->offset;
    });
  std::vector<RawRecord> out;
  out.reserve(records.size());
  while (!waiting.empty()) {
    const auto next = std::min_element(waiting.begin(), waiting.end(), [newest_first](const auto& a, const auto& b) {
      const std::int64_t x = a.second.back()->timestamp_ms, y = b.second.back()->timestamp_ms;
      return newest_first ? x > y : x < y;
    });
    out.push_back(std::move(*next->second.back()));
    next->second.pop_back();
    if (next->second.empty()) waiting.erase(next);
  }
  return out;
}

Result<bool> take_records(const stream::Fetched& fetched, std::int32_t partition, Offset from, std::size_t count,
                          std::vector<RawRecord>& out) {
  std::size_t left = count;
  for (const stream::BatchPointer& batch : fetched.batches) {
    if (left == 0) return true;
    TRY(batch->visit({.key = true, .value = true, .headers = true}, [&](const stream::RecordView& view) {
      if (view.offset < from) return true;
      out.push_back(owned_record(view, partition));
      return --left > 0;
    }));
  }
  return left == 0;
}

void read_samples(env::EventLoop& loop, stream::Cluster& cluster, SampleRequest request,
                  Callback<Result<SampleRecords>> done) {
  std::make_shared<Reading>(loop, cluster, std::move(request), std::move(done))->start();
}

void read_record(env::EventLoop& loop, stream::Cluster& cluster, std::string topic, std::int32_t partition,
                 std::int64_t offset, Callback<Result<RawRecord>> done) {
  stream::FetchRequest request{{std::move(topic), PartitionIndex{partition}}, Offset{offset}, 1, {}};
  cluster.fetch(
      std::move(request), loop.clock().monotonic() + kSampleTimeout,
      [partition, offset, done = std::move(done)](Result<stream::Fetched> fetched) mutable {
        if (!fetched.ok()) {
          if (fetched.error().code == ErrorCode::kOutOfRange)
            return done(no_record(partition, offset, fetched.error().message));
          return done(std::move(fetched).error());
        }
        std::vector<RawRecord> records;
        const auto taken = take_records(*fetched, partition, Offset{offset}, 1, records);
        if (!taken.ok()) return done(taken.error());
        if (offset < fetched->bounds.log_start.get())
          return done(no_record(partition, offset,
                                fmt::format("retention has removed it, the first is {}", fetched->bounds.log_start)));
        if (offset >= fetched->bounds.high_watermark.get())
          return done(
              no_record(partition, offset, fmt::format("the next to come is {}", fetched->bounds.high_watermark)));
        if (records.empty() || records.front().offset != offset)
          return done(no_record(partition, offset, "it was compacted away, or is no record of a producer"));
        done(std::move(records.front()));
      });
}

}  // namespace weft::api
