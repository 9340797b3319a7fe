#include "base/metrics.h"

#include <gmock/gmock.h>

#include <thread>

namespace weft {
namespace {

TEST(Metrics, AreExposedSortedWithHelpTypeAndEscapedLabels) {
  Metrics metrics;
  metrics.gauge("weft_connections", "Open connections.").set(-2);
  metrics.counter("weft_bytes_total", "Bytes.", {{"topic", "a\"b\\c\nd"}}).add(7);
  EXPECT_EQ(metrics.expose(),
            "# HELP weft_bytes_total Bytes.\n# TYPE weft_bytes_total counter\n"
            "weft_bytes_total{topic=\"a\\\"b\\\\c\\nd\"} 7\n"
            "# HELP weft_connections Open connections.\n# TYPE weft_connections gauge\nweft_connections -2\n");
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameSeries) {
  Metrics metrics;
  Counter& first = metrics.counter("weft_requests_total", "Requests.", {{"port", "http"}});
  EXPECT_EQ(&first, &metrics.counter("weft_requests_total", "Requests.", {{"port", "http"}}));
  EXPECT_NE(&first, &metrics.counter("weft_requests_total", "Requests.", {{"port", "registry"}}));
}

TEST(Metrics, AHistogramCountsCumulativelyUpToAndWithItsBounds) {
  Metrics metrics;
  const double bounds[] = {0.1, 1};
  Histogram& seconds = metrics.histogram("weft_write_seconds", "Writes.", bounds);
  for (const double value : {0.05, 0.1, 0.5, 3.0}) seconds.observe(value);
  EXPECT_THAT(metrics.expose(), testing::HasSubstr("weft_write_seconds_bucket{le=\"0.1\"} 2\n"
                                                   "weft_write_seconds_bucket{le=\"1\"} 3\n"
                                                   "weft_write_seconds_bucket{le=\"+Inf\"} 4\n"
                                                   "weft_write_seconds_sum 3.65\nweft_write_seconds_count 4\n"));
}

TEST(Metrics, ACollectedValueIsComputedAtTheScrapeAndOnlyWhileRegistered) {
  Metrics metrics;
  int calls = 0;
  {
    const auto collection = metrics.collect("weft_lag_records", "Lag.", Metrics::Kind::kGauge,
                                            [&](Metrics::Emit& emit) { emit({{"group", "g"}}, ++calls); });
    EXPECT_EQ(calls, 0);
    EXPECT_THAT(metrics.expose(), testing::HasSubstr("weft_lag_records{group=\"g\"} 1\n"));
  }
  EXPECT_THAT(metrics.expose(), testing::Not(testing::HasSubstr("group")));
  EXPECT_EQ(calls, 1);
}

TEST(Metrics, IncrementsOfManyThreadsAllCount) {
  Metrics metrics;
  Counter& counter = metrics.counter("weft_events_total", "Events.");
  Histogram& histogram = metrics.histogram("weft_event_seconds", "Events.", latency_bounds_seconds());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        counter.add();
        histogram.observe(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 4000U);
  EXPECT_THAT(metrics.expose(), testing::HasSubstr("weft_event_seconds_sum 4000\n"));
}

}  // namespace
}  // namespace weft
