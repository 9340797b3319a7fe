#include "env/posix_env.h"

#include <gmock/gmock.h>

#include <atomic>
#include <semaphore>
#include <set>

#include "env/network.h"

namespace weft::env {
namespace {

using namespace std::chrono_literals;

TEST(PosixEnv, AThreadRunsEverythingPostedBeforeItEnds) {
  auto env = make_posix_env();
  std::vector<int> order;
  auto thread = env->make_thread("journal");
  for (int i = 0; i < 1000; ++i) thread->post([&, i] { order.push_back(i); });
  thread.reset();
  EXPECT_EQ(order.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(PosixEnv, ThePoolRunsTasksBesideEachOther) {
  auto env = make_posix_env({.blocking_thread_count = 2});
  std::binary_semaphore met(0);
  std::binary_semaphore done(0);
  env->blocking_pool().post([&] { met.acquire(), done.release(); });
  env->blocking_pool().post([&] { met.release(); });
  done.acquire();
}

TEST(PosixEnv, ALoopEndsOnlyAfterTheBlockingTasksThatMayAnswerIt) {
  auto env = make_posix_env({.blocking_thread_count = 1});
  auto loop = env->make_loop("loop");
  std::atomic<int> posted{0};
  for (int i = 0; i < 50; ++i) {
    env->blocking_pool().post([&, loop = loop.get()] {
      loop->post([] {});
      ++posted;
    });
  }
  loop.reset();
  EXPECT_EQ(posted, 50);
}

TEST(PosixEnv, PostsFromManyThreadsAllArriveEachInItsOrder) {
  auto env = make_posix_env();
  auto loop = env->make_loop("loop");
  std::vector<std::unique_ptr<Executor>> threads;
  std::array<std::vector<int>, 4> arrived;
  for (std::size_t t = 0; t < arrived.size(); ++t) {
    threads.push_back(env->make_thread("poster"));
    threads.back()->post([&, t] {
      for (int i = 0; i < 5000; ++i) loop->post([&, t, i] { arrived[t].push_back(i); });
    });
  }
  threads.clear();
  run_and_wait(*loop, [] {});
  for (const auto& numbers : arrived) {
    EXPECT_EQ(numbers.size(), 5000U);
    EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  }
}

TEST(PosixEnv, ANameIsLookedUpWhenListeningAndWhenConnecting) {
  auto env = make_posix_env();
  auto loop = env->make_loop("loop");
  std::unique_ptr<Connection> server;
  std::unique_ptr<Connection> client;
  auto listener = env->network().listen(*loop, {"localhost", 0},
                                        [&](std::unique_ptr<Connection> made) { server = std::move(made); });
  ASSERT_TRUE(listener.ok()) << listener.error().message;
  std::binary_semaphore connected(0);
  run_and_wait(*loop, [&] {
    env->network().connect(*loop, {"localhost", listener.value()->local().port}, 5s,
                           [&](Result<std::unique_ptr<Connection>> made) {
                             EXPECT_TRUE(made.ok());
                             if (made.ok()) client = std::move(made).value();
                             connected.release();
                           });
  });
  connected.acquire();
  run_and_wait(*loop, [&] { client.reset(), server.reset(), listener.value().reset(); });
}

TEST(PosixEnv, AnAddressThatIsNotOursCannotBeListenedOn) {
  auto env = make_posix_env();
  auto loop = env->make_loop("loop");
  const auto listener = env->network().listen(*loop, {"192.0.2.1", 0}, [](std::unique_ptr<Connection>) {});
  ASSERT_FALSE(listener.ok());
  EXPECT_THAT(listener.error().message, testing::HasSubstr("192.0.2.1"));
}

}  // namespace
}  // namespace weft::env
