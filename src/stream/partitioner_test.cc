#include "stream/partitioner.h"

#include <gtest/gtest.h>

namespace weft::stream {
namespace {

TEST(Partitioner, HashesAsTheJavaClientDoes) {
  const auto signed_hash = [](std::string_view text) { return static_cast<std::int32_t>(murmur2(as_bytes(text))); };
  EXPECT_EQ(signed_hash("21"), -973932308);
  EXPECT_EQ(signed_hash("foobar"), -790332482);
  EXPECT_EQ(signed_hash("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(signed_hash("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(signed_hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(signed_hash("abc"), 479470107);
}

TEST(Partitioner, StaysWithinThePartitions) {
  for (int i = 0; i < 1000; ++i) {
    const auto partition = partition_of(as_bytes("User_" + std::to_string(i)), 7);
    EXPECT_GE(partition.get(), 0);
    EXPECT_LT(partition.get(), 7);
  }
}

}  // namespace
}  // namespace weft::stream
