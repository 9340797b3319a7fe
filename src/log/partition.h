#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "log/checkpoint.h"
#include "log/log.h"
#include "log/producers.h"
#include "log/segment.h"

namespace weft::log {

/// What the log's loop knows of a partition. visible_end <= what is durable <= assigned_end; none ever falls.
struct Partition {
  Partition(PartitionId partition_id, std::string directory_path)
      : id(partition_id), directory(std::move(directory_path)) {}

  /// Where the next batch goes: the open segment, or a new one when that is full, too old or too wide.
  Segment& segment_for(env::Disk& disk, const record::BatchHeader& header, std::int64_t now_ms);
  Segment& roll(env::Disk& disk, std::int64_t now_ms);
  /// The segment that holds `offset`, which lies in [log_start, visible_end).
  const Segment& segment_of(Offset offset) const;
  std::uint64_t bytes() const;
  std::vector<SegmentRecord> segment_records() const;

  const PartitionId id;
  const std::string directory;
  std::optional<RetentionPolicy> policy;  ///< Unknown until somebody sets it: nothing is deleted before.
  Offset log_start;
  Offset log_start_asked;  ///< A control entry on its way asks for it.
  Offset visible_end;
  Offset assigned_end;
  Offset damaged_from{-1};
  bool compaction_failed = false;                  ///< What it holds cannot be compacted: not tried again in this life.
  bool ready = false;                              ///< Its creation is durable.
  bool removing = false;                           ///< Its removal is on its way: nobody sees it anymore.
  std::vector<std::unique_ptr<Segment>> segments;  ///< By base; the last is open unless sealed.
  ProducerTable producers;
};

}  // namespace weft::log
