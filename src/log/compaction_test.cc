// Compaction: the last record of every key stays, at its offset, whatever crashes.
#include "log/compaction.h"

#include <gtest/gtest.h>

#include <map>

#include "base/varint.h"
#include "log/inspect.h"
#include "log/key_map.h"
#include "log/log_fixture.h"
#include "record/records.h"

namespace weft::log {
namespace {

const PartitionId kOne = partition_id(1);

struct Record {
  std::string key;
  std::optional<std::string> value;
};

SharedBytes keyed_batch(const std::vector<Record>& records, std::int64_t timestamp, const BatchSpec& producer = {}) {
  record::BatchBuilder builder(record::Codec::kLz4);
  if (producer.producer != kNoProducerId) builder.set_producer(producer.producer, producer.epoch, producer.sequence);
  for (const Record& record : records)
    builder.add(as_bytes(record.key), record.value ? std::optional(as_bytes(*record.value)) : std::nullopt,
                Timestamp(timestamp));
  return SharedBytes(builder.build().value());
}

using Last = std::map<std::string, std::pair<std::int64_t, std::string>>;  ///< Offset and value; "null" for tombstones.

class Compacting : public ::testing::Test {
 protected:
  explicit Compacting(SimLog::Settings settings = {}) : weft(5, nullptr, std::move(settings)) {
    policy.compact = true;
    policy.retention_ms = -1;
    policy.segment_bytes = 2000;
    policy.dirty_ratio_min = 0.3;
  }

  void start() {
    ASSERT_TRUE(weft.start().ok());
    ASSERT_TRUE(weft.create({kOne}).ok());
    apply_policy();
  }
  void restart() {
    ASSERT_TRUE(weft.start().ok());
    apply_policy();
  }
  void apply_policy() {
    weft.on([&] { ASSERT_TRUE(weft.log().set_retention(kOne, policy).ok()); });
  }
  std::int64_t now_ms() { return weft.sim().clock().wall_ms(); }
  void append(const std::vector<Record>& records) {
    const auto appended = weft.append(kOne, keyed_batch(records, now_ms()));
    ASSERT_TRUE(appended.ok()) << appended.error().message;
    for (std::size_t i = 0; i < records.size(); ++i)
      last[records[i].key] = {appended->base_offset.get() + static_cast<std::int64_t>(i),
                              records[i].value.value_or("null")};
  }
  void append_many(int count, int keys) {
    for (int i = 0; i < count; ++i)
      append({{fmt::format("key-{}", i % keys), fmt::format("value-{}-{}", ++written, std::string(60, 'x'))}});
  }
  /// Long enough for a tick, a compaction and the checkpoints around it.
  void let_it_work() { weft.advance(std::chrono::seconds(150)); }

  /// Every record that is there, and that each can be reached from any offset.
  std::vector<std::pair<std::int64_t, Record>> records() {
    std::vector<std::pair<std::int64_t, Record>> all;
    const auto batches = weft.read_all(kOne);
    EXPECT_TRUE(batches.ok()) << (batches.ok() ? "" : batches.error().message);
    if (!batches.ok()) return all;
    for (const SharedBytes& batch : *batches) {
      auto reader = record::RecordReader::open(batch.view()).value();
      record::RecordView view;
      while (reader.next(view).value())
        all.push_back({view.offset.get(),
                       {std::string(as_text(*view.key)),
                        view.value ? std::optional(std::string(as_text(*view.value))) : std::nullopt}});
    }
    return all;
  }
  void expect_last_of_every_key() {
    Last found;
    for (const auto& [offset, record] : records()) found[record.key] = {offset, record.value.value_or("null")};
    EXPECT_EQ(found, last);
    const PartitionState state = weft.state_of(kOne).value();
    for (Offset at = state.log_start; at < state.visible_end; at = at + 1) {
      const auto read = weft.read(kOne, at, 1);
      ASSERT_TRUE(read.ok()) << read.error().message;
      ASSERT_FALSE(read->batches.empty()) << "a reader at " << at.get() << " would wait for ever";
      EXPECT_GE(record::load_header(read->batches[0].data()).last_offset(), at);
    }
  }

  SimLog weft;
  RetentionPolicy policy;
  Last last;
  int written = 0;
};

TEST_F(Compacting, TheLastRecordOfEveryKeyStaysAtItsOffset) {
  start();
  append_many(300, 10);
  const std::uint64_t before = weft.state_of(kOne)->bytes;
  let_it_work();
  expect_last_of_every_key();
  EXPECT_LT(records().size(), 60u) << "the open segment and the last of ten keys";
  EXPECT_LT(weft.state_of(kOne)->bytes, before / 3);
  EXPECT_EQ(weft.state_of(kOne)->visible_end, Offset(300)) << "what was handed out stays handed out";
}

TEST_F(Compacting, RoundAfterRoundAndAfterRestarts) {
  start();
  for (int round = 0; round < 5; ++round) {
    append_many(120, 7 + round);
    let_it_work();
    expect_last_of_every_key();
    if (round % 2 == 0) {
      weft.stop();
      weft.disk().crash();
    } else {
      ASSERT_TRUE(weft.close().ok());
    }
    restart();
    expect_last_of_every_key();
  }
  EXPECT_LT(weft.state_of(kOne)->segment_count, 8u) << "small neighbours became one";
}

TEST_F(Compacting, ATombstoneIsSeenForItsTimeAndThenItsKeyIsGone) {
  policy.delete_retention_ms = 3'600'000;
  start();
  append({{"gone", "once"}});
  append_many(60, 3);
  append({{"gone", std::nullopt}});
  append_many(60, 3);
  let_it_work();
  expect_last_of_every_key();
  weft.advance(std::chrono::minutes(90));
  append_many(120, 3);  // tombstones go with the next round
  let_it_work();
  last.erase("gone");
  expect_last_of_every_key();
}

TEST_F(Compacting, AResendOfACompactedBatchIsStillKnown) {
  start();
  const auto from_producer = [&](std::int32_t sequence, const std::string& key) {
    return keyed_batch({{key, "v"}}, now_ms(),
                       {.producer = ProducerId{9}, .epoch = ProducerEpoch{0}, .sequence = Sequence{sequence}});
  };
  const SharedBytes second = from_producer(1, "key-1");
  ASSERT_TRUE(weft.append(kOne, from_producer(0, "key-0")).ok());
  ASSERT_TRUE(weft.append(kOne, second).ok());
  append_many(200, 5);
  let_it_work();
  expect_last_of_every_key();
  ASSERT_TRUE(weft.close().ok());
  restart();
  const auto again = weft.append(kOne, second);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->base_offset, Offset(1));
}

TEST_F(Compacting, RecordsAreLeftAloneForTheirLag) {
  policy.compaction_lag_ms_min = 3'600'000;
  start();
  append_many(200, 5);
  let_it_work();
  EXPECT_EQ(records().size(), 200u);
  weft.advance(std::chrono::minutes(61));
  EXPECT_LT(records().size(), 60u);
  expect_last_of_every_key();
}

TEST_F(Compacting, AnOpenSegmentDoesNotWaitLongerThanTheLagAllows) {
  policy.compaction_lag_ms_max = 600'000;
  start();
  append_many(15, 3);
  let_it_work();
  EXPECT_EQ(records().size(), 15u);
  weft.advance(std::chrono::minutes(11));
  EXPECT_EQ(records().size(), 3u);
  expect_last_of_every_key();
}

TEST_F(Compacting, WhatIsOverdueDoesNotWaitForACheckpointsTurn) {
  policy.compaction_lag_ms_max = 100;
  start();
  append_many(15, 3);
  weft.advance(std::chrono::seconds(15));
  EXPECT_EQ(records().size(), 3u);
  expect_last_of_every_key();
}

TEST_F(Compacting, FilesOfBeforeGoWithTheNextCheckpointAndEverythingVerifies) {
  start();
  append_many(300, 10);
  let_it_work();
  ASSERT_TRUE(weft.close().ok());
  const std::string directory = fmt::format("data/topics/{}/0", kOne.topic);
  const auto files = weft.disk().list(directory).value();
  weft.stop();
  EXPECT_LT(files.size(), 10u);
  const auto report = verify(weft.disk(), "data").value();
  EXPECT_TRUE(report.faults.empty()) << report.faults.front();
}

TEST_F(Compacting, WhatDiesWithItIsNeitherLostNorLeftBehind) {
  // A power loss after every number of steps: before, inside and after a compaction and its checkpoint.
  for (int seconds = 1; seconds < 120; seconds += 7) {
    SCOPED_TRACE(seconds);
    last.clear();
    weft.stop();
    weft.disk().crash();
    ASSERT_TRUE(env::remove_all(weft.disk(), "data").ok());
    start();
    append_many(150, 6);
    weft.advance(std::chrono::seconds(seconds));
    weft.stop();
    weft.disk().crash();
    restart();
    expect_last_of_every_key();
    let_it_work();
    expect_last_of_every_key();
  }
}

TEST(KeyMap, KnowsTheLastOffsetOfEachKeyAndIsBounded) {
  KeyMap map(7, 5000);
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 5000; ++i) ASSERT_TRUE(map.put(as_bytes(std::to_string(i)), Offset(round * 5000 + i)));
  EXPECT_EQ(map.size(), 5000u);
  EXPECT_FALSE(map.put(as_bytes("another"), Offset(1))) << "no room";
  EXPECT_EQ(map.find(as_bytes("another")), Offset(-1));
  EXPECT_TRUE(map.put(as_bytes("17"), Offset(99'999))) << "known keys need none";
  EXPECT_EQ(map.find(as_bytes("17")), Offset(99'999));
  EXPECT_EQ(map.find(as_bytes("4999")), Offset(9999));
}

TEST(Compaction, WhatTheKeysHaveNoRoomForWaitsForTheNextRound) {
  auto disk = std::make_shared<env::SimulatedDisk>(3);
  ASSERT_TRUE(env::make_directories(*disk, "p").ok());
  auto files = std::make_shared<SegmentFiles>(*disk, "p", Offset(0), 0, true);
  SegmentRecord record;
  record.sealed = true;
  std::vector<Buffer> batches;
  for (int i = 0; i < 40; ++i) {
    Buffer batch =
        to_buffer(keyed_batch({{fmt::format("key-{}", i % 20), std::to_string(i)}}, 1'800'000'000'000).view());
    store_be(batch.data(), std::int64_t{i});
    ASSERT_TRUE((*files->log())->write_at(record.bytes, batch).ok());
    record.bytes += batch.size();
    record.end = Offset(i + 1);
  }
  Compaction first(*disk, {"p", {{record, files}}, {}, {}, 1'800'000'000'000, 1, 10});
  while (first.step().value()) {
  }
  ASSERT_EQ(first.outputs().size(), 1u);
  const Compaction::Output& output = first.outputs()[0];
  EXPECT_EQ(output.record.compacted_end, Offset(10)) << "ten keys had room";
  EXPECT_EQ(output.record.end, Offset(40));
  Compaction second(*disk, {"p", {{output.record, output.files}}, {}, {}, 1'800'000'000'000, 1, 100});
  while (second.step().value()) {
  }
  ASSERT_EQ(second.outputs().size(), 1u);
  EXPECT_EQ(second.outputs()[0].record.compacted_end, Offset(40));
  EXPECT_EQ(second.outputs()[0].record.generation, 2u);
  EXPECT_EQ(second.records_dropped(), 20);
}

}  // namespace
}  // namespace weft::log
