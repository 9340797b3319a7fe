#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "env/disk.h"
#include "log/key_map.h"
#include "log/log.h"
#include "log/segment.h"
#include "log/sparse_index.h"
#include "log/test_hooks.h"
#include "record/compaction.h"

namespace weft::log {

/// Compacts sealed, durable segments of one partition into new files beside them, in small steps, anywhere but on the
/// log's loop; nobody else hears of the new files until the loop puts them in their places.
///
/// First pass: the last offset of every key in what was never compacted. Second pass: every segment is written again
/// without what these keys supersede, small neighbours together. Batches keep their offsets; the last one of a segment
/// and of every producer stay even without records, so that no end and no sequence is forgotten.
class Compaction {
 public:
  struct Input {
    SegmentRecord record;
    std::shared_ptr<SegmentFiles> files;
  };
  struct Request {
    std::string directory;
    std::vector<Input> inputs;  ///< By base, without a segment left out.
    RetentionPolicy policy;
    std::unordered_map<ProducerId, Offset> producers;  ///< The last offset of each that is still known.
    std::int64_t now_ms = 0;
    std::uint64_t hash_seed = 0;
    std::size_t keys_max = kKeysMax;
    PlantedBug bug = PlantedBug::kNone;
  };
  /// Takes the place of all segments with a base in [record.base, record.end).
  struct Output {
    SegmentRecord record;
    std::shared_ptr<SegmentFiles> files;
  };
  static constexpr std::size_t kKeysMax = 6 << 20;

  Compaction(env::Disk& disk, Request request);

  /// Works for some milliseconds; false when all is done and durable. kDiskFull, kCorrupt, kIo: nothing came of it.
  Result<bool> step();
  /// Once done: what changed. Segments of which nothing went stay as they are and are not among them.
  const std::vector<Output>& outputs() const { return outputs_; }
  std::int64_t records_dropped() const { return records_dropped_; }
  /// Removes what was written; instead of using it.
  void discard();

 private:
  /// Whole batches of one segment, in order, read in long pieces.
  class Walker {
   public:
    Walker(std::shared_ptr<env::File> file, std::uint64_t end) : file_(std::move(file)), end_(end) {}
    /// None at the end. kCorrupt.
    Result<std::optional<SharedBytes>> next();

   private:
    std::shared_ptr<env::File> file_;
    const std::uint64_t end_;
    std::uint64_t position_ = 0;
    SharedBytes window_;
    std::size_t at_ = 0;
  };
  /// One file on its way.
  struct Writing {
    Output output;
    SparseIndex index;
    Buffer buffer;
    std::uint64_t written = 0;
    bool changed = false;
    SharedBytes left_out;  ///< The newest batch, if nothing of it stayed; the segment's last one is put back empty.
  };
  enum class Phase { kMapping, kWriting, kDone };

  Result<void> map_some();
  Result<void> map_batch(const SharedBytes& batch);
  Result<void> write_some();
  Result<void> begin_group();
  Result<void> compact(const SharedBytes& batch);
  Result<void> put(const SharedBytes& batch);
  Result<void> flush();
  Result<void> end_group();
  Result<void> open(std::size_t input);
  std::size_t group_end(std::size_t first) const;
  void remove(SegmentFiles& files);
  bool is_last_of_producer(const record::BatchHeader& header) const;

  env::Disk& disk_;
  Request request_;
  record::CompactionRules rules_;
  KeyMap keys_;
  Phase phase_ = Phase::kMapping;
  std::size_t at_ = 0;         ///< Input that is being read.
  std::size_t group_end_ = 0;  ///< The inputs from the group's first to here become one file.
  std::optional<Walker> walker_;
  std::optional<Offset> mapped_end_;  ///< Set when the keys had no more room: what lies behind stays as it is.
  std::unique_ptr<Writing> writing_;  ///< Null between two files.
  std::vector<Output> outputs_;
  std::int64_t records_dropped_ = 0;
};

}  // namespace weft::log
