#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "env/aligned_buffer.h"
#include "env/disk.h"
#include "log/segment.h"

namespace weft::log {

/// Batches that replay found, gathered so that each segment is written in long pieces: entries hold a little of many
/// partitions, and one write call per batch would be most of what a start costs. While one part is written the next is
/// gathered.
class ReplayWrites {
 public:
  explicit ReplayWrites(env::Disk& disk) : disk_(disk) {}

  /// Takes a copy, or writes what is long at once. Positions of one segment follow each other without a gap. Every
  /// write is followed by zeros up to the end of its page.
  Result<void> add(const std::shared_ptr<SegmentFiles>& files, std::uint64_t position, ByteView bytes);
  /// Returns once everything is written.
  Result<void> finish();

 private:
  struct Run {
    std::shared_ptr<SegmentFiles> files;
    std::uint64_t position = 0;
    std::uint64_t bytes = 0;
    std::vector<ByteView> pieces;
  };
  struct Part {
    env::AlignedBuffer memory;
    std::size_t used = 0;
    std::vector<Run> runs;
    std::unordered_map<const SegmentFiles*, std::size_t> run_of;
  };

  Result<void> begin_writing();
  Result<void> wait();
  static Result<void> write_all(Part& part);

  env::Disk& disk_;
  Part gathered_;
  Part written_;
  std::future<Result<void>> writing_;  ///< Of written_; gone before it.
};

}  // namespace weft::log
