#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/function.h"
#include "base/result.h"

namespace weft::env {
class Disk;
}

// What `weft log inspect` and `weft log verify` do. Both only read.
namespace weft::log {

/// Prints what lies in a data directory, line by line: the checkpoint, the journal's entries from its trim on, and with
/// `batches` every batch of every segment and every index entry. A log that is in use may change under it.
Result<void> inspect(env::Disk& disk, const std::string& directory, bool batches,
                     Function<void(std::string_view line)> print);

struct VerifyReport {
  std::uint64_t partition_count = 0;
  std::uint64_t segment_count = 0;
  std::uint64_t batch_count = 0;
  std::uint64_t segment_bytes = 0;
  std::uint64_t entry_count = 0;
  std::uint64_t journal_bytes = 0;
  std::uint64_t index_entry_count = 0;
  bool torn_tail = false;           ///< An entry that was never acknowledged ends the journal: no fault.
  std::vector<std::string> faults;  ///< File, position and what is wrong.

  bool is_whole() const { return faults.empty(); }
};

/// Checks every byte that counts: the checkpoint, each journal entry from the trim on with its batches, each segment's
/// batches (CRC-32C, offsets in order, the end that the checkpoint names), each index entry against its batch.
/// kConflict while a weft uses the directory; damage is in the report.
Result<VerifyReport> verify(env::Disk& disk, const std::string& directory);

}  // namespace weft::log
