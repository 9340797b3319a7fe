// The claims of env/network.h and env/executor.h, on the real and on the simulated environment alike.
#include "env/network.h"

#include <gmock/gmock.h>

#include <semaphore>
#include <set>

#include "env/posix_env.h"
#include "env/random.h"
#include "env/sim_env.h"

namespace weft::env {
namespace {

using namespace std::chrono_literals;

/// One of the two environments, with one loop.
class World {
 public:
  virtual ~World() = default;
  virtual Env& env() = 0;
  virtual void run(EventLoop& loop, Function<void()> task) = 0;
  /// Until `done`, looked at on `loop`, holds.
  virtual void wait(EventLoop& loop, Function<bool()> done) = 0;
};

class PosixWorld final : public World {
 public:
  Env& env() override { return *env_; }
  void run(EventLoop& loop, Function<void()> task) override { run_and_wait(loop, std::move(task)); }
  void wait(EventLoop& loop, Function<bool()> done) override {
    std::binary_semaphore held(0);
    Function<void()> look = [&] {
      if (done()) held.release();
      else loop.schedule_after(1ms, [&] { look(); });
    };
    loop.post([&] { look(); });
    held.acquire();
  }

 private:
  std::unique_ptr<Env> env_ = make_posix_env();
};

class SimWorld final : public World {
 public:
  Env& env() override { return sim_; }
  void run(EventLoop& loop, Function<void()> task) override { sim_.run_on(loop, std::move(task)); }
  void wait(EventLoop&, Function<bool()> done) override { ASSERT_TRUE(sim_.run_until(std::move(done))); }

 private:
  SimEnv sim_{7};
};

class NetworkTest : public testing::TestWithParam<const char*> {
 protected:
  NetworkTest() {
    if (GetParam() == std::string_view("posix"))
      world_ = std::make_unique<PosixWorld>();
    else
      world_ = std::make_unique<SimWorld>();
    loop_ = world_->env().make_loop("test");
  }
  ~NetworkTest() override {
    run([this] {
      client_.reset();
      server_.reset();
      listener_.reset();
    });
  }

  void run(Function<void()> task) { world_->run(*loop_, std::move(task)); }
  void wait(Function<bool()> done) { world_->wait(*loop_, std::move(done)); }
  Network& network() { return world_->env().network(); }

  void listen() {
    auto listening = network().listen(*loop_, {"127.0.0.1", 0},
                                      [this](std::unique_ptr<Connection> made) { server_ = std::move(made); });
    ASSERT_TRUE(listening.ok()) << listening.error().message;
    listener_ = std::move(listening).value();
    ASSERT_NE(listener_->local().port, 0);
  }

  /// client_ and server_ become the two ends of a connection.
  void join() {
    listen();
    run([this] {
      network().connect(*loop_, listener_->local(), 5s, [this](Result<std::unique_ptr<Connection>> made) {
        ASSERT_TRUE(made.ok()) << made.error().message;
        client_ = std::move(made).value();
      });
    });
    wait([this] { return client_ != nullptr && server_ != nullptr; });
  }

  /// Writes the pieces in one go; `written` becomes true.
  void write(Connection& to, std::vector<std::string> texts, bool& written) {
    std::vector<SharedBytes> pieces;
    for (std::string& text : texts) pieces.emplace_back(std::move(text));
    run([&, pieces = std::move(pieces)]() mutable {
      to.write(std::move(pieces), [&written](Result<void> done) { written = done.ok(); });
    });
  }

  /// Reads until the peer finishes or `size` bytes are there.
  std::string read(Connection& from, std::size_t size) {
    std::string text;
    Buffer room(64 << 10);
    bool ended = false;
    while (text.size() < size && !ended) {
      std::optional<Result<std::size_t>> got;
      run([&] { from.read(room, [&](Result<std::size_t> done) { got = std::move(done); }); });
      wait([&] { return got.has_value(); });
      EXPECT_TRUE(got->ok()) << got->error().message;
      ended = !got->ok() || got->value() == 0;
      if (!ended) text += as_text(ByteView(room).first(got->value()));
    }
    return text;
  }

  std::unique_ptr<World> world_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Connection> client_;
  std::unique_ptr<Connection> server_;
};

TEST_P(NetworkTest, PiecesArriveInOrderAsOneStream) {
  join();
  EXPECT_EQ(client_->peer(), server_->local());
  EXPECT_EQ(client_->local(), server_->peer());
  bool written = false;
  write(*client_, {"produce", "", " and ", "fetch"}, written);
  EXPECT_EQ(read(*server_, 17), "produce and fetch");
  wait([&] { return written; });
}

TEST_P(NetworkTest, MorePiecesThanOneSystemCallTakesArriveWhole) {
  join();
  std::string expected;
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) expected += texts.emplace_back(std::to_string(i) + ",");
  bool written = false;
  write(*client_, std::move(texts), written);
  EXPECT_EQ(read(*server_, expected.size()), expected);
  wait([&] { return written; });
}

TEST_P(NetworkTest, AWriteWaitsForASlowReaderAndLosesNothing) {
  join();
  std::string large(32 << 20, 'x');
  for (std::size_t i = 0; i < large.size(); i += 4096) large[i] = static_cast<char>('a' + i / 4096 % 26);
  bool written = false;
  write(*client_, {large}, written);
  run([&] { EXPECT_FALSE(written) << "32 MiB went nowhere"; });
  EXPECT_TRUE(read(*server_, large.size()) == large);
  wait([&] { return written; });
}

TEST_P(NetworkTest, AFinishedPeerReadsAsZeroAndCanStillBeWrittenTo) {
  join();
  bool written = false;
  write(*client_, {"request"}, written);
  wait([&] { return written; });
  run([&] { client_->finish_writing(); });
  EXPECT_EQ(read(*server_, 100), "request");
  bool answered = false;
  write(*server_, {"response"}, answered);
  wait([&] { return answered; });
  run([&] { server_.reset(); });
  EXPECT_EQ(read(*client_, 100), "response");
}

TEST_P(NetworkTest, ClosingCompletesWhatIsUnderWayWithCancelled) {
  join();
  Buffer room(16);
  std::optional<Result<std::size_t>> got;
  run([&] {
    client_->read(room, [&](Result<std::size_t> done) { got = std::move(done); });
    client_->close();
    EXPECT_FALSE(got.has_value()) << "completed inside the call";
  });
  wait([&] { return got.has_value(); });
  EXPECT_EQ(got->error().code, ErrorCode::kCancelled);
  got.reset();
  run([&] { client_->read(room, [&](Result<std::size_t> done) { got = std::move(done); }); });
  wait([&] { return got.has_value(); });
  EXPECT_EQ(got->error().code, ErrorCode::kCancelled);
}

TEST_P(NetworkTest, WritingToAPeerThatIsGoneFails) {
  join();
  run([&] { server_.reset(); });
  std::optional<ErrorCode> failed;
  Function<void()> again = [&] {
    client_->write({SharedBytes(std::string("anyone?"))}, [&](Result<void> done) {
      if (done.ok())
        again();
      else
        failed = done.error().code;
    });
  };
  run([&] { again(); });
  wait([&] { return failed.has_value(); });
  EXPECT_EQ(*failed, ErrorCode::kIo);
}

TEST_P(NetworkTest, ADestroyedConnectionCompletesNothing) {
  join();
  auto held = std::make_shared<bool>(false);
  run([&] {
    Buffer room(16);
    client_->read(room, [held](Result<std::size_t>) { *held = true; });
    client_->write({SharedBytes(std::string("x"))}, [held](Result<void>) { *held = true; });
    client_.reset();
  });
  EXPECT_EQ(read(*server_, 100), "x");
  run([] {});
  EXPECT_FALSE(*held);
  EXPECT_EQ(held.use_count(), 1) << "the callbacks were kept";
}

TEST_P(NetworkTest, NobodyListeningIsAnErrorThatNamesTheAddress) {
  listen();
  const Address address = listener_->local();
  run([&] { listener_.reset(); });
  std::optional<Error> why;
  run([&] {
    network().connect(*loop_, address, 5s,
                      [&](Result<std::unique_ptr<Connection>> made) { why = std::move(made).error(); });
  });
  wait([&] { return why.has_value(); });
  EXPECT_EQ(why->code, ErrorCode::kIo);
  EXPECT_THAT(why->message, testing::HasSubstr(address.to_string()));
}

TEST_P(NetworkTest, AnAddressInUseIsAnErrorThatNamesIt) {
  listen();
  const auto second = network().listen(*loop_, listener_->local(), [](std::unique_ptr<Connection>) {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kIo);
  EXPECT_THAT(second.error().message,
              testing::AllOf(testing::HasSubstr(listener_->local().to_string()), testing::HasSubstr("in use")));
}

TEST_P(NetworkTest, TasksRunInTheOrderTheyWerePostedAndNeverInside) {
  std::vector<int> order;
  run([&] {
    for (int i = 0; i < 100; ++i) {
      loop_->post([&, i] {
        EXPECT_TRUE(loop_->is_current());
        order.push_back(i);
      });
    }
    EXPECT_TRUE(order.empty());
  });
  wait([&] { return order.size() == 100; });
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_FALSE(loop_->is_current());
}

TEST_P(NetworkTest, TimersRunInOrderOfTheirTimeAndNeverEarly) {
  std::vector<std::string> order;
  run([&] {
    const MonotonicTime start = loop_->clock().monotonic();
    const auto at = [&, start](Duration delay, const char* name) {
      return loop_->schedule_after(delay, [&, start, delay, name] {
        EXPECT_GE(loop_->clock().monotonic() - start, delay);
        order.emplace_back(name);
      });
    };
    at(20ms, "late");
    const auto cancelled = at(10ms, "cancelled");
    at(5ms, "early");
    at(5ms, "early too");
    loop_->cancel(cancelled);
    loop_->cancel(cancelled);
    loop_->cancel(12345678);
  });
  wait([&] { return order.size() == 3; });
  EXPECT_THAT(order, testing::ElementsAre("early", "early too", "late"));
}

TEST_P(NetworkTest, ALoopThatEndsDestroysWhatItNeverRan) {
  auto held = std::make_shared<int>(0);
  auto other = world_->env().make_loop("other");
  world_->run(*other, [&] {
    other->schedule_after(1h, [held] { ++*held; });
    network().connect(*other, {"127.0.0.1", 1}, 1h, [held](Result<std::unique_ptr<Connection>>) {});
  });
  other.reset();
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(*held, 0);
}

TEST_P(NetworkTest, AConnectionOfALoopThatEndsIsDestroyedOnIt) {
  join();
  auto other = world_->env().make_loop("other");
  run([&] {
    client_.reset();
    server_.reset();
  });
  world_->run(*other, [&] {
    network().connect(*other, listener_->local(), 5s, [other = other.get()](Result<std::unique_ptr<Connection>> made) {
      ASSERT_TRUE(made.ok());
      other->schedule_after(1h, [held = std::move(made).value()] {});
    });
  });
  wait([this] { return server_ != nullptr; });
  other.reset();
  EXPECT_EQ(read(*server_, 1), "");
}

TEST_P(NetworkTest, RandomNumbersDiffer) {
  Random& random = world_->env().random();
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.next());
  EXPECT_EQ(seen.size(), 1000U);
}

INSTANTIATE_TEST_SUITE_P(Env, NetworkTest, testing::Values("posix", "simulated"),
                         [](const auto& world) { return std::string(world.param); });

TEST(Address, IsWrittenAsPeopleWriteIt) {
  for (const char* text : {"127.0.0.1:9092", "[::1]:9092", "localhost:0", "broker-1.example.org:65535"}) {
    EXPECT_EQ(Address::parse(text).value().to_string(), text);
  }
}

TEST(Address, ARefusalNamesWhatIsMissing) {
  EXPECT_THAT(Address::parse("localhost").error().message, testing::HasSubstr("a port is missing"));
  EXPECT_THAT(Address::parse("[::1]").error().message, testing::HasSubstr("a port is missing"));
  EXPECT_THAT(Address::parse("::1:9092").error().message, testing::HasSubstr("brackets"));
  EXPECT_THAT(Address::parse(":9092").error().message, testing::HasSubstr("a host is missing"));
  EXPECT_THAT(Address::parse("a:65536").error().message, testing::HasSubstr("no port"));
  EXPECT_THAT(Address::parse("a:+1").error().message, testing::HasSubstr("no port"));
}

TEST(Address, OnlyLoopbackIsLoopback) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
    EXPECT_TRUE((Address{host, 1}.is_loopback())) << host;
  for (const char* host : {"127.0.0.1.example.org", "127.0.0", "10.0.0.1", "localhost.example.org", "0.0.0.0"}) {
    EXPECT_FALSE((Address{host, 1}.is_loopback())) << host;
  }
}

}  // namespace
}  // namespace weft::env
