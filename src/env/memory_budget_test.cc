#include "env/memory_budget.h"

#include <gtest/gtest.h>

#include <string>

#include "env/sim_env.h"

namespace weft::env {
namespace {

class MemoryBudgets : public ::testing::Test {
 protected:
  MemoryBudgets() : loop(sim.make_loop("test")) {}

  SimEnv sim{1};
  std::unique_ptr<EventLoop> loop;
  MemoryBudget budget{*loop, 100};
};

TEST_F(MemoryBudgets, AShareGrowsAsFarAsThereIsRoom) {
  auto first = budget.share();
  EXPECT_EQ(first.try_grow(70), 70u);
  auto second = budget.share();
  EXPECT_EQ(second.try_grow(70), 30u);
  EXPECT_EQ(second.try_grow(1), 0u);
  EXPECT_TRUE(budget.is_full());
  first.shrink_to(50);
  EXPECT_FALSE(budget.is_full());
  EXPECT_EQ(second.try_grow(70), 20u);
}

TEST_F(MemoryBudgets, WhatIsThereAlreadyIsCountedBeyondTheBound) {
  auto share = budget.share();
  share.grow(150);
  EXPECT_EQ(budget.bytes_taken(), 150u);
  auto other = budget.share();
  EXPECT_EQ(other.try_grow(1), 0u);
  share.shrink_to(99);
  EXPECT_EQ(other.try_grow(5), 1u);
}

TEST_F(MemoryBudgets, EverythingIsGivenBackByWhoeverHoldsItLast) {
  auto share = budget.share();
  share.grow(60);
  auto other = budget.share();
  other.grow(30);
  share.add(std::move(other));
  EXPECT_EQ(share.bytes(), 90u);
  auto moved = std::move(share);
  EXPECT_EQ(budget.bytes_taken(), 90u);
  moved = budget.share();
  EXPECT_EQ(budget.bytes_taken(), 0u);
}

TEST_F(MemoryBudgets, ThoseWhoWaitAreServedInOrderAndNobodyPasses) {
  auto held = budget.share();
  held.grow(90);
  std::string served;
  MemoryBudget::Share large, small;
  budget.wait(80, [&](MemoryBudget::Share share) {
    served += "large ";
    large = std::move(share);
  });
  budget.wait(5, [&](MemoryBudget::Share share) {
    served += "small ";
    small = std::move(share);
  });
  sim.run_idle();
  EXPECT_EQ(served, "") << "5 bytes are free, but somebody came before";
  auto late = budget.share();
  EXPECT_EQ(late.try_grow(5), 0u);
  held.shrink_to(10);
  EXPECT_EQ(served, "") << "not inside the call";
  sim.run_idle();
  EXPECT_EQ(served, "large small ");
  EXPECT_EQ(budget.bytes_taken(), 95u);
}

TEST_F(MemoryBudgets, WhoeverGaveUpIsNotServedAndHoldsUpNobody) {
  auto held = budget.share();
  held.grow(90);
  bool served = false;
  const auto gave_up = budget.wait(80, [](MemoryBudget::Share) { FAIL(); });
  budget.wait(5, [&](MemoryBudget::Share) { served = true; });
  budget.cancel(gave_up);
  sim.run_idle();
  EXPECT_TRUE(served);
  EXPECT_EQ(budget.bytes_taken(), 90u) << "the granted share was dropped";
}

TEST_F(MemoryBudgets, SharesMayOutliveTheirBudget) {
  auto short_lived = std::make_unique<MemoryBudget>(*loop, 10);
  auto share = short_lived->share();
  share.grow(10);
  short_lived->wait(10, [](MemoryBudget::Share) { FAIL(); });
  short_lived.reset();
  share.shrink_to(0);
  sim.run_idle();
}

}  // namespace
}  // namespace weft::env
