#pragma once

#include <functional>

#include "base/bytes.h"
#include "base/result.h"
#include "record/batch.h"
#include "record/records.h"

namespace weft::record {

/// What compaction leaves of one batch.
struct CompactionRules {
  /// Whether a record is the last one of its key. Called in the order of offsets.
  std::function<bool(const RecordView&)> is_latest;
  Timestamp now;
  std::int64_t delete_retention_ms =
      0;  ///< delete.retention.ms: tombstones stay so long after they were first seen here.
};

struct Compacted {
  SharedBytes batch;  ///< The batch as it was, when everything stays. Empty when nothing does.
  std::int32_t records_kept = 0;
  std::int32_t records_dropped = 0;
  bool holds_tombstones = false;  ///< That a later round will drop.
};

/// Drops records that are superseded, tombstones whose time is over, and records without a key. Offsets, producer and
/// sequences of what stays do not change: the batch covers the offsets it always did. The first round over a tombstone
/// writes when it may go in place of the batch's base timestamp (KIP-534). Control batches stay as they are.
/// Errors: kCorrupt, kTooLarge, kInvalidArgument: what cannot be read cannot be compacted.
Result<Compacted> compact_batch(const SharedBytes& batch, const CompactionRules& rules);

/// The batch without any record: what must stay of a producer's last one, so that its sequence is still known.
SharedBytes empty_batch(ByteView batch);

}  // namespace weft::record
