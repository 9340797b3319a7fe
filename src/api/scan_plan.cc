#include <algorithm>
#include <map>
#include <utility>

#include "api/record_scan.h"

namespace weft::api {

namespace {

/// One plan under way; kept by the call that still owes it an answer.
class Planning : public std::enable_shared_from_this<Planning> {
 public:
  Planning(env::EventLoop& loop, stream::Cluster& cluster, ScanRequest request, std::optional<ScanCursor> go_on,
           Callback<Result<ScanPlan>> done)
      : cluster_(cluster),
        request_(std::move(request)),
        done_(std::move(done)),
        deadline_(loop.clock().monotonic() + kScanCallTimeout) {
    if (go_on) plan_.cursor = std::move(*go_on);
  }

  void start() {
    std::vector<std::string> names{request_.topic};
    cluster_.describe_topics(std::move(names), deadline_, [self = shared_from_this()](auto topics) {
      if (!topics.ok()) return self->done_(std::move(topics).error());
      if (topics->empty())
        return self->done_(error(ErrorCode::kNotFound, "There is no topic {}.", self->request_.topic));
      self->ask_bounds(topics->front());
    });
  }

 private:
  /// Of all partitions, whichever are read: what is stored is known of the whole topic only.
  void ask_bounds(const stream::TopicInfo& topic) {
    std::vector<stream::TopicPartition> partitions;
    for (const stream::PartitionInfo& each : topic.partitions) partitions.push_back({request_.topic, each.partition});
    auto asked = partitions;
    cluster_.bounds(std::move(partitions), deadline_,
                    [self = shared_from_this(), asked = std::move(asked)](auto bounds) {
                      if (!bounds.ok()) return self->done_(std::move(bounds).error());
                      for (std::size_t i = 0; i < asked.size() && i < bounds->size(); ++i)
                        self->bounds_.emplace(asked[i].partition.get(), (*bounds)[i]);
                      self->choose();
                    });
  }

  void choose() {
    if (!plan_.cursor.ranges.empty()) return clamp();
    ScanCursor& cursor = plan_.cursor;
    cursor.newest_first = request_.from.kind == RecordPlace::Kind::kNewest;
    using Kind = RecordPlace::Kind;
    const RecordPlace& from = request_.from;
    const std::optional<RecordPlace>& until = request_.until;
    if (from.kind == Kind::kTime) cursor.from_ms = from.time_ms;
    if (until && until->kind == Kind::kTime) cursor.until_ms = until->time_ms;
    for (const auto& [partition, bounds] : bounds_) {
      if (request_.partition && partition != *request_.partition) continue;
      if (cursor.ranges.size() == kScanPartitionsMax) {
        ++plan_.partitions_left_out;
        continue;
      }
      ScanRange range{partition, 0, bounds.high_watermark.get()};
      if (from.kind == Kind::kOffset) range.begin = from.offset;
      if (until && until->kind == Kind::kOffset) range.end = until->offset;
      cursor.ranges.push_back(range);
    }
    if (cursor.ranges.empty())
      return done_(
          error(ErrorCode::kNotFound, "Topic {} has no partition {}.", request_.topic, request_.partition.value_or(0)));
    find_times();
  }

  /// From the first record at or after one time up to the first at or after the other, as the time index has them.
  void find_times() {
    std::vector<stream::OffsetQuery> queries;
    for (const auto& time : {plan_.cursor.from_ms, plan_.cursor.until_ms})
      for (const ScanRange& each : plan_.cursor.ranges)
        if (time)
          queries.push_back({{request_.topic, PartitionIndex{each.partition}},
                             stream::OffsetQuery::At::kTimestamp,
                             Timestamp{*time}});
    if (queries.empty()) return clamp();
    cluster_.find_offsets(std::move(queries), deadline_, [self = shared_from_this()](auto found) {
      if (!found.ok()) return self->done_(std::move(found).error());
      ScanCursor& cursor = self->plan_.cursor;
      auto at = found->begin();
      if (cursor.from_ms)
        for (ScanRange& range : cursor.ranges)
          if (at != found->end()) range.begin = std::max(range.begin, (at++)->offset.get());
      if (cursor.until_ms)
        for (ScanRange& range : cursor.ranges)
          if (at != found->end()) range.end = std::min(range.end, (at++)->offset.get());
      self->clamp();
    });
  }

  /// To what is held now.
  void clamp() {
    std::vector<ScanRange>& ranges = plan_.cursor.ranges;
    for (ScanRange& range : ranges) {
      const auto held = bounds_.find(range.partition);
      range.begin = held == bounds_.end() ? range.end : std::max(range.begin, held->second.log_start.get());
      range.end = held == bounds_.end() ? range.end : std::min(range.end, held->second.high_watermark.get());
    }
    std::erase_if(ranges, [](const ScanRange& range) { return range.begin >= range.end; });
    cluster_.storage_facts(request_.topic, deadline_,
                           [self = shared_from_this()](Result<stream::StorageFacts> facts) { self->tell(facts); });
  }

  void tell(const Result<stream::StorageFacts>& facts) {
    plan_.cursor.left = {request_.records_max, kScanBytesMax, kScanMsMax};
    plan_.partitions = plan_.cursor.ranges.size();
    plan_.offsets = plan_.cursor.offsets();
    plan_.bound = plan_.cursor.left;
    plan_.bound.records = std::min(plan_.bound.records, plan_.offsets);
    double held = 0;
    for (const auto& [partition, bounds] : bounds_)
      held += static_cast<double>(bounds.high_watermark - bounds.log_start);
    if (facts.ok() && held > 0)
      plan_.bytes_estimate = static_cast<std::int64_t>(static_cast<double>(facts->bytes) / held *
                                                       static_cast<double>(plan_.bound.records));
    done_(std::move(plan_));
  }

  stream::Cluster& cluster_;
  ScanRequest request_;
  Callback<Result<ScanPlan>> done_;
  stream::Deadline deadline_;
  std::map<std::int32_t, stream::PartitionBounds> bounds_;
  ScanPlan plan_;
};

}  // namespace

void plan_scan(env::EventLoop& loop, stream::Cluster& cluster, ScanRequest request, std::optional<ScanCursor> go_on,
               Callback<Result<ScanPlan>> done) {
  std::make_shared<Planning>(loop, cluster, std::move(request), std::move(go_on), std::move(done))->start();
}

}  // namespace weft::api
