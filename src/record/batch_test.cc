#include "record/batch.h"

#include <gtest/gtest.h>

#include <random>

#include "base/crc32c.h"
#include "record/builder.h"
#include "record/compression.h"
#include "record/records.h"

namespace weft::record {
namespace {

constexpr Codec kCodecs[] = {Codec::kNone, Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd};

Buffer batch_of(int count, Codec codec = Codec::kNone) {
  BatchBuilder builder(codec);
  for (int i = 0; i < count; ++i) {
    const std::string key = "key-" + std::to_string(i);
    const std::string value(static_cast<std::size_t>(i % 50), static_cast<char>('a' + i % 26));
    builder.add(as_bytes(key), as_bytes(value), Timestamp(1'000 + i));
  }
  return builder.build().value();
}

void seal(Buffer& batch) { store_be(batch.data() + 17, crc32c(ByteView(batch).subspan(kBatchPrefixBytes))); }

template <class Int>
Buffer with_field(Buffer batch, std::size_t at, Int value) {
  store_be(batch.data() + at, value);
  seal(batch);
  return batch;
}

ErrorCode refusal(ByteView batch, const BatchRules& rules = {}) { return validate_batch(batch, rules).error().code; }

TEST(Batch, RecordsComeBackAsTheyWerePutInWithEveryCodec) {
  for (const Codec codec : kCodecs) {
    BatchBuilder builder(codec);
    const RecordHeader headers[] = {{"trace", as_bytes("42")}, {"none", std::nullopt}};
    builder.add(std::nullopt, as_bytes("first"), Timestamp(5'000));
    builder.add(as_bytes("k"), std::nullopt, Timestamp(4'000), headers);
    const Buffer batch = builder.build().value();
    const BatchHeader header = validate_batch(batch, {}).value();
    EXPECT_EQ(header.codec(), codec);
    EXPECT_EQ(header.max_timestamp, Timestamp(5'000));

    RecordReader reader = RecordReader::open(batch).value();
    RecordView record;
    ASSERT_TRUE(reader.next(record).value());
    EXPECT_FALSE(record.key.has_value());
    EXPECT_EQ(as_text(*record.value), "first");
    ASSERT_TRUE(reader.next(record).value());
    EXPECT_EQ(record.offset, Offset(1));
    EXPECT_EQ(record.timestamp, Timestamp(4'000));
    EXPECT_EQ(as_text(*record.key), "k");
    EXPECT_FALSE(record.value.has_value());
    ByteView rest = record.header_bytes;
    RecordHeader found;
    ASSERT_TRUE(next_header(rest, found));
    EXPECT_EQ(found.key, "trace");
    EXPECT_EQ(as_text(*found.value), "42");
    ASSERT_TRUE(next_header(rest, found));
    EXPECT_FALSE(found.value.has_value());
    EXPECT_FALSE(next_header(rest, found));
    EXPECT_FALSE(reader.next(record).value());
  }
}

TEST(Batch, AProducersSequenceGoesOnFromBatchToBatchAndWraps) {
  BatchBuilder builder;
  builder.set_producer(ProducerId(7), ProducerEpoch(1), Sequence(INT32_MAX - 1));
  for (int i = 0; i < 3; ++i) builder.add(std::nullopt, as_bytes("x"), Timestamp(1));
  const BatchHeader first = validate_batch(builder.build().value(), {}).value();
  EXPECT_EQ(first.last_sequence(), Sequence(0));
  builder.add(std::nullopt, as_bytes("x"), Timestamp(1));
  EXPECT_EQ(validate_batch(builder.build().value(), {}).value().base_sequence, Sequence(1));
}

TEST(Batch, WhatBreaksTheFormatIsRefusedWithTheKindOfFault) {
  const Buffer good = batch_of(10);
  ASSERT_TRUE(validate_batch(good, {}).ok());
  EXPECT_EQ(refusal(ByteView(good).first(60)), ErrorCode::kCorrupt);
  EXPECT_EQ(refusal(ByteView(good).first(good.size() - 1)), ErrorCode::kCorrupt);
  Buffer flipped = good;
  flipped[80] ^= std::byte{1};
  EXPECT_EQ(refusal(flipped), ErrorCode::kCorrupt);
  EXPECT_EQ(refusal(with_field<std::int8_t>(good, 16, 1)), ErrorCode::kCorrupt);
  EXPECT_EQ(refusal(with_field<std::int32_t>(good, 57, 0)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal(with_field<std::int32_t>(good, 57, 11)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal(with_field<std::int16_t>(good, 21, kControlBit)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal(with_field<std::int16_t>(good, 21, 5)), ErrorCode::kUnsupported);
  EXPECT_EQ(refusal(with_field<std::int64_t>(good, 43, 9)), ErrorCode::kInvalidArgument) << "producer without sequence";
  Buffer longer = good;
  longer.push_back(std::byte{0});
  EXPECT_EQ(refusal(longer), ErrorCode::kInvalidArgument);
}

TEST(Batch, ATopicsRulesAreKept) {
  const Buffer batch = batch_of(10);
  EXPECT_EQ(refusal(batch, {.bytes_max = batch.size() - 1}), ErrorCode::kTooLarge);
  EXPECT_EQ(refusal(batch, {.timestamp_min = Timestamp(2'000)}), ErrorCode::kOutOfRange);
  EXPECT_EQ(refusal(batch, {.timestamp_max = Timestamp(1'005)}), ErrorCode::kOutOfRange);
  BatchBuilder keyless;
  keyless.add(std::nullopt, as_bytes("v"), Timestamp(1));
  EXPECT_EQ(refusal(keyless.build().value(), {.require_key = true}), ErrorCode::kInvalidArgument);
}

TEST(Batch, EveryCutAndEveryFlippedByteOfTheRecordsIsSurvived) {
  const Buffer good = batch_of(3);
  for (std::size_t at = kBatchHeaderBytes; at < good.size(); ++at) {
    for (const unsigned flip : {1U, 0x80U, 0xffU}) {
      Buffer bad = good;
      bad[at] ^= static_cast<std::byte>(flip);
      seal(bad);
      if (!validate_batch(bad, {}).ok()) continue;  // most are found; a flipped letter of a value is not wrong
      RecordReader reader = RecordReader::open(bad).value();
      RecordView record;
      while (reader.next(record).value()) {
      }
    }
  }
}

TEST(Batch, SeveralInARowAreCutApart) {
  Buffer both = batch_of(2);
  const Buffer second = batch_of(3);
  both.insert(both.end(), second.begin(), second.end());
  ByteView rest = both;
  EXPECT_EQ(parse_header(next_batch(rest).value()).value().record_count, 2);
  EXPECT_EQ(parse_header(next_batch(rest).value()).value().record_count, 3);
  EXPECT_TRUE(next_batch(rest).value().empty());
}

TEST(Compression, WhatGoesInComesOut) {
  std::mt19937 random(1);
  for (const Codec codec : kCodecs) {
    for (const std::size_t size : {0UL, 1UL, 100UL, 32'768UL, 300'001UL}) {
      Buffer bytes(size);
      for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i % 3 == 0 ? random() : i);
      const Buffer packed = compress(codec, bytes).value();
      EXPECT_EQ(decompress(codec, packed, size).value(), bytes) << codec_name(codec) << " " << size;
      if (size > 0) {
        EXPECT_EQ(decompress(codec, packed, size - 1).error().code, ErrorCode::kTooLarge)
            << codec_name(codec) << " " << size;
      }
    }
  }
}

TEST(Compression, BareSnappyIsUnderstood) {
  const std::string text = "\x05\x10hello";  // length 5, a literal of 5
  EXPECT_EQ(as_text(decompress(Codec::kSnappy, as_bytes(text), 100).value()), "hello");
}

TEST(Compression, ABombEndsAtTheBound) {
  const Buffer zeros(50'000'000);
  for (const Codec codec : {Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd}) {
    const Buffer packed = compress(codec, zeros).value();
    EXPECT_EQ(decompress(codec, packed, 1'000'000).error().code, ErrorCode::kTooLarge) << codec_name(codec);
  }
}

TEST(Compression, DamageIsAnErrorAndNothingElse) {
  const Buffer text = to_buffer(as_bytes("the quick brown fox jumps over the lazy dog and over the lazy dog again"));
  for (const Codec codec : {Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd}) {
    const Buffer packed = compress(codec, text).value();
    for (std::size_t cut = 1; cut + 1 < packed.size(); ++cut)
      EXPECT_NE(decompress(codec, ByteView(packed).first(cut), 10'000).value_or(Buffer{}), text);
    for (std::size_t at = 0; at < packed.size(); ++at) {
      Buffer bad = packed;
      bad[at] ^= std::byte{0x55};
      (void)decompress(codec, bad, 10'000);
    }
  }
}

}  // namespace
}  // namespace weft::record
