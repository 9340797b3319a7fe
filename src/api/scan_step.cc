#include <algorithm>
#include <utility>

#include "api/record_scan.h"
#include "api/sample_reader.h"

namespace weft::api {

namespace {

/// Backwards a partition is read in stretches from some offset up to where it was reached before; the first is short.
constexpr std::int64_t kFirstStretch = 32;
constexpr std::int64_t kStretchMax = 50'000;
/// A stretch that turns out to be longer than this is given up for a shorter one: matches in its front wait for its
/// end.
constexpr std::int64_t kStretchBytesMax = 4 << 20;

/// One step under way; kept by the call that still owes it an answer.
class Stepping : public std::enable_shared_from_this<Stepping> {
 public:
  Stepping(env::EventLoop& loop, stream::Cluster& cluster, std::shared_ptr<RecordSelector> selector, std::string topic,
           ScanCursor cursor, std::size_t matches_max, Callback<Result<ScanStep>> done)
      : loop_(loop),
        cluster_(cluster),
        selector_(std::move(selector)),
        topic_(std::move(topic)),
        matches_max_(std::min(matches_max, kScanStepMatchesMax)),
        done_(std::move(done)),
        begun_(loop.clock().monotonic()) {
    out_.cursor = std::move(cursor);
  }

  void next() {
    std::vector<ScanRange>& ranges = out_.cursor.ranges;
    std::erase_if(ranges, [](const ScanRange& range) { return range.begin >= range.end; });
    if (ranges.empty()) return finish(ScanStep::Ended::kEverythingRead);
    if (out_.cursor.left.used_up() || spent() >= out_.cursor.left.ms) return finish(ScanStep::Ended::kBound);
    const bool enough = out_.records.size() >= matches_max_ || match_bytes_ >= kScanStepMatchBytesMax;
    if (enough || loop_.clock().monotonic() - begun_ >= kScanStepTime) return finish(ScanStep::Ended::kNo);
    stretch_ = ranges.front();
    const std::int64_t records_max = out_.cursor.left.records;
    if (out_.cursor.newest_first) {
      stretch_.begin = std::max(stretch_.begin, stretch_.end - std::min(records_max, stretch_length()));
    } else {
      stretch_.end = std::min(stretch_.end, stretch_.begin + std::min(records_max, stretch_.count()));
    }
    begin_stretch();
  }

 private:
  std::int64_t spent() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(loop_.clock().monotonic() - begun_).count();
  }

  /// About one fetch, and no more than this turn has room for, going by what was read so far.
  std::int64_t stretch_length() const {
    if (shortened_ > 0) return shortened_;
    const auto wanted = static_cast<std::int64_t>(room());
    if (out_.scanned == 0) return std::max(kFirstStretch, wanted);
    const std::int64_t record_bytes = out_.scanned_bytes / out_.scanned + 1;
    const std::int64_t records_per_match = out_.scanned / std::max<std::int64_t>(1, matched_);
    return std::clamp<std::int64_t>(std::min(kScanFetchBytes / record_bytes, wanted * records_per_match), 1,
                                    kStretchMax);
  }

  /// Matches that this turn may add: every partition its share, so that one does not crowd out the others.
  std::size_t room() const {
    const std::size_t partitions = out_.cursor.ranges.size();
    return std::min(matches_max_ - out_.records.size(), (matches_max_ + partitions - 1) / partitions);
  }

  void begin_stretch() {
    position_ = stretch_.begin;
    stretch_bytes_ = 0;
    stretch_matches_.clear();
    stretch_cut_ = false;
    fetch();
  }

  void fetch() {
    stream::FetchRequest request{
        {topic_, PartitionIndex{stretch_.partition}}, Offset{position_}, kScanFetchBytes, kScanFetchWait};
    cluster_.fetch(std::move(request), loop_.clock().monotonic() + kScanCallTimeout,
                   [self = shared_from_this()](Result<stream::Fetched> fetched) {
                     if (fetched.ok()) return self->select(std::move(*fetched));
                     if (fetched.error().code == ErrorCode::kOutOfRange) return self->catch_up();
                     self->done_(std::move(fetched).error());
                   });
  }

  /// Retention has taken what was to be read, or the topic was made anew: on with what is held.
  void catch_up() {
    std::vector<stream::TopicPartition> partitions{{topic_, PartitionIndex{stretch_.partition}}};
    cluster_.bounds(std::move(partitions), loop_.clock().monotonic() + kScanCallTimeout,
                    [self = shared_from_this()](auto bounds) {
                      if (!bounds.ok()) return self->done_(std::move(bounds).error());
                      ScanRange& range = self->out_.cursor.ranges.front();
                      const ScanRange before = range;
                      range.begin = std::max(range.begin, bounds->front().log_start.get());
                      range.end = std::min(range.end, bounds->front().high_watermark.get());
                      if (range == before) range.end = range.begin;  // The cluster contradicts itself.
                      self->next();
                    });
  }

  void select(stream::Fetched fetched) {
    if (fetched.next_offset.get() <= position_) {
      if (position_ < fetched.bounds.high_watermark.get())
        return done_(error(ErrorCode::kUnavailable, "Nothing came from partition {} of {} at offset {}.",
                           stretch_.partition, topic_, position_));
      position_ = stretch_.end;  // The topic ends earlier now.
      return end_stretch();
    }
    const ScanCursor& cursor = out_.cursor;
    SelectionBounds bounds{
        .begin = Offset{position_},
        .end = Offset{stretch_.end},
        .from_ms = cursor.from_ms,
        .until_ms = cursor.until_ms,
        .keep = cursor.newest_first ? SelectionBounds::Keep::kNewest : SelectionBounds::Keep::kOldest,
        .records_max = room(),
        .bytes_max = kScanStepMatchBytesMax - match_bytes_};
    selector_->select(stretch_.partition, std::move(fetched), bounds,
                      [self = shared_from_this()](Result<Selection> selection) {
                        if (!selection.ok()) return self->done_(std::move(selection).error());
                        self->take(std::move(*selection));
                      });
  }

  void take(Selection selection) {
    out_.scanned += selection.scanned;
    out_.scanned_bytes += selection.scanned_bytes;
    out_.unreadable += selection.unreadable;
    matched_ += selection.matched;
    if (selection.last_timestamp_ms) out_.at_ms = selection.last_timestamp_ms;
    out_.cursor.left.records -= selection.scanned;
    out_.cursor.left.bytes -= selection.scanned_bytes;
    stretch_bytes_ += selection.scanned_bytes;
    position_ = selection.next.get();
    // With kNewest older ones may have been dropped, and then those kept before are older still.
    if (selection.matched > static_cast<std::int64_t>(selection.records.size())) {
      stretch_matches_.clear();
      stretch_cut_ = true;
    }
    std::move(selection.records.begin(), selection.records.end(), std::back_inserter(stretch_matches_));
    if (out_.cursor.newest_first) cut_to_newest();
    if (!out_.cursor.newest_first || position_ >= stretch_.end) return end_stretch();
    if (stretch_bytes_ > kStretchBytesMax && position_ - stretch_.begin > 1) {
      shortened_ = std::max<std::int64_t>(1, (position_ - stretch_.begin) / 2);
      return next();
    }
    fetch();
  }

  /// What was read of the partition is taken off it, and the next one has its turn.
  void end_stretch() {
    ScanRange range = out_.cursor.ranges.front();
    if (!out_.cursor.newest_first) {
      range.begin = position_;
    } else {
      range.end = stretch_cut_ ? stretch_matches_.front().offset : stretch_.begin;
    }
    for (RawRecord& record : stretch_matches_) {
      match_bytes_ += record.bytes();
      out_.records.push_back(std::move(record));
    }
    out_.cursor.ranges.erase(out_.cursor.ranges.begin());
    out_.cursor.ranges.push_back(range);
    next();
  }

  /// Leaves as many of the newest matches of this stretch as there is room for: one at least.
  void cut_to_newest() {
    const std::size_t kept_max = room();
    std::size_t bytes = match_bytes_, kept = 0;
    for (auto at = stretch_matches_.rbegin(); at != stretch_matches_.rend() && kept < kept_max; ++at, ++kept) {
      bytes += at->bytes();
      if (kept > 0 && bytes > kScanStepMatchBytesMax) break;
    }
    if (kept == stretch_matches_.size()) return;
    stretch_matches_.erase(stretch_matches_.begin(), stretch_matches_.end() - static_cast<std::ptrdiff_t>(kept));
    stretch_cut_ = true;
  }

  void finish(ScanStep::Ended ended) {
    out_.ended = ended;
    out_.cursor.left.ms -= std::max<std::int64_t>(1, spent());
    if (ended == ScanStep::Ended::kBound) out_.cursor.left = {kScanRecordsDefault, kScanBytesMax, kScanMsMax};
    out_.records = in_order(std::move(out_.records), out_.cursor.newest_first);
    done_(std::move(out_));
  }

  env::EventLoop& loop_;
  stream::Cluster& cluster_;
  std::shared_ptr<RecordSelector> selector_;
  std::string topic_;
  std::size_t matches_max_;
  Callback<Result<ScanStep>> done_;
  env::MonotonicTime begun_;
  ScanStep out_;
  std::int64_t matched_ = 0;
  std::size_t match_bytes_ = 0;
  ScanRange stretch_;          ///< Of the first partition in turn.
  std::int64_t position_ = 0;  ///< In it.
  std::int64_t stretch_bytes_ = 0;
  std::int64_t shortened_ = 0;  ///< Records here are larger than they seemed: at most so many at a time.
  std::vector<RawRecord> stretch_matches_;
  bool stretch_cut_ = false;  ///< Older matches of it wait for the next step.
};

}  // namespace

void step_scan(env::EventLoop& loop, stream::Cluster& cluster, std::shared_ptr<RecordSelector> selector,
               std::string topic, ScanCursor cursor, std::size_t matches_max, Callback<Result<ScanStep>> done) {
  std::make_shared<Stepping>(loop, cluster, std::move(selector), std::move(topic), std::move(cursor), matches_max,
                             std::move(done))
      ->next();
}

}  // namespace weft::api
