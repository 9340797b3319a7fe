#include "log/segment.h"

#include <algorithm>

#include "base/log.h"
#include "record/records.h"

namespace weft::log {
namespace {

constexpr Logger kLog("log.segment");
constexpr std::uint64_t kReserveBytesMin = 64ULL << 10;
constexpr std::uint64_t kReserveBytesMax = 16ULL << 20;
constexpr std::size_t kHeaderWindowBytes = 16U << 10;

/// Bytes of a segment that readers share.
struct Chunk {
  std::shared_ptr<std::byte[]> owner;
  ByteView bytes;

  SharedBytes slice(std::size_t at, std::size_t size) const { return {owner, bytes.subspan(at, size)}; }
};

Result<Chunk> read_chunk(env::File& file, std::uint64_t position, std::uint64_t size, bool cached_only) {
  Chunk chunk;
  chunk.owner = std::make_shared_for_overwrite<std::byte[]>(size);
  const std::span<std::byte> into(chunk.owner.get(), size);
  TRY_ASSIGN(const std::size_t got, cached_only ? file.read_cached_at(position, into) : file.read_at(position, into));
  if (got < size && !cached_only)
    return error(ErrorCode::kCorrupt, "{} ends at {}, {} bytes were written", file.path(), position + got,
                 position + size);
  chunk.bytes = into.first(got);
  return chunk;
}

Error not_in_memory() { return error(ErrorCode::kUnavailable, "not in memory"); }

Error no_batch(const env::File& file, std::uint64_t position, std::string_view what) {
  return error(ErrorCode::kCorrupt, "{} at {}: {}", file.path(), position, what);
}

/// Whether a batch may follow where `expected` is next.
bool continues(const ReadPlan& plan, Offset base, Offset expected) {
  return plan.has_gaps ? base >= expected : base == expected;
}

struct WalkStart {
  std::uint64_t position = 0;
  Offset offset;  ///< Of the batch there.
};

/// Where to begin: at what the index says, if a batch of that offset is really there.
Result<WalkStart> start_position(const ReadPlan& plan, env::File& file, bool cached_only) {
  const WalkStart front{0, plan.segment_base};
  std::optional<IndexEntry> start = plan.start;
  const auto delta = static_cast<std::uint64_t>(plan.offset - plan.segment_base);
  if (!start.has_value() && plan.index_count > 0) {
    const auto index = cached_only ? plan.files->open_index() : plan.files->index().value_or(nullptr);
    if (index == nullptr && cached_only) return not_in_memory();
    if (index != nullptr) {
      TRY_ASSIGN(start, find_in_file(*index, plan.index_count, cached_only,
                                     [&](const IndexEntry& entry) { return entry.offset_delta <= delta; }));
    }
  }
  if (!start.has_value() || start->position == 0 || start->position >= plan.visible_bytes) return front;
  std::array<std::byte, 8> base;
  TRY_ASSIGN(const std::size_t got,
             cached_only ? file.read_cached_at(start->position, base) : file.read_at(start->position, base));
  if (got < base.size()) {
    if (cached_only) return not_in_memory();
    return front;
  }
  const Offset offset = plan.segment_base + start->offset_delta;
  if (load_be<std::int64_t>(base.data()) == offset.get()) return WalkStart{start->position, offset};
  kLog.warn("the index points beside a batch; reading from the segment's beginning",
            {{"file", plan.files->index_path()}, {"position", start->position}});
  return front;
}

}  // namespace

std::string segment_name(Offset base, std::uint32_t generation) {
  return generation == 0 ? fmt::format("{:020}", base.get()) : fmt::format("{:020}-{}", base.get(), generation);
}

SegmentFiles::SegmentFiles(env::Disk& disk, const std::string& directory, Offset base, std::uint32_t generation,
                           bool fresh)
    : disk_(disk),
      directory_(directory),
      log_path_(directory + "/" + segment_name(base, generation) + ".log"),
      index_path_(directory + "/" + segment_name(base, generation) + ".index"),
      log_fresh_(fresh),
      index_fresh_(fresh) {}

Result<std::shared_ptr<env::File>> SegmentFiles::open(std::shared_ptr<env::File>& file, const std::string& path,
                                                      bool& fresh, bool make, bool cut) {
  const std::scoped_lock guard(mutex_);
  if (file == nullptr) {
    if (fresh) TRY(env::make_directories(disk_, directory_));
    TRY_ASSIGN(file, disk_.open(path, fresh || make ? env::OpenMode::kCreate : env::OpenMode::kReadWrite));
    if (fresh && cut) TRY(file->truncate(0));
    fresh = false;
  }
  return file;
}

Result<std::shared_ptr<env::File>> SegmentFiles::log() { return open(log_, log_path_, log_fresh_, false, cut_); }

Result<std::shared_ptr<env::File>> SegmentFiles::index() { return open(index_, index_path_, index_fresh_, true, true); }

std::shared_ptr<env::File> SegmentFiles::open_log() const {
  const std::scoped_lock guard(mutex_);
  return log_;
}

std::shared_ptr<env::File> SegmentFiles::open_index() const {
  const std::scoped_lock guard(mutex_);
  return index_;
}

void SegmentFiles::close() {
  const std::scoped_lock guard(mutex_);
  log_.reset();
  index_.reset();
}

Result<std::uint64_t> SegmentFiles::write(std::uint64_t position, std::span<const ByteView> pieces) {
  TRY_ASSIGN(const auto file, log());
  std::uint64_t end = position;
  for (const ByteView piece : pieces) end += piece.size();
  const std::uint64_t reserved_before = std::max(reserved_, position);
  if (end > reserved_) {
    const std::uint64_t ahead = std::clamp(end, kReserveBytesMin, kReserveBytesMax);
    if (file->allocate(position, end + ahead - position).ok()) {
      reserved_ = end + ahead;
    } else {
      TRY(file->allocate(position, end - position));
      reserved_ = end;
    }
  }
  TRY(file->write_at(position, pieces));
  return std::max(reserved_, end) - std::min(reserved_before, end);
}

Segment::Segment(const SegmentRecord& record, std::shared_ptr<SegmentFiles> its_files)
    : base(record.base),
      end(record.end),
      generation(record.generation),
      compacted_end(record.compacted_end),
      assigned_bytes(record.bytes),
      synced_bytes(record.bytes),
      first_timestamp(record.first_timestamp),
      max_timestamp(record.max_timestamp),
      created_ms(record.created_ms),
      sealed(record.sealed),
      seal_synced(record.sealed),
      files(std::move(its_files)) {
  index.restore(record.index_count, record.index_crc, 0);
}

SegmentRecord Segment::record() const {
  return {base,   end,           assigned_bytes, first_timestamp, max_timestamp, created_ms,
          sealed, index.count(), index.crc(),    generation,      compacted_end};
}

void Segment::add(Offset base_offset, Offset last_offset, std::uint32_t length, Timestamp first, Timestamp max) {
  CHECK(!sealed && base_offset >= end, "offsets rise within a segment, and it is open");
  index.add(static_cast<std::uint32_t>(base_offset - base), assigned_bytes, max_timestamp);
  if (assigned_bytes == 0) first_timestamp = first;
  max_timestamp = std::max(max_timestamp, max);
  end = last_offset + 1;
  assigned_bytes += length;
}

Result<std::vector<SharedBytes>> read_batches(const ReadPlan& plan, bool cached_only) {
  std::shared_ptr<env::File> file = plan.files->open_log();
  if (file == nullptr) {
    if (cached_only) return not_in_memory();
    TRY_ASSIGN(file, plan.files->log());
  }
  TRY_ASSIGN(const WalkStart start, start_position(plan, *file, cached_only));
  std::uint64_t position = start.position;
  Offset expected = start.offset;
  std::uint64_t want = plan.bytes_max + kIndexIntervalBytes;
  std::vector<SharedBytes> batches;
  while (position < plan.visible_bytes && batches.empty()) {
    const std::uint64_t size =
        std::min(plan.visible_bytes - position, std::max<std::uint64_t>(want, kHeaderWindowBytes));
    TRY_ASSIGN(const Chunk chunk, read_chunk(*file, position, size, cached_only));
    std::uint64_t at = 0;
    std::uint64_t taken = 0;
    while (at + record::kBatchHeaderBytes <= chunk.bytes.size()) {
      const record::BatchHeader header = record::load_header(chunk.bytes.data() + at);
      const std::uint64_t bytes = header.bytes();
      if (header.magic != record::kMagic || header.batch_length < 49 || position + at + bytes > plan.visible_bytes)
        return no_batch(*file, position + at, "no record batch begins here");
      // The batch's own CRC does not cover its first bytes: that offsets go on without a gap does.
      if (!continues(plan, header.base_offset, expected) || header.leader_epoch != kLeaderEpoch)
        return no_batch(*file, position + at, "a record batch has another offset or epoch than was written");
      const bool wanted = header.last_offset() >= plan.offset;
      if (wanted && taken > 0 && taken + bytes > plan.bytes_max) break;
      if (at + bytes > chunk.bytes.size()) {
        want = std::max(bytes, plan.bytes_max);  // the first wanted one is longer than what was read
        break;
      }
      if (wanted) {
        if (!record::crc_holds(chunk.bytes.subspan(at, bytes)))
          return no_batch(*file, position + at, "a record batch fails its CRC-32C");
        batches.push_back(chunk.slice(at, bytes));
        taken += bytes;
      }
      at += bytes;
      expected = header.next_offset();
    }
    if (batches.empty() && cached_only && chunk.bytes.size() < size) return not_in_memory();
    if (batches.empty() && at == 0 && want <= size) return no_batch(*file, position, "bytes that are no record batch");
    position += at;
  }
  return batches;
}

Result<std::optional<record::BatchHeader>> HeaderWalker::next() {
  const std::uint64_t at = next_position_;
  if (at + record::kBatchHeaderBytes > end_) return std::optional<record::BatchHeader>();
  if (at < window_at_ || at + record::kBatchHeaderBytes > window_at_ + window_.size()) {
    window_.resize(std::min<std::uint64_t>(kHeaderWindowBytes, end_ - at));
    window_at_ = at;
    TRY_ASSIGN(const std::size_t got, file_.read_at(at, window_));
    window_.resize(got);
    if (got < record::kBatchHeaderBytes) return std::optional<record::BatchHeader>();
  }
  const record::BatchHeader header = record::load_header(window_.data() + (at - window_at_));
  if (header.magic != record::kMagic || header.batch_length < 49 || at + header.bytes() > end_)
    return std::optional<record::BatchHeader>();
  position_ = at;
  next_position_ = at + header.bytes();
  return std::optional(header);
}

Result<std::optional<FoundTimestamp>> find_timestamp_in(const ReadPlan& plan, Timestamp timestamp) {
  TRY_ASSIGN(const auto file, plan.files->log());
  std::uint64_t position = 0;
  Offset expected = plan.segment_base;
  if (plan.index_count > 0) {
    if (const auto index = plan.files->index(); index.ok()) {
      TRY_ASSIGN(const auto start, find_in_file(**index, plan.index_count, false, [&](const IndexEntry& entry) {
                   return entry.max_timestamp_before < timestamp;
                 }));
      if (start.has_value()) {
        ReadPlan at = plan;
        at.start = start;
        TRY_ASSIGN(const WalkStart begin, start_position(at, *file, false));
        position = begin.position;
        expected = begin.offset;
      }
    }
  }
  HeaderWalker walker(*file, position, plan.visible_bytes);
  for (;;) {
    TRY_ASSIGN(const auto header, walker.next());
    if (!header.has_value()) return std::optional<FoundTimestamp>();
    if (!continues(plan, header->base_offset, expected))
      return no_batch(*file, walker.position(), "a record batch has another offset than was written");
    expected = header->next_offset();
    if (header->max_timestamp < timestamp || header->last_offset() < plan.offset) continue;
    TRY_ASSIGN(const Chunk chunk, read_chunk(*file, walker.position(), header->bytes(), false));
    if (!record::crc_holds(chunk.bytes)) return no_batch(*file, walker.position(), "a record batch fails its CRC-32C");
    TRY_ASSIGN(record::RecordReader reader, record::RecordReader::open(chunk.bytes));
    record::RecordView view;
    for (;;) {
      TRY_ASSIGN(const bool more, reader.next(view));
      if (!more) break;
      if (view.timestamp >= timestamp && view.offset >= plan.offset)
        return std::optional(FoundTimestamp{view.offset, view.timestamp});
    }
  }
}

}  // namespace weft::log
