#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "env/aligned_buffer.h"
#include "env/disk.h"
#include "log/journal_format.h"
#include "log/test_hooks.h"

namespace weft::log {

/// The ring: LSN / slot_bytes modulo slot_count is the slot's file, LSN modulo slot_bytes the position in it.
struct RingGeometry {
  std::uint64_t slot_bytes = 0;
  std::uint32_t slot_count = 0;

  std::uint64_t ring_bytes() const { return slot_bytes * slot_count; }
  std::uint32_t slot(Lsn lsn) const { return static_cast<std::uint32_t>(lsn.get() / slot_bytes % slot_count); }
  std::uint64_t position(Lsn lsn) const { return lsn.get() % slot_bytes; }
  Lsn slot_end(Lsn lsn) const { return Lsn((lsn.get() / slot_bytes + 1) * slot_bytes); }
  /// Entries stay far below a slot, so that little is lost where one does not fit before its end.
  std::uint64_t entry_bytes_max() const { return slot_bytes / 4 < kEntryBytesMax ? slot_bytes / 4 : kEntryBytesMax; }

  bool operator==(const RingGeometry&) const = default;
};

/// Where the entry after one of `bytes` at `lsn` may begin.
Lsn entry_end(Lsn lsn, std::uint64_t bytes, PlantedBug bug = PlantedBug::kNone);

/// The slots' files. Thread-safe as env::File is.
class JournalRing {
 public:
  /// `create`: makes and reserves what is missing. kDiskFull, kIo, kNotFound.
  static Result<std::unique_ptr<JournalRing>> open(env::Disk& disk, const std::string& directory, RingGeometry geometry,
                                                   bool create);

  const RingGeometry& geometry() const { return geometry_; }
  /// False: no O_DIRECT here; writes go through the page cache and are synced one by one.
  bool is_direct() const { return direct_; }
  /// Durable when it returns. Aligned memory and sizes; within one slot.
  Result<void> write(Lsn lsn, ByteView bytes);
  /// Aligned; within one slot. What was never written reads as zeros.
  Result<void> read(Lsn lsn, std::span<std::byte> into);
  /// As read, beside whatever the caller goes on with: env::Disk::beside.
  std::future<Result<void>> begin_read(Lsn lsn, std::span<std::byte> into);
  /// Without O_DIRECT, a dead process's writes may wait in the page cache: a flush of the last one is not enough.
  Result<void> sync_all();
  /// "journal/07 at 4096" for messages.
  std::string place(Lsn lsn) const;

 private:
  env::Disk* disk_ = nullptr;
  RingGeometry geometry_;
  bool direct_ = true;
  std::vector<std::unique_ptr<env::File>> slots_;
};

/// The last entry that counts: what the next one must name as its predecessor.
struct JournalChain {
  Lsn lsn;
  std::uint32_t crc = 0;
  std::uint64_t incarnation = 0;
};

/// An entry as found. Views are good until the next call.
struct FoundEntry {
  EntryHeader header;
  std::vector<TableSlice> slices;
  ByteView body;
  std::vector<std::size_t> damaged;  ///< Slices whose batch is not what was written, though it was durable.
};

/// Reads the journal from a checkpoint's trim on: design section 6, steps 3 to 5.
class JournalReader {
 public:
  struct Start {
    Uuid journal_id;
    Lsn trim;
    Lsn durable;  ///< By the checkpoint: what ends below is corruption.
    JournalChain chain;
  };
  JournalReader(JournalRing& ring, const Start& start, PlantedBug bug = PlantedBug::kNone);

  /// False at the end, be it a torn tail. kCorrupt: a durable entry is gone. kUnsupported: from a newer weft.
  Result<bool> next(FoundEntry& into);
  /// Where the next entry is to be written, once next() said false.
  Lsn end() const { return expected_; }
  const JournalChain& chain() const { return chain_; }
  /// Below it everything was durable, by the checkpoint or an entry's word.
  Lsn synced() const { return synced_; }
  /// Whether bytes of an unfinished entry were found at the end.
  bool ended_torn() const { return torn_; }

 private:
  /// Bytes in memory: a window that slides along the ring, the next piece being read meanwhile.
  struct Window {
    env::AlignedBuffer memory;
    Lsn begin;
    Lsn end;
    std::span<std::byte> bytes;  ///< From begin to end, in memory.
  };

  Result<ByteView> view(Lsn at, std::uint64_t bytes);
  Result<void> slide(Lsn block, std::uint64_t bytes);
  Result<void> load(Lsn block, std::uint64_t bytes);
  void read_ahead();
  /// Whether an entry that continues the chain begins at `at`.
  Result<bool> accept(Lsn at, FoundEntry& into);
  /// Whether anything behind `from` proves that what is below `limit` was durable.
  Result<bool> is_covered(Lsn from, Lsn limit);
  Result<bool> check_body(FoundEntry& into);
  Error corrupt(Lsn at, std::string_view what) const;

  JournalRing& ring_;
  Start start_;
  PlantedBug bug_;
  Lsn expected_;
  JournalChain chain_;
  Lsn synced_;
  bool torn_ = false;
  Window window_;
  Window ahead_;
  std::uint64_t ahead_bytes_ = 0;         ///< Grows, so that a short journal is not read far beyond its end.
  std::future<Result<void>> ahead_read_;  ///< Into ahead_; gone before it.
};

}  // namespace weft::log
