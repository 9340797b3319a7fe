#include <algorithm>
#include <bit>
#include <set>

#include "base/crc32c.h"
#include "base/log.h"
#include "env/clock.h"
#include "env/random.h"
#include "log/engine.h"
#include "log/replay_writes.h"

// Design, section 6: load the checkpoint, replay the journal from its trim into the segments, and make durable by one
// barrier what was merely readable. Only then may anybody see it.
namespace weft::log {
namespace {

constexpr Logger kLog("log.recovery");
constexpr std::string_view kFormat = "weft data 1\n";
constexpr std::uint64_t kCheckpointBytesMax = 1ULL << 30;

}  // namespace

Result<void> Engine::recover() {
  TRY(env::make_directories(disk_, options_.directory));
  auto lock = disk_.lock(path("lock"));
  if (!lock.ok() && lock.error().code == ErrorCode::kConflict)
    return error(ErrorCode::kConflict,
                 "{} is in use by another weft: stop that one, or give this one its own --data-dir",
                 options_.directory);
  if (!lock.ok()) return std::move(lock).error();
  lock_ = std::move(lock).value();
  if (disk_.exists(path("FORMAT"))) {
    TRY_ASSIGN(const Buffer format, env::read_file(disk_, path("FORMAT"), 4096));
    if (as_text(format) != kFormat)
      return error(ErrorCode::kUnsupported, "{}/FORMAT says '{}': another version of weft wrote this directory",
                   options_.directory, as_text(format));
  }
  if (!disk_.exists(path("checkpoint"))) TRY(initialize());
  // A process that was killed between rename and sync has left a checkpoint whose name could still be lost.
  TRY(disk_.sync_directory(options_.directory));

  TRY_ASSIGN(const Buffer bytes, env::read_file(disk_, path("checkpoint"), kCheckpointBytesMax));
  auto checkpoint = decode_checkpoint(bytes);
  if (!checkpoint.ok())
    return error(checkpoint.error().code,
                 "{}/checkpoint: {}. Nothing was changed. `weft log verify` shows what is there; restore the data "
                 "directory from a copy",
                 options_.directory, checkpoint.error().message);
  TRY(load(*checkpoint));
  JournalReader reader(*ring_, {journal_id_, checkpoint->trim, checkpoint->durable, checkpoint->chain}, hooks_.bug);
  TRY(replay(reader));
  head_ = reader.end();
  durable_ = reader.synced();
  durable_chain_ = reader.chain();
  incarnation_ = reader.chain().incarnation + 1;
  settle_replayed();
  remove_orphans();
  free_bytes_ = look_at_space();
  for (const std::string& below : checkpoint->unlinks) condemned_.push_back({below, head_, {}, false});
  return write_start_barrier();
}

/// A new data directory. The checkpoint comes last: until it is there, nothing is.
Result<void> Engine::initialize() {
  if (disk_.exists(path("topics"))) {
    TRY_ASSIGN(const auto topics, disk_.list(path("topics")));
    if (!topics.empty())
      return error(
          ErrorCode::kCorrupt,
          "{} has topics but no checkpoint: it was damaged or copied in part. Nothing was changed; restore the "
          "data directory from a copy",
          options_.directory);
  }
  CHECK(std::has_single_bit(options_.journal_slot_bytes), "slots are a power of two");
  const RingGeometry geometry{options_.journal_slot_bytes, options_.journal_slot_count};
  TRY(env::replace_file(disk_, path("FORMAT"), as_bytes(kFormat)));
  TRY(JournalRing::open(disk_, path("journal"), geometry, true));
  TRY(disk_.make_directory(path("topics")));
  TRY(disk_.sync_directory(options_.directory));
  TRY(disk_.sync_directory(env::parent_directory(options_.directory)));
  Checkpoint first;
  first.geometry = geometry;
  first.journal_id = Uuid::from_random(env_.random().next(), env_.random().next());
  first.wall_ms = env_.clock().wall_ms();
  return env::replace_file(disk_, path("checkpoint"), encode_checkpoint(first, 0, {}));
}

Result<void> Engine::load(const Checkpoint& checkpoint) {
  const RingGeometry wanted{options_.journal_slot_bytes, options_.journal_slot_count};
  if (checkpoint.geometry != wanted)
    kLog.info("the journal keeps the layout that it was made with",
              {{"slots", checkpoint.geometry.slot_count}, {"slot_bytes", checkpoint.geometry.slot_bytes}});
  TRY_ASSIGN(ring_, JournalRing::open(disk_, path("journal"), checkpoint.geometry, false));
  if (!ring_->is_direct())
    kLog.warn("no direct writes here: the journal goes through the page cache and every entry is synced by itself",
              {{"directory", options_.directory}});
  journal_id_ = checkpoint.journal_id;
  trim_ = checkpointed_ = checkpoint.trim;
  prewritten_ = checkpoint.prewritten;
  for (const PartitionRecord& record : checkpoint.partitions) {
    auto partition = std::make_unique<Partition>(record.id, path(partition_directory(record.id)));
    partition->log_start = partition->log_start_asked = record.log_start;
    partition->assigned_end = record.end;
    partition->damaged_from = record.damaged_from;
    partition->producers = record.producers;
    partition->ready = true;
    for (const SegmentRecord& held : record.segments) {
      auto segment = std::make_unique<Segment>(
          held,
          std::make_shared<SegmentFiles>(disk_, partition->directory, held.base, held.generation, held.bytes == 0));
      if (!held.sealed && held.bytes > 0) TRY(restore_open_segment(*segment, held));
      partition->segments.push_back(std::move(segment));
    }
    partitions_.emplace(record.id, std::move(partition));
  }
  return {};
}

/// The segment ends where the checkpoint says; what lies beyond is noise until it is written over.
Result<void> Engine::restore_open_segment(Segment& segment, const SegmentRecord& record) {
  auto file = segment.files->log();
  std::uint64_t size = 0;
  if (file.ok()) {
    TRY_ASSIGN(size, (*file)->size());
  } else if (file.error().code != ErrorCode::kNotFound) {
    return std::move(file).error();
  }
  if (size < record.bytes) {
    segment.missing = true;
    return {};
  }
  Buffer entries(std::size_t{record.index_count} * kIndexEntryBytes);
  TRY_ASSIGN(const auto index, segment.files->index());
  TRY_ASSIGN(const std::size_t got, index->read_at(0, entries));
  if (got == entries.size() && crc32c(entries) == record.index_crc && !entries.empty()) {
    const IndexEntry last = load_index_entry(entries.data() + entries.size() - kIndexEntryBytes);
    segment.index.restore(record.index_count, record.index_crc, last.position);
  } else {
    TRY(rebuild_index(segment, **file));
  }
  segment.files->close();
  return {};
}

Result<void> Engine::rebuild_index(Segment& segment, env::File& file) {
  segment.index = SparseIndex();
  HeaderWalker walker(file, 0, segment.assigned_bytes);
  Timestamp max_before = kNoTimestamp;
  for (;;) {
    TRY_ASSIGN(const auto header, walker.next());
    if (!header.has_value()) break;
    segment.index.add(static_cast<std::uint32_t>(header->base_offset - segment.base), walker.position(), max_before);
    max_before = std::max(max_before, header->max_timestamp);
  }
  return {};
}

Result<void> Engine::replay(JournalReader& reader) {
  FoundEntry entry;
  ReplayWrites writes(disk_);
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(entry));
    if (!more) break;
    ++entries;
    bytes += entry.header.bytes();
    if (entry.header.kind == EntryKind::kData) TRY(replay_data(entry, writes));
    if (entry.header.kind == EntryKind::kControl) TRY(replay_control(entry));
  }
  TRY(writes.finish());
  kLog.info("journal replayed",
            {{"entries", entries}, {"bytes", bytes}, {"end", reader.end().get()}, {"torn_tail", reader.ended_torn()}});
  return {};
}

Result<void> Engine::replay_data(const FoundEntry& entry, ReplayWrites& writes) {
  for (const std::size_t bad : entry.damaged) {
    // The whole atomic set is gone, and with it every later batch of its partitions.
    for (const TableSlice& slice : entry.slices) {
      const auto found = partitions_.find(slice.partition);
      if (slice.set != entry.slices[bad].set || found == partitions_.end()) continue;
      Partition& partition = *found->second;
      if (partition.damaged_from < Offset(0)) partition.damaged_from = slice.base_offset;
      kLog.error("a durable batch in the journal is damaged: its partition is read-only from there",
                 {{"topic", slice.partition.topic.get().to_string()},
                  {"partition", slice.partition.partition.get()},
                  {"offset", slice.base_offset.get()},
                  {"place", ring_->place(entry.header.lsn)}});
    }
  }
  std::size_t at = 0;
  for (std::size_t first = 0; first < entry.slices.size();) {
    // Neighbours in one segment lie side by side in the body as they will in the file.
    const TableSlice& slice = entry.slices[first];
    std::size_t count = 1;
    std::size_t bytes = slice.length;
    while (first + count < entry.slices.size() && entry.slices[first + count].partition == slice.partition &&
           entry.slices[first + count].segment_base == slice.segment_base &&
           entry.slices[first + count].position == slice.position + bytes)
      bytes += entry.slices[first + count++].length;
    TRY(replay_run(entry, first, count, entry.body.subspan(at, bytes), writes));
    at += bytes;
    first += count;
  }
  return {};
}

Result<void> Engine::replay_run(const FoundEntry& entry, std::size_t first, std::size_t count, ByteView bytes,
                                ReplayWrites& writes) {
  const TableSlice& head = entry.slices[first];
  const auto misplaced = [&](std::string_view what) {
    return error(ErrorCode::kCorrupt, "{}: batch {} of partition {} of topic {} {}", ring_->place(entry.header.lsn),
                 head.base_offset, head.partition.partition, head.partition.topic, what);
  };
  const auto found = partitions_.find(head.partition);
  if (found == partitions_.end()) return misplaced("names a partition that does not exist");
  Partition& partition = *found->second;
  if (partition.damaged_from >= Offset(0)) return {};
  if (head.base_offset < partition.assigned_end) return misplaced("comes again");

  Segment* segment = partition.segments.empty() ? nullptr : partition.segments.back().get();
  if (segment == nullptr || segment->base != head.segment_base) {
    if (head.segment_base != partition.assigned_end || (segment != nullptr && head.segment_base <= segment->base))
      return misplaced("belongs to a segment that is not next");
    segment = &partition.roll(disk_, entry.header.wall_ms);
    segment->files->write_over();
  }
  if (segment->missing) {
    partition.damaged_from = segment->base;  // settle_replayed says so
    return {};
  }
  if (head.position != segment->assigned_bytes) return misplaced("leaves a gap in its segment");
  if (segment->assigned_bytes == 0) note_new_file(partition);
  TRY(writes.add(segment->files, head.position, bytes));

  std::size_t at = 0;
  for (std::size_t i = first; i < first + count; ++i) {
    const TableSlice& slice = entry.slices[i];
    const record::BatchHeader header = record::load_header(bytes.data() + at);
    segment->add(slice.base_offset, slice.last_offset, slice.length, header.base_timestamp, header.max_timestamp);
    segment->last_lsn = entry.header.end();
    partition.assigned_end = slice.last_offset + 1;
    if (header.is_idempotent()) partition.producers.add(header, slice.base_offset, entry.header.wall_ms);
    at += slice.length;
  }
  return {};
}

Result<void> Engine::replay_control(const FoundEntry& entry) {
  TRY_ASSIGN(const std::vector<ControlRecord> records, decode_control(entry.body));
  for (const ControlRecord& record : records) {
    if (record.kind == ControlRecord::Kind::kCreatePartition && !partitions_.contains(record.partition))
      partitions_.emplace(record.partition,
                          std::make_unique<Partition>(record.partition, path(partition_directory(record.partition))));
    if (!partitions_.contains(record.partition))
      return error(ErrorCode::kCorrupt, "{}: a control record names partition {} of topic {}, which does not exist",
                   ring_->place(entry.header.lsn), record.partition.partition, record.partition.topic);
    apply(record, entry.header.end());
  }
  return {};
}

void Engine::settle_replayed() {
  for (const auto& [id, partition] : partitions_) {
    partition->ready = true;
    partition->visible_end = partition->assigned_end;
    for (const auto& segment : partition->segments) {
      segment->visible_bytes = segment->assigned_bytes;
      if (segment->assigned_bytes > segment->synced_bytes)
        write_behind_.add(segment->files, segment->synced_bytes, segment->assigned_bytes - segment->synced_bytes);
      if (!segment->missing) continue;
      partition->damaged_from = segment->base;
      kLog.error("a segment's file is missing or too short: its partition is read-only",
                 {{"file", segment->files->log_path()}});
    }
  }
}

/// Segments that a torn end had begun and compactions that no checkpoint knows: their names will be needed again. What
/// was deleted since the checkpoint stays until the next one: another recovery would look for it.
void Engine::remove_orphans() {
  for (const auto& [id, partition] : partitions_) {
    const auto entries = disk_.list(partition->directory);
    if (!entries.ok()) continue;  // nothing was ever written
    std::set<std::string> known;
    for (const auto& segment : partition->segments) {
      known.insert(segment_name(segment->base, segment->generation) + ".log");
      known.insert(segment_name(segment->base, segment->generation) + ".index");
    }
    const std::string below = partition_directory(id) + "/";
    for (const Condemned& file : condemned_)
      if (file.path.starts_with(below)) known.insert(file.path.substr(below.size()));
    for (const env::DirectoryEntry& entry : *entries)
      if (!entry.is_directory && !known.contains(entry.name))
        (void)disk_.remove(partition->directory + "/" + entry.name);
  }
}

Result<void> Engine::write_start_barrier() {
  writer_ = std::make_unique<JournalWriter>(*ring_, durable_chain_);
  if (!ring_->is_direct()) TRY(ring_->sync_all());
  if (hooks_.bug == PlantedBug::kServeBeforeBarrier) {
    durable_ = head_;
    return {};
  }
  Group barrier;
  barrier.header.kind = EntryKind::kBarrier;
  barrier.header.journal_id = journal_id_;
  barrier.header.incarnation = incarnation_;
  barrier.header.lsn = head_;
  // Only what an earlier entry vouched for: should this write be torn off, the entry before it may go with it.
  barrier.header.synced_lsn = durable_;
  barrier.header.wall_ms = env_.clock().wall_ms();
  const Lsn end = entry_end(head_, kEntryHeaderBytes, hooks_.bug);
  if (end - trim_ > ring_->geometry().ring_bytes())
    return error(ErrorCode::kExhausted, "the journal is full to its last block: too many starts without a checkpoint");
  TRY(writer_->write(barrier));
  head_ = durable_ = end;
  durable_chain_ = writer_->chain();
  writer_->rest();
  return {};
}

}  // namespace weft::log
