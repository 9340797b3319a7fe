#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"

namespace weft::log {

/// The likely mistakes of this design. Tests plant one at a time and show that they find it; nothing else sets them.
enum class PlantedBug : std::uint8_t {
  kNone,
  kServeBeforeBarrier,     ///< 1: replayed data is served before a flush made it durable.
  kUnpaddedEntries,        ///< 2: the next entry begins in the last one's block.
  kStaleEntries,           ///< 3: entries of an earlier lap, or behind a tear, are taken for new.
  kTrimBeforeDirectory,    ///< 4: slots are reused before a new file's directory is synced.
  kReopenToSync,           ///< 5: a file is opened again to sync it.
  kForgeableSearch,        ///< 6: recovery takes headers without the secret id.
  kJournalInSharedPool,    ///< 7: journal writes wait behind other syncs.
  kVisibleBySegmentAlone,  ///< 8: what is in the segment is served and answered, durable or not.
  kCompactionDropsNewest,  ///< Compaction drops the last record of a key with those before it.
};

/// What only tests ask of the log.
struct TestHooks {
  PlantedBug bug = PlantedBug::kNone;
  /// An urgent checkpoint with at least so many files syncs all of them at once.
  std::size_t files_together_min = 32;
  /// Called instead of ending the process when a write or sync failed; the log does nothing more afterwards.
  std::function<void(const Error&)> on_failure;
};

}  // namespace weft::log
