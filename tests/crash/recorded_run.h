#pragma once

#include <filesystem>
#include <future>
#include <mutex>
#include <random>
#include <sstream>
#include <string>

#include "env/disk_recording.h"
#include "env/posix_env.h"
#include "ledger.h"

namespace weft::log {

/// The real engine, its threads and the real disk, at work for some lives and recorded all along.
class RecordedRun {
 public:
  explicit RecordedRun(std::uint64_t seed) : random_(seed) {
    std::string pattern = (std::filesystem::temp_directory_path() / "weft-images-XXXXXX").string();
    root_ = std::string(::mkdtemp(pattern.data())) + "/";
    posix_ = env::make_posix_disk();
  }
  ~RecordedRun() { std::filesystem::remove_all(root_); }

  /// One life: `sets` appends with a few on their way at a time, then dropped without a farewell.
  void live(int sets) {
    auto opened = env::make_recording_disk(*posix_, root_ + "trace");
    const std::shared_ptr<env::RecordingDisk> disk = std::move(opened).value();
    const auto env = env::make_posix_env({.disk = disk});
    const auto loop = env->make_loop("log");
    auto log = Log::open(*env, *loop,
                         {.directory = root_ + "data",
                          .journal_slot_bytes = 256 << 10,
                          .journal_slot_count = 4,
                          .free_bytes_min = 0})
                   .value();
    std::promise<void> finished;
    int left = sets;
    int under_way = 0;
    const auto note = [&](const std::string& text) { disk->note(as_bytes(text)); };
    std::function<void()> pump = [&] {
      while (left > 0 && under_way < 12) {
        const int set = next_set_;
        std::vector<AppendSlice> slices;
        const std::size_t count = random_() % 4 == 0 ? 2 + random_() % 3 : 1;
        for (std::size_t i = 0; i < count; ++i)
          slices.push_back({partition_id(static_cast<int>(random_() % kPartitions)),
                            make_batch(std::to_string(set), {.value_bytes = 100 + random_() % (12'000 / count)})});
        const auto appended = log->append(slices, [&, set](Result<void> result) {
          CHECK(result.ok());
          note(fmt::format("ack {}", set));
          if (--under_way == 0 && left == 0) return finished.set_value();
          pump();
        });
        if (!appended.ok()) return;  // no room: on_room goes on
        ++next_set_;
        --left;
        ++under_way;
        for (std::size_t i = 0; i < count; ++i)
          note(fmt::format("sent {} {} {} {} {}", set, partition_number(slices[i].partition),
                           (*appended)[i].base_offset, (*appended)[i].last_offset,
                           Ledger::hash_of(slices[i].batch.view())));
      }
    };
    loop->post([&] {
      log->on_visible(
          [&](PartitionId id, Offset end) { note(fmt::format("visible {} {}", partition_number(id), end)); });
      log->on_room([&] { pump(); });
      std::vector<PartitionId> ids;
      for (int i = 0; i < kPartitions; ++i) ids.push_back(partition_id(i));
      log->create_partitions(ids, [&, ids](Result<void>) {
        for (const PartitionId id : ids)
          CHECK(log->set_retention(id, {.retention_ms = -1, .segment_bytes = 50'000}).ok());
        for (int i = 0; i < kPartitions; ++i) note(fmt::format("created {}", i));
        pump();
      });
    });
    finished.get_future().wait();
    // The barrier that vouches for the last promise.
    std::promise<void> rested;
    loop->post([&] { loop->schedule_after(std::chrono::milliseconds(250), [&] { rested.set_value(); }); });
    rested.get_future().wait();
    std::promise<void> destroyed;
    loop->post([&] {
      log.reset();
      destroyed.set_value();
    });
    destroyed.get_future().wait();
  }

  env::TraceReplay trace() { return env::TraceReplay::open(*posix_, root_ + "trace", root_.substr(0, root_.size() - 1)).value(); }

  /// Tells a ledger what a note says.
  static void tell(Ledger& ledger, const std::string& note) {
    std::istringstream in(note);
    std::string what;
    std::int64_t a = 0, b = 0, c = 0, d = 0, e = 0;
    in >> what >> a >> b >> c >> d >> e;
    if (what == "ack") ledger.acknowledged(static_cast<int>(a));
    if (what == "created") ledger.created(partition_id(static_cast<int>(a)));
    if (what == "visible") ledger.visible(partition_id(static_cast<int>(a)), Offset(b));
    if (what == "sent")
      ledger.sent(static_cast<int>(a), partition_id(static_cast<int>(b)), Offset(c), Offset(d),
                  static_cast<std::uint32_t>(e));
  }

  static constexpr int kPartitions = 6;

 private:
  static int partition_number(PartitionId id) {
    for (int i = 0; i < kPartitions; ++i)
      if (partition_id(i) == id) return i;
    return -1;
  }

  std::mt19937_64 random_;
  std::string root_;
  std::unique_ptr<env::Disk> posix_;
  int next_set_ = 1;
};

}  // namespace weft::log
