#include "log/engine.h"

#include <algorithm>
#include <cstdlib>

#include "base/log.h"
#include "env/clock.h"
#include "log/engine_checkpoint.h"
#include "log/engine_compaction.h"

namespace weft::log {
namespace {

constexpr Logger kLog("log");
constexpr std::uint64_t kPendingBytesMax = 32ULL << 20;      ///< Sequenced, in no entry yet.
constexpr std::uint64_t kUnsegmentedBytesMax = 64ULL << 20;  ///< Held in memory until it is in its segment.
constexpr std::uint64_t kSpaceLookBytes = 8ULL << 20;        ///< Reserved between two looks at the free space.
/// Of the ring, for the barriers of starts that come before the next checkpoint.
constexpr std::uint64_t kStartReserveBytes = 16 * kBlockBytes;
constexpr auto kBarrierAfter = std::chrono::milliseconds(100);
constexpr auto kRetryAfter = std::chrono::milliseconds(100);
constexpr auto kTickEvery = std::chrono::seconds(10);
constexpr std::int64_t kProducerExpirationMs = 24LL * 3600 * 1000;

}  // namespace

Engine::Engine(env::Env& env, env::EventLoop& loop, Options options)
    : env_(env),
      disk_(env.disk()),
      loop_(loop),
      options_(std::move(options)),
      hooks_(options_.test_hooks != nullptr ? *options_.test_hooks : TestHooks{}) {}

Engine::~Engine() = default;

void Engine::start(env::Executor& journal_thread, env::Executor& segment_thread) {
  journal_thread_ = hooks_.bug == PlantedBug::kJournalInSharedPool ? &env_.blocking_pool() : &journal_thread;
  segment_thread_ = &segment_thread;
  on_loop([this] {
    checkpointed_at_ = loop_.clock().monotonic();
    tick();
    maybe_checkpoint();
    later(std::chrono::seconds(1), [this] { prewrite(); });
  });
}

void Engine::abandon() {
  stopped_ = true;
  visible_listener_ = nullptr;
  room_listener_ = nullptr;
  close_done_ = nullptr;
  pending_.clear();
  for (const auto& group : groups_) group->done.clear();
}

void Engine::fail(const Error& why) {
  if (stopped_.exchange(true)) return;  // another thread met the same fault
  kLog.error("a write or sync failed: stopping, what was acknowledged is safe and comes back at the next start",
             {{"error", why}});
  if (!hooks_.on_failure) std::_Exit(70);
  hooks_.on_failure(why);
}

// --- Sequencing ---

Partition* Engine::find(PartitionId id) const {
  const auto found = partitions_.find(id);
  return found == partitions_.end() || !found->second->ready || found->second->removing ? nullptr : found->second.get();
}

bool Engine::is_pressed(std::uint64_t more) const {
  const std::uint64_t ring = ring_->geometry().ring_bytes();
  return pending_bytes_ + more > std::min(kPendingBytesMax, ring / 8) ||
         group_bytes_ + pending_bytes_ + more > kUnsegmentedBytesMax ||
         (head_ - trim_) + pending_bytes_ + more > ring / 4 * 3;
}

Result<void> Engine::admit(std::span<const AppendSlice> slices, std::uint64_t bytes) {
  const std::uint64_t entry_bytes_max = ring_->geometry().entry_bytes_max();
  if (kEntryHeaderBytes + bytes > entry_bytes_max)
    return error(ErrorCode::kTooLarge, "{} bytes in one append: at most {} fit into a journal entry", bytes,
                 entry_bytes_max - kEntryHeaderBytes);
  const bool ordinary = std::ranges::any_of(slices, [](const AppendSlice& slice) { return !slice.internal; });
  if (ordinary && free_bytes_.load(std::memory_order_relaxed) < options_.free_bytes_min) {
    room_wanted_ = true;
    tell_full("the disk is almost full: producing is refused");
    return error(ErrorCode::kDiskFull, "{}: less than {} MiB are free; delete something or lower a topic's retention",
                 options_.directory, options_.free_bytes_min >> 20);
  }
  if (is_pressed(bytes)) {
    room_wanted_ = true;
    return error(ErrorCode::kExhausted, "the journal is behind: {} bytes wait", pending_bytes_ + group_bytes_);
  }
  return {};
}

/// Checks all slices against their producers and takes them in; on a refusal everything is as before.
Result<std::vector<AppendedSlice>> Engine::check_producers(std::span<const AppendSlice> slices,
                                                           std::span<const record::BatchHeader> headers,
                                                           std::span<Partition* const> partitions) {
  struct Undo {
    Partition* partition;
    ProducerId producer;
    std::optional<ProducerTable::Producer> before;
  };
  std::vector<Undo> undo;
  std::vector<AppendedSlice> appended(slices.size());
  const std::int64_t now_ms = env_.clock().wall_ms();
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const record::BatchHeader& header = headers[i];
    Partition& partition = *partitions[i];
    Offset base = partition.assigned_end;
    for (std::size_t earlier = 0; earlier < i; ++earlier)
      if (partitions[earlier] == &partition && !appended[earlier].duplicate) base = appended[earlier].last_offset + 1;
    appended[i] = {base, base + header.last_offset_delta};
    if (!header.is_idempotent()) continue;
    if (!header.is_control()) {
      const auto known = partition.producers.check(header);
      if (!known.ok()) {
        for (auto back = undo.rbegin(); back != undo.rend(); ++back)
          back->partition->producers.restore(back->producer, back->before.has_value() ? &*back->before : nullptr);
        return known.error();
      }
      if (*known != nullptr) {
        appended[i] = {(*known)->base_offset, (*known)->last_offset, kNoTimestamp, true};
        continue;
      }
    }
    if (slices.size() > 1) {
      const ProducerTable::Producer* before = partition.producers.find(header.producer_id);
      undo.push_back({&partition, header.producer_id, before == nullptr ? std::nullopt : std::optional(*before)});
    }
    partition.producers.add(header, base, now_ms);
  }
  return appended;
}

Slice Engine::place(Partition& partition, const AppendSlice& slice, const record::BatchHeader& header) {
  const Offset base = partition.assigned_end;
  Segment& segment = partition.segment_for(disk_, header, env_.clock().wall_ms());
  if (segment.assigned_bytes == 0) note_new_file(partition);
  Slice placed{&partition, &segment, slice.batch, {}};
  placed.table = {.partition = partition.id,
                  .base_offset = base,
                  .last_offset = base + header.last_offset_delta,
                  .segment_base = segment.base,
                  .position = segment.assigned_bytes,
                  .length = static_cast<std::uint32_t>(header.bytes()),
                  .leader_epoch = kLeaderEpoch,
                  .batch_crc = header.crc,
                  .magic = header.magic};
  segment.add(base, placed.table.last_offset, placed.table.length, header.base_timestamp, header.max_timestamp);
  partition.assigned_end = placed.table.last_offset + 1;
  return placed;
}

Result<std::vector<AppendedSlice>> Engine::append(std::span<AppendSlice> slices, Callback<Result<void>> durable) {
  CHECK(loop_.is_current());
  if (closing_ || stopped_) return error(ErrorCode::kUnavailable, "the log is closing");
  std::vector<record::BatchHeader> headers;
  std::vector<Partition*> partitions;
  headers.reserve(slices.size());
  partitions.reserve(slices.size());
  std::uint64_t bytes = 0;
  for (const AppendSlice& slice : slices) {
    Partition* partition = find(slice.partition);
    if (partition == nullptr)
      return error(ErrorCode::kNotFound, "no partition {} of topic {}", slice.partition.partition,
                   slice.partition.topic);
    if (partition->damaged_from >= Offset(0))
      return error(ErrorCode::kCorrupt, "partition {} of topic {} is damaged from offset {} on: it is read-only",
                   slice.partition.partition, slice.partition.topic, partition->damaged_from);
    TRY_ASSIGN(const record::BatchHeader header,
               record::validate_batch(slice.batch.view(), {.check_records = false, .allow_control = true}));
    headers.push_back(header);
    partitions.push_back(partition);
    bytes += header.bytes() + kTableSliceBytes;
  }
  if (Result<void> admitted = admit(slices, bytes); !admitted.ok()) {
    const bool full = admitted.error().code == ErrorCode::kDiskFull;
    bool taken_before = full;
    for (std::size_t i = 0; full && i < slices.size(); ++i) {
      const auto known = partitions[i]->producers.check(headers[i]);
      taken_before = taken_before && headers[i].is_idempotent() && known.ok() && *known != nullptr;
      partitions[i]->producers.refuse(headers[i], env_.clock().wall_ms());
    }
    // A resend needs no room; refused, it would be forgotten while its producer goes on, and then be out of order.
    if (!taken_before) return std::move(admitted).error();
  }
  TRY_ASSIGN(std::vector<AppendedSlice> appended, check_producers(slices, headers, partitions));

  Item item;
  item.done = std::move(durable);
  for (std::size_t i = 0; i < slices.size(); ++i) {
    if (appended[i].duplicate) continue;
    item.slices.push_back(place(*partitions[i], slices[i], headers[i]));
    item.bytes += headers[i].bytes() + kTableSliceBytes;
    CHECK(item.slices.back().table.base_offset == appended[i].base_offset, "offsets rise without overlap");
  }
  enqueue(std::move(item));
  return appended;
}

void Engine::enqueue(Item item) {
  pending_bytes_ += item.bytes;
  pending_.push_back(std::move(item));
  post_dispatch();
}

/// At the end of what the loop has at hand: appends of the same turn share an entry, and nobody is called back inside
/// their own call.
void Engine::post_dispatch() {
  if (dispatch_posted_) return;
  dispatch_posted_ = true;
  on_loop([this] {
    dispatch_posted_ = false;
    dispatch();
    advance();
  });
}

// --- Entries ---

/// How many items from the front make the next entry, and its size; none when nothing or a checkpoint's mark is next.
std::size_t Engine::next_group(std::uint64_t& bytes) const {
  bytes = kEntryHeaderBytes;
  std::size_t count = 0;
  for (const Item& item : pending_) {
    if (item.kind != pending_.front().kind || item.kind == Item::Kind::kCheckpoint) break;
    if (count > 0 && bytes + item.bytes > ring_->geometry().entry_bytes_max()) break;
    bytes += item.bytes;
    ++count;
    if (item.kind == Item::Kind::kBarrier) break;
  }
  return count;
}

bool Engine::has_room_for(Lsn lsn, Lsn end) const {
  if (end + kStartReserveBytes - trim_ > ring_->geometry().ring_bytes()) return false;
  return prewriting_bytes_ == 0 || end <= prewriting_at_ || lsn >= prewriting_at_ + prewriting_bytes_;
}

std::unique_ptr<Group> Engine::take_group(std::size_t item_count) {
  auto group = std::make_unique<Group>();
  const Item::Kind kind = pending_.front().kind;
  group->header.kind = kind == Item::Kind::kSet       ? EntryKind::kData
                       : kind == Item::Kind::kControl ? EntryKind::kControl
                                                      : EntryKind::kBarrier;
  for (std::size_t i = 0; i < item_count; ++i) {
    Item& item = pending_.front();
    pending_bytes_ -= item.bytes;
    for (Slice& slice : item.slices) {
      slice.table.set = static_cast<std::uint32_t>(i);
      group->slices.push_back(std::move(slice));
    }
    group->records.insert(group->records.end(), item.records.begin(), item.records.end());
    if (item.done) group->done.push_back(std::move(item.done));
    pending_.pop_front();
  }
  if (kind == Item::Kind::kControl) group->control = encode_control(group->records);
  return group;
}

void Engine::dispatch() {
  while (!writing_ && !stopped_) {
    while (!pending_.empty() && pending_.front().kind == Item::Kind::kCheckpoint) {
      pending_.pop_front();
      checkpoint_reached();
    }
    std::uint64_t bytes = 0;
    const std::size_t item_count = next_group(bytes);
    if (item_count == 0) break;
    if (pending_.front().kind == Item::Kind::kSet && bytes == kEntryHeaderBytes) {
      // Resends only: they are answered when what came before is.
      groups_.push_back(take_group(item_count));
      groups_.back()->durable = groups_.back()->in_segments = true;
      continue;
    }
    Lsn lsn = head_;
    Lsn end = entry_end(lsn, bytes, hooks_.bug);
    if (end > ring_->geometry().slot_end(lsn)) {
      lsn = ring_->geometry().slot_end(lsn);
      end = entry_end(lsn, bytes, hooks_.bug);
    }
    if (!has_room_for(lsn, end)) break;
    CHECK(lsn >= durable_ && end - trim_ <= ring_->geometry().ring_bytes(),
          "nothing between trim and head is rewritten");
    groups_.push_back(take_group(item_count));
    Group& group = *groups_.back();
    group.header.lsn = lsn;
    group.end = end;
    head_ = end;
    send(group);
  }
  maybe_checkpoint();
}

void Engine::prepare_segment_writes(Group& group) {
  group.prefixes.resize(group.slices.size());
  for (std::size_t i = 0; i < group.slices.size(); ++i) {
    Slice& slice = group.slices[i];
    store_slice_prefix(group.prefixes[i].data(), slice.table);
    slice.segment->last_lsn = group.end;
    // Batches of one segment lie one behind the other; those of several are usually few per entry.
    auto write = std::ranges::find_if(group.writes.rbegin(), group.writes.rend(),
                                      [&](const SegmentWrite& other) { return other.files == slice.segment->files; });
    if (write == group.writes.rend()) {
      group.writes.push_back({slice.partition, slice.segment->files, slice.table.position, 0, {}});
      write = group.writes.rbegin();
    }
    write->bytes += slice.table.length;
    write->pieces.emplace_back(group.prefixes[i]);
    write->pieces.push_back(slice.batch.view().subspan(kSlicePrefixBytes));
  }
}

void Engine::send(Group& group) {
  group.header.journal_id = journal_id_;
  group.header.incarnation = incarnation_;
  group.header.synced_lsn = durable_;
  group.header.wall_ms = env_.clock().wall_ms();
  for (const Slice& slice : group.slices) group_bytes_ += slice.table.length;
  prepare_segment_writes(group);
  writing_ = true;
  journal_thread_->post([self = shared_from_this(), &group] {
    const Result<void> written = self->writer_->write(group);
    if (!written.ok()) return self->fail(written.error());
    self->on_loop([self, &group] { self->entry_written(group); });
  });
  if (group.writes.empty()) {
    group.in_segments = true;
  } else {
    write_segments(group);
  }
}

void Engine::entry_written(Group& group) {
  CHECK(group.end > durable_, "durable never falls");
  group.durable = true;
  durable_ = group.end;
  durable_chain_ = {group.header.lsn, group.header.crc, group.header.incarnation};
  writing_ = false;
  if (group.header.kind == EntryKind::kBarrier) {
    journal_thread_->post([self = shared_from_this()] { self->writer_->rest(); });
  } else {
    plan_barrier();
  }
  dispatch();
  advance();
}

void Engine::write_segments(Group& group) {
  segment_thread_->post([self = shared_from_this(), &group] {
    bool full = false;
    for (SegmentWrite& write : group.writes) {
      const Result<std::uint64_t> written = write.files->write(write.position, write.pieces);
      if (!written.ok() && written.error().code != ErrorCode::kDiskFull) return self->fail(written.error());
      if (!written.ok()) {
        full = true;
        continue;
      }
      self->reserved_since_look_ += *written;
      write.pieces.clear();
    }
    if (full || self->reserved_since_look_ >= std::min(kSpaceLookBytes, self->options_.free_bytes_min / 16)) {
      self->reserved_since_look_ = 0;
      self->free_bytes_ = self->look_at_space();
    }
    self->on_loop([self, &group, full] { self->segments_written(group, full); });
  });
}

void Engine::segments_written(Group& group, bool full) {
  for (const SegmentWrite& write : group.writes)
    if (write.pieces.empty() && !write.partition->removing) write_behind_.add(write.files, write.position, write.bytes);
  write_behind();
  if (full) {
    // What was sequenced is safe in the journal and waits there, invisible, for room.
    segment_waits_ = true;
    tell_full("the disk is full: acknowledgements wait for room");
    std::erase_if(group.writes,
                  [](const SegmentWrite& write) { return write.pieces.empty() || write.partition->removing; });
    later(kRetryAfter, [this, &group] { write_segments(group); });
    return;
  }
  segment_waits_ = false;
  group.writes.clear();
  group.in_segments = true;
  advance();
}

// --- Completion ---

void Engine::advance() {
  if (advancing_) return;
  advancing_ = true;
  if (hooks_.bug == PlantedBug::kVisibleBySegmentAlone)
    for (const auto& group : groups_) {
      if (!group->in_segments) break;
      if (!std::exchange(group->answered, true)) complete(*group);
    }
  while (!groups_.empty() && groups_.front()->durable && groups_.front()->in_segments && !stopped_) {
    const std::unique_ptr<Group> group = std::move(groups_.front());
    groups_.pop_front();
    if (!group->answered) complete(*group);
  }
  advancing_ = false;
  if (stopped_) return;
  checkpoint_when_visible();
  tell_room();
  maybe_close();
}

void Engine::complete(Group& group) {
  const bool bug = hooks_.bug == PlantedBug::kVisibleBySegmentAlone;
  CHECK(group.durable || bug, "no answer before its entry is synced");
  std::vector<Partition*> risen;
  for (const Slice& slice : group.slices) {
    Partition& partition = *slice.partition;
    Segment& segment = *slice.segment;
    CHECK(slice.table.position == segment.visible_bytes, "positions leave no gap or overlap");
    CHECK(slice.table.base_offset >= partition.visible_end && slice.table.last_offset < partition.assigned_end,
          "visible rises, and never past what was assigned");
    segment.visible_bytes += slice.table.length;
    partition.visible_end = slice.table.last_offset + 1;
    group_bytes_ -= slice.table.length;
    if (std::ranges::find(risen, &partition) == risen.end()) risen.push_back(&partition);
  }
  for (const ControlRecord& record : group.records) apply(record, group.end);
  if (!group.records.empty()) unlink_condemned();
  if (visible_listener_)
    for (const Partition* partition : risen) visible_listener_(partition->id, partition->visible_end);
  for (Callback<Result<void>>& done : group.done) done({});
}

void Engine::tell_room() {
  if (!room_wanted_ || is_pressed(std::min(kPendingBytesMax, ring_->geometry().ring_bytes() / 8) / 2)) return;
  if (free_bytes_.load(std::memory_order_relaxed) < options_.free_bytes_min) return;
  room_wanted_ = false;
  if (room_listener_) room_listener_();
}

/// Said once, however many are refused, until there is room again.
void Engine::tell_full(std::string_view what) {
  if (!std::exchange(full_, true))
    kLog.warn(what, {{"directory", options_.directory},
                     {"free_bytes", free_bytes_.load(std::memory_order_relaxed)},
                     {"free_bytes_min", options_.free_bytes_min}});
  look_for_space();
}

void Engine::look_for_space() {
  if (looking_for_space_) return;
  looking_for_space_ = true;
  later(kRetryAfter, [this] {
    env_.blocking_pool().post([self = shared_from_this()] {
      const std::uint64_t bytes = self->look_at_space();
      self->on_loop([self, bytes] {
        self->free_bytes_ = bytes;
        self->looking_for_space_ = false;
        self->tell_room();
        if (bytes < self->options_.free_bytes_min || self->segment_waits_) return self->look_for_space();
        if (std::exchange(self->full_, false))
          kLog.info("there is room on the disk again",
                    {{"directory", self->options_.directory}, {"free_bytes", bytes}});
      });
    });
  });
}

/// After the last promise an entry follows that vouches for it.
void Engine::plan_barrier() {
  last_entry_at_ = loop_.clock().monotonic();
  if (!barrier_planned_) arm_barrier(kBarrierAfter);
}

void Engine::arm_barrier(env::Duration delay) {
  barrier_planned_ = true;
  later(delay, [this] {
    barrier_planned_ = false;
    if (closing_) return;
    const env::Duration quiet = loop_.clock().monotonic() - last_entry_at_;
    if (quiet < kBarrierAfter) return arm_barrier(kBarrierAfter - quiet);
    enqueue({.kind = Item::Kind::kBarrier});
  });
}

void Engine::tick() {
  const std::int64_t now_ms = env_.clock().wall_ms();
  for (const auto& [id, partition] : partitions_) partition->producers.expire(now_ms - kProducerExpirationMs);
  enforce_retention();
  hasten_compaction();
  maybe_compact();
  maybe_checkpoint();
  later(kTickEvery, [this] { tick(); });
}

void Engine::close(Callback<Result<void>> done) {
  CHECK(loop_.is_current() && !closing_);
  closing_ = true;
  close_done_ = std::move(done);
  on_loop([this] { maybe_close(); });
}

void Engine::maybe_close() {
  if (!close_done_ || !pending_.empty() || !groups_.empty() || job_ != nullptr || compaction_ != nullptr ||
      unlinking_ || writing_back_ || prewriting_bytes_ > 0)
    return;
  if (!closed_cleanly_) return begin_checkpoint(true);
  stopped_ = true;
  Callback<Result<void>> done = std::move(close_done_);
  done({});
}

}  // namespace weft::log
