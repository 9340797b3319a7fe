#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/record_place.h"
#include "api/record_selector.h"
#include "base/function.h"
#include "env/executor.h"
#include "stream/cluster.h"

namespace weft::api {

/// What a scan may read at most, whatever it finds.
struct ScanBudget {
  std::int64_t records = 0;
  std::int64_t bytes = 0;  ///< Keys and values, uncompressed.
  std::int64_t ms = 0;     ///< Time spent reading.

  bool used_up() const { return records <= 0 || bytes <= 0 || ms <= 0; }
  bool operator==(const ScanBudget&) const = default;
};

/// The offsets of one partition that are still to be read: [begin, end).
struct ScanRange {
  std::int32_t partition = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;

  std::int64_t count() const { return end - begin; }
  bool operator==(const ScanRange&) const = default;
};

/// How far a scan has come: all that the next step needs to know, so that the server keeps nothing between two steps.
struct ScanCursor {
  bool newest_first = false;
  ScanBudget left;
  std::optional<std::int64_t> from_ms;   ///< Older records do not match; never negative.
  std::optional<std::int64_t> until_ms;  ///< Nor do those from here on.
  std::vector<ScanRange> ranges;         ///< In the order of their turns.

  /// Offsets to read, which is records at most.
  std::int64_t offsets() const;
  /// Text that goes into a URL as it is; at most kTextBytesMax.
  std::string to_string() const;
  /// Nothing when `text` is no cursor of ours; budgets above what a plan gives are cut to it.
  static std::optional<ScanCursor> parse(std::string_view text);
  bool operator==(const ScanCursor&) const = default;

  static constexpr std::size_t kTextBytesMax = 6000;
};

/// Bounds of scans, whatever is asked.
inline constexpr std::size_t kScanPartitionsMax = 64;
inline constexpr std::int64_t kScanRecordsDefault = 100'000;
inline constexpr std::int64_t kScanRecordsMax = 10'000'000;
inline constexpr std::int64_t kScanBytesMax = std::int64_t{256} << 20;
inline constexpr std::int64_t kScanMsMax = 60'000;
/// Of one step. It holds one fetch, and what matched, in memory.
inline constexpr std::int32_t kScanFetchBytes = 1 << 20;
inline constexpr std::size_t kScanStepMatchesMax = 500;
inline constexpr std::size_t kScanStepMatchBytesMax = 4 << 20;
inline constexpr env::Duration kScanStepTime = std::chrono::milliseconds(500);
/// For a cluster that is slow to give what it has.
inline constexpr std::chrono::milliseconds kScanFetchWait{200};
inline constexpr env::Duration kScanCallTimeout = std::chrono::seconds(5);

/// Which records of a topic somebody wants to look through.
struct ScanRequest {
  std::string topic;
  std::optional<std::int32_t> partition;  ///< Only this one; always given with an offset.
  RecordPlace from;                       ///< kNewest: from the end backwards.
  std::optional<RecordPlace> until;  ///< An offset or a time: the first that is not read any more. Not with kNewest.
  std::int64_t records_max = kScanRecordsDefault;
};

/// What a scan will read at most, told before it reads anything.
struct ScanPlan {
  ScanCursor cursor;                           ///< Where it begins.
  ScanBudget bound;                            ///< Records: no more than there are.
  std::optional<std::int64_t> bytes_estimate;  ///< As stored; nothing where the cluster cannot tell.
  std::int64_t offsets = 0;                    ///< In the range; more than `bound.records` when that ends it before.
  std::size_t partitions = 0;
  std::size_t partitions_left_out = 0;  ///< Above kScanPartitionsMax: name one to read it.
};

/// Reads no record. With a cursor: for a scan that goes on there, whatever range `request` names. kNotFound: no such
/// topic or partition. On the loop.
void plan_scan(env::EventLoop& loop, stream::Cluster& cluster, ScanRequest request, std::optional<ScanCursor> go_on,
               Callback<Result<ScanPlan>> done);

/// One piece of a scan: as much as half a second, `matches_max` matches or the budget allow.
struct ScanStep {
  enum class Ended { kNo, kEverythingRead, kBound };
  std::vector<RawRecord> records;  ///< Those that match, in the scan's direction.
  ScanCursor cursor;               ///< Where to go on; with kBound the budget is a new one.
  Ended ended = Ended::kNo;
  std::int64_t scanned = 0;
  std::int64_t scanned_bytes = 0;
  std::int64_t unreadable = 0;
  std::optional<std::int64_t> at_ms;  ///< Time of the record looked at last.
};

/// Reads partitions in turn, a fetch or so of each. Errors leave the cursor as good as it was. On the loop.
void step_scan(env::EventLoop& loop, stream::Cluster& cluster, std::shared_ptr<RecordSelector> selector,
               std::string topic, ScanCursor cursor, std::size_t matches_max, Callback<Result<ScanStep>> done);

}  // namespace weft::api
