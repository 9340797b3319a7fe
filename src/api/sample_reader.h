#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/record_place.h"
#include "api/record_renderer.h"
#include "base/function.h"
#include "env/executor.h"
#include "stream/cluster.h"

namespace weft::api {

/// Where to read samples, and how many.
struct SampleRequest {
  std::string topic;
  RecordPlace from;
  std::optional<std::int32_t> partition;  ///< Only this one; always given with an offset.
  std::size_t limit = 50;
};

struct SamplePartition {
  std::int32_t partition = 0;
  stream::PartitionBounds bounds;
};

struct SampleRecords {
  std::vector<RawRecord> records;  ///< kNewest: newest first, else oldest first; by time across partitions.
  std::vector<SamplePartition> partitions;
  bool complete = true;  ///< False when a bound on bytes, partitions or time ended it.
};

/// Bounds of one reading, whatever is asked.
inline constexpr std::size_t kSamplePartitionsMax = 64;
inline constexpr std::int32_t kSampleFetchBytes = 1 << 20;
inline constexpr std::size_t kSampleFetchesMax = 4;  ///< Of one partition.
inline constexpr env::Duration kSampleTimeout = std::chrono::seconds(5);

/// Reads within the bounds; what a partition could not give in time is left out and said (`complete`). kNotFound: no
/// such topic or partition; kUnavailable when no partition answered. On the loop.
void read_samples(env::EventLoop& loop, stream::Cluster& cluster, SampleRequest request,
                  Callback<Result<SampleRecords>> done);

/// The one record at this place: kNotFound says whether it is older than what is held, not yet there, or compacted
/// away.
void read_record(env::EventLoop& loop, stream::Cluster& cluster, std::string topic, std::int32_t partition,
                 std::int64_t offset, Callback<Result<RawRecord>> done);

/// A copy of what is being visited.
RawRecord owned_record(const stream::RecordView& view, std::int32_t partition);

/// Records of several partitions by time, those of one partition by offset whatever a producer says about time.
std::vector<RawRecord> in_order(std::vector<RawRecord> records, bool newest_first);

/// Appends the records of a fetch from `from` on, up to `count`; true when it stopped there. kCorrupt when a batch is.
Result<bool> take_records(const stream::Fetched& fetched, std::int32_t partition, Offset from, std::size_t count,
                          std::vector<RawRecord>& out);

}  // namespace weft::api
