#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "log/log.h"

namespace weft::sim {

/// Mistakes that a broker could make. Tests plant one at a time and show that the simulation finds it.
enum class Mistake : std::uint8_t {
  kNone,
  kAckBeforeDurable,        ///< Produce is answered when the batch has its offset.
  kOffsetAssignedTwice,     ///< Recovery takes the journal's last entry for torn: its offsets are given out again.
  kProducersForgotten,      ///< A restart forgets what idempotent producers have sent.
  kCompactionDropsNewest,   ///< Compaction drops the last record of a key, too. In the log itself: log/test_hooks.h.
  kTombstonesDroppedEarly,  ///< Compaction drops tombstones at once, whatever delete.retention.ms says.
  kRetentionDeletesAll,     ///< Retention moves the log start to the end, past what is to be kept.
  kCommitsLost,             ///< A restart forgets the groups' last committed positions.
  kTwoOwners,               ///< A group's generation comes back from the log with one member's partitions for all.
  kServesBeyondDurable,     ///< Fetch hands out what has an offset and is not durable yet.
  kLogStartForgotten,       ///< DeleteRecords is not recorded: a restart brings back what was deleted.
};

struct MistakeName {
  Mistake mistake;
  std::string_view name;
};
inline constexpr MistakeName kMistakes[] = {
    {Mistake::kAckBeforeDurable, "acknowledged before durable"},
    {Mistake::kOffsetAssignedTwice, "offsets assigned twice after a restart"},
    {Mistake::kProducersForgotten, "producer state forgotten on restart"},
    {Mistake::kCompactionDropsNewest, "compaction drops the last record of a key"},
    {Mistake::kTombstonesDroppedEarly, "compaction drops tombstones too early"},
    {Mistake::kRetentionDeletesAll, "retention moves the log start past what is to be kept"},
    {Mistake::kCommitsLost, "committed positions lost on restart"},
    {Mistake::kTwoOwners, "two members own one partition"},
    {Mistake::kServesBeyondDurable, "fetch serves beyond the durable end"},
    {Mistake::kLogStartForgotten, "log start forgotten on restart"},
};

/// What outlives a life of the broker.
struct MistakeMemory {
  std::int64_t life = 0;
};

/// A log that makes the mistake, around one that does not.
std::unique_ptr<log::Log> make_mistaken_log(std::unique_ptr<log::Log> log, env::EventLoop& loop, Mistake mistake,
                                            MistakeMemory& memory);

}  // namespace weft::sim
