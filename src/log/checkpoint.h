#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "log/journal.h"
#include "log/producers.h"
#include "log/segment.h"
#include "record/ids.h"

// doc/formats/checkpoint.md describes the file; change both together.
namespace weft::log {

struct PartitionRecord {
  PartitionId id;
  Offset log_start;
  Offset end;
  /// Durable bytes from here on were found damaged: nothing is appended until somebody decides. -1: all is well.
  Offset damaged_from{-1};
  std::vector<SegmentRecord> segments;
  ProducerTable producers;
};

/// Where recovery starts: everything below `trim` is durable in segments, the journal has the rest.
struct Checkpoint {
  RingGeometry geometry;
  Uuid journal_id;
  JournalChain chain;  ///< The last entry below trim.
  Lsn trim;
  Lsn durable;
  std::uint64_t prewritten = 0;  ///< The ring has been written once up to here; at most its size.
  bool clean = false;            ///< Written by close(): informs, nothing relies on it.
  std::int64_t wall_ms = 0;
  std::vector<PartitionRecord> partitions;
  std::vector<std::string> unlinks;  ///< Paths below the data directory that are to go: files, and directories whole.
};

/// Partitions are encoded one by one when a checkpoint begins, the rest when it ends.
void encode_partition(Buffer& out, PartitionId id, Offset log_start, Offset end, Offset damaged_from,
                      const std::vector<SegmentRecord>& segments, const ProducerTable& producers);
/// `head.partitions` is left out of account; `partitions` holds `partition_count` encoded ones.
Buffer encode_checkpoint(const Checkpoint& head, std::uint32_t partition_count, ByteView partitions);
/// kCorrupt, kUnsupported (newer).
Result<Checkpoint> decode_checkpoint(ByteView bytes);

}  // namespace weft::log
