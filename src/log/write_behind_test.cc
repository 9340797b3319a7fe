#include "log/write_behind.h"

#include <gtest/gtest.h>

#include "env/disk_simulated.h"

namespace weft::log {
namespace {

constexpr std::uint64_t kPage = 4096;

class Behind : public ::testing::Test {
 protected:
  std::shared_ptr<SegmentFiles> files(int base) {
    auto made = std::make_shared<SegmentFiles>(disk_, "d", Offset(base), 0, true);
    EXPECT_TRUE(made->log().ok());
    return made;
  }

  env::SimulatedDisk disk_{1};
  WriteBehind behind_;
};

TEST_F(Behind, TheOldestFilesWholePagesAreTakenFirstAndNoMoreThanAsked) {
  const auto one = files(0);
  const auto two = files(100);
  behind_.add(one, 0, 10 * kPage + 5);
  behind_.add(two, 3 * kPage + 1, 2 * kPage);
  behind_.add(one, 10 * kPage + 5, kPage);
  EXPECT_EQ(behind_.bytes(), 11 * kPage + 5 + 2 * kPage + 1) << "from the page that the second begins in";

  const auto first = behind_.take(4 * kPage);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].file, one->open_log());
  EXPECT_EQ(first[0].position, 0U);
  EXPECT_EQ(first[0].bytes, 4 * kPage);
  EXPECT_TRUE(write_back(first).ok());

  const auto rest = behind_.take(100 * kPage);
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0].position, 4 * kPage);
  EXPECT_EQ(rest[0].bytes, 7 * kPage) << "the page that is still being filled waits";
  EXPECT_EQ(rest[1].position, 3 * kPage);
  EXPECT_EQ(rest[1].bytes, 2 * kPage);
  EXPECT_EQ(behind_.bytes(), 0U);

  behind_.add(one, 11 * kPage + 5, kPage);
  const auto more = behind_.take(kPage);
  ASSERT_EQ(more.size(), 1U);
  EXPECT_EQ(more[0].position, 11 * kPage) << "that page is taken once it is full";
}

TEST_F(Behind, WhatWasForgottenOrClosedIsNotTaken) {
  const auto one = files(0);
  const auto two = files(100);
  const auto three = files(200);
  for (const auto& each : {one, two, three}) behind_.add(each, 0, 2 * kPage);
  behind_.forget(*one);
  EXPECT_EQ(behind_.bytes(), 4 * kPage);
  EXPECT_EQ(one.use_count(), 1) << "it is let go";
  two->close();
  const auto ranges = behind_.take(100 * kPage);
  ASSERT_EQ(ranges.size(), 1U);
  EXPECT_EQ(ranges[0].file, three->open_log());
  EXPECT_EQ(behind_.bytes(), 0U);
  EXPECT_TRUE(behind_.take(kPage).empty());
}

}  // namespace
}  // namespace weft::log
