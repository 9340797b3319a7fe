#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "env/aligned_buffer.h"
#include "env/executor.h"
#include "log/checkpoint.h"
#include "log/control.h"
#include "log/journal.h"
#include "log/log.h"
#include "log/partition.h"
#include "log/test_hooks.h"
#include "log/write_behind.h"

namespace weft::log {

class ReplayWrites;

/// Bytes of a segment that one entry adds, ready for one gathering write.
struct SegmentWrite {
  Partition* partition = nullptr;
  std::shared_ptr<SegmentFiles> files;
  std::uint64_t position = 0;
  std::uint64_t bytes = 0;
  std::vector<ByteView> pieces;  ///< None: written.
};

/// A batch with its place.
struct Slice {
  Partition* partition = nullptr;
  Segment* segment = nullptr;
  SharedBytes batch;
  TableSlice table;
};

/// What one append or control call put in line.
struct Item {
  enum class Kind { kSet, kControl, kBarrier, kCheckpoint };
  Kind kind = Kind::kSet;
  std::vector<Slice> slices;
  std::vector<ControlRecord> records;
  std::uint64_t bytes = 0;  ///< In the entry: table and body.
  Callback<Result<void>> done;
};

/// An entry on its way: written to the journal and to segments side by side, done when both are.
struct Group {
  EntryHeader header;
  Lsn end;
  std::vector<Slice> slices;
  std::vector<std::array<std::byte, kSlicePrefixBytes>> prefixes;
  std::vector<SegmentWrite> writes;
  std::vector<ControlRecord> records;
  Buffer control;
  std::vector<Callback<Result<void>>> done;
  bool durable = false;
  bool in_segments = false;
  bool answered = false;
};

/// Builds entries and writes them. On the journal's thread only.
class JournalWriter {
 public:
  JournalWriter(JournalRing& ring, JournalChain chain) : ring_(ring), chain_(chain) {}

  /// Fills in what the header lacks (chain, checksums) and returns once the entry is durable.
  Result<void> write(Group& group);
  const JournalChain& chain() const { return chain_; }
  /// Gives memory back that a burst needed.
  void rest() { buffer_.release_beyond(kRestBytes); }

 private:
  static constexpr std::size_t kRestBytes = 64U << 10;

  JournalRing& ring_;
  JournalChain chain_;
  env::AlignedBuffer buffer_;
};

/// Everything behind log::Log. State belongs to the loop; the journal's thread, the segment thread and the blocking
/// pool work on what is handed to them and hand it back.
class Engine : public std::enable_shared_from_this<Engine> {
 public:
  Engine(env::Env& env, env::EventLoop& loop, Options options);
  ~Engine();

  // engine_recovery.cc: before the loop knows of us
  Result<void> recover();
  void start(env::Executor& journal_thread, env::Executor& segment_thread);

  // engine.cc
  Result<std::vector<AppendedSlice>> append(std::span<AppendSlice> slices, Callback<Result<void>> durable);
  void on_visible(Function<void(PartitionId, Offset)> listener) { visible_listener_ = std::move(listener); }
  void on_room(Function<void()> listener) { room_listener_ = std::move(listener); }
  void close(Callback<Result<void>> done);
  /// Nothing is called back from now on.
  void abandon();

  // engine_partitions.cc
  void create_partitions(std::vector<PartitionId> ids, Callback<Result<void>> done);
  void remove_partitions(std::vector<PartitionId> ids, Callback<Result<void>> done);
  std::vector<PartitionId> partitions() const;
  Result<PartitionState> state(PartitionId id) const;
  Result<void> set_retention(PartitionId id, RetentionPolicy policy);
  void raise_log_start(PartitionId id, Offset offset, Callback<Result<void>> done);

  // engine_read.cc
  void read(PartitionId id, Offset offset, std::int32_t bytes_max, Callback<Result<ReadResult>> done);
  void find_timestamp(PartitionId id, Timestamp timestamp, Callback<Result<std::optional<TimestampedOffset>>> done);

 private:
  struct CheckpointJob;
  struct CheckpointWork;
  /// How much the device is given to do beside the journal's writes: kBrisk while much is appended, kUrgent once the
  /// ring is half full.
  enum class Pace { kCalm, kBrisk, kUrgent };
  struct CompactionJob;
  struct CompactionChoice {
    std::size_t input_count = 0;  ///< Segments from the first on.
    double dirty_ratio = 0;
  };
  struct Condemned {
    std::string path;                    ///< Below the data directory; a directory goes whole.
    Lsn last_lsn;                        ///< Replay may need it until trim has passed.
    std::weak_ptr<SegmentFiles> in_use;  ///< While there is one, somebody may be reading the file.
    bool held = false;                   ///< By a checkpoint that had begun before and may sync it.
  };

  // engine.cc: sequencing, the journal, completion
  Result<void> admit(std::span<const AppendSlice> slices, std::uint64_t bytes);
  Result<std::vector<AppendedSlice>> check_producers(std::span<const AppendSlice> slices,
                                                     std::span<const record::BatchHeader> headers,
                                                     std::span<Partition* const> partitions);
  Slice place(Partition& partition, const AppendSlice& slice, const record::BatchHeader& header);
  Partition* find(PartitionId id) const;
  void enqueue(Item item);
  void post_dispatch();
  void dispatch();
  std::size_t next_group(std::uint64_t& bytes) const;
  std::unique_ptr<Group> take_group(std::size_t item_count);
  bool has_room_for(Lsn lsn, Lsn end) const;
  void prepare_segment_writes(Group& group);
  void send(Group& group);
  void entry_written(Group& group);
  void write_segments(Group& group);
  void segments_written(Group& group, bool full);
  void advance();
  void complete(Group& group);
  void apply(const ControlRecord& record, Lsn end);
  void tell_room();
  void plan_barrier();
  void arm_barrier(env::Duration delay);
  bool is_pressed(std::uint64_t more) const;
  void fail(const Error& why);
  void tick();
  void tell_full(std::string_view what);
  void look_for_space();
  void maybe_close();

  // engine_checkpoint.cc
  void maybe_checkpoint();
  void begin_checkpoint(bool clean);
  void checkpoint_reached();
  void checkpoint_when_visible();
  Pace pace() const;
  void write_behind();
  void written_behind(std::uint64_t bytes, Pace pace);
  void checkpoint_step();
  Result<void> sync_some(CheckpointJob& job, Pace pace);
  Result<std::shared_ptr<env::File>> unsynced_file(const CheckpointWork& work);
  Result<void> write_checkpoint(const CheckpointJob& job);
  void checkpoint_written();
  void checkpoint_waits();
  void finish_checkpoint();
  void rest_files();
  void unlink_condemned();
  Result<bool> unlink_piece(const Condemned& file);
  Segment* find_segment(PartitionId id, Offset base) const;
  void prewrite();

  // engine_partitions.cc
  void note_new_file(const Partition& partition);
  void condemn(const Segment& segment, const Partition& partition);
  void bury(PartitionId id, Lsn end);
  void drop_segments_below_start(Partition& partition);
  void enforce_retention();
  void enqueue_control(Item item);
  std::optional<Offset> retained_from(Partition& partition, std::int64_t now_ms);

  // engine_compaction.cc
  void hasten_compaction();
  void maybe_compact();
  std::optional<CompactionChoice> choose_compaction(const Partition& partition, std::int64_t now_ms) const;
  void begin_compaction(Partition& partition, std::size_t input_count, std::int64_t now_ms);
  void compaction_step();
  void end_compaction(Result<void> why);
  void put_compacted();
  void roll_for_compaction(Partition& partition, std::int64_t now_ms);

  // engine_read.cc
  bool holds(PartitionId id, const std::shared_ptr<SegmentFiles>& files) const;
  std::optional<ReadPlan> plan_read(const Partition& partition, Offset offset, std::uint64_t bytes_max) const;

  // engine_recovery.cc
  Result<void> initialize();
  Result<void> load(const Checkpoint& checkpoint);
  Result<void> restore_open_segment(Segment& segment, const SegmentRecord& record);
  Result<void> rebuild_index(Segment& segment, env::File& file);
  Result<void> replay(JournalReader& reader);
  Result<void> replay_data(const FoundEntry& entry, ReplayWrites& writes);
  Result<void> replay_run(const FoundEntry& entry, std::size_t first, std::size_t count, ByteView bytes,
                          ReplayWrites& writes);
  Result<void> replay_control(const FoundEntry& entry);
  void settle_replayed();
  void remove_orphans();
  Result<void> write_start_barrier();

  /// Of the data directory; a disk that does not tell has room.
  std::uint64_t look_at_space() const {
    const auto space = disk_.space(options_.directory);
    return space.ok() ? space->free_bytes : UINT64_MAX;
  }
  std::string path(std::string_view below) const { return options_.directory + "/" + std::string(below); }
  std::string partition_directory(PartitionId id) const;
  template <class Task>
  void on_loop(Task task) {
    loop_.post([self = shared_from_this(), task = std::move(task)]() mutable {
      if (!self->stopped_) task();
    });
  }

  /// A timer that does not keep a log alive which nobody wants anymore.
  template <class Task>
  void later(env::Duration delay, Task task) {
    loop_.schedule_after(delay, [weak = weak_from_this(), task = std::move(task)]() mutable {
      if (const auto self = weak.lock(); self != nullptr && !self->stopped_) task();
    });
  }

  env::Env& env_;
  env::Disk& disk_;
  env::EventLoop& loop_;
  const Options options_;
  const TestHooks hooks_;
  std::unique_ptr<env::FileLock> lock_;
  std::unique_ptr<JournalRing> ring_;
  std::unique_ptr<JournalWriter> writer_;
  env::Executor* journal_thread_ = nullptr;
  env::Executor* segment_thread_ = nullptr;
  Uuid journal_id_;
  std::uint64_t incarnation_ = 0;

  std::unordered_map<PartitionId, std::unique_ptr<Partition>> partitions_;

  std::deque<Item> pending_;  ///< Sequenced, in no entry yet.
  std::uint64_t pending_bytes_ = 0;
  std::deque<std::unique_ptr<Group>> groups_;  ///< In entries, oldest first.
  std::uint64_t group_bytes_ = 0;              ///< Bodies of groups_: held in memory.
  bool writing_ = false;
  bool dispatch_posted_ = false;
  bool advancing_ = false;
  bool room_wanted_ = false;
  bool looking_for_space_ = false;
  bool full_ = false;           ///< Somebody was told so.
  bool segment_waits_ = false;  ///< What has an offset found no room.
  bool closing_ = false;
  bool closed_cleanly_ = false;
  std::atomic<bool> stopped_{false};
  Lsn head_;     ///< Where the next entry goes.
  Lsn durable_;  ///< All below is durable in the journal.
  Lsn trim_;     ///< All below is durable in segments, and the checkpoint says so.
  JournalChain durable_chain_;
  bool barrier_planned_ = false;
  env::MonotonicTime last_entry_at_{};

  std::unique_ptr<CheckpointJob> job_;
  std::unique_ptr<CompactionJob> compaction_;
  Lsn checkpointed_;  ///< Trim of the last checkpoint that began.
  env::MonotonicTime checkpointed_at_{};
  std::uint64_t prewritten_ = 0;
  Lsn prewriting_at_;
  std::uint64_t prewriting_bytes_ = 0;
  std::set<std::string> dirty_directories_;
  std::deque<Condemned> condemned_;
  bool unlinking_ = false;
  WriteBehind write_behind_;
  bool writing_back_ = false;
  Callback<Result<void>> close_done_;

  std::atomic<std::uint64_t> free_bytes_{UINT64_MAX};
  std::uint64_t reserved_since_look_ = 0;  ///< Segment thread only.
  Function<void(PartitionId, Offset)> visible_listener_;
  Function<void()> room_listener_;
};

}  // namespace weft::log
