#include "env/timer_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace weft::env {
namespace {

MonotonicTime at(std::uint64_t tick) { return MonotonicTime(Duration(tick)); }

TEST(TimerQueue, GivesWhatAnObviousQueueGives) {
  TimerQueue queue;
  std::map<std::pair<std::uint64_t, int>, TimerQueue::Id> model;  // due, order → id
  std::vector<int> ran;
  std::mt19937 draw(1);
  std::uint64_t now = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto kind = draw() % 8;
    if (kind < 4) {
      const std::uint64_t due = now + draw() % 50;
      model[{due, step}] = queue.add(at(due), [&ran, step] { ran.push_back(step); });
    } else if (kind < 7 && !model.empty()) {
      const auto chosen = std::next(model.begin(), draw() % model.size());
      queue.cancel(chosen->second);
      queue.cancel(chosen->second);
      model.erase(chosen);
    } else {
      now += draw() % 20;
    }
    while (auto task = queue.take_due(at(now))) {
      task();
      ASSERT_FALSE(model.empty());
      EXPECT_EQ(model.begin()->first.second, ran.back());
      model.erase(model.begin());
    }
    ASSERT_EQ(queue.size(), model.size());
    ASSERT_EQ(queue.next_due().has_value(), !model.empty());
    if (!model.empty()) {
      ASSERT_EQ(*queue.next_due(), at(model.begin()->first.first));
    }
  }
}

TEST(TimerQueue, CancellingDestroysTheTaskAtOnce) {
  TimerQueue queue;
  auto held = std::make_shared<int>(0);
  const auto id = queue.add(at(1), [held] {});
  EXPECT_EQ(held.use_count(), 2);
  queue.cancel(id);
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace weft::env
