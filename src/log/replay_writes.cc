#include "log/replay_writes.h"

#include <algorithm>
#include <array>

namespace weft::log {
namespace {

constexpr std::size_t kPartBytes = 16U << 20;
constexpr std::size_t kLongBytes = 64U << 10;  ///< Long enough to be written by itself.
constexpr std::size_t kPageBytes = 4096;

/// Fills up to a whole page, behind which there is nothing yet: a part of one would first be read from the disk.
Result<void> write_pages(SegmentFiles& files, std::uint64_t position, std::uint64_t bytes,
                         std::vector<ByteView>& pieces) {
  static constexpr std::array<std::byte, kPageBytes> kZeros{};
  pieces.push_back(ByteView(kZeros).first((kPageBytes - (position + bytes) % kPageBytes) % kPageBytes));
  TRY(files.write(position, pieces));
  return {};
}

}  // namespace

Result<void> ReplayWrites::add(const std::shared_ptr<SegmentFiles>& files, std::uint64_t position, ByteView bytes) {
  CHECK(bytes.size() <= kPartBytes);
  // The zeros behind an earlier write of the same file must not come later than this one.
  const bool alone = !gathered_.run_of.contains(files.get()) && !written_.run_of.contains(files.get());
  if (alone && bytes.size() >= kLongBytes) {
    std::vector<ByteView> pieces{bytes};
    return write_pages(*files, position, bytes.size(), pieces);
  }
  if (gathered_.used + bytes.size() > kPartBytes) TRY(begin_writing());
  gathered_.memory.reserve(kPartBytes);
  const std::span<std::byte> copy = gathered_.memory.first(kPartBytes).subspan(gathered_.used, bytes.size());
  std::ranges::copy(bytes, copy.begin());
  gathered_.used += bytes.size();
  const auto [found, fresh] = gathered_.run_of.try_emplace(files.get(), gathered_.runs.size());
  if (fresh) gathered_.runs.push_back({files, position, 0, {}});
  Run& run = gathered_.runs[found->second];
  CHECK(position == run.position + run.bytes, "positions leave no gap");
  run.bytes += bytes.size();
  run.pieces.emplace_back(copy);
  return {};
}

Result<void> ReplayWrites::finish() {
  TRY(begin_writing());
  return wait();
}

Result<void> ReplayWrites::begin_writing() {
  TRY(wait());
  std::swap(gathered_, written_);
  writing_ = disk_.beside([this] { return write_all(written_); });
  return {};
}

Result<void> ReplayWrites::wait() {
  if (writing_.valid()) TRY(writing_.get());
  written_.used = 0;
  written_.runs.clear();
  written_.run_of.clear();
  return {};
}

Result<void> ReplayWrites::write_all(Part& part) {
  for (Run& run : part.runs) TRY(write_pages(*run.files, run.position, run.bytes, run.pieces));
  return {};
}

}  // namespace weft::log
