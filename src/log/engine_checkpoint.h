#pragma once

#include <string>
#include <vector>

#include "log/engine.h"

namespace weft::log {

/// What is not synced of one segment.
struct Engine::CheckpointWork {
  PartitionId partition;
  Offset segment;
  std::shared_ptr<SegmentFiles> files;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  bool sealed = false;
};

/// A checkpoint on its way: taken at one moment of the sequence, then synced piece by piece, then written.
struct Engine::CheckpointJob {
  Checkpoint head;
  std::uint32_t partition_count = 0;
  Buffer partitions;
  std::vector<CheckpointWork> work;
  std::vector<std::string> directories;
  bool reached = false;                   ///< The mark has passed: head.trim is known.
  bool syncing = false;                   ///< All below trim is visible.
  std::uint64_t written_behind_left = 0;  ///< To write back before the syncs begin.
  std::size_t next_synced = 0;            ///< Of work.
};

}  // namespace weft::log
