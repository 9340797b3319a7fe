#include "record/compaction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/varint.h"
#include "record/builder.h"

namespace weft::record {
namespace {

constexpr Timestamp kWritten{1'800'000'000'000};
constexpr Timestamp kNow{1'800'000'500'000};

struct Given {
  std::string key;
  std::optional<std::string> value;
};

SharedBytes batch_of(const std::vector<Given>& records, Codec codec = Codec::kNone, std::int64_t base_offset = 100) {
  BatchBuilder builder(codec);
  builder.set_producer(ProducerId{7}, ProducerEpoch{1}, Sequence{40});
  const RecordHeader header{"trace", as_bytes("abc")};
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto value = records[i].value ? std::optional(as_bytes(*records[i].value)) : std::nullopt;
    builder.add(as_bytes(records[i].key), value, kWritten + static_cast<std::int64_t>(i), {&header, 1});
  }
  Buffer built = std::move(*builder.build());
  store_be(built.data(), base_offset);
  return SharedBytes(std::move(built));
}

/// "offset:key=value@milliseconds since kWritten"
std::vector<std::string> records_of(const SharedBytes& batch) {
  std::vector<std::string> records;
  if (batch.size() == 0) return records;
  EXPECT_TRUE(crc_holds(batch.view()));
  auto reader = std::move(*RecordReader::open(batch.view()));
  RecordView view;
  while (*reader.next(view)) {
    EXPECT_EQ(view.header_count, 1u);
    records.push_back(fmt::format("{}:{}={}@{}", view.offset.get(), as_text(view.key.value_or(ByteView{})),
                                  view.value ? as_text(*view.value) : "null", view.timestamp - kWritten));
  }
  return records;
}

CompactionRules keeping(std::vector<std::int64_t> offsets, Timestamp now = kNow) {
  return {[offsets = std::move(offsets)](const RecordView& record) {
            return std::ranges::find(offsets, record.offset.get()) != offsets.end();
          },
          now, 1000};
}

using Records = std::vector<std::string>;

TEST(CompactBatch, WhatIsSupersededGoesAndTheRestKeepsItsOffsetsTimesAndHeaders) {
  for (const Codec codec : {Codec::kNone, Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd}) {
    const SharedBytes batch = batch_of({{"a", "1"}, {"b", "2"}, {"a", "3"}, {"c", "4"}}, codec);
    const auto compacted = compact_batch(batch, keeping({101, 102}));
    ASSERT_TRUE(compacted.ok()) << compacted.error().message;
    EXPECT_EQ(records_of(compacted->batch), (Records{"101:b=2@1", "102:a=3@2"}));
    EXPECT_EQ(compacted->records_dropped, 2);
    const BatchHeader before = load_header(batch.data());
    const BatchHeader after = load_header(compacted->batch.data());
    EXPECT_EQ(after.codec(), codec);
    EXPECT_EQ(after.base_offset, before.base_offset);
    EXPECT_EQ(after.last_offset(), before.last_offset()) << "the batch covers the offsets it always did";
    EXPECT_EQ(after.producer_id, before.producer_id);
    EXPECT_EQ(after.last_sequence(), before.last_sequence()) << "a resend is still known";
    EXPECT_EQ(after.max_timestamp, before.max_timestamp);
  }
}

TEST(CompactBatch, ABatchThatStaysWholeIsNotWrittenAnew) {
  const SharedBytes batch = batch_of({{"a", "1"}, {"b", "2"}}, Codec::kZstd);
  const auto compacted = compact_batch(batch, keeping({100, 101}));
  EXPECT_EQ(compacted->batch.data(), batch.data());
}

TEST(CompactBatch, ABatchOfWhichNothingStaysIsEmpty) {
  const auto compacted = compact_batch(batch_of({{"a", "1"}}), keeping({}));
  EXPECT_EQ(compacted->batch.size(), 0u);
  EXPECT_EQ(compacted->records_dropped, 1);
}

TEST(CompactBatch, ATombstoneStaysForItsTimeAndThenGoes) {
  const SharedBytes batch = batch_of({{"a", std::nullopt}, {"b", "2"}});
  const auto first = compact_batch(batch, keeping({100, 101}));
  EXPECT_TRUE(first->holds_tombstones);
  EXPECT_EQ(records_of(first->batch), (Records{"100:a=null@0", "101:b=2@1"})) << "times are as they were";
  EXPECT_EQ(load_header(first->batch.data()).base_timestamp, kNow + 1000) << "when it may go";

  const auto early = compact_batch(first->batch, keeping({100, 101}, kNow + 999));
  EXPECT_EQ(early->batch.data(), first->batch.data()) << "not yet, and its time is not put off";
  const auto late = compact_batch(first->batch, keeping({100, 101}, kNow + 1000));
  EXPECT_EQ(records_of(late->batch), (Records{"101:b=2@1"}));
  EXPECT_FALSE(late->holds_tombstones);
}

TEST(CompactBatch, RecordsWithoutAKeyGo) {
  BatchBuilder builder;
  builder.add(std::nullopt, as_bytes("x"), kWritten);
  const auto compacted = compact_batch(SharedBytes(std::move(*builder.build())), keeping({0}));
  EXPECT_EQ(compacted->records_kept, 0);
}

TEST(CompactBatch, ControlBatchesStay) {
  BatchBuilder builder;
  builder.set_control(true);
  builder.add(as_bytes("k"), as_bytes("v"), kWritten);
  const SharedBytes batch(std::move(*builder.build()));
  EXPECT_EQ(compact_batch(batch, keeping({}))->batch.data(), batch.data());
}

TEST(CompactBatch, AnEmptyBatchKeepsProducerSequenceAndOffsets) {
  const SharedBytes batch = batch_of({{"a", "1"}, {"b", "2"}}, Codec::kLz4);
  const SharedBytes empty = empty_batch(batch.view());
  EXPECT_EQ(empty.size(), kBatchHeaderBytes);
  EXPECT_TRUE(records_of(empty).empty());
  const BatchHeader header = load_header(empty.data());
  EXPECT_EQ(header.last_offset().get(), 101);
  EXPECT_EQ(header.last_sequence().get(), 41);
  EXPECT_EQ(compact_batch(empty, keeping({}))->batch.data(), empty.data()) << "and stays as it is";
}

TEST(CompactBatch, WhatCannotBeReadIsAnError) {
  SharedBytes batch = batch_of({{"a", "1"}, {"b", "2"}}, Codec::kZstd);
  Buffer broken = to_buffer(batch.view());
  broken[kBatchHeaderBytes + 6] ^= std::byte{0xff};
  EXPECT_FALSE(compact_batch(SharedBytes(std::move(broken)), keeping({100})).ok());
}

}  // namespace
}  // namespace weft::record
