#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::sim {

/// What goes wrong or happens in a run. Faults are staged, the rest is what the broker did; both are counted, because a
/// run without them proves nothing.
enum class Event : std::uint8_t {
  kPowerLoss,
  kKill,
  kCleanRestart,
  kCrashWhileStarting,
  kWriteFailed,
  kSlowDisk,
  kReadFailed,
  kDiskFull,
  kConnectionsCut,
  kAnswerLate,
  kClockJump,
  kRequestSentAgain,
  kDuplicateAnswered,
  kCompaction,
  kRetention,
  kRecordsDeleted,
  kTopicDeleted,
  kPartitionsAdded,
  kConfigAltered,
  kRebalance,
  kMemberCrashed,
  kMemberLeft,
  kStaticMemberBack,
  kPositionCommitted,
  kPositionReadBack,
  kRecordAcknowledged,
  kRecordRead,
};

struct EventKind {
  Event event;
  std::string_view name;
  std::uint64_t per_100_seeds_min;  ///< Fewer and the simulation does not test what it says.
};

inline constexpr std::array kEventKinds = {
    EventKind{Event::kPowerLoss, "power losses, unsynced writes torn or lost", 100},
    EventKind{Event::kKill, "kill -9", 50},
    EventKind{Event::kCleanRestart, "clean restarts", 30},
    EventKind{Event::kCrashWhileStarting, "crashes inside recovery", 20},
    EventKind{Event::kWriteFailed, "failed writes and syncs", 10},
    EventKind{Event::kSlowDisk, "slow disk operations", 1000},
    EventKind{Event::kReadFailed, "failed reads", 50},
    EventKind{Event::kDiskFull, "produce requests refused by a full disk", 50},
    EventKind{Event::kConnectionsCut, "connections cut", 500},
    EventKind{Event::kAnswerLate, "requests given up before their answer came", 200},
    EventKind{Event::kClockJump, "jumps of the wall clock", 50},
    EventKind{Event::kRequestSentAgain, "batches sent again", 500},
    EventKind{Event::kDuplicateAnswered, "batches sent again that had been taken", 100},
    EventKind{Event::kCompaction, "compactions", 100},
    EventKind{Event::kRetention, "log starts moved by retention", 50},
    EventKind{Event::kRecordsDeleted, "log starts moved by DeleteRecords", 50},
    EventKind{Event::kTopicDeleted, "topics deleted", 50},
    EventKind{Event::kPartitionsAdded, "topics that got partitions", 20},
    EventKind{Event::kConfigAltered, "settings altered", 50},
    EventKind{Event::kRebalance, "generations of a group", 500},
    EventKind{Event::kMemberCrashed, "members that crashed", 50},
    EventKind{Event::kMemberLeft, "members that left", 50},
    EventKind{Event::kStaticMemberBack, "static members back in their place", 20},
    EventKind{Event::kPositionCommitted, "positions committed", 1000},
    EventKind{Event::kPositionReadBack, "positions read back", 500},
    EventKind{Event::kRecordAcknowledged, "records acknowledged", 20000},
    EventKind{Event::kRecordRead, "records read", 50000},
};

class Counts {
 public:
  void add(Event event, std::uint64_t count = 1) { counts_[static_cast<std::size_t>(event)] += count; }
  std::uint64_t operator[](Event event) const { return counts_[static_cast<std::size_t>(event)]; }
  void add(const Counts& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }

 private:
  std::array<std::uint64_t, kEventKinds.size()> counts_{};
};

}  // namespace weft::sim
