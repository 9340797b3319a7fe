#include "broker/traffic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "broker/limits.h"

namespace weft::broker {
namespace {

env::MonotonicTime at(std::int64_t seconds) { return env::MonotonicTime(std::chrono::seconds(seconds)); }

TEST(Traffic, TheRateIsThatOfTheLastWholeSeconds) {
  TopicTraffic traffic;
  for (std::int64_t second = 1000; second < 1020; ++second) traffic.add(at(second), {5, 500, 0});
  EXPECT_DOUBLE_EQ(traffic.rates(at(1020)).records_in, 5);
  EXPECT_DOUBLE_EQ(traffic.rates(at(1020)).bytes_in, 500);
  EXPECT_DOUBLE_EQ(traffic.rates(at(1025)).records_in, 2.5);
  EXPECT_DOUBLE_EQ(traffic.rates(at(1040)).records_in, 0);
}

TEST(Traffic, FifteenMinutesAreKeptAndNoMore) {
  TopicTraffic traffic;
  for (std::int64_t second = 0; second < 2000; ++second) traffic.add(at(second), {1, 10, 0});
  const auto slots = traffic.records_in_by_slot(at(2000));
  ASSERT_EQ(slots.size(), TopicTraffic::kSlotCount);
  EXPECT_TRUE(std::all_of(slots.begin(), slots.end(), [](auto count) { return count == 10; }));
  const auto later = traffic.records_in_by_slot(at(2450));
  EXPECT_EQ(std::accumulate(later.begin(), later.end(), std::uint64_t{0}), 450u);
  EXPECT_EQ(traffic.total().records_in, 2000u);
}

TEST(Traffic, ClientsAreRememberedOnceAndTheOldestGivesWay) {
  TopicTraffic traffic;
  for (int i = 0; i < 3; ++i) traffic.saw({"billing", "User:a", "10.0.0.1", "billing-group"}, 100 + i);
  ASSERT_EQ(traffic.clients().size(), 1u);
  EXPECT_EQ(traffic.clients()[0].first_seen_ms, 100);
  EXPECT_EQ(traffic.clients()[0].last_seen_ms, 102);
  for (std::size_t i = 0; i < kObservedClientsMax; ++i) {
    const std::string id = "c" + std::to_string(i);
    traffic.saw({id, "User:a", "10.0.0.1", "", true}, 1000 + static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(traffic.clients().size(), kObservedClientsMax);
  EXPECT_TRUE(std::none_of(traffic.clients().begin(), traffic.clients().end(), [](const auto& client) { return client.client_id == "billing"; }));
}

}  // namespace
}  // namespace weft::broker
