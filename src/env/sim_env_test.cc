#include "env/sim_env.h"

#include <gmock/gmock.h>

#include "env/clock.h"
#include "env/network.h"
#include "env/random.h"

namespace weft::env {
namespace {

using namespace std::chrono_literals;

/// A made-up system: two loops, a thread and the pool hand numbers on; returns the order in which they arrived.
std::pair<std::vector<int>, std::uint64_t> run_relay(std::uint64_t seed) {
  SimEnv sim(seed);
  auto first = sim.make_loop("first");
  auto second = sim.make_loop("second");
  auto thread = sim.make_thread("journal");
  std::vector<int> arrived;
  for (int i = 0; i < 20; ++i) {
    first->post([&, i] {
      sim.blocking_pool().post([&, i] { second->post([&, i] { arrived.push_back(i); }); });
      thread->post([&, i] { second->post([&, i] { arrived.push_back(100 + i); }); });
      first->schedule_after(Duration(sim.random().next() % 1000), [&, i] { arrived.push_back(200 + i); });
    });
  }
  EXPECT_TRUE(sim.run_until([&] { return arrived.size() == 60; }));
  return {arrived, sim.trace_hash()};
}

TEST(SimEnv, TheSameSeedGivesTheSameRunAndAnotherSeedAnother) {
  EXPECT_EQ(run_relay(1), run_relay(1));
  EXPECT_NE(run_relay(1), run_relay(2));
}

TEST(SimEnv, AThreadKeepsItsOrderAndThePoolDoesNot) {
  const auto [arrived, trace] = run_relay(3);
  std::vector<int> pool;
  std::vector<int> thread;
  for (const int i : arrived) {
    if (i < 100)
      pool.push_back(i);
    else if (i < 200)
      thread.push_back(i);
  }
  EXPECT_TRUE(std::is_sorted(thread.begin(), thread.end()));
  EXPECT_FALSE(std::is_sorted(pool.begin(), pool.end()));
}

TEST(SimEnv, UnshuffledTasksOfAllExecutorsRunInTheOrderTheyWerePosted) {
  SimEnv sim(1, {.shuffle = false});
  auto first = sim.make_loop("first");
  auto second = sim.make_loop("second");
  std::vector<int> order;
  for (int i = 0; i < 10; ++i) (i % 2 == 0 ? first : second)->post([&, i] { order.push_back(i); });
  sim.run_idle();
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(order.size(), 10U);
}

TEST(SimEnv, TimeMovesOnlyWhenTold) {
  SimEnv sim(1);
  auto loop = sim.make_loop("loop");
  const MonotonicTime start = sim.clock().monotonic();
  const std::int64_t wall_ms = sim.clock().wall_ms();
  std::vector<Duration> fired;
  sim.run_on(*loop, [&] {
    for (const Duration delay : {Duration(3s), Duration(1s), Duration(2s)}) {
      loop->schedule_after(delay, [&] { fired.push_back(sim.clock().monotonic() - start); });
    }
  });
  sim.run_idle();
  EXPECT_TRUE(fired.empty());
  sim.advance(2500ms);
  EXPECT_THAT(fired, testing::ElementsAre(1s, 2s));
  EXPECT_EQ(sim.clock().wall_ms() - wall_ms, 2500);
  EXPECT_TRUE(sim.run_until([&] { return fired.size() == 3; }));
  EXPECT_EQ(sim.clock().monotonic() - start, 3s);
  EXPECT_FALSE(sim.run_until([] { return false; })) << "nothing is left to happen";
}

TEST(SimEnv, ABusyThreadDoesNothingElseAndAnswersAfterwards) {
  SimEnv sim(1);
  auto loop = sim.make_loop("loop");
  auto journal = sim.make_thread("journal");
  const MonotonicTime start = sim.clock().monotonic();
  std::vector<Duration> answered;
  for (int i = 0; i < 2; ++i) {
    journal->post([&] {
      sim.spend(5ms);
      loop->post([&] { answered.push_back(sim.clock().monotonic() - start); });
    });
  }
  bool loop_was_free = false;
  sim.run_on(*loop, [&] { loop->schedule_after(1ms, [&] { loop_was_free = answered.empty(); }); });
  EXPECT_TRUE(sim.run_until([&] { return answered.size() == 2; }));
  EXPECT_THAT(answered, testing::ElementsAre(5ms, 10ms));
  EXPECT_TRUE(loop_was_free);
}

/// Two ends of a simulated connection.
class SimConnectionTest : public testing::Test {
 protected:
  SimConnectionTest() {
    listener_ =
        sim_.network()
            .listen(*loop_, {"127.0.0.1", 0}, [this](std::unique_ptr<Connection> made) { server_ = std::move(made); })
            .value();
    sim_.run_on(*loop_, [this] {
      sim_.network().connect(*loop_, listener_->local(), 1s,
                             [this](Result<std::unique_ptr<Connection>> made) { client_ = std::move(made).value(); });
    });
    EXPECT_TRUE(sim_.run_until([this] { return client_ && server_; }));
    sim_.run_on(*loop_, [this] {
      read(*client_, client_room_);
      read(*server_, server_room_);
    });
  }
  ~SimConnectionTest() override {
    sim_.run_on(*loop_, [this] { client_.reset(), server_.reset(), listener_.reset(); });
  }

  void read(Connection& from, Buffer& room) {
    from.read(room, [this, &from, &room](Result<std::size_t> got) {
      if (!got.ok()) return failed_.push_back(got.error().code);
      bytes_read_ += *got;
      read(from, room);
    });
  }

  SimEnv sim_{1};
  std::unique_ptr<EventLoop> loop_ = sim_.make_loop("loop");
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Connection> server_;
  std::unique_ptr<Connection> client_;
  Buffer client_room_ = Buffer(16);
  Buffer server_room_ = Buffer(16);
  std::vector<ErrorCode> failed_;
  std::size_t bytes_read_ = 0;
};

TEST_F(SimConnectionTest, CutConnectionsFailOnBothEnds) {
  sim_.cut_connections();
  sim_.run_idle();
  EXPECT_THAT(failed_, testing::ElementsAre(ErrorCode::kIo, ErrorCode::kIo));
}

TEST_F(SimConnectionTest, ADrawnDisconnectLosesTheWriteAndBothEndsKnow) {
  SimNetworkOptions options;
  options.disconnect = 0.1;
  sim_.set_network(options);
  std::size_t bytes_written = 0;
  std::optional<ErrorCode> refused;
  Function<void()> write = [&] {
    client_->write({SharedBytes(std::string(10, 'x'))}, [&](Result<void> done) {
      if (!done.ok()) return void(refused = done.error().code);
      bytes_written += 10;
      write();
    });
  };
  sim_.run_on(*loop_, [&] { write(); });
  ASSERT_TRUE(sim_.run_until([&] { return failed_.size() == 2 && refused; }));
  EXPECT_EQ(*refused, ErrorCode::kIo);
  EXPECT_GT(bytes_written, 0U);
  EXPECT_LE(bytes_read_, bytes_written) << "what was under way is lost";
}

}  // namespace
}  // namespace weft::env
