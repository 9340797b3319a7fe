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
  bool reached = false;  ///< The mark has passed: head.trim is known.
  bool syncing = false;  ///< All below trim is visible.
  std::size_t next_written = 0;  ///< Of work: the file whose bytes are written back next,
  std::uint64_t next_position = 0;  ///< from here on,
  std::size_t next_synced = 0;      ///< and the one that is synced next.
};

}  // namespace weft::log
