#include <gtest/gtest.h>

#include "crash_run.h"

namespace weft::log {
namespace {

TEST(CrashSimulation, WhatWasAcknowledgedSurvivesAnyCrash) {
  std::size_t acknowledged = 0;
  for (const std::uint64_t seed : env::sim_seeds(60)) {
    const CrashRun run = run_crashes(seed);
    ASSERT_FALSE(run.violation.has_value()) << *run.violation;
    acknowledged += run.acknowledged;
  }
  EXPECT_GT(acknowledged, 1000U);
}

}  // namespace
}  // namespace weft::log
