#include "log/log.h"

#include <gtest/gtest.h>

#include "log/inspect.h"
#include "log/log_fixture.h"

namespace weft::log {
namespace {

const PartitionId kOne = partition_id(1);
const PartitionId kTwo = partition_id(2);

/// The bytes after the 21 that the log fills in are those that were appended.
bool same_batch(const SharedBytes& read, const SharedBytes& appended) {
  return read.size() == appended.size() && std::memcmp(read.data() + 21, appended.data() + 21, read.size() - 21) == 0;
}

TEST(Log, WhatIsAppendedIsReadBackAtItsOffset) {
  SimLog weft(1);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne, kTwo}).ok());
  const SharedBytes first = make_batch("first", {.record_count = 3});
  const SharedBytes second = make_batch("second");
  EXPECT_EQ(weft.append(kOne, first)->base_offset, Offset(0));
  const AppendedSlice appended = weft.append(kOne, second).value();
  EXPECT_EQ(appended.base_offset, Offset(3));
  EXPECT_EQ(appended.last_offset, Offset(3));

  const auto batches = weft.read_all(kOne).value();
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_TRUE(same_batch(batches[0], first));
  EXPECT_TRUE(same_batch(batches[1], second));
  EXPECT_EQ(record::load_header(batches[1].data()).base_offset, Offset(3));
  EXPECT_TRUE(record::crc_holds(batches[1].view()));
  EXPECT_EQ(weft.read(kOne, Offset(2))->batches.size(), 2U) << "the batch that holds offset 2 comes first";
  EXPECT_TRUE(weft.read(kOne, Offset(4))->batches.empty());
  EXPECT_EQ(weft.read(kOne, Offset(5)).error().code, ErrorCode::kOutOfRange);
  EXPECT_TRUE(weft.read_all(kTwo)->empty());
}

TEST(Log, EverythingAcknowledgedComesBackAfterAPowerLoss) {
  SimLog weft(2);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(weft.append(kOne, make_batch(std::to_string(i))).ok());
  weft.stop();
  weft.disk().crash();
  ASSERT_TRUE(weft.start().ok());
  EXPECT_EQ(weft.state_of(kOne)->visible_end, Offset(50));
  EXPECT_EQ(weft.read_all(kOne)->size(), 50U);
  EXPECT_EQ(weft.append(kOne, make_batch("more"))->base_offset, Offset(50));
}

TEST(Log, AProcessKilledInsideACheckpointsRenameLeavesNothingThatAPowerLossTakesBack) {
  // The name is there for the next process, and not durable: what that one builds on it must not go with it.
  for (std::uint64_t operation = 1; operation < 60; ++operation) {
    SimLog weft(operation);
    weft.disk().stop_after(operation);
    if (weft.start().ok()) break;
    weft.stop();
    weft.disk().restart_process();
    ASSERT_TRUE(weft.start().ok());
    ASSERT_TRUE(weft.create({kOne}).ok());
    ASSERT_TRUE(weft.append(kOne, make_batch("kept")).ok());
    weft.stop();
    weft.disk().crash();
    const Result<void> started = weft.start();
    ASSERT_TRUE(started.ok()) << "killed in operation " << operation << ": " << started.error().message;
    ASSERT_EQ(weft.read_all(kOne)->size(), 1U);
  }
}

TEST(Log, TheJournalKeepsItsSpaceThroughAPowerLoss) {
  SimLog weft(3);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  weft.stop();
  weft.disk().crash();
  ASSERT_TRUE(weft.start().ok());
  // Everything else of the disk is taken now: what is sequenced waits in the ring, which nobody can take.
  weft.disk().set_capacity(weft.disk().used_bytes());
  (void)weft.append_now({{kOne, make_batch("waits", {.value_bytes = 50'000})}});
  weft.advance(std::chrono::seconds(1));
  EXPECT_FALSE(weft.failure().has_value()) << weft.failure()->message;
}

TEST(Log, ALongJournalOfShortAndLongBatchesIsReplayedIntoItsSegments) {
  SimLog weft(11, nullptr, {.slot_bytes = 32ULL << 20, .slot_count = 4});
  ASSERT_TRUE(weft.start().ok());
  std::vector<PartitionId> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(partition_id(i));
  ASSERT_TRUE(weft.create(ids).ok());
  // Below what calls for a checkpoint, and far above what replay holds in memory at once.
  std::map<PartitionId, std::vector<SharedBytes>> sent;
  std::uint64_t bytes = 0;
  for (int i = 0; bytes < (29U << 20); ++i) {
    const PartitionId id = ids[static_cast<std::size_t>(i * 5 % 8)];
    const std::size_t size =
        i % 7 == 0 ? 90'000 + static_cast<std::size_t>(i % 11) * 40'000 : 300 + static_cast<std::size_t>(i % 97) * 50;
    const SharedBytes batch = make_batch(std::to_string(i), {.value_bytes = size});
    ASSERT_TRUE(weft.append(id, batch).ok());
    sent[id].push_back(batch);
    bytes += batch.size();
  }
  weft.stop();
  weft.disk().crash();
  for (int again = 0; again < 2; ++again) {
    ASSERT_TRUE(weft.start().ok());
    for (const PartitionId id : ids) {
      const auto batches = weft.read_all(id).value();
      ASSERT_EQ(batches.size(), sent[id].size());
      for (std::size_t i = 0; i < batches.size(); ++i)
        ASSERT_TRUE(std::ranges::equal(batches[i].view().subspan(21), sent[id][i].view().subspan(21)));
    }
    weft.stop();
    weft.disk().restart_process();
  }
}

TEST(Log, TheRingGoesRoundManyTimesAndSegmentsRoll) {
  SimLog weft(3);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne, kTwo}).ok());
  weft.on([&] { ASSERT_TRUE(weft.log().set_retention(kOne, {.segment_bytes = 100'000}).ok()); });
  std::int64_t bytes = 0;
  for (int i = 0; i < 600; ++i) {
    const SharedBytes batch = make_batch(std::to_string(i), {.value_bytes = 9'000});
    bytes += static_cast<std::int64_t>(batch.size());
    ASSERT_TRUE(weft.append(i % 3 == 0 ? kTwo : kOne, batch).ok()) << i;
  }
  EXPECT_GT(bytes, 4 << 20) << "several laps of a ring of 1 MiB";
  EXPECT_EQ(weft.read_all(kOne)->size(), 400U);
  EXPECT_GT(weft.state_of(kOne)->segment_count, 30U);
  weft.stop();
  weft.disk().crash();
  ASSERT_TRUE(weft.start().ok());
  EXPECT_EQ(weft.read_all(kOne)->size(), 400U);
  EXPECT_EQ(weft.read_all(kTwo)->size(), 200U);
}

TEST(Log, ACleanShutdownEmptiesTheRing) {
  SimLog weft(4);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  ASSERT_TRUE(weft.append(kOne, make_batch("x")).ok());
  ASSERT_TRUE(weft.close().ok());
  weft.stop();
  const auto slots = weft.disk().list("data/journal").value();
  for (const env::DirectoryEntry& slot : slots) ASSERT_TRUE(weft.disk().remove("data/journal/" + slot.name).ok());
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(weft.disk().open(fmt::format("data/journal/{:02}", i), env::OpenMode::kCreate).ok());
  ASSERT_TRUE(weft.start().ok());
  EXPECT_EQ(weft.read_all(kOne)->size(), 1U) << "nothing was needed from the journal";
}

TEST(Log, SetsBecomeVisibleTogetherOrNotAtAll) {
  SimLog weft(5);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne, kTwo}).ok());
  const auto appended = weft.append_set({{kOne, make_batch("a")}, {kTwo, make_batch("b")}, {kOne, make_batch("c")}});
  ASSERT_TRUE(appended.ok());
  EXPECT_EQ((*appended)[2].base_offset, Offset(1));
  Buffer broken = to_buffer(make_batch("d").view());
  broken.back() ^= std::byte{1};
  EXPECT_EQ(weft.append_set({{kOne, make_batch("d")}, {kTwo, SharedBytes(broken)}}).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(weft.append_set({{kOne, make_batch("d")}, {partition_id(9), make_batch("d")}}).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(weft.append_set({{kOne, make_batch("d", {.value_bytes = 100'000})}}).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(weft.state_of(kOne)->assigned_end, Offset(2)) << "a refused set leaves nothing assigned";
}

SharedBytes produced(int sequence, int epoch = 0, int records = 2) {
  return make_batch(fmt::format("p{}", sequence), {.record_count = records,
                                                   .producer = ProducerId(5),
                                                   .epoch = ProducerEpoch(static_cast<std::int16_t>(epoch)),
                                                   .sequence = Sequence(sequence)});
}

TEST(Log, AnIdempotentProducersResendsGapsAndOldEpochsAreTold) {
  SimLog weft(6);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne, kTwo}).ok());
  for (int life = 0; life < 3; ++life) {
    for (int i = 0; i < 8; ++i) ASSERT_TRUE(weft.append(kOne, produced(life * 16 + i * 2)).ok());
    const AppendedSlice again = weft.append(kOne, produced(life * 16 + 8)).value();
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.base_offset, Offset(life * 16 + 8));
    EXPECT_EQ(weft.append(kOne, produced(life * 16 + 2)).error().code, ErrorCode::kOutOfOrderSequence)
        << "only the last five are remembered";
    EXPECT_EQ(weft.append(kOne, produced(life * 16 + 18)).error().code, ErrorCode::kOutOfOrderSequence);
    // A gap in the last slice of a set takes back what the first had changed.
    EXPECT_FALSE(weft.append_set({{kOne, produced(life * 16 + 16)}, {kOne, produced(life * 16 + 20)}}).ok());
    if (life == 0) {
      ASSERT_TRUE(weft.close().ok());
    }
    weft.stop();
    weft.disk().crash();
    ASSERT_TRUE(weft.start().ok());
  }
  EXPECT_EQ(weft.append(kOne, produced(4, 1)).error().code, ErrorCode::kOutOfOrderSequence);
  EXPECT_TRUE(weft.append(kOne, produced(0, 1)).ok()) << "a new epoch begins at 0";
  EXPECT_EQ(weft.append(kOne, produced(48, 0)).error().code, ErrorCode::kFenced);
  EXPECT_TRUE(weft.append(kTwo, produced(100)).ok()) << "one that is not known may have expired";
}

TEST(Log, RetentionBySizeAndTimeDeletesWholeSegments) {
  SimLog weft(7);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne, kTwo}).ok());
  const std::int64_t now = weft.sim().clock().wall_ms();
  weft.on([&] {
    EXPECT_TRUE(weft.log().set_retention(kOne, {.retention_bytes = 30'000, .segment_bytes = 10'000}).ok());
    EXPECT_TRUE(weft.log().set_retention(kTwo, {.retention_ms = 60'000, .segment_bytes = 10'000}).ok());
  });
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(weft.append(kOne, make_batch("x", {.value_bytes = 1'000, .timestamp = now})).ok());
    ASSERT_TRUE(weft.append(kTwo, make_batch("x", {.value_bytes = 1'000, .timestamp = now + i})).ok());
  }
  weft.advance(std::chrono::seconds(15));
  const PartitionState by_size = weft.state_of(kOne).value();
  EXPECT_GT(by_size.log_start, Offset(60));
  EXPECT_GE(by_size.bytes, 30'000U);
  EXPECT_LT(by_size.bytes, 45'000U);
  EXPECT_EQ(weft.state_of(kTwo)->log_start, Offset(0));
  weft.advance(std::chrono::seconds(120));
  EXPECT_EQ(weft.state_of(kTwo)->log_start, Offset(100)) << "the last segment is rolled and goes too";
  EXPECT_EQ(weft.append(kTwo, make_batch("y"))->base_offset, Offset(100)) << "offsets are never used again";
  const auto files = weft.disk().list(fmt::format("data/topics/{}/0", kOne.topic)).value();
  EXPECT_LT(files.size(), 12U) << "files are gone once a checkpoint has passed";
  weft.stop();
  weft.disk().crash();
  ASSERT_TRUE(weft.start().ok());
  EXPECT_EQ(weft.state_of(kOne)->log_start, by_size.log_start);
  EXPECT_EQ(weft.read(kOne, Offset(0)).error().code, ErrorCode::kOutOfRange);
}

TEST(Log, ARaisedLogStartIsDurableAndNeverFalls) {
  SimLog weft(8);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(weft.append(kOne, make_batch("x")).ok());
  const auto raise = [&](int to) {
    return weft.wait<void>([&](auto done) { weft.log().raise_log_start(kOne, Offset(to), std::move(done)); });
  };
  EXPECT_EQ(raise(11).error().code, ErrorCode::kOutOfRange);
  ASSERT_TRUE(raise(7).ok());
  ASSERT_TRUE(raise(3).ok());
  weft.stop();
  weft.disk().crash();
  ASSERT_TRUE(weft.start().ok());
  EXPECT_EQ(weft.state_of(kOne)->log_start, Offset(7));
}

TEST(Log, WhatReplayCannotNeedIsFreedPieceByPieceOnceTheRaisedStartIsDurable) {
  SimLog weft(31);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  weft.on([&] { EXPECT_TRUE(weft.log().set_retention(kOne, {.segment_bytes = 100'000}).ok()); });
  for (int i = 0; i < 250; ++i) ASSERT_TRUE(weft.append(kOne, make_batch("x", {.value_bytes = 1'000})).ok());
  weft.advance(std::chrono::seconds(75));  // a checkpoint passes
  const std::string path = fmt::format("data/topics/{}/0/{:020}.log", kOne.topic, 0);
  const Buffer checkpoint = env::read_file(weft.disk(), "data/checkpoint", 1 << 20).value();
  std::vector<std::uint64_t> sizes{weft.disk().open(path, env::OpenMode::kRead).value()->size().value()};
  ASSERT_GT(sizes.front(), 90'000U);
  ASSERT_TRUE(
      weft.wait<void>([&](auto done) { weft.log().raise_log_start(kOne, Offset(250), std::move(done)); }).ok());
  weft.run_until([&] {
    const auto file = weft.disk().open(path, env::OpenMode::kRead);
    if (file.ok() && (*file)->size().value() < sizes.back()) sizes.push_back((*file)->size().value());
    return !file.ok();
  });
  EXPECT_GE(sizes.size(), 5U) << "cut in pieces before it is unlinked";
  EXPECT_EQ(env::read_file(weft.disk(), "data/checkpoint", 1 << 20).value(), checkpoint) << "no checkpoint was needed";
  weft.stop();
  weft.disk().crash();
  ASSERT_TRUE(weft.start().ok());
  EXPECT_EQ(weft.state_of(kOne)->log_start, Offset(250));
  EXPECT_EQ(weft.append(kOne, make_batch("y"))->base_offset, Offset(250));
}

TEST(Log, ARemovedPartitionIsGoneWithItsFiles) {
  SimLog weft(9);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne, kTwo}).ok());
  ASSERT_TRUE(weft.append(kOne, make_batch("x")).ok());
  ASSERT_TRUE(weft.remove({kOne, partition_id(77)}).ok()) << "removing what is not there is a success";
  EXPECT_EQ(weft.state_of(kOne).error().code, ErrorCode::kNotFound);
  weft.advance(std::chrono::seconds(5));
  EXPECT_FALSE(weft.disk().exists(fmt::format("data/topics/{}", kOne.topic)));
  weft.stop();
  weft.disk().crash();
  ASSERT_TRUE(weft.start().ok());
  weft.on([&] { EXPECT_EQ(weft.log().partitions(), std::vector{kTwo}); });
}

TEST(Log, BelowTheReserveOnlyInternalTopicsMayWrite) {
  SimLog weft(10, nullptr, {.free_bytes_min = 1 << 20});
  weft.disk().set_capacity(4 << 20);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne, kTwo}).ok());
  Result<AppendedSlice> appended = error(ErrorCode::kInternal, "");
  for (int i = 0; i < 1'000; ++i) {
    appended = weft.append(kOne, make_batch("x", {.value_bytes = 20'000}));
    if (!appended.ok()) break;
  }
  ASSERT_FALSE(appended.ok());
  EXPECT_EQ(appended.error().code, ErrorCode::kDiskFull);
  EXPECT_TRUE(weft.append_set({{kTwo, make_batch("state"), true}}).ok());
  bool room = false;
  weft.on([&] { weft.log().on_room([&] { room = true; }); });
  ASSERT_TRUE(weft.remove({kOne}).ok()) << "deleting works";
  EXPECT_TRUE(weft.run_until([&] { return room; }));
  EXPECT_TRUE(weft.append(kTwo, make_batch("x")).ok());
}

TEST(Log, AResendIsKnownOnAFullDiskToo) {
  SimLog weft(10, nullptr, {.free_bytes_min = 1 << 20});
  weft.disk().set_capacity(4 << 20);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne, kTwo}).ok());
  const SharedBytes batch =
      make_batch("mine", {.producer = ProducerId(7), .epoch = ProducerEpoch(0), .sequence = Sequence(0)});
  ASSERT_TRUE(weft.append(kTwo, batch).ok());
  for (int i = 0; i < 1'000; ++i)
    if (!weft.append(kOne, make_batch("x", {.value_bytes = 20'000})).ok()) break;
  EXPECT_EQ(weft.append(kTwo, make_batch("other")).error().code, ErrorCode::kDiskFull);
  const Result<AppendedSlice> again = weft.append(kTwo, batch);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->base_offset, Offset(0));
}

TEST(Log, AProducersFirstBatchThatFoundNoRoomIsStillItsFirst) {
  SimLog weft(10, nullptr, {.free_bytes_min = 1 << 20});
  weft.disk().set_capacity(4 << 20);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne, kTwo}).ok());
  for (int i = 0; i < 1'000; ++i)
    if (!weft.append(kOne, make_batch("x", {.value_bytes = 20'000})).ok()) break;
  const auto batch = [](int sequence) {
    return make_batch("mine", {.producer = ProducerId(7), .epoch = ProducerEpoch(0), .sequence = Sequence(sequence)});
  };
  EXPECT_EQ(weft.append(kTwo, batch(0)).error().code, ErrorCode::kDiskFull);
  bool room = false;
  weft.on([&] { weft.log().on_room([&] { room = true; }); });
  ASSERT_TRUE(weft.remove({kOne}).ok());
  ASSERT_TRUE(weft.run_until([&] { return room; }));
  EXPECT_EQ(weft.append(kTwo, batch(1)).error().code, ErrorCode::kOutOfOrderSequence) << "it was under way with the first";
  EXPECT_EQ(weft.append(kTwo, batch(0))->base_offset, Offset(0));
  EXPECT_EQ(weft.append(kTwo, batch(1))->base_offset, Offset(1));
}

TEST(Log, WhatWasSequencedBeforeTheDiskFilledWaitsInvisible) {
  SimLog weft(11);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  ASSERT_TRUE(weft.append(kOne, make_batch("x")).ok());
  weft.disk().set_capacity(weft.disk().used_bytes());
  int answered = 0;
  for (int i = 0; i < 4; ++i) {  // more than was reserved ahead
    const auto appended = weft.append_now({{kOne, make_batch("y", {.value_bytes = 30'000})}},
                                          [&](Result<void> result) { answered += result.ok() ? 1 : 0; });
    ASSERT_TRUE(appended.ok());
  }
  weft.advance(std::chrono::seconds(1));
  EXPECT_LT(answered, 4);
  EXPECT_FALSE(weft.failure().has_value()) << "a full disk is no failure";
  EXPECT_LT(weft.state_of(kOne)->visible_end, weft.state_of(kOne)->assigned_end);
  weft.disk().set_capacity(UINT64_MAX);
  EXPECT_TRUE(weft.run_until([&] { return answered == 4; }));
  EXPECT_EQ(weft.state_of(kOne)->visible_end, weft.state_of(kOne)->assigned_end);
}

TEST(Log, PressureIsToldAndSoIsRoom) {
  SimLog weft(12);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  int rooms = 0;
  int refused = 0;
  weft.on([&] {
    weft.log().on_room([&] { ++rooms; });
    for (int i = 0; i < 100; ++i) {
      AppendSlice slice{kOne, make_batch("x", {.value_bytes = 10'000})};
      const auto appended = weft.log().append({&slice, 1}, [](Result<void>) {});
      if (!appended.ok()) {
        EXPECT_EQ(appended.error().code, ErrorCode::kExhausted);
        ++refused;
      }
    }
  });
  EXPECT_GT(refused, 50);
  EXPECT_TRUE(weft.run_until([&] { return rooms > 0; }));
  EXPECT_TRUE(weft.append(kOne, make_batch("y")).ok());
}

TEST(Log, TheFirstRecordAtOrAfterATimeIsFound) {
  SimLog weft(13);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  weft.on([&] { (void)weft.log().set_retention(kOne, {.retention_ms = -1, .segment_bytes = 20'000}); });
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(
        weft.append(kOne, make_batch("x", {.record_count = 3, .value_bytes = 300, .timestamp = 1'000 + i * 10})).ok());
  const auto find = [&](std::int64_t timestamp) {
    return weft
        .wait<std::optional<TimestampedOffset>>(
            [&](auto done) { weft.log().find_timestamp(kOne, Timestamp(timestamp), std::move(done)); })
        .value();
  };
  EXPECT_EQ(find(0)->offset, Offset(0));
  EXPECT_EQ(find(1'002)->offset, Offset(2));
  EXPECT_EQ(find(1'003)->offset, Offset(3));
  EXPECT_EQ(find(1'003)->timestamp, Timestamp(1'010));
  EXPECT_EQ(find(2'501)->offset, Offset(451));
  EXPECT_FALSE(find(10'000).has_value());
}

TEST(Log, AReadHonoursItsBoundButGivesAtLeastOneBatch) {
  SimLog weft(14);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(weft.append(kOne, make_batch("x", {.value_bytes = 30'000})).ok());
  EXPECT_EQ(weft.read(kOne, Offset(3), 1)->batches.size(), 1U);
  EXPECT_EQ(weft.read(kOne, Offset(3), 95'000)->batches.size(), 3U);
  EXPECT_EQ(record::load_header(weft.read(kOne, Offset(3), 1)->batches[0].data()).base_offset, Offset(3));
}

TEST(Log, WithoutDirectWritesItSyncsThroughThePageCache) {
  auto disk = std::make_shared<env::SimulatedDisk>(15);
  disk->refuse_direct();
  SimLog weft(15, disk);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(weft.append(kOne, make_batch("x")).ok());
  weft.stop();
  disk->crash();
  ASSERT_TRUE(weft.start().ok());
  EXPECT_EQ(weft.read_all(kOne)->size(), 20U);
}

TEST(Log, ADirectoryInUseIsRefused) {
  SimLog weft(16);
  ASSERT_TRUE(weft.start().ok());
  SimLog other(17, weft.shared_disk());
  EXPECT_EQ(other.start().error().code, ErrorCode::kConflict);
}

TEST(Log, AClosedLogCanBeOpenedAgainOnTheSameLoop) {
  auto disk = std::make_shared<env::SimulatedDisk>(24);
  env::SimEnv sim(24, {.disk = disk});
  const auto loop = sim.make_loop("log");
  for (int life = 0; life < 3; ++life) {
    auto log = Log::open(sim, *loop, {.directory = "data", .journal_slot_bytes = 256 << 10, .journal_slot_count = 4});
    ASSERT_TRUE(log.ok()) << log.error().message;
    bool closed = false;
    sim.run_on(*loop, [&] { (*log)->close([&](Result<void> result) { closed = result.ok(); }); });
    ASSERT_TRUE(sim.run_until([&] { return closed; }));
    sim.run_on(*loop, [&] { log->reset(); });
  }
}

TEST(Log, AFailedWriteOrSyncStopsTheProcess) {
  for (const std::string part : {"journal", ".log"}) {
    SimLog weft(18);
    ASSERT_TRUE(weft.start().ok());
    ASSERT_TRUE(weft.create({kOne}).ok());
    weft.disk().fail_next_write(part);
    EXPECT_FALSE(weft.append(kOne, make_batch("x")).ok());
    EXPECT_TRUE(weft.failure().has_value());
  }
}

void overwrite(env::Disk& disk, const std::string& path, std::string_view text) {
  const auto file = disk.open(path, env::OpenMode::kCreate).value();
  ASSERT_TRUE(file->truncate(0).ok());
  ASSERT_TRUE(file->write_at(0, as_bytes(text)).ok());
}

TEST(Log, WhatItDoesNotUnderstandItDoesNotTouch) {
  SimLog weft(19);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  ASSERT_TRUE(weft.append(kOne, make_batch("x")).ok());
  ASSERT_TRUE(weft.close().ok());
  weft.stop();
  weft.disk().restart_process();
  const Buffer checkpoint = env::read_file(weft.disk(), "data/checkpoint", 1 << 20).value();
  overwrite(weft.disk(), "data/FORMAT", "weft data 2\n");
  EXPECT_EQ(weft.start().error().code, ErrorCode::kUnsupported);
  weft.disk().restart_process();
  overwrite(weft.disk(), "data/FORMAT", "weft data 1\n");
  weft.disk().flip_bit("data/checkpoint", 400);
  EXPECT_EQ(weft.start().error().code, ErrorCode::kCorrupt);
  weft.disk().restart_process();
  ASSERT_TRUE(weft.disk().remove("data/checkpoint").ok());
  EXPECT_EQ(weft.start().error().code, ErrorCode::kCorrupt) << "topics without a checkpoint are no new directory";
  weft.disk().restart_process();
  overwrite(weft.disk(), "data/checkpoint", as_text(checkpoint));
  EXPECT_TRUE(weft.start().ok());
}

TEST(Log, ADamagedEntryThatWasDurableIsRefusedAndATornTailIsCut) {
  for (const bool last : {false, true}) {
    SimLog weft(20);
    ASSERT_TRUE(weft.start().ok());
    ASSERT_TRUE(weft.create({kOne}).ok());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(weft.append(kOne, make_batch("x")).ok());
    weft.stop();
    weft.disk().restart_process();
    // The start's barrier, the control entry, then three batches: one block each.
    weft.disk().flip_bit("data/journal/00", ((last ? 4 : 3) * 4096 + 60) * 8);
    const auto started = weft.start();
    if (last) {
      ASSERT_TRUE(started.ok()) << started.error().message;
      EXPECT_EQ(weft.read_all(kOne)->size(), 2U) << "before its barrier the last entry looks torn: the stated limit";
    } else {
      EXPECT_EQ(started.error().code, ErrorCode::kCorrupt);
      EXPECT_NE(started.error().message.find("journal/00 at 12288"), std::string::npos) << started.error().message;
    }
  }
}

TEST(Log, ADamagedBatchMakesItsSetsPartitionsReadOnlyAndNothingElse) {
  SimLog weft(21);
  const PartitionId three = partition_id(3);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne, kTwo, three}).ok());
  ASSERT_TRUE(weft.append(kOne, make_batch("whole")).ok());
  ASSERT_TRUE(weft.append_set({{kOne, make_batch("bad")}, {kTwo, make_batch("bad")}}).ok());
  ASSERT_TRUE(weft.append(three, make_batch("whole")).ok());
  weft.stop();
  weft.disk().restart_process();
  weft.disk().flip_bit("data/journal/00", (3 * 4096 + 104 + 2 * 72 + 61 + 20) * 8);
  for (int start = 0; start < 2; ++start) {
    ASSERT_TRUE(weft.start().ok());
    EXPECT_EQ(weft.read_all(kOne)->size(), 1U);
    EXPECT_EQ(weft.append(kOne, make_batch("x")).error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(weft.append(kTwo, make_batch("x")).error().code, ErrorCode::kCorrupt);
    EXPECT_TRUE(weft.append(three, make_batch("x")).ok());
    ASSERT_TRUE(weft.close().ok()) << "and it is not forgotten with the journal";
    weft.stop();
    weft.disk().restart_process();
  }
}

TEST(Log, AnIndexThatLiesCostsTimeAndNothingElse) {
  SimLog weft(22);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne}).ok());
  weft.on([&] { (void)weft.log().set_retention(kOne, {.retention_ms = -1, .segment_bytes = 100'000}); });
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(weft.append(kOne, make_batch("x", {.value_bytes = 5'000})).ok());
  ASSERT_TRUE(weft.close().ok());
  weft.stop();
  weft.disk().restart_process();
  const std::string directory = fmt::format("data/topics/{}/0", kOne.topic);
  const auto entries = weft.disk().list(directory).value();
  int spoiled = 0;
  for (const auto& entry : entries)
    if (entry.name.ends_with(".index")) {
      const auto file = weft.disk().open(directory + "/" + entry.name, env::OpenMode::kReadWrite).value();
      ASSERT_TRUE(file->write_at(16, Buffer(48, static_cast<std::byte>(++spoiled))).ok());
    }
  ASSERT_GT(spoiled, 2);
  ASSERT_TRUE(weft.start().ok());
  for (int i = 0; i < 60; ++i)
    EXPECT_EQ(record::load_header(weft.read(kOne, Offset(i), 1)->batches[0].data()).base_offset, Offset(i));
}

TEST(Inspect, AWholeLogIsVerifiedAndPrintedAndAFlippedBitIsNamed) {
  SimLog weft(23);
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.create({kOne, kTwo}).ok());
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(weft.append(kOne, make_batch("x", {.value_bytes = 2'000})).ok());
  ASSERT_TRUE(weft.close().ok());
  weft.stop();
  weft.disk().restart_process();
  ASSERT_TRUE(weft.start().ok());
  ASSERT_TRUE(weft.append(kTwo, make_batch("in the journal")).ok());
  EXPECT_EQ(verify(weft.disk(), "data").error().code, ErrorCode::kConflict);
  weft.stop();
  weft.disk().restart_process();

  const VerifyReport report = verify(weft.disk(), "data").value();
  EXPECT_TRUE(report.is_whole()) << report.faults.front();
  EXPECT_EQ(report.batch_count, 30U);
  EXPECT_EQ(report.entry_count, 2U) << "the start's barrier and one batch";
  EXPECT_GT(report.index_entry_count, 5U);
  std::string printed;
  ASSERT_TRUE(
      inspect(weft.disk(), "data", true, [&](std::string_view line) { printed += std::string(line) + "\n"; }).ok());
  EXPECT_NE(printed.find("offsets=29..29"), std::string::npos) << printed;
  EXPECT_NE(printed.find("journal/00 at"), std::string::npos);

  weft.disk().flip_bit(fmt::format("data/topics/{}/0/00000000000000000000.log", kOne.topic), 5'000 * 8);
  const VerifyReport damaged = verify(weft.disk(), "data").value();
  ASSERT_EQ(damaged.faults.size(), 1U);
  EXPECT_NE(damaged.faults[0].find("CRC-32C"), std::string::npos) << damaged.faults[0];
  EXPECT_EQ(verify(weft.disk(), "nowhere").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace weft::log
