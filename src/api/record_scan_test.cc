#include "api/record_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "api/sample_reader.h"
#include "api/testing/partitioned_cluster.h"
#include "mesh/testing/memory_schemas.h"
#include "state/testing/manual_loop.h"

namespace weft::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Ended = ScanStep::Ended;
using Kind = RecordPlace::Kind;

/// "partition:offset" of each.
std::vector<std::string> places(const std::vector<RawRecord>& records) {
  std::vector<std::string> out;
  for (const RawRecord& record : records) out.push_back(fmt::format("{}:{}", record.partition, record.offset));
  return out;
}

class RecordScanTest : public ::testing::Test {
 protected:
  Result<ScanPlan> plan(ScanRequest request, std::optional<ScanCursor> cursor = {}) {
    request.topic = "t";
    std::optional<Result<ScanPlan>> out;
    plan_scan(loop, cluster, std::move(request), std::move(cursor), [&](auto planned) { out = std::move(planned); });
    loop.run();
    return std::move(*out);
  }
  Result<ScanStep> step(const ScanCursor& cursor, std::string_view where = "", std::size_t limit = 100) {
    FilterFault fault;
    auto filter = std::make_shared<RecordFilter>(*RecordFilter::parse(where, fault));
    std::optional<Result<ScanStep>> out;
    step_scan(loop, cluster, std::make_shared<RecordSelector>(loop, loop, schemas, filter), "t", cursor, limit,
              [&](auto done) { out = std::move(done); });
    loop.run();
    return std::move(*out);
  }
  /// Every step there is, through the cursors' texts; stops at the bound.
  ScanStep all(ScanCursor cursor, std::string_view where = "", std::size_t limit = 100) {
    ScanStep sum;
    for (;;) {
      ScanStep next = *step(cursor, where, limit);
      EXPECT_LE(next.records.size(), limit);
      sum.scanned += next.scanned;
      std::move(next.records.begin(), next.records.end(), std::back_inserter(sum.records));
      sum.ended = next.ended;
      sum.cursor = next.cursor;
      if (next.ended != Ended::kNo) return sum;
      cursor = ScanCursor::parse(next.cursor.to_string()).value();
    }
  }
  void fill(std::int32_t partition, int count, std::size_t bytes = 1) {
    auto& records = cluster.partitions[partition];
    for (int i = 0; i < count; ++i)
      records.push_back(
          {i, 1'000 + i * 10 + partition, fmt::format(R"({{"n":{},"pad":"{}"}})", i, std::string(bytes, 'x'))});
  }

  state::testing::ManualLoop loop;
  testing::PartitionedCluster cluster{loop};
  mesh::testing::MemorySchemas schemas{loop};
};

TEST_F(RecordScanTest, ThePlanSaysWhatIsReadAtMostAndReadsNothing) {
  fill(0, 1000, 100);
  fill(1, 3000, 100);
  const auto planned = *plan({.records_max = 2000});
  EXPECT_EQ(planned.bound.records, 2000);
  EXPECT_EQ(planned.bound.bytes, kScanBytesMax);
  EXPECT_EQ(planned.offsets, 4000);
  EXPECT_EQ(planned.partitions, 2u);
  EXPECT_NEAR(static_cast<double>(planned.bytes_estimate.value()), 2000 * 118, 2000 * 3);
  EXPECT_EQ(cluster.fetches, 0u);
  const auto small = *plan({.partition = 0});
  EXPECT_EQ(small.bound.records, 1000) << "there are no more";
  EXPECT_NEAR(static_cast<double>(small.bytes_estimate.value()), 1000 * 118, 1000 * 3);
  EXPECT_EQ(plan({.partition = 7}).error().code, ErrorCode::kNotFound);
}

TEST_F(RecordScanTest, TheBoundEndsItAndTheCursorGoesOnFromThere) {
  fill(0, 100);
  fill(1, 100);
  for (const auto from : {Kind::kEarliest, Kind::kNewest}) {
    const auto planned = *plan({.from = {from}, .records_max = 30});
    const ScanStep first = all(planned.cursor);
    EXPECT_EQ(first.ended, Ended::kBound);
    EXPECT_EQ(first.scanned, 30);
    EXPECT_THAT(first.records, SizeIs(30));
    const auto more = *plan({}, first.cursor);
    EXPECT_EQ(more.offsets, 170);
    const ScanStep rest = all(more.cursor);
    EXPECT_EQ(rest.ended, Ended::kEverythingRead);
    EXPECT_GE(rest.scanned, 170);
    EXPECT_LE(rest.scanned, 200) << "backwards some are read twice";
  }
}

TEST_F(RecordScanTest, BytesAndTimeAreBoundsToo) {
  fill(0, 100, 1000);
  auto cursor = plan({.from = {Kind::kEarliest}})->cursor;
  cursor.left.bytes = 10'000;
  const auto by_bytes = all(cursor);
  EXPECT_EQ(by_bytes.ended, Ended::kBound);
  EXPECT_GE(by_bytes.scanned, 9);
  EXPECT_LE(by_bytes.scanned, 15) << "stops behind the fetch that passed it";
  cursor.left = {1000, kScanBytesMax, 1};
  EXPECT_EQ(all(cursor).ended, Ended::kEverythingRead) << "no time passes in this test";
  cluster.before_fetch = [&] { loop.pass(std::chrono::milliseconds(40)); };
  cursor.left.ms = 100;
  const auto by_time = all(cursor);
  EXPECT_EQ(by_time.ended, Ended::kBound);
  EXPECT_EQ(by_time.scanned, 15);
}

TEST_F(RecordScanTest, AStepEndsAfterHalfASecond) {
  fill(0, 1000);
  cluster.before_fetch = [&] { loop.pass(std::chrono::milliseconds(100)); };
  const auto first = *step(plan({.from = {Kind::kEarliest}})->cursor, "n = 999");
  EXPECT_EQ(first.ended, Ended::kNo);
  EXPECT_EQ(first.scanned, 25);
  EXPECT_EQ(first.cursor.left.ms, kScanMsMax - 500);
}

TEST_F(RecordScanTest, TheNewestMatchesComeFirst) {
  fill(0, 500);
  fill(1, 500);
  const auto found = *step(plan({})->cursor, "n > 100", 4);
  EXPECT_THAT(places(found.records), ElementsAre("1:499", "0:499", "1:498", "0:498"));
  const ScanStep rest = all(found.cursor, "n > 100", 100);
  EXPECT_THAT(rest.records, SizeIs(2 * 399 - 4));
}

TEST_F(RecordScanTest, ARangeOfTimeOrOffsetsIsReadAndNothingElse) {
  fill(0, 50);
  fill(1, 50);
  const auto by_time = *plan(
      {.from = {.kind = Kind::kTime, .time_ms = 1'100}, .until = RecordPlace{.kind = Kind::kTime, .time_ms = 1'121}});
  EXPECT_EQ(by_time.offsets, 5);
  EXPECT_THAT(places(all(by_time.cursor).records), ElementsAre("0:10", "1:10", "0:11", "1:11", "0:12"));
  const auto by_offset = *plan({.partition = 1,
                                .from = {.kind = Kind::kOffset, .partition = 1, .offset = 5},
                                .until = RecordPlace{.kind = Kind::kOffset, .partition = 1, .offset = 8}});
  EXPECT_THAT(places(all(by_offset.cursor).records), ElementsAre("1:5", "1:6", "1:7"));
  // A producer's clock went back: the record stands in the range, and is too old.
  cluster.partitions[0][11].timestamp_ms = 5;
  EXPECT_THAT(places(all(by_time.cursor).records), ElementsAre("0:10", "1:10", "1:11", "0:12"));
  EXPECT_THAT(plan({.from = {.kind = Kind::kTime, .time_ms = 99'999}})->cursor.ranges, IsEmpty());
}

TEST_F(RecordScanTest, WhatRetentionTakesMeanwhileIsPassedOver) {
  fill(0, 100);
  for (const auto from : {Kind::kEarliest, Kind::kNewest}) {
    cluster.log_start[0] = 0;
    const auto planned = *plan({.from = {from}});
    cluster.log_start[0] = 60;
    const auto found = all(planned.cursor);
    EXPECT_EQ(found.ended, Ended::kEverythingRead);
    EXPECT_THAT(found.records, SizeIs(40));
  }
  cluster.log_start[0] = 0;
  const auto planned = *plan({.from = {Kind::kEarliest}});
  cluster.partitions[0].resize(10);
  EXPECT_THAT(all(planned.cursor).records, SizeIs(10)) << "the topic was made anew";
}

TEST_F(RecordScanTest, LargeMatchesEndAStepBeforeTheyFillTheMemory) {
  fill(0, 40, 600'000);
  for (const auto from : {Kind::kEarliest, Kind::kNewest}) {
    const auto planned = *plan({.from = {from}});
    const auto first = *step(planned.cursor);
    std::size_t bytes = 0;
    for (const RawRecord& record : first.records) bytes += record.bytes();
    EXPECT_LE(bytes, kScanStepMatchBytesMax + 1'200'000);
    EXPECT_THAT(first.records, ::testing::Not(IsEmpty()));
    EXPECT_THAT(all(planned.cursor).records, SizeIs(40));
  }
}

TEST_F(RecordScanTest, AFetchThatFailsIsSaidAndTheCursorStaysGood) {
  fill(0, 10);
  auto cursor = plan({.from = {Kind::kEarliest}})->cursor;
  cluster.batch_records = 0;
  EXPECT_THAT(step(cursor).error().message, HasSubstr("partition 0 of t at offset 0"));
  cluster.batch_records = 3;
  EXPECT_THAT(all(cursor).records, SizeIs(10));
}

TEST_F(RecordScanTest, EveryMatchIsFoundOnceWhateverTheLogLooksLike) {
  std::mt19937 random(7);
  const auto below = [&](int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); };
  for (int round = 0; round < 200; ++round) {
    cluster.partitions.clear();
    cluster.log_start.clear();
    cluster.batch_records = static_cast<std::size_t>(1 + below(40));
    std::vector<std::string> expected;
    for (std::int32_t partition = 0; partition < 1 + below(4); ++partition) {
      auto& records = cluster.partitions[partition];
      std::int64_t offset = cluster.log_start[partition] = below(100);
      for (int i = below(400); i > 0; --i) {
        offset += 1 + (below(4) == 0 ? below(30) : 0);
        const int n = below(5);
        records.push_back({offset, 1'000 + below(1000), fmt::format(R"({{"n":{}}})", n)});
        if (n == 3) expected.push_back(fmt::format("{}:{}", partition, offset));
      }
    }
    const bool newest = round % 2 == 0;
    const auto planned = *plan({.from = {newest ? Kind::kNewest : Kind::kEarliest}});
    if (planned.cursor.ranges.empty()) continue;
    const ScanStep found = all(planned.cursor, "n = 3", static_cast<std::size_t>(1 + below(60)));
    EXPECT_EQ(found.ended, Ended::kEverythingRead);
    EXPECT_THAT(places(found.records), ::testing::UnorderedElementsAreArray(expected)) << "round " << round;
    std::map<std::int32_t, std::int64_t> last;
    for (const RawRecord& record : found.records) {
      const auto [at, first] = last.try_emplace(record.partition, record.offset);
      EXPECT_TRUE(first || (newest ? record.offset < at->second : record.offset > at->second));
      at->second = record.offset;
    }
  }
}

TEST(ScanCursor, IsReadBackAsItWasWritten) {
  const ScanCursor cursor{true, {100, 200, 300}, 5, std::nullopt, {{3, 7, 9}, {0, 1, 9'000'000'000'000'000'000}}};
  EXPECT_EQ(cursor.to_string(), "n.100.200.300.5..3-7-9_0-1-9000000000000000000");
  EXPECT_EQ(ScanCursor::parse(cursor.to_string()), cursor);
  EXPECT_EQ(ScanCursor::parse("o.99999999999.1.999999999.1.2.0-0-1")->left.records, kScanRecordsMax);
  EXPECT_EQ(ScanCursor::parse("o.1.1.999999999.1.2.0-0-1")->left.ms, kScanMsMax);
  for (const char* wrong : {"", "n", "x.1.1.1...0-0-1", "n.1.1.1...", "n.1.1.1...0-1-1", "n.1.1.1...0-0-1_",
                            "n.1.1.1...0-0-1_0-5-6", "n.-1.1.1...0-0-1", "n.1.1.1...-1-0-1", "n.1.1.1...0-0-1 ",
                            "n.1.1.1..0-0-1", "n.1.1.1...4294967296-0-1", "n.1.1.1...0-0-99999999999999999999"})
    EXPECT_EQ(ScanCursor::parse(wrong), std::nullopt) << wrong;
  ScanCursor widest{
      false, {kScanRecordsMax, kScanBytesMax, kScanMsMax}, std::numeric_limits<std::int64_t>::max(), 1, {}};
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(kScanPartitionsMax); ++i)
    widest.ranges.push_back({std::numeric_limits<std::int32_t>::max() - i, std::numeric_limits<std::int64_t>::max() - 1,
                             std::numeric_limits<std::int64_t>::max()});
  EXPECT_LE(widest.to_string().size(), ScanCursor::kTextBytesMax);
  EXPECT_EQ(ScanCursor::parse(widest.to_string()), widest);
}

TEST(InOrder, MergesPartitionsByTimeAndKeepsEachInTheOrderOfItsOffsets) {
  const auto record = [](std::int32_t partition, std::int64_t offset, std::int64_t time) {
    return RawRecord{partition, offset, time, {}, {}, {}};
  };
  // Partition 0's clock goes back: no order by time fits its offsets.
  const std::vector<RawRecord> mixed{record(0, 2, 1), record(1, 1, 3), record(0, 1, 5), record(1, 2, 4)};
  EXPECT_THAT(places(in_order(mixed, false)), ElementsAre("1:1", "1:2", "0:1", "0:2"));
  EXPECT_THAT(places(in_order(mixed, true)), ElementsAre("1:2", "1:1", "0:2", "0:1"));
}

}  // namespace
}  // namespace weft::api
