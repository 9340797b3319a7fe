#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "env/disk.h"
#include "log/segment.h"

namespace weft::log {

/// Bytes of segments that nobody has asked the device to write yet, oldest file first. A sync that finds many of them
/// fills the device's queue, and the journal's next write waits behind all of it; so they are written back in bounded
/// pieces while they come. The log's loop only.
class WriteBehind {
 public:
  struct Range {
    std::shared_ptr<env::File> file;
    std::uint64_t position = 0;
    std::uint64_t bytes = 0;
  };

  /// Written, in order for each file.
  void add(const std::shared_ptr<SegmentFiles>& files, std::uint64_t position, std::uint64_t bytes);
  /// The file is of no use anymore.
  void forget(const SegmentFiles& files);
  std::uint64_t bytes() const { return bytes_; }
  /// About so many of the oldest, in whole pages: what is added to a page later is taken with it.
  std::vector<Range> take(std::uint64_t bytes_max);

 private:
  struct Waiting {
    std::shared_ptr<SegmentFiles> files;  ///< Null: forgotten.
    std::uint64_t from = 0;
    std::uint64_t to = 0;
  };

  std::deque<Waiting> queue_;
  std::unordered_map<const SegmentFiles*, Waiting*> of_;
  std::uint64_t bytes_ = 0;
};

/// Asks for all of them, then waits for each. Blocks.
Result<void> write_back(const std::vector<WriteBehind::Range>& ranges);

}  // namespace weft::log
