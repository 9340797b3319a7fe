#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>

#include "crash_run.h"
#include "env/posix_env.h"
#include "log/journal_format.h"

// Each of the eight likely mistakes of the design, planted, is found; and without it the same test finds nothing.
namespace weft::log {
namespace {

/// The first seed under which crashes betray the bug.
std::optional<std::string> first_violation(PlantedBug bug, std::uint64_t seeds) {
  SimLog::Settings settings;
  settings.bug = bug;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    if (CrashRun run = run_crashes(seed, settings); run.violation.has_value()) return run.violation;
  return std::nullopt;
}

TEST(PlantedBug, ServingBeforeTheBarrierIsFound) {
  // A killed process left an entry in the device's cache; its successor reads it, shows it, and then the power goes.
  const auto lost = [](PlantedBug bug) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      SimLog::Settings settings;
      settings.bug = bug;
      auto disk = std::make_shared<env::SimulatedDisk>(seed);
      SimLog weft(seed, disk, settings);
      CHECK(weft.start().ok() && weft.create({partition_id(1)}).ok());
      CHECK(weft.append(partition_id(1), make_batch("first")).ok());
      disk->stop_after(1);
      (void)weft.append_now({{partition_id(1), make_batch("second")}});
      weft.advance(std::chrono::milliseconds(10));
      weft.stop();
      disk->restart_process();
      CHECK(weft.start().ok());
      const Offset shown = weft.state_of(partition_id(1))->visible_end;
      weft.stop();
      disk->crash();
      CHECK(weft.start().ok());
      if (weft.state_of(partition_id(1))->visible_end < shown) return true;
    }
    return false;
  };
  EXPECT_FALSE(lost(PlantedBug::kNone));
  EXPECT_TRUE(lost(PlantedBug::kServeBeforeBarrier));
}

TEST(PlantedBug, UnpaddedEntriesAreFound) {
  // The power fails while the second entry is written; the first was acknowledged.
  const auto lost = [](PlantedBug bug) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      SimLog::Settings settings;
      settings.bug = bug;
      auto disk = std::make_shared<env::SimulatedDisk>(seed);
      SimLog weft(seed, disk, settings);
      CHECK(weft.start().ok() && weft.create({partition_id(1)}).ok());
      CHECK(weft.append(partition_id(1), make_batch("first")).ok());
      disk->stop_after(1);
      (void)weft.append_now({{partition_id(1), make_batch("second", {.value_bytes = 3'000})}});
      weft.advance(std::chrono::milliseconds(10));
      weft.stop();
      disk->crash();
      if (!weft.start().ok() || !weft.state_of(partition_id(1)).ok()) return true;
      if (weft.state_of(partition_id(1))->visible_end < Offset(1)) return true;
    }
    return false;
  };
  EXPECT_FALSE(lost(PlantedBug::kNone));
  EXPECT_TRUE(lost(PlantedBug::kUnpaddedEntries));
}

TEST(PlantedBug, StaleEntriesAreFound) {
  const auto violation = first_violation(PlantedBug::kStaleEntries, 100);
  ASSERT_TRUE(violation.has_value());
  RecordProperty("found", *violation);
}

TEST(PlantedBug, TrimmingBeforeTheDirectoryIsSyncedIsFound) {
  const auto violation = first_violation(PlantedBug::kTrimBeforeDirectory, 100);
  ASSERT_TRUE(violation.has_value());
  RecordProperty("found", *violation);
}

TEST(PlantedBug, ReopeningAFileToSyncItIsFound) {
  // The kernel failed to write a segment back. Who wrote must hear of it and stop; the journal still has the bytes.
  const auto acknowledged_and_lost = [](PlantedBug bug) {
    SimLog::Settings settings;
    settings.bug = bug;
    auto disk = std::make_shared<env::SimulatedDisk>(5);
    SimLog weft(5, disk, settings);
    const PartitionId id = partition_id(1);
    CHECK(weft.start().ok() && weft.create({id}).ok());
    CHECK(weft.append(id, make_batch("precious", {.value_bytes = 5'000})).ok());
    disk->fail_write_back(fmt::format("data/topics/{}/0/00000000000000000000.log", id.topic));
    weft.advance(std::chrono::minutes(2));  // a checkpoint
    EXPECT_EQ(weft.failure().has_value(), bug == PlantedBug::kNone);
    weft.stop();
    disk->crash();
    CHECK(weft.start().ok());
    const auto batches = weft.read_all(id);
    return !batches.ok() || batches->size() != 1;
  };
  EXPECT_FALSE(acknowledged_and_lost(PlantedBug::kNone));
  EXPECT_TRUE(acknowledged_and_lost(PlantedBug::kReopenToSync));
}

TEST(PlantedBug, ASearchThatTakesForgedHeadersIsFound) {
  // A client sends bytes that look like entries which vouch for everything before; the entry that carries them is torn.
  // It even knows where they will lie: behind the start's barrier, the control entry and another barrier.
  const Lsn carrier(3 * kBlockBytes);
  const std::size_t before_value = kEntryHeaderBytes + kTableSliceBytes + record::kBatchHeaderBytes + 10;
  std::string value(kBlockBytes - before_value, 'x');
  for (std::uint64_t block = 1; block <= 9; ++block) {
    EntryHeader forged;
    forged.kind = EntryKind::kBarrier;
    forged.journal_id = Uuid::from_random(1, 2);
    forged.lsn = carrier + block * kBlockBytes;
    forged.synced_lsn = forged.lsn;
    Buffer bytes(kBlockBytes);
    encode_entry_head(bytes, forged, {});
    value += as_text(bytes);
  }
  record::BatchBuilder builder;
  builder.add(std::nullopt, as_bytes(value), Timestamp(1));
  const SharedBytes batch(builder.build().value());

  const auto refuses_a_torn_tail = [&](PlantedBug bug) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      SimLog::Settings settings;
      settings.bug = bug;
      auto disk = std::make_shared<env::SimulatedDisk>(seed);
      SimLog weft(seed, disk, settings);
      const PartitionId id = partition_id(1);
      CHECK(weft.start().ok() && weft.create({id}).ok());
      weft.advance(std::chrono::seconds(1));
      disk->stop_after(1);
      (void)weft.append_now({{id, batch}});
      weft.advance(std::chrono::milliseconds(10));
      weft.stop();
      disk->crash();
      if (!weft.start().ok()) return true;
    }
    return false;
  };
  EXPECT_FALSE(refuses_a_torn_tail(PlantedBug::kNone));
  EXPECT_TRUE(refuses_a_torn_tail(PlantedBug::kForgeableSearch));
}

TEST(PlantedBug, AJournalBehindOtherSyncsIsFound) {
  // One blocking thread, held inside a checkpoint's sync: a commit must not wait for it.
  const auto committed_meanwhile = [](PlantedBug bug) {
    auto disk = std::make_shared<env::SimulatedDisk>(3);
    const auto env = env::make_posix_env({.disk = disk, .blocking_thread_count = 1});
    const auto loop = env->make_loop("log");
    std::promise<void> holding;
    std::promise<void> release;
    std::once_flag once;
    disk->on_sync([&](const std::string& path) {
      if (path.ends_with(".log"))
        std::call_once(once, [&] {
          holding.set_value();
          release.get_future().wait();
        });
    });
    const TestHooks hooks{.bug = bug};
    auto log = Log::open(*env, *loop,
                         {.directory = "data",
                          .journal_slot_bytes = 256 << 10,
                          .journal_slot_count = 4,
                          .free_bytes_min = 0,
                          .test_hooks = &hooks})
                   .value();
    const auto wait = [&](auto call) {
      std::promise<void> done;
      loop->post([&] {
        call([&](Result<void> result) {
          CHECK(result.ok());
          done.set_value();
        });
      });
      done.get_future().wait();
    };
    const PartitionId kept = partition_id(1);
    const PartitionId gone = partition_id(2);
    std::vector<AppendSlice> slices{{kept, make_batch("x")}};
    wait([&](auto done) { log->create_partitions({kept, gone}, std::move(done)); });
    wait([&](auto done) { CHECK(log->append(slices, std::move(done)).ok()); });
    wait([&](auto done) { log->remove_partitions({gone}, std::move(done)); });  // its files wait for a checkpoint
    holding.get_future().wait();
    std::atomic<bool> committed{false};
    std::promise<void> second;
    loop->post([&] {
      CHECK(log->append(slices,
                        [&](Result<void>) {
                          committed = true;
                          second.set_value();
                        })
                .ok());
    });
    auto answered = second.get_future();
    if (bug == PlantedBug::kNone) answered.wait();
    const bool meanwhile = committed;
    release.set_value();
    answered.wait();
    std::promise<void> destroyed;
    loop->post([&] {
      log.reset();
      destroyed.set_value();
    });
    destroyed.get_future().wait();
    return meanwhile;
  };
  EXPECT_TRUE(committed_meanwhile(PlantedBug::kNone));
  EXPECT_FALSE(committed_meanwhile(PlantedBug::kJournalInSharedPool));
}

TEST(PlantedBug, AVisibleThatFollowsTheSegmentAloneIsFound) {
  const auto violation = first_violation(PlantedBug::kVisibleBySegmentAlone, 100);
  ASSERT_TRUE(violation.has_value());
  RecordProperty("found", *violation);
}

}  // namespace
}  // namespace weft::log
