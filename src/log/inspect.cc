#include "log/inspect.h"

#include <algorithm>
#include <map>

#include "env/disk.h"
#include "log/checkpoint.h"
#include "log/control.h"
#include "log/journal.h"
#include "log/segment.h"

namespace weft::log {
namespace {

constexpr std::uint64_t kCheckpointBytesMax = 1ULL << 30;

std::string partition_name(PartitionId id) { return fmt::format("topics/{}/{}", id.topic, id.partition); }

Result<Checkpoint> load_checkpoint(env::Disk& disk, const std::string& directory) {
  const std::string path = directory + "/checkpoint";
  TRY_ASSIGN(const Buffer bytes, env::read_file(disk, path, kCheckpointBytesMax));
  auto checkpoint = decode_checkpoint(bytes);
  if (!checkpoint.ok()) return error(checkpoint.error().code, "{}: {}", path, checkpoint.error().message);
  return checkpoint;
}

JournalReader::Start start_of(const Checkpoint& checkpoint) {
  return {checkpoint.journal_id, checkpoint.trim, checkpoint.durable, checkpoint.chain};
}

std::string_view control_name(ControlRecord::Kind kind) {
  switch (kind) {
    case ControlRecord::Kind::kCreatePartition:
      return "create";
    case ControlRecord::Kind::kRemovePartition:
      return "remove";
    case ControlRecord::Kind::kRaiseLogStart:
      return "log start";
  }
  return "unknown";
}

using Print = Function<void(std::string_view)>;

void print_entry(const JournalRing& ring, const FoundEntry& entry, Print& print) {
  const EntryHeader& header = entry.header;
  print(fmt::format("{}: {} lsn={} incarnation={} synced={} bytes={} slices={} time_ms={}", ring.place(header.lsn),
                    entry_kind_name(header.kind), header.lsn, header.incarnation, header.synced_lsn, header.bytes(),
                    header.slice_count, header.wall_ms));
  for (const TableSlice& slice : entry.slices)
    print(fmt::format("  {} offsets={}..{} segment={} position={} length={} set={}", partition_name(slice.partition),
                      slice.base_offset, slice.last_offset, segment_name(slice.segment_base), slice.position,
                      slice.length, slice.set));
  for (const std::size_t bad : entry.damaged) print(fmt::format("  slice {} is DAMAGED", bad));
  if (header.kind != EntryKind::kControl) return;
  const auto records = decode_control(entry.body);
  if (!records.ok()) return print("  " + records.error().message);
  for (const ControlRecord& record : *records)
    print(fmt::format("  {} {} offset={}", control_name(record.kind), partition_name(record.partition), record.offset));
}

Result<void> print_segment(env::Disk& disk, const std::string& base, const SegmentRecord& segment, Print& print) {
  TRY_ASSIGN(const auto file, disk.open(base + ".log", env::OpenMode::kRead));
  HeaderWalker walker(*file, 0, segment.bytes);
  for (;;) {
    TRY_ASSIGN(const auto header, walker.next());
    if (!header.has_value()) break;
    print(
        fmt::format("    {}: offsets={}..{} length={} codec={} records={} producer={}/{} sequence={} timestamps={}..{}",
                    walker.position(), header->base_offset, header->last_offset(), header->bytes(),
                    record::codec_name(header->codec()), header->record_count, header->producer_id,
                    header->producer_epoch, header->base_sequence, header->base_timestamp, header->max_timestamp));
  }
  TRY_ASSIGN(const Buffer index, env::read_file(disk, base + ".index", kCheckpointBytesMax));
  for (std::size_t at = 0; at + kIndexEntryBytes <= index.size(); at += kIndexEntryBytes) {
    const IndexEntry entry = load_index_entry(index.data() + at);
    print(fmt::format("    index: offset={} position={} max_timestamp_before={}",
                      segment.base + std::int64_t{entry.offset_delta}, entry.position, entry.max_timestamp_before));
  }
  return {};
}

/// One segment's bytes and index against what the checkpoint says of them.
class SegmentCheck {
 public:
  SegmentCheck(env::Disk& disk, std::string base_path, const SegmentRecord& segment, VerifyReport& report)
      : disk_(disk), base_path_(std::move(base_path)), segment_(segment), report_(report) {}

  void run() {
    ++report_.segment_count;
    if (segment_.bytes == 0) return;
    auto file = disk_.open(base_path_ + ".log", env::OpenMode::kRead);
    if (!file.ok()) return fault(".log", 0, file.error().message);
    check_batches(**file);
    check_index();
  }

 private:
  void fault(std::string_view suffix, std::uint64_t position, std::string_view what) {
    report_.faults.push_back(fmt::format("{}{} at {}: {}", base_path_, suffix, position, what));
  }

  void check_batches(env::File& file) {
    HeaderWalker walker(file, 0, segment_.bytes);
    Offset next = segment_.base;
    Buffer batch;
    for (;;) {
      const auto header = walker.next();
      if (!header.ok()) return fault(".log", walker.next_position(), header.error().message);
      if (!header->has_value()) break;
      const bool continues = segment_.generation == 0 ? (*header)->base_offset == next : (*header)->base_offset >= next;
      if (!continues || (*header)->leader_epoch != kLeaderEpoch)
        fault(".log", walker.position(),
              fmt::format("offset {} where {} is next, or another epoch", (*header)->base_offset, next));
      next = (*header)->next_offset();
      positions_[walker.position()] = (*header)->base_offset;
      batch.resize((*header)->bytes());
      const auto got = file.read_at(walker.position(), batch);
      if (!got.ok()) return fault(".log", walker.position(), got.error().message);
      if (*got != batch.size() || !record::crc_holds(batch))
        fault(".log", walker.position(), "a record batch fails its CRC-32C");
      ++report_.batch_count;
      report_.segment_bytes += batch.size();
    }
    if (walker.next_position() != segment_.bytes)
      fault(".log", walker.next_position(), fmt::format("no record batch, {} bytes are promised", segment_.bytes));
    else if (next != segment_.end)
      fault(".log", segment_.bytes, fmt::format("ends before offset {}, {} is promised", next, segment_.end));
  }

  void check_index() {
    const auto bytes = env::read_file(disk_, base_path_ + ".index", kCheckpointBytesMax);
    // Rebuilt from the segment when it is missing or damaged: only an entry that misleads would be a fault, and even
    // that one is noticed when it is used.
    if (!bytes.ok()) return;
    for (std::size_t at = 0; at + kIndexEntryBytes <= bytes->size(); at += kIndexEntryBytes) {
      const IndexEntry entry = load_index_entry(bytes->data() + at);
      if (entry.position >= segment_.bytes) break;  // of what the journal still holds
      ++report_.index_entry_count;
      const auto batch = positions_.find(entry.position);
      if (batch == positions_.end() || batch->second != segment_.base + std::int64_t{entry.offset_delta})
        fault(".index", at, "points beside a batch");
    }
  }

  env::Disk& disk_;
  std::string base_path_;
  const SegmentRecord& segment_;
  VerifyReport& report_;
  std::map<std::uint64_t, Offset> positions_;
};

/// What the journal says of log starts and removals: files below may be gone already.
void forgive(std::vector<PartitionRecord>& partitions, const std::vector<ControlRecord>& records) {
  for (const ControlRecord& record : records) {
    if (record.kind == ControlRecord::Kind::kRemovePartition)
      std::erase_if(partitions, [&](const PartitionRecord& partition) { return partition.id == record.partition; });
    if (record.kind != ControlRecord::Kind::kRaiseLogStart) continue;
    for (PartitionRecord& partition : partitions)
      if (partition.id == record.partition)
        std::erase_if(partition.segments, [&](const SegmentRecord& segment) { return segment.end <= record.offset; });
  }
}

void check_journal(JournalRing& ring, Checkpoint& checkpoint, VerifyReport& report) {
  JournalReader reader(ring, start_of(checkpoint));
  FoundEntry entry;
  for (;;) {
    const auto more = reader.next(entry);
    if (!more.ok()) {
      report.faults.push_back(more.error().message);
      return;
    }
    if (!*more) break;
    ++report.entry_count;
    report.journal_bytes += entry.header.bytes();
    for (const std::size_t bad : entry.damaged)
      report.faults.push_back(fmt::format("{}: the batch of {} at offset {} is damaged", ring.place(entry.header.lsn),
                                          partition_name(entry.slices[bad].partition), entry.slices[bad].base_offset));
    if (entry.header.kind != EntryKind::kControl) continue;
    if (const auto records = decode_control(entry.body); records.ok()) forgive(checkpoint.partitions, *records);
  }
  report.torn_tail = reader.ended_torn();
}

}  // namespace

Result<void> inspect(env::Disk& disk, const std::string& directory, bool batches, Print print) {
  TRY_ASSIGN(const Checkpoint checkpoint, load_checkpoint(disk, directory));
  print(fmt::format("checkpoint: trim={} durable={} incarnation={} clean={} partitions={} slots={}x{} time_ms={}",
                    checkpoint.trim, checkpoint.durable, checkpoint.chain.incarnation, checkpoint.clean,
                    checkpoint.partitions.size(), checkpoint.geometry.slot_count, checkpoint.geometry.slot_bytes,
                    checkpoint.wall_ms));
  for (const PartitionRecord& partition : checkpoint.partitions) {
    print(
        fmt::format("{}: offsets={}..{} segments={} producers={}{}", partition_name(partition.id), partition.log_start,
                    partition.end, partition.segments.size(), partition.producers.size(),
                    partition.damaged_from < Offset(0) ? "" : fmt::format(" DAMAGED from {}", partition.damaged_from)));
    for (const SegmentRecord& segment : partition.segments) {
      print(fmt::format("  {}: end={} bytes={} index_entries={} max_timestamp={}{}",
                        segment_name(segment.base, segment.generation), segment.end, segment.bytes, segment.index_count,
                        segment.max_timestamp, segment.sealed ? " sealed" : ""));
      const std::string base =
          directory + "/" + partition_name(partition.id) + "/" + segment_name(segment.base, segment.generation);
      if (!batches || segment.bytes == 0) continue;
      if (const auto shown = print_segment(disk, base, segment, print); !shown.ok())
        print("    " + shown.error().message);
    }
  }
  for (const std::string& path : checkpoint.unlinks) print("to be removed: " + path);
  TRY_ASSIGN(const auto ring, JournalRing::open(disk, directory + "/journal", checkpoint.geometry, false));
  JournalReader reader(*ring, start_of(checkpoint));
  FoundEntry entry;
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(entry));
    if (!more) break;
    print_entry(*ring, entry, print);
  }
  print(fmt::format("{}: end of the journal{}", ring->place(reader.end()),
                    reader.ended_torn() ? ", an unfinished entry follows" : ""));
  return {};
}

Result<VerifyReport> verify(env::Disk& disk, const std::string& directory) {
  if (!disk.exists(directory + "/FORMAT"))
    return error(ErrorCode::kNotFound, "{} is not a data directory of weft: it has no FORMAT file", directory);
  TRY_ASSIGN(const auto lock, disk.lock(directory + "/lock"));
  VerifyReport report;
  auto loaded = load_checkpoint(disk, directory);
  if (!loaded.ok()) {
    report.faults.push_back(loaded.error().message);
    return report;
  }
  Checkpoint checkpoint = std::move(loaded).value();
  auto ring = JournalRing::open(disk, directory + "/journal", checkpoint.geometry, false);
  if (ring.ok()) {
    check_journal(**ring, checkpoint, report);
  } else {
    report.faults.push_back(ring.error().message);
  }
  for (const PartitionRecord& partition : checkpoint.partitions) {
    ++report.partition_count;
    if (partition.damaged_from >= Offset(0))
      report.faults.push_back(
          fmt::format("{} is damaged from offset {} on", partition_name(partition.id), partition.damaged_from));
    for (const SegmentRecord& segment : partition.segments)
      SegmentCheck(
          disk, directory + "/" + partition_name(partition.id) + "/" + segment_name(segment.base, segment.generation),
          segment, report)
          .run();
  }
  return report;
}

}  // namespace weft::log
