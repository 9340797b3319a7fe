#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "env/sim_env.h"
#include "world.h"

namespace weft::sim {
namespace {

std::uint64_t seed_count() { return std::getenv("WEFT_LONG") != nullptr ? 1000 : 80; }

TEST(Simulation, NothingThatWasPromisedIsBroken) {
  Counts counts;
  const auto seeds = env::sim_seeds(seed_count());
  for (const std::uint64_t seed : seeds) {
    const RunResult run = run_world(seed, {.keeps_history = seeds.size() == 1});
    counts.add(run.counts);
    if (seeds.size() == 1) fmt::print("{}", run.history);
    ASSERT_FALSE(run.violation.has_value())
        << "seed " << seed << ": " << *run.violation << "\nonce more with its history: ./dev sim --seed " << seed;
  }
  fmt::print("{} seeds\n", seeds.size());
  for (const EventKind& kind : kEventKinds) {
    const std::uint64_t least = kind.per_100_seeds_min * seeds.size() / 100;
    fmt::print("{:>10}  {} (at least {})\n", counts[kind.event], kind.name, least);
    if (seeds.size() == 1) continue;
    EXPECT_GE(counts[kind.event], least) << kind.name << ": the simulation does not test what it says";
  }
}

TEST(Simulation, TheSameSeedIsTheSameRun) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const RunResult once = run_world(seed, {.keeps_history = true});
    const RunResult again = run_world(seed, {.keeps_history = true});
    EXPECT_EQ(once.tasks, again.tasks);
    EXPECT_GT(once.history.size(), 10'000U);
    EXPECT_TRUE(once.history == again.history) << "seed " << seed;
  }
}

class PlantedMistake : public ::testing::TestWithParam<MistakeName> {};

TEST_P(PlantedMistake, IsFoundWithin200Seeds) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const RunResult run = run_world(seed, {.mistake = GetParam().mistake});
    if (!run.violation.has_value()) continue;
    fmt::print("{}: seed {}: {}\n", GetParam().name, seed, *run.violation);
    return;
  }
  FAIL() << GetParam().name << " was not found";
}

INSTANTIATE_TEST_SUITE_P(All, PlantedMistake, ::testing::ValuesIn(kMistakes));

}  // namespace
}  // namespace weft::sim
