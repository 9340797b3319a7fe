#include "log/engine_checkpoint.h"

#include <algorithm>

#include "base/log.h"
#include "env/clock.h"

// Design, section 5: everything below a moment's position is synced in small awaited pieces, then the checkpoint says
// so, and only then are slots reused and files unlinked.
namespace weft::log {
namespace {

constexpr Logger kLog("log.checkpoint");
constexpr std::uint64_t kCheckpointBytes = 128ULL << 20;
constexpr auto kCheckpointAge = std::chrono::seconds(60);
constexpr std::uint64_t kCalmPieceBytes = 512ULL << 10;
constexpr std::uint64_t kPieceBytes = 2ULL << 20;
constexpr std::size_t kFilesAtOnce = 8;
constexpr auto kFullPause = std::chrono::seconds(1);
constexpr auto kPause = std::chrono::milliseconds(1);
constexpr std::uint64_t kUnlinkBytes = 2ULL << 20;  ///< Freed at once.
constexpr auto kUnlinkPause = std::chrono::milliseconds(1);
constexpr std::uint64_t kPrewriteBytes = 1ULL << 20;
constexpr std::uint64_t kPrewriteAhead = 64ULL << 20;
constexpr auto kPrewritePause = std::chrono::milliseconds(20);

/// Cuts a piece off a file's end; false when no more than that is left.
Result<bool> cut_piece(env::Disk& disk, const std::string& path, std::uint64_t piece_bytes) {
  TRY_ASSIGN(const auto file, disk.open(path, env::OpenMode::kReadWrite));
  TRY_ASSIGN(const std::uint64_t size, file->size());
  if (size <= piece_bytes) return false;
  TRY(file->truncate(size - piece_bytes));
  return true;
}

}  // namespace

void Engine::maybe_checkpoint() {
  if (job_ != nullptr || closing_ || stopped_) return;
  const std::uint64_t ring = ring_->geometry().ring_bytes();
  const bool large = head_ - checkpointed_ >= std::min(kCheckpointBytes, ring / 4);
  const bool old = head_ > checkpointed_ && loop_.clock().monotonic() - checkpointed_at_ >= kCheckpointAge;
  const bool unlinks_wait =
      std::ranges::any_of(condemned_, [&](const Condemned& file) { return file.last_lsn > trim_; });
  if (large || old || unlinks_wait) begin_checkpoint(false);
}

/// Takes the state as it is after everything sequenced so far, and marks that place in the line of entries.
void Engine::begin_checkpoint(bool clean) {
  CHECK(job_ == nullptr);
  job_ = std::make_unique<CheckpointJob>();
  job_->head.geometry = ring_->geometry();
  job_->head.journal_id = journal_id_;
  job_->head.clean = clean;
  for (const auto& [id, partition] : partitions_) {
    if (partition->removing) continue;
    encode_partition(job_->partitions, id, partition->log_start_asked, partition->assigned_end, partition->damaged_from,
                     partition->segment_records(), partition->producers);
    ++job_->partition_count;
    for (const auto& segment : partition->segments) {
      const bool seal = segment->sealed && !segment->seal_synced;
      if (segment->assigned_bytes > segment->synced_bytes || seal)
        job_->work.push_back({id, segment->base, segment->files, segment->synced_bytes, segment->assigned_bytes, seal});
    }
  }
  job_->directories.assign(dirty_directories_.begin(), dirty_directories_.end());
  dirty_directories_.clear();
  enqueue({.kind = Item::Kind::kCheckpoint});
}

void Engine::checkpoint_reached() {
  CHECK(!writing_, "a mark passes between entries, so the chain's end is the mark's");
  job_->reached = true;
  job_->head.trim = head_;
  job_->head.chain = durable_chain_;
  checkpointed_ = head_;
  checkpointed_at_ = loop_.clock().monotonic();
}

void Engine::checkpoint_when_visible() {
  if (job_ == nullptr || !job_->reached || job_->syncing) return;
  if (!groups_.empty() && groups_.front()->end <= job_->head.trim) return;
  job_->syncing = true;
  CHECK(job_->head.trim <= durable_, "snapshots lie below durable");
  // The newest index entries go to their files on the thread that writes there, then the syncs begin.
  struct IndexWrite {
    std::shared_ptr<SegmentFiles> files;
    std::uint64_t position;
    Buffer bytes;
  };
  auto writes = std::make_shared<std::vector<IndexWrite>>();
  for (const CheckpointWork& work : job_->work) {
    Segment* segment = find_segment(work.partition, work.segment);
    if (segment == nullptr || segment->index.unwritten_count() == 0) continue;
    const std::uint64_t position = std::uint64_t{segment->index.file_count()} * kIndexEntryBytes;
    writes->push_back({work.files, position, segment->index.take_unwritten()});
  }
  segment_thread_->post([self = shared_from_this(), writes] {
    for (const IndexWrite& write : *writes) {
      const auto file = write.files->index();
      const Result<void> written =
          file.ok() ? (*file)->write_at(write.position, write.bytes) : Result<void>(file.error());
      // A full disk costs the index its tail: readers scan instead, recovery builds it again.
      if (!written.ok() && written.error().code != ErrorCode::kDiskFull) return self->fail(written.error());
    }
    self->on_loop([self] {
      self->job_->written_behind_left = self->write_behind_.bytes();
      self->job_->written_behind_left > 0 ? self->write_behind() : self->checkpoint_step();
    });
  });
}

/// Writes back what waits for it: all that was there when a checkpoint began to sync, and otherwise what exceeds a
/// bound. A piece, then a pause, so that journal writes hardly notice; longer ones without pauses where that is not
/// enough.
void Engine::write_behind() {
  const std::uint64_t bound = ring_->geometry().ring_bytes() / 64;
  const bool checkpoint_waits = job_ != nullptr && job_->written_behind_left > 0;
  if (writing_back_ || (!checkpoint_waits && (write_behind_.bytes() < bound || closing_))) return;
  const std::uint64_t before = write_behind_.bytes();
  auto ranges = write_behind_.take(pace() == Pace::kCalm ? kCalmPieceBytes : kPieceBytes);
  writing_back_ = true;
  env_.blocking_pool().post(
      [self = shared_from_this(), ranges = std::move(ranges), taken = before - write_behind_.bytes(), pace = pace()] {
        const Result<void> written = write_back(ranges);
        if (!written.ok()) return self->fail(written.error());
        self->on_loop([self, taken, pace] { self->written_behind(taken, pace); });
      });
}

Engine::Pace Engine::pace() const {
  const std::uint64_t ring = ring_->geometry().ring_bytes();
  if (closing_ || head_ - trim_ > ring / 2) return Pace::kUrgent;
  const bool far_on = job_ != nullptr && job_->reached && head_ - job_->head.trim > ring / 32;
  return far_on || write_behind_.bytes() > ring / 32 ? Pace::kBrisk : Pace::kCalm;
}

void Engine::written_behind(std::uint64_t bytes, Pace pace) {
  if (job_ != nullptr && job_->written_behind_left > 0) {
    const bool empty = write_behind_.bytes() == 0;
    job_->written_behind_left -= empty ? job_->written_behind_left : std::min(bytes, job_->written_behind_left);
    if (job_->written_behind_left == 0) checkpoint_step();
  }
  const auto again = [this] {
    writing_back_ = false;
    write_behind();
    maybe_close();
  };
  pace == Pace::kCalm ? later(kPause, again) : again();
}

/// A file, then a pause. While much is appended without pauses, and once the ring fills many at once.
void Engine::checkpoint_step() {
  CheckpointJob* job = job_.get();
  if (job->next_synced == job->work.size()) return checkpoint_written();
  env_.blocking_pool().post([self = shared_from_this(), job, pace = pace()] {
    const Result<void> done = self->sync_some(*job, pace);
    if (!done.ok()) return self->fail(done.error());
    self->on_loop([self, pace] {
      if (pace != Pace::kCalm) return self->checkpoint_step();
      self->later(kPause, [engine = self.get()] { engine->checkpoint_step(); });
    });
  });
}

/// On the pool. When it is urgent and there are many files, all are synced at once: under full load every sync finds
/// new bytes in its file again, and a commit of the file system's own journal for each of a thousand files takes longer
/// than the ring does to fill.
Result<void> Engine::sync_some(CheckpointJob& job, Pace pace) {
  const std::size_t left = job.work.size() - job.next_synced;
  const bool together = pace == Pace::kUrgent && left >= hooks_.files_together_min;
  const std::size_t end = job.next_synced + (together ? left : std::min(left, pace == Pace::kCalm ? 1 : kFilesAtOnce));
  std::vector<std::shared_ptr<env::File>> files;
  for (; job.next_synced < end; ++job.next_synced) {
    const CheckpointWork& work = job.work[job.next_synced];
    TRY_ASSIGN(const auto file, unsynced_file(work));
    if (file != nullptr) {
      if (work.sealed) TRY(file->truncate(work.to));  // gives reserved space back
      files.push_back(file);
    }
    if (work.sealed) {
      TRY_ASSIGN(files.emplace_back(), work.files->index());
    }
  }
  return disk_.sync_files(files);
}

/// The handle is the one that wrote: another one would not hear of a write-back that failed.
Result<std::shared_ptr<env::File>> Engine::unsynced_file(const CheckpointWork& work) {
  std::shared_ptr<env::File> file = work.files->open_log();
  CHECK(file != nullptr || work.from == work.to, "a segment with unsynced bytes keeps its file open");
  if (file == nullptr && work.sealed) {
    TRY_ASSIGN(file, work.files->log());
  }
  if (hooks_.bug == PlantedBug::kReopenToSync) {
    TRY_ASSIGN(file, disk_.open(work.files->log_path(), env::OpenMode::kReadWrite));
  }
  return file;
}

/// Everything below trim is synced: now directories, then the file that says so.
void Engine::checkpoint_written() {
  CheckpointJob& job = *job_;
  job.head.durable = durable_;
  job.head.prewritten = prewritten_ = std::min(ring_->geometry().ring_bytes(), std::max(prewritten_, head_.get()));
  job.head.wall_ms = env_.clock().wall_ms();
  for (const Condemned& file : condemned_) job.head.unlinks.push_back(file.path);
  env_.blocking_pool().post([self = shared_from_this(), &job] {
    const Result<void> written = self->write_checkpoint(job);
    if (!written.ok() && written.error().code != ErrorCode::kDiskFull) return self->fail(written.error());
    // The last checkpoint still holds; the new one's file is written whole again when there is room.
    const bool full = !written.ok();
    self->on_loop([self, full] { full ? self->checkpoint_waits() : self->finish_checkpoint(); });
  });
}

void Engine::checkpoint_waits() {
  tell_full("the disk is full: the checkpoint waits for room");
  later(kFullPause, [this] {
    job_->head.unlinks.clear();
    checkpoint_written();
  });
}

Result<void> Engine::write_checkpoint(const CheckpointJob& job) {
  if (hooks_.bug != PlantedBug::kTrimBeforeDirectory)
    for (const std::string& directory : job.directories) {
      const Result<void> synced = disk_.sync_directory(directory);
      if (synced.ok() || synced.error().code == ErrorCode::kNotFound) continue;  // removed since: fine
      return error(ErrorCode::kIo, "{}", synced.error().message);                // never tried again, whatever it was
    }
  return env::replace_file(disk_, path("checkpoint"), encode_checkpoint(job.head, job.partition_count, job.partitions));
}

void Engine::finish_checkpoint() {
  const std::unique_ptr<CheckpointJob> job = std::move(job_);
  CHECK(job->head.trim >= trim_ && job->head.trim <= durable_, "trim rises, below durable");
  for (const CheckpointWork& work : job->work) {
    Segment* segment = find_segment(work.partition, work.segment);
    if (segment == nullptr) continue;
    CHECK(segment->visible_bytes >= work.to, "every slice below trim was in its segment when that was synced");
    segment->synced_bytes = std::max(segment->synced_bytes, work.to);
    segment->seal_synced |= work.sealed;
  }
  job->work.clear();
  for (Condemned& file : condemned_) file.held = false;
  trim_ = job->head.trim;
  closed_cleanly_ = job->head.clean;
  rest_files();
  unlink_condemned();
  dispatch();
  advance();
  maybe_compact();
}

/// Files that lie still are closed until somebody reads or writes them again.
void Engine::rest_files() {
  for (const auto& [id, partition] : partitions_)
    for (const auto& segment : partition->segments)
      if (segment->synced_bytes == segment->assigned_bytes && segment->last_lsn <= trim_) segment->files->close();
}

/// A piece of one file, then a pause: a file system that frees a gigabyte at once holds up the journal's writes for as
/// long as that takes.
void Engine::unlink_condemned() {
  if (unlinking_) return;
  const auto next =
      std::ranges::find_if(condemned_, [&](const Condemned& file) { return !file.held && file.last_lsn <= trim_; });
  if (next == condemned_.end()) return;
  unlinking_ = true;
  env_.blocking_pool().post([self = shared_from_this(), file = *next] {
    const Result<bool> more = self->unlink_piece(file);
    if (!more.ok()) kLog.warn("a file that is no longer needed cannot be removed", {{"error", more.error()}});
    const bool gone = !more.ok() || !*more;
    self->on_loop([self, gone, path = file.path] {
      if (gone) self->condemned_.erase(std::ranges::find(self->condemned_, path, &Condemned::path));
      self->later(self->closing_ || self->full_ ? env::Duration(0) : kUnlinkPause, [engine = self.get()] {
        engine->unlinking_ = false;
        engine->unlink_condemned();
        engine->maybe_checkpoint();
        engine->maybe_close();
      });
    });
  });
}

/// On the pool: whether more of it is left. What a reader may still have open goes whole, as it lives on for them.
Result<bool> Engine::unlink_piece(const Condemned& file) {
  const std::string whole = path(file.path);
  const bool is_log = file.path.ends_with(".log");
  Result<bool> more = false;
  if (is_log && file.in_use.expired())
    more = cut_piece(disk_, whole, std::min(kUnlinkBytes, ring_->geometry().ring_bytes() / 64));
  if (more.ok() && !*more) {
    const bool is_file = is_log || file.path.ends_with(".index");
    const Result<void> removed = is_file ? disk_.remove(whole) : env::remove_all(disk_, whole);
    if (!removed.ok()) more = removed.error();
  }
  if (!more.ok() && more.error().code == ErrorCode::kNotFound) return false;
  return more;
}

/// Before its first lap the ring is reserved but not written; writing zeros ahead of the head makes the synced writes
/// that follow a third cheaper. Never touches what an entry may be using.
void Engine::prewrite() {
  const std::uint64_t ring = ring_->geometry().ring_bytes();
  const std::uint64_t piece = std::min(kPrewriteBytes, ring_->geometry().slot_bytes);
  if (head_.get() >= ring || closing_) return;
  const std::uint64_t next = (std::max(prewritten_, head_.get()) + piece - 1) / piece * piece;
  const bool wanted = next < std::min(ring, head_.get() + kPrewriteAhead) && prewritten_ < ring;
  const auto again = [this] { prewrite(); };
  if (!wanted || next + piece > ring) {
    if (next + piece <= ring) later(std::chrono::seconds(1), again);
    return;
  }
  prewriting_at_ = Lsn(next);
  prewriting_bytes_ = piece;
  env_.blocking_pool().post([self = shared_from_this()] {
    env::AlignedBuffer zeros(self->prewriting_bytes_);
    const Result<void> written = self->ring_->write(self->prewriting_at_, zeros.first(self->prewriting_bytes_));
    if (!written.ok()) return self->fail(written.error());
    self->on_loop([self] {
      self->prewritten_ = self->prewriting_at_.get() + self->prewriting_bytes_;
      self->prewriting_bytes_ = 0;
      self->later(kPrewritePause, [engine = self.get()] { engine->prewrite(); });
      self->dispatch();
      self->advance();
    });
  });
}

}  // namespace weft::log
