#include "log/journal.h"

#include <algorithm>

#include "base/crc32c.h"

namespace weft::log {
namespace {

/// What replay reads at once, at first and in the end; an entry that is longer is read whole.
constexpr std::uint64_t kWindowBytesMin = 64ULL << 10;
constexpr std::uint64_t kWindowBytesMax = 8ULL << 20;
/// In front of what is read ahead, for the part of an entry that the window before it ends in.
constexpr std::uint64_t kCarryBytes = kEntryBytesMax + kBlockBytes;

}  // namespace

Result<std::unique_ptr<JournalRing>> JournalRing::open(env::Disk& disk, const std::string& directory,
                                                       RingGeometry geometry, bool create) {
  CHECK(geometry.slot_count >= 2 && geometry.slot_bytes % kBlockBytes == 0 && geometry.slot_bytes >= 16 * kBlockBytes);
  auto ring = std::make_unique<JournalRing>();
  ring->disk_ = &disk;
  ring->geometry_ = geometry;
  const auto mode = create ? env::OpenMode::kCreate : env::OpenMode::kReadWrite;
  if (create) TRY(env::make_directories(disk, directory));
  for (std::uint32_t slot = 0; slot < geometry.slot_count; ++slot) {
    const std::string path = fmt::format("{}/{:02}", directory, slot);
    if (create) {
      TRY_ASSIGN(const auto file, disk.open(path, mode));
      TRY(file->truncate(geometry.slot_bytes));
      TRY(file->allocate(0, geometry.slot_bytes));
      TRY(file->sync());  // a journal that lost its space in a power loss would meet a full disk later
    }
    auto file = disk.open(path, mode, ring->direct_ ? env::Caching::kDirectSynced : env::Caching::kBuffered);
    if (!file.ok() && file.error().code == ErrorCode::kUnsupported) {
      ring->direct_ = false;
      file = disk.open(path, mode, env::Caching::kBuffered);
    }
    if (!file.ok()) return std::move(file).error();
    ring->slots_.push_back(std::move(file).value());
  }
  if (create) TRY(disk.sync_directory(directory));
  return ring;
}

Result<void> JournalRing::write(Lsn lsn, ByteView bytes) {
  CHECK(lsn + bytes.size() <= geometry_.slot_end(lsn), "an entry never crosses slots");
  env::File& file = *slots_[geometry_.slot(lsn)];
  TRY(file.write_at(geometry_.position(lsn), bytes));
  if (direct_) return {};
  return file.sync();
}

Result<void> JournalRing::read(Lsn lsn, std::span<std::byte> into) {
  TRY_ASSIGN(const std::size_t got, slots_[geometry_.slot(lsn)]->read_at(geometry_.position(lsn), into));
  std::ranges::fill(into.subspan(got), std::byte{0});
  return {};
}

std::future<Result<void>> JournalRing::begin_read(Lsn lsn, std::span<std::byte> into) {
  return disk_->beside([this, lsn, into] { return read(lsn, into); });
}

Result<void> JournalRing::sync_all() {
  for (const auto& slot : slots_) TRY(slot->sync());
  return {};
}

std::string JournalRing::place(Lsn lsn) const {
  return fmt::format("journal/{:02} at {}", geometry_.slot(lsn), geometry_.position(lsn));
}

Lsn entry_end(Lsn lsn, std::uint64_t bytes, PlantedBug bug) {
  if (bug == PlantedBug::kUnpaddedEntries) return lsn + (bytes + 511) / 512 * 512;
  return lsn + padded(bytes);
}

JournalReader::JournalReader(JournalRing& ring, const Start& start, PlantedBug bug)
    : ring_(ring), start_(start), bug_(bug), expected_(start.trim), chain_(start.chain), synced_(start.durable) {}

Result<ByteView> JournalReader::view(Lsn at, std::uint64_t bytes) {
  const Lsn block(at.get() / kBlockBytes * kBlockBytes);
  if (at + bytes > ring_.geometry().slot_end(block)) return ByteView{};  // would cross into the next slot
  if (at < window_.begin || at + bytes > window_.end) TRY(slide(block, at - block + bytes));
  return ByteView(window_.bytes).subspan(at - window_.begin, bytes);
}

/// Moves the window to `block` with at least `bytes`: to what was read ahead if that goes on there, else by reading.
Result<void> JournalReader::slide(Lsn block, std::uint64_t bytes) {
  const bool goes_on = ahead_read_.valid() && block >= window_.begin && block <= ahead_.begin &&
                       ahead_.begin - block <= kCarryBytes && block + bytes <= ahead_.end &&
                       ring_.geometry().slot_end(block) >= ahead_.end;
  if (!goes_on) {
    if (ahead_read_.valid()) (void)ahead_read_.get();
    TRY(load(block, bytes));
  } else {
    TRY(ahead_read_.get());
    const std::uint64_t carried = ahead_.begin - block;
    std::ranges::copy(window_.bytes.last(carried), ahead_.bytes.data() - carried);
    ahead_.bytes = {ahead_.bytes.data() - carried, ahead_.bytes.size() + carried};
    ahead_.begin = block;
    std::swap(window_, ahead_);
  }
  read_ahead();
  return {};
}

Result<void> JournalReader::load(Lsn block, std::uint64_t bytes) {
  const std::uint64_t size =
      std::min(std::max(padded(bytes), kWindowBytesMin), ring_.geometry().slot_end(block) - block);
  window_.memory.reserve(size);
  window_.begin = block;
  window_.end = block + size;
  window_.bytes = window_.memory.first(size);
  return ring_.read(block, window_.bytes);
}

void JournalReader::read_ahead() {
  ahead_bytes_ = std::clamp(ahead_bytes_ * 2, kWindowBytesMin, kWindowBytesMax);
  const Lsn from = window_.end;
  const std::uint64_t size = std::min(ahead_bytes_, ring_.geometry().slot_end(from) - from);
  ahead_.memory.reserve(kCarryBytes + kWindowBytesMax);
  ahead_.begin = from;
  ahead_.end = from + size;
  ahead_.bytes = ahead_.memory.first(kCarryBytes + size).subspan(kCarryBytes);
  ahead_read_ = ring_.begin_read(from, ahead_.bytes);
}

Result<bool> JournalReader::accept(Lsn at, FoundEntry& into) {
  TRY_ASSIGN(const ByteView first, view(at, kEntryHeaderBytes));
  const std::uint32_t header_bytes = first.empty() ? 0 : peek_header_bytes(first);
  if (header_bytes == 0) return false;
  TRY_ASSIGN(const ByteView head, view(at, header_bytes));
  if (head.empty()) return false;
  const HeadFault fault = decode_entry_head(head, &start_.journal_id, into.header, into.slices);
  if (fault == HeadFault::kNotAnEntry) return false;
  const EntryHeader& header = into.header;
  const bool stale_is_fine = bug_ == PlantedBug::kStaleEntries;
  if (header.lsn != at && !stale_is_fine) return false;
  if (fault == HeadFault::kUnknown)
    return error(ErrorCode::kUnsupported, "{}: an entry that this weft does not know: it was written by a newer one",
                 ring_.place(at));
  const bool continues = header.previous_lsn == chain_.lsn && header.previous_crc == chain_.crc &&
                         header.incarnation >= chain_.incarnation;
  if (!continues && !stale_is_fine) return false;
  TRY_ASSIGN(const ByteView whole, view(at, header.bytes()));
  if (whole.empty()) return false;
  into.body = whole.subspan(header.header_bytes);
  return true;
}

Result<bool> JournalReader::is_covered(Lsn from, Lsn limit) {
  if (start_.durable > limit) return true;
  const Lsn end = from + kEntryBytesMax + kBlockBytes;
  const Uuid* const id = bug_ == PlantedBug::kForgeableSearch ? nullptr : &start_.journal_id;
  EntryHeader header;
  std::vector<TableSlice> slices;
  for (Lsn at = from; at < end; at = at + kBlockBytes) {
    TRY_ASSIGN(const ByteView first, view(at, kEntryHeaderBytes));
    const std::uint32_t header_bytes = first.empty() ? 0 : peek_header_bytes(first);
    if (header_bytes == 0) continue;
    TRY_ASSIGN(const ByteView head, view(at, header_bytes));
    if (head.empty() || decode_entry_head(head, id, header, slices) == HeadFault::kNotAnEntry) continue;
    if (header.lsn == at && header.synced_lsn > limit) return true;
  }
  return false;
}

Error JournalReader::corrupt(Lsn at, std::string_view what) const {
  return error(ErrorCode::kCorrupt,
               "{}: {}, although it was durable. Nothing was changed. `weft log verify` shows what is damaged; restore "
               "the data directory from a copy",
               ring_.place(at), what);
}

Result<bool> JournalReader::check_body(FoundEntry& into) {
  into.damaged.clear();
  bool control_damaged = false;
  if (into.header.kind == EntryKind::kData) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < into.slices.size(); ++i) {
      const ByteView batch = into.body.subspan(at, into.slices[i].length);
      if (!slice_holds(batch, into.slices[i])) into.damaged.push_back(i);
      at += into.slices[i].length;
    }
  } else {
    control_damaged = crc32c(into.body) != into.header.body_crc;
  }
  if (into.damaged.empty() && !control_damaged) return true;
  const Lsn lsn = into.header.lsn;
  const Lsn end = into.header.end();
  FoundEntry kept = into;  // the search moves the window
  TRY_ASSIGN(const bool covered, is_covered(end, lsn));
  if (!covered) return false;
  if (control_damaged) return corrupt(lsn, "a control entry is damaged");
  TRY_ASSIGN(const ByteView whole, view(lsn, kept.header.bytes()));
  into = std::move(kept);
  into.body = whole.subspan(into.header.header_bytes);
  return true;
}

Result<bool> JournalReader::next(FoundEntry& into) {
  TRY_ASSIGN(bool found, accept(expected_, into));
  if (!found && ring_.geometry().position(expected_) != 0) {
    TRY_ASSIGN(found, accept(ring_.geometry().slot_end(expected_), into));
  }
  if (!found) {
    TRY_ASSIGN(const bool covered, is_covered(expected_, expected_));
    if (covered) return corrupt(expected_, "no entry can be read");
    TRY_ASSIGN(const ByteView block, view(expected_, kEntryHeaderBytes));
    torn_ = !block.empty() && peek_header_bytes(block) != 0;
    return false;
  }
  TRY_ASSIGN(const bool whole, check_body(into));
  if (!whole) {
    torn_ = true;
    return false;
  }
  expected_ = entry_end(into.header.lsn, into.header.bytes(), bug_);
  chain_ = {into.header.lsn, into.header.crc, into.header.incarnation};
  synced_ = std::max(synced_, into.header.synced_lsn);
  return true;
}

}  // namespace weft::log
