#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "base/function.h"
#include "base/result.h"
#include "base/uuid.h"
#include "base/varint.h"

namespace weft {
namespace {

Result<int> halve(int value) {
  if (value % 2 != 0) return error(ErrorCode::kInvalidArgument, "{} is odd", value);
  return value / 2;
}

Result<int> quarter(int value) {
  TRY_ASSIGN(const int half, halve(value));
  return halve(half);
}

TEST(Result, TryPassesTheFirstErrorOn) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "3 is odd");
  EXPECT_EQ(quarter(7).error().code, ErrorCode::kInvalidArgument);
}

TEST(Crc32c, MatchesTheVectorsOfRfc3720) {
  const Buffer zeros(32, std::byte{0});
  const Buffer ones(32, std::byte{0xff});
  EXPECT_EQ(crc32c(zeros), 0x8a9136aaU);
  EXPECT_EQ(crc32c(ones), 0x62a8ab43U);
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
}

TEST(Crc32c, OfLongBytesIsTheSameInOnePieceAndInMany) {
  Buffer bytes(100'000);
  std::uint32_t seed = 1;
  for (auto& byte : bytes) byte = static_cast<std::byte>((seed = seed * 1664525 + 1013904223) >> 24);
  std::uint32_t pieces = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min<std::size_t>(7 + at % 501, bytes.size() - at);
    pieces = crc32c_extend(pieces, ByteView(bytes).subspan(at, size));
    at += size;
  }
  EXPECT_EQ(crc32c(bytes), pieces);
}

TEST(Varint, RoundTripsAtEveryLength) {
  for (const std::int64_t value : {0L, -1L, 1L, 63L, 64L, -65L, 300L, 1L << 31, 1L << 62, INT64_MIN, INT64_MAX}) {
    Buffer out;
    append_varint(out, value);
    EXPECT_EQ(out.size(), uvarint_size(zigzag(value)));
    ByteReader reader(out);
    EXPECT_EQ(reader.varint("value").value(), value);
    EXPECT_EQ(reader.remaining(), 0U);
  }
}

TEST(Varint, LongerThan64BitsIsRefused) {
  const Buffer endless(11, std::byte{0xff});
  EXPECT_EQ(ByteReader(endless).uvarint("length").error().code, ErrorCode::kCorrupt);
}

TEST(Uuid, IsPrintedAsKafkaPrintsTopicIds) {
  const Uuid id = Uuid::from_random(0x0123456789abcdefULL, 0xfedcba9876543210ULL);
  EXPECT_EQ(id.to_string().size(), 22U);
  EXPECT_EQ(Uuid::parse(id.to_string()).value(), id);
  EXPECT_EQ(Uuid{}.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_FALSE(Uuid::parse("short").ok());
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAA!").ok());
}

TEST(Function, HoldsMoveOnlyCallablesSmallAndLarge) {
  auto owned = std::make_unique<int>(41);
  Function<int(int)> small = [owned = std::move(owned)](int add) { return *owned + add; };
  Function<int(int)> moved = std::move(small);
  EXPECT_FALSE(small);  // NOLINT: a moved-from Function is empty, and says so
  EXPECT_EQ(moved(1), 42);
  std::array<int, 100> many{};
  many[7] = 7;
  Function<int()> large = [many] { return many[7]; };
  EXPECT_EQ(large(), 7);
}

}  // namespace
}  // namespace weft
