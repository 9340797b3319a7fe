#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/function.h"
#include "base/result.h"
#include "env/env.h"
#include "record/ids.h"

namespace weft::log {

struct TestHooks;

/// How long a partition keeps what it has; from the topic's settings.
struct RetentionPolicy {
  std::int64_t retention_ms = 7LL * 24 * 3600 * 1000;  ///< -1: for ever. By the largest timestamp in a segment.
  std::int64_t retention_bytes = -1;                   ///< -1: no bound.
  std::int64_t segment_bytes = 1LL << 30;
  std::int64_t segment_ms = 7LL * 24 * 3600 * 1000;
  bool compact = false;          ///< Keep the last record of every key, whatever retention says of the others.
  double dirty_ratio_min = 0.5;  ///< Of a partition's bytes, before it is compacted.
  std::int64_t compaction_lag_ms_min = 0;                 ///< A record stays uncompacted at least so long, ...
  std::int64_t compaction_lag_ms_max = INT64_MAX;         ///< ... and not much longer than this.
  std::int64_t delete_retention_ms = 24LL * 3600 * 1000;  ///< How long tombstones stay after they were first compacted.
};

struct Options {
  std::string directory;
  std::uint64_t journal_slot_bytes = 32ULL << 20;
  std::uint32_t journal_slot_count = 16;
  std::uint64_t free_bytes_min = 256ULL << 20;  ///< Below it produce is refused with kDiskFull.
  const TestHooks* test_hooks = nullptr;        ///< log/test_hooks.h; outlives the log. Tests only.
};

/// One batch (v2, as on the wire) for one partition. The log writes base offset and leader epoch into its own copy.
struct AppendSlice {
  PartitionId partition;
  SharedBytes batch;
  bool internal = false;  ///< weft's own topics may use the reserve of a full disk.
};

struct AppendedSlice {
  Offset base_offset;
  Offset last_offset;
  Timestamp log_append_time = kNoTimestamp;
  bool duplicate = false;  ///< An idempotent producer's resend: the offsets are those of the first time.
};

struct PartitionState {
  Offset log_start;
  Offset visible_end;   ///< = min(durable, in segment): the high watermark.
  Offset assigned_end;  ///< One past the last offset given out.
  std::uint64_t bytes = 0;
  std::uint64_t segment_count = 0;
  Timestamp first_timestamp = kNoTimestamp;
  Timestamp last_timestamp = kNoTimestamp;
};

struct ReadResult {
  std::vector<SharedBytes> batches;  ///< Whole batches; the first may begin below the asked offset. CRC was checked.
  Offset log_start;
  Offset visible_end;
};

struct TimestampedOffset {
  Offset offset;
  Timestamp timestamp;
};

/// One journal and its partitions: the sequencer. Lives on one event loop; every call and every completion is there.
class Log {
 public:
  virtual ~Log() = default;

  /// Recovers (blocking; call before serving anything) and starts the journal's thread. Refuses with kCorrupt, naming
  /// file, position and what to do, rather than cut what was promised.
  static Result<std::unique_ptr<Log>> open(env::Env& env, env::EventLoop& loop, Options options);

  /// Durable when done; creating what exists and removing what does not are successes.
  virtual void create_partitions(std::vector<PartitionId> partitions, Callback<Result<void>> done) = 0;
  virtual void remove_partitions(std::vector<PartitionId> partitions, Callback<Result<void>> done) = 0;
  virtual std::vector<PartitionId> partitions() const = 0;
  virtual Result<PartitionState> state(PartitionId partition) const = 0;

  /// Checks every slice (structure, CRC, producer epoch and sequence), assigns offsets, and puts all slices into one
  /// journal entry: they become durable and visible together. The offsets return at once; `durable` follows once.
  /// Errors leave nothing assigned: kCorrupt, kInvalidArgument, kTooLarge, kNotFound, kOutOfOrderSequence, kFenced,
  /// kDiskFull, kExhausted (too much unsequenced: stop reading the socket). A set of duplicates only appends nothing
  /// and completes when the first time is durable.
  virtual Result<std::vector<AppendedSlice>> append(std::span<AppendSlice> slices, Callback<Result<void>> durable) = 0;

  /// Batches from the one that holds `offset`, below visible_end, at least one whole batch if there is any.
  /// kOutOfRange outside [log_start, visible_end]; kCorrupt when a batch fails its CRC. Completes inside the call when
  /// the bytes are at hand.
  virtual void read(PartitionId partition, Offset offset, std::int32_t bytes_max,
                    Callback<Result<ReadResult>> done) = 0;
  /// The first record at or after `timestamp`; none when there is none.
  virtual void find_timestamp(PartitionId partition, Timestamp timestamp,
                              Callback<Result<std::optional<TimestampedOffset>>> done) = 0;

  virtual Result<void> set_retention(PartitionId partition, RetentionPolicy policy) = 0;
  /// Raises log start durably (DeleteRecords); never lowers it.
  virtual void raise_log_start(PartitionId partition, Offset offset, Callback<Result<void>> done) = 0;

  /// Called on the loop whenever a partition's visible_end rises: what long polls wait for.
  virtual void on_visible(Function<void(PartitionId, Offset visible_end)> listener) = 0;
  /// Called when there is room again after append answered kExhausted.
  virtual void on_room(Function<void()> listener) = 0;

  /// Empties the ring, snapshots producers, marks the shutdown clean. Nothing may be appended afterwards.
  virtual void close(Callback<Result<void>> done) = 0;
};

}  // namespace weft::log
