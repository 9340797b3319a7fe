#pragma once

#include <string>
#include <vector>

#include "log/engine.h"

namespace weft::log {

/// A checkpoint on its way: taken at one moment of the sequence, then synced piece by piece, then written.
struct Engine::CheckpointJob {
  struct Work {
    PartitionId partition;
    Offset segment;
    std::shared_ptr<SegmentFiles> files;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    bool sealed = false;
  };

  Checkpoint head;
  std::uint32_t partition_count = 0;
  Buffer partitions;
  std::vector<Work> work;
  std::vector<std::string> directories;
  bool reached = false;  ///< The mark has passed: head.trim is known.
  bool syncing = false;  ///< All below trim is visible.
  std::size_t next_work = 0;
  std::uint64_t next_position = 0;
};

}  // namespace weft::log
