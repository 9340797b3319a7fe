#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "env/disk.h"
#include "log/journal_format.h"
#include "log/sparse_index.h"
#include "record/batch.h"
#include "record/ids.h"

// doc/formats/segment.md describes the file; change both together.
namespace weft::log {

/// One node is always the leader: its epoch never changes.
inline constexpr LeaderEpoch kLeaderEpoch{0};

/// "00000000000000001234", so that names sort like offsets; "00000000000000001234-2" after its second compaction.
std::string segment_name(Offset base, std::uint32_t generation = 0);

/// Files of one segment, opened when first needed and closed when they lie idle. Thread-safe.
class SegmentFiles {
 public:
  /// `fresh`: nothing of it counts yet; what a torn life left under the name is cut when it is first opened, or written
  /// over.
  SegmentFiles(env::Disk& disk, const std::string& directory, Offset base, std::uint32_t generation, bool fresh);

  const std::string& log_path() const { return log_path_; }
  const std::string& index_path() const { return index_path_; }
  /// Makes file and directories for a fresh segment.
  Result<std::shared_ptr<env::File>> log();
  Result<std::shared_ptr<env::File>> index();
  /// For replay, before the log is opened: what lies in the file is written over instead of cut first. Giving a
  /// thousand files' blocks back only to take them again would be most of what a start costs.
  void write_over() { cut_ = false; }
  /// Null unless it is open: never waits for the disk.
  std::shared_ptr<env::File> open_log() const;
  std::shared_ptr<env::File> open_index() const;
  void close();

  /// Writes batches at their position, reserving space ahead of them; returns how much was reserved anew. The segment
  /// thread only. kDiskFull: nothing is lost, try again when there is room.
  Result<std::uint64_t> write(std::uint64_t position, std::span<const ByteView> pieces);

 private:
  Result<std::shared_ptr<env::File>> open(std::shared_ptr<env::File>& file, const std::string& path, bool& fresh,
                                          bool make, bool cut);

  env::Disk& disk_;
  const std::string directory_;
  const std::string log_path_;
  const std::string index_path_;
  mutable std::mutex mutex_;
  std::shared_ptr<env::File> log_;    // guarded by mutex_
  std::shared_ptr<env::File> index_;  // guarded by mutex_
  bool log_fresh_;                    // guarded by mutex_
  bool index_fresh_;                  // guarded by mutex_
  bool cut_ = true;                   ///< A fresh log is emptied when first opened.
  std::uint64_t reserved_ = 0;        ///< Segment thread only.
};

/// A segment as a checkpoint knows it: durable up to here.
struct SegmentRecord {
  Offset base;
  Offset end;
  std::uint64_t bytes = 0;
  Timestamp first_timestamp = kNoTimestamp;
  Timestamp max_timestamp = kNoTimestamp;
  std::int64_t created_ms = 0;
  bool sealed = false;
  std::uint32_t index_count = 0;
  std::uint32_t index_crc = 0;
  std::uint32_t generation = 0;
  Offset compacted_end;
};

/// What the log's loop knows of a segment.
struct Segment {
  Segment(env::Disk& disk, const std::string& directory, Offset base_offset, bool fresh)
      : base(base_offset),
        end(base_offset),
        compacted_end(base_offset),
        files(std::make_shared<SegmentFiles>(disk, directory, base_offset, 0, fresh)) {}
  /// A sealed segment as a checkpoint or a compaction describes it.
  Segment(const SegmentRecord& record, std::shared_ptr<SegmentFiles> its_files);

  /// Counts a batch that begins at the segment's end in.
  void add(Offset base_offset, Offset last_offset, std::uint32_t length, Timestamp first, Timestamp max);

  SegmentRecord record() const;

  const Offset base;
  Offset end;                        ///< One past the last assigned offset.
  std::uint32_t generation = 0;      ///< How often it was compacted: above 0 its offsets have gaps.
  Offset compacted_end;              ///< What compaction has seen of it lies below.
  std::uint64_t assigned_bytes = 0;  ///< Where the next batch goes.
  std::uint64_t visible_bytes = 0;
  std::uint64_t synced_bytes = 0;  ///< Durable in this file, by the last checkpoint.
  Timestamp first_timestamp = kNoTimestamp;
  Timestamp max_timestamp = kNoTimestamp;
  std::int64_t created_ms = 0;
  Lsn last_lsn;         ///< The entry of its last batch ends at or below; replay may need the file until trim passes.
  bool sealed = false;  ///< Nothing is added anymore.
  bool seal_synced = false;
  bool missing = false;  ///< Recovery found the file gone or short; forgiven if that part of the log was deleted.
  SparseIndex index;
  std::shared_ptr<SegmentFiles> files;
};

/// Where to read, taken from the loop's state; the reading itself may happen anywhere.
struct ReadPlan {
  std::shared_ptr<SegmentFiles> files;
  Offset segment_base;
  std::uint64_t visible_bytes = 0;
  bool has_gaps = false;            ///< It was compacted.
  std::optional<IndexEntry> start;  ///< None: look in the index file.
  std::uint32_t index_count = 0;
  Offset offset;
  std::uint64_t bytes_max = 0;
};

/// Whole batches from the one that holds the plan's offset on; at least one, then up to bytes_max. Each CRC is checked:
/// kCorrupt. With `cached_only`, kUnavailable says that the device would have to be asked.
Result<std::vector<SharedBytes>> read_batches(const ReadPlan& plan, bool cached_only);

/// The first record at or after `timestamp` (and at or after plan.offset) in the segment.
struct FoundTimestamp {
  Offset offset;
  Timestamp timestamp;
};
Result<std::optional<FoundTimestamp>> find_timestamp_in(const ReadPlan& plan, Timestamp timestamp);

/// Walks the headers of a segment's batches, reading a little at a time.
class HeaderWalker {
 public:
  HeaderWalker(env::File& file, std::uint64_t position, std::uint64_t end)
      : file_(file), next_position_(position), end_(end) {}

  /// None at the end, and at bytes that are no whole batch.
  Result<std::optional<record::BatchHeader>> next();
  /// Of the batch that next() returned last.
  std::uint64_t position() const { return position_; }
  /// Where the walk goes on or ended.
  std::uint64_t next_position() const { return next_position_; }

 private:
  env::File& file_;
  std::uint64_t position_ = 0;
  std::uint64_t next_position_;
  std::uint64_t end_;
  Buffer window_;
  std::uint64_t window_at_ = 0;
};

}  // namespace weft::log
