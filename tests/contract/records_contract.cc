#include <algorithm>
#include <set>

#include "contract/cluster_contract.h"

namespace weft::contract {
namespace {

using stream::NewRecord;
using stream::OffsetQuery;
using stream::TopicPartition;

class Records : public ClusterContract {
 protected:
  std::vector<std::string> numbered(const std::string& prefix, int count) {
    std::vector<std::string> texts;
    for (int i = 0; i < count; ++i) texts.push_back(prefix + std::to_string(i));
    return texts;
  }
};

TEST_P(Records, AppendedRecordsAreFetchedAsTheyWere) {
  const auto to = make_topic();
  const std::vector<NewRecord> records = {
      {.key = "k", .value = "v", .headers = {{"h", "1"}, {"h", "2"}, {"none", std::nullopt}, {"empty", ""}}, .timestamp = Timestamp(1'700'000'000'001)},
      {.key = std::nullopt, .value = "no key", .headers = {}, .timestamp = Timestamp(1'700'000'000'002)},
      {.key = "tombstone", .value = std::nullopt, .headers = {}, .timestamp = Timestamp(1'700'000'000'003)},
      {.key = "", .value = "", .headers = {}, .timestamp = Timestamp(1'700'000'000'000)},
      {.key = std::string("\0\xff\n", 3), .value = std::string(1000, '\0'), .headers = {}, .timestamp = Timestamp(1'700'000'000'004)},
  };
  const auto appended = append(to, batch_of(records));
  ASSERT_TRUE(appended.ok()) << appended.error().message;
  EXPECT_EQ(appended->base_offset, Offset(0));
  EXPECT_EQ(appended->last_offset, Offset(4));
  const auto seen = read(to);
  ASSERT_EQ(seen.size(), records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(seen[i].offset, static_cast<std::int64_t>(i));
    EXPECT_EQ(seen[i].key, records[i].key) << i;
    EXPECT_EQ(seen[i].value, records[i].value) << i;
    EXPECT_EQ(seen[i].headers, records[i].headers) << i;
    EXPECT_EQ(seen[i].timestamp, records[i].timestamp.get()) << i;
  }
}

TEST_P(Records, ARecordWithoutATimestampGetsOne) {
  const auto to = make_topic();
  const auto before = subject().clock().wall_ms();
  ASSERT_TRUE(append(to, batch({"now"})).ok());
  const auto seen = read(to);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_GE(seen[0].timestamp, before - 1000);
  EXPECT_LE(seen[0].timestamp, subject().clock().wall_ms() + 1000);
}

TEST_P(Records, AppendsKeepTheirOrderAndOffsetsFollowIt) {
  const auto to = make_topic();
  std::vector<std::shared_ptr<Pending<stream::Appended>>> pending;
  for (int i = 0; i < 100; ++i) pending.push_back(begin_append(to, batch(numbered("b" + std::to_string(i) + "-", 3))));
  Offset next(0);
  for (auto& one : pending) {
    const auto appended = one->wait(subject());
    ASSERT_TRUE(appended.ok()) << appended.error().message;
    EXPECT_EQ(appended->base_offset, next);
    EXPECT_EQ(appended->last_offset, next + 2);
    next = appended->last_offset + 1;
  }
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i)
    for (const auto& text : numbered("b" + std::to_string(i) + "-", 3)) expected.push_back(text);
  EXPECT_EQ(values(to), expected);
}

TEST_P(Records, PlacedComesOnceAndNoLaterThanDurable) {
  const auto to = make_topic();
  auto placed = std::make_shared<Pending<stream::Appended>>();
  auto durable = std::make_shared<Pending<stream::Appended>>();
  auto placed_first = std::make_shared<std::atomic<bool>>(false);
  cluster().append({to, batch({"a", "b"})}, soon(), completion<stream::Appended>(placed),
                   [placed, placed_first, done = completion<stream::Appended>(durable)](Result<stream::Appended> result) mutable {
                     *placed_first = placed->completions == 1;
                     done(std::move(result));
                   });
  const auto at_last = durable->wait(subject());
  ASSERT_TRUE(at_last.ok()) << at_last.error().message;
  EXPECT_TRUE(*placed_first);
  const auto at_first = placed->wait(subject());
  EXPECT_EQ(at_first->base_offset, at_last->base_offset);
  EXPECT_EQ(at_first->last_offset, at_last->last_offset);
}

TEST_P(Records, WhatIsDurableIsVisible) {
  const auto to = make_topic();
  for (int i = 0; i < 20; ++i) {
    const auto appended = append(to, batch({std::to_string(i)}));
    ASSERT_TRUE(appended.ok());
    EXPECT_EQ(bounds(to)->high_watermark, appended->last_offset + 1);
    EXPECT_EQ(values(to, appended->base_offset), std::vector<std::string>{std::to_string(i)});
  }
}

TEST_P(Records, AppendingToWhatIsNotThereFailsAndMakesNothing) {
  const auto name = topic_name();
  auto appended = append({name, PartitionIndex(0)}, batch({"x"}));
  ASSERT_FALSE(appended.ok());
  EXPECT_EQ(appended.error().code, ErrorCode::kNotFound) << appended.error().message;
  EXPECT_TRUE(describe({name})->empty());
  auto to = make_topic();
  to.partition = PartitionIndex(7);
  appended = append(to, batch({"x"}));
  ASSERT_FALSE(appended.ok());
  EXPECT_EQ(appended.error().code, ErrorCode::kNotFound) << appended.error().message;
}

TEST_P(Records, AnEmptyBatchIsRefused) {
  const auto appended = append(make_topic(), cluster().make_builder());
  ASSERT_FALSE(appended.ok());
  EXPECT_EQ(appended.error().code, ErrorCode::kInvalidArgument) << appended.error().message;
}

TEST_P(Records, ABatchOverTheTopicsLimitIsRefusedAndNothingOfItIsThere) {
  const auto to = make_topic(1, {{"max.message.bytes", "2000"}});
  const auto refused = append(to, batch({std::string(5000, 'x')}));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge) << refused.error().message;
  ASSERT_TRUE(append(to, batch({"small"})).ok());
  EXPECT_EQ(values(to), std::vector<std::string>{"small"});
}

TEST_P(Records, ABuilderCountsWhatItHolds) {
  const auto builder = batch({std::string(100, 'a'), std::string(200, 'b')});
  EXPECT_EQ(builder->record_count(), 2u);
  EXPECT_GE(builder->bytes(), 300u);
}

TEST_P(Records, BigBatchesComeBackWhole) {
  const auto to = make_topic();
  std::vector<std::string> texts;
  for (int i = 0; i < 800; ++i) texts.push_back(std::to_string(i) + std::string(1000, static_cast<char>('a' + i % 26)));
  const auto appended = append(to, batch(texts));
  ASSERT_TRUE(appended.ok()) << appended.error().message;
  EXPECT_EQ(values(to), texts);
}

// ---- Fetch

TEST_P(Records, AtTheEndAFetchWithoutWaitAnswersAtOnceWithNothing) {
  const auto from = make_topic();
  auto fetched = fetch({from, Offset(0)});
  ASSERT_TRUE(fetched.ok()) << fetched.error().message;
  EXPECT_TRUE(fetched->batches.empty());
  EXPECT_EQ(fetched->bounds.log_start, Offset(0));
  EXPECT_EQ(fetched->bounds.high_watermark, Offset(0));
  EXPECT_EQ(fetched->next_offset, Offset(0));
  ASSERT_TRUE(append(from, batch({"a", "b"})).ok());
  fetched = fetch({from, Offset(2)});
  ASSERT_TRUE(fetched.ok());
  EXPECT_TRUE(fetched->batches.empty());
  EXPECT_EQ(fetched->bounds.high_watermark, Offset(2));
}

TEST_P(Records, AtTheEndAFetchWaitsForTheNextRecord) {
  const auto from = make_topic();
  ASSERT_TRUE(append(from, batch({"before"})).ok());
  auto waiting = begin<stream::Fetched>([&](auto done) {
    cluster().fetch({from, Offset(1), 1 << 20, std::chrono::seconds(50)}, soon(), std::move(done));
  });
  ASSERT_TRUE(append(from, batch({"awaited"})).ok());
  const auto fetched = waiting->wait(subject());
  ASSERT_TRUE(fetched.ok()) << fetched.error().message;
  ASSERT_FALSE(fetched->batches.empty());
  const auto seen = records_of(*fetched->batches.front());
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back().value, "awaited");
}

TEST_P(Records, AWaitThatIsOverEndsWithNothing) {
  const auto from = make_topic();
  ASSERT_TRUE(append(from, batch({"a"})).ok());
  const auto fetched = fetch({from, Offset(1), 1 << 20, std::chrono::milliseconds(30)});
  ASSERT_TRUE(fetched.ok()) << fetched.error().message;
  EXPECT_TRUE(fetched->batches.empty());
  EXPECT_EQ(fetched->bounds.high_watermark, Offset(1));
  EXPECT_EQ(fetched->next_offset, Offset(1));
}

TEST_P(Records, OutsideTheLogAFetchNamesTheBounds) {
  const auto from = make_topic();
  ASSERT_TRUE(append(from, batch(numbered("r", 17))).ok());
  for (const auto offset : {Offset(18), Offset(1'000'000), Offset(-1)}) {
    const auto fetched = fetch({from, offset});
    ASSERT_FALSE(fetched.ok()) << offset.get();
    EXPECT_EQ(fetched.error().code, ErrorCode::kOutOfRange) << fetched.error().message;
    EXPECT_NE(fetched.error().message.find("17"), std::string::npos) << fetched.error().message;
  }
  const auto nowhere = fetch({{from.topic, PartitionIndex(9)}, Offset(0)});
  ASSERT_FALSE(nowhere.ok());
  EXPECT_EQ(nowhere.error().code, ErrorCode::kNotFound) << nowhere.error().message;
}

TEST_P(Records, AFirstBatchLargerThanTheLimitIsReturnedWhole) {
  const auto from = make_topic();
  const std::string big(200'000, 'x');
  ASSERT_TRUE(append(from, batch({big})).ok());
  const auto fetched = fetch({from, Offset(0), 1000});
  ASSERT_TRUE(fetched.ok()) << fetched.error().message;
  ASSERT_FALSE(fetched->batches.empty());
  EXPECT_EQ(records_of(*fetched->batches.front()).at(0).value, big);
}

TEST_P(Records, TheSmallestLimitStillMakesProgress) {
  const auto from = make_topic();
  std::vector<std::string> expected;
  for (int i = 0; i < 30; ++i) {
    const auto texts = numbered(std::to_string(i) + ".", 5);
    ASSERT_TRUE(append(from, batch(texts)).ok());
    expected.insert(expected.end(), texts.begin(), texts.end());
  }
  std::vector<std::string> got;
  for (auto& record : read(from, Offset(0), 1)) got.push_back(*record.value);
  EXPECT_EQ(got, expected);
}

TEST_P(Records, AReaderBeginsAnywhere) {
  const auto from = make_topic();
  ASSERT_TRUE(append(from, batch(numbered("r", 10))).ok());
  ASSERT_TRUE(append(from, batch(numbered("s", 10))).ok());
  for (int offset = 19; offset >= 0; --offset) {
    const auto seen = read(from, Offset(offset));
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(20 - offset)) << offset;
    EXPECT_EQ(seen.front().offset, offset);
    EXPECT_EQ(seen.back().value, "s9");
  }
}

TEST_P(Records, ReadersAtDifferentPlacesDoNotDisturbOneAnother) {
  const auto from = make_topic();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(from, batch(numbered(std::to_string(i) + ".", 50))).ok());
  struct Reader {
    Offset next;
    std::int64_t count = 0;
  };
  std::vector<Reader> readers;
  for (int i = 0; i < 7; ++i) readers.push_back({Offset(i * 100)});
  for (bool is_done = false; !is_done;) {
    is_done = true;
    std::vector<std::pair<Reader*, std::shared_ptr<Pending<stream::Fetched>>>> round;
    for (auto& reader : readers) {
      if (reader.next >= Offset(1000)) continue;
      is_done = false;
      round.emplace_back(&reader, begin<stream::Fetched>(
                                      [&](auto done) { cluster().fetch({from, reader.next, 2000}, soon(), std::move(done)); }));
    }
    for (auto& [reader, pending] : round) {
      const auto fetched = pending->wait(subject());
      ASSERT_TRUE(fetched.ok()) << fetched.error().message;
      ASSERT_FALSE(fetched->batches.empty());
      for (const auto& one : fetched->batches) {
        for (const auto& record : records_of(*one)) {
          if (record.offset < reader->next.get()) continue;
          EXPECT_EQ(record.offset, reader->next.get());
          reader->next = Offset(record.offset + 1);
          ++reader->count;
        }
      }
    }
  }
  for (int i = 0; i < 7; ++i) EXPECT_EQ(readers[i].count, 1000 - i * 100);
}

TEST_P(Records, EverybodyWhoWaitsAtTheEndGetsTheRecord) {
  const auto from = make_topic();
  ASSERT_TRUE(append(from, batch({"before"})).ok());
  std::vector<std::shared_ptr<Pending<stream::Fetched>>> waiting;
  for (int i = 0; i < 12; ++i)
    waiting.push_back(begin<stream::Fetched>([&](auto done) {
      cluster().fetch({from, Offset(1), 1 << 20, std::chrono::seconds(50)}, soon(), std::move(done));
    }));
  ASSERT_TRUE(append(from, batch({"for all"})).ok());
  for (auto& one : waiting) {
    const auto fetched = one->wait(subject());
    ASSERT_TRUE(fetched.ok()) << fetched.error().message;
    ASSERT_FALSE(fetched->batches.empty());
    EXPECT_EQ(records_of(*fetched->batches.front()).back().value, "for all");
  }
}

// ---- Batches

TEST_P(Records, ABatchSaysWhereItsRecordsAre) {
  const auto from = make_topic();
  ASSERT_TRUE(append(from, batch(numbered("r", 25))).ok());
  const auto fetched = fetch({from, Offset(0)});
  ASSERT_TRUE(fetched.ok());
  std::size_t count = 0;
  for (const auto& one : fetched->batches) {
    const auto seen = records_of(*one);
    EXPECT_EQ(one->record_count(), seen.size());
    for (const auto& record : seen) {
      EXPECT_GE(record.offset, one->first_offset().get());
      EXPECT_LE(record.offset, one->last_offset().get());
    }
    count += seen.size();
  }
  EXPECT_EQ(count, 25u);
}

TEST_P(Records, AVisitStopsWhenToldToAndGivesTheFieldsAskedFor) {
  const auto from = make_topic();
  const NewRecord record{.key = "key", .value = "value", .headers = {{"header", "h"}}};
  ASSERT_TRUE(append(from, batch_of({record, record, record})).ok());
  const auto fetched = fetch({from, Offset(0)});
  ASSERT_TRUE(fetched.ok());
  ASSERT_FALSE(fetched->batches.empty());
  int visits = 0;
  ASSERT_TRUE(fetched->batches.front()->visit({}, [&](const stream::RecordView&) { return ++visits < 2; }).ok());
  EXPECT_EQ(visits, 2);
  ASSERT_TRUE(fetched->batches.front()
                  ->visit({.key = true, .value = false, .headers = true},
                          [&](const stream::RecordView& seen) {
                            EXPECT_EQ(as_text(seen.key.value_or(ByteView())), "key");
                            EXPECT_EQ(seen.headers.size(), 1u);
                            return false;
                          })
                  .ok());
  ASSERT_TRUE(fetched->batches.front()
                  ->visit({.key = false, .value = true, .headers = false},
                          [&](const stream::RecordView& seen) {
                            EXPECT_EQ(as_text(seen.value.value_or(ByteView())), "value");
                            EXPECT_TRUE(seen.headers.empty());
                            return false;
                          })
                  .ok());
}

TEST_P(Records, ABatchOutlivesItsTopic) {
  const auto from = make_topic();
  ASSERT_TRUE(append(from, batch({"kept"})).ok());
  const auto fetched = fetch({from, Offset(0)});
  ASSERT_TRUE(fetched.ok());
  ASSERT_FALSE(fetched->batches.empty());
  ASSERT_TRUE(remove(from.topic).ok());
  EXPECT_EQ(records_of(*fetched->batches.front()).at(0).value, "kept");
}

// ---- Offsets

TEST_P(Records, OffsetsAreFoundByEndAndByTime) {
  const auto in = make_topic(2);
  const TopicPartition other{in.topic, PartitionIndex(1)};
  std::vector<NewRecord> records;
  for (int i = 0; i < 10; ++i) records.push_back({.key = std::nullopt, .value = "v", .headers = {}, .timestamp = Timestamp(1'700'000'000'000 + i * 1000)});
  ASSERT_TRUE(append(in, batch_of(records)).ok());
  using At = OffsetQuery::At;
  const auto found = find({{in, At::kEarliest, kNoTimestamp},
                           {in, At::kLatest, kNoTimestamp},
                           {other, At::kLatest, kNoTimestamp},
                           {in, At::kTimestamp, Timestamp(1'700'000'003'000)},
                           {in, At::kTimestamp, Timestamp(1'700'000'003'001)},
                           {in, At::kTimestamp, Timestamp(1)},
                           {in, At::kTimestamp, Timestamp(1'800'000'000'000)},
                           {other, At::kEarliest, kNoTimestamp}});
  ASSERT_TRUE(found.ok()) << found.error().message;
  std::vector<std::int64_t> offsets;
  for (const auto& one : *found) offsets.push_back(one.offset.get());
  EXPECT_EQ(offsets, (std::vector<std::int64_t>{0, 10, 0, 3, 4, 0, 10, 0}));
  EXPECT_EQ((*found)[3].timestamp, Timestamp(1'700'000'003'000));
  EXPECT_EQ((*found)[4].timestamp, Timestamp(1'700'000'004'000));
}

TEST_P(Records, OffsetsAndBoundsOfWhatIsNotThereAreNotFound) {
  auto in = make_topic();
  const auto nowhere = bounds({topic_name(), PartitionIndex(0)});
  ASSERT_FALSE(nowhere.ok());
  EXPECT_EQ(nowhere.error().code, ErrorCode::kNotFound) << nowhere.error().message;
  in.partition = PartitionIndex(5);
  const auto found = find({{in, OffsetQuery::At::kLatest, kNoTimestamp}});
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::kNotFound) << found.error().message;
}

TEST_P(Records, BoundsComeInTheOrderAsked) {
  const auto in = make_topic(3);
  const TopicPartition second{in.topic, PartitionIndex(1)};
  const TopicPartition third{in.topic, PartitionIndex(2)};
  ASSERT_TRUE(append(second, batch({"a", "b"})).ok());
  ASSERT_TRUE(append(third, batch({"c"})).ok());
  const auto found = await<std::vector<stream::PartitionBounds>>(
      [&](auto done) { cluster().bounds({third, in, second}, soon(), std::move(done)); });
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_EQ(found->size(), 3u);
  EXPECT_EQ((*found)[0].high_watermark, Offset(1));
  EXPECT_EQ((*found)[1].high_watermark, Offset(0));
  EXPECT_EQ((*found)[2].high_watermark, Offset(2));
}

TEST_P(Records, ManyConcurrentAppendsLoseAndDoubleNothing) {
  constexpr int kPartitions = 8;
  constexpr int kAppends = 60;
  const auto topic = make_topic(kPartitions).topic;
  std::vector<std::shared_ptr<Pending<stream::Appended>>> pending;
  for (int i = 0; i < kAppends; ++i)
    for (int p = 0; p < kPartitions; ++p)
      pending.push_back(begin_append({topic, PartitionIndex(p)}, batch(numbered(std::to_string(i) + ".", 10))));
  for (auto& one : pending) {
    const auto appended = one->wait(subject());
    ASSERT_TRUE(appended.ok()) << appended.error().message;
  }
  std::vector<std::string> expected;
  for (int i = 0; i < kAppends; ++i)
    for (const auto& text : numbered(std::to_string(i) + ".", 10)) expected.push_back(text);
  for (int p = 0; p < kPartitions; ++p) EXPECT_EQ(values({topic, PartitionIndex(p)}), expected) << "partition " << p;
}

std::string kind_name(const testing::TestParamInfo<SubjectKind>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Contract, Records, testing::ValuesIn(subject_kinds()), kind_name);

}  // namespace
}  // namespace weft::contract
