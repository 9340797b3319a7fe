#pragma once

#include "log/compaction.h"
#include "log/engine.h"

namespace weft::log {

/// The one compaction that is under way.
struct Engine::CompactionJob {
  PartitionId partition;
  std::unique_ptr<Compaction> work;  ///< On the pool while a step runs, then on the loop.
  std::vector<std::shared_ptr<SegmentFiles>> inputs;
  env::MonotonicTime begun{};
};

}  // namespace weft::log
