#include "log/log.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace weft::log
