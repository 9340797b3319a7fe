#include "state/shard.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "state/testing/manual_loop.h"
#include "state/testing/memory_cluster.h"

namespace weft::state {
namespace {

using testing::ManualLoop;
using testing::MemoryCluster;

/// Adds numbers: the state is their sum, so an answer says exactly which records were seen.
class Adder final : public Machine {
 public:
  void replay(const Record& record, Offset offset, Timestamp) override {
    EXPECT_EQ(offset, next) << "records are replayed once and in order";
    next = offset + 1;
    sum += std::stoll(*record.value);
  }
  void reset() override {
    sum = 0;
    next = Offset{0};
    ++resets;
  }
  void loaded() override { ++loads; }

  Result<Decision<std::int64_t>> add(std::vector<std::int64_t> numbers) const {
    Decision<std::int64_t> decision{sum, {}};
    for (const auto number : numbers) {
      if (number < 0) return error(ErrorCode::kInvalidArgument, "number: must not be negative, is {}", number);
      decision.response += number;
      decision.records.push_back({"n", std::to_string(number)});
    }
    return decision;
  }
  Result<Decision<std::int64_t>> read() const { return Decision<std::int64_t>{sum, {}}; }

  std::int64_t sum = 0;
  Offset next{0};
  int resets = 0;
  int loads = 0;
};

using Answer = std::optional<Result<std::int64_t>>;

class ShardTest : public ::testing::Test {
 protected:
  void load() {
    Answer loaded;
    shard->load([&](Result<void> result) { loaded = result.ok() ? Result<std::int64_t>(0) : Result<std::int64_t>(result.error()); });
    loop.run();
    ASSERT_TRUE(loaded && loaded->ok());
  }
  void add(std::vector<std::int64_t> numbers, Answer& answer) {
    shard->submit<std::int64_t>([this, numbers] { return adder.add(numbers); }, [&answer](auto result) { answer = std::move(result); });
  }
  void read(Answer& answer) {
    shard->submit<std::int64_t>([this] { return adder.read(); }, [&answer](auto result) { answer = std::move(result); });
  }
  std::int64_t durable_sum() const {
    std::int64_t total = 0;
    for (const auto& record : cluster.durable("state")) total += std::stoll(*record.value);
    return total;
  }

  ManualLoop loop;
  MemoryCluster cluster{loop};
  Adder adder;
  std::unique_ptr<Shard> shard = std::make_unique<Shard>(loop, cluster, adder, Shard::Options{{"state", PartitionIndex{0}}, 50});
};

TEST_F(ShardTest, AnswersLeaveWhenTheirRecordsAreDurable) {
  load();
  cluster.hold_appends = true;
  Answer answer;
  add({5}, answer);
  loop.run();
  EXPECT_EQ(adder.sum, 5) << "replayed when placed";
  EXPECT_FALSE(answer);
  cluster.release_all();
  loop.run();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->value(), 5);
}

TEST_F(ShardTest, DecisionsGoOnWhileEarlierOnesAreWritten) {
  load();
  cluster.hold_appends = true;
  Answer first, second, third;
  add({1}, first);
  add({2}, second);
  add({3, 4}, third);
  loop.run();
  EXPECT_EQ(adder.sum, 10) << "all three are decided and replayed before one is durable";
  cluster.release_all();
  loop.run();
  EXPECT_EQ(first->value(), 1);
  EXPECT_EQ(second->value(), 3);
  EXPECT_EQ(third->value(), 10);
}

TEST_F(ShardTest, ReadsWaitForWhatTheySaw) {
  load();
  cluster.hold_appends = true;
  Answer before, written, after;
  read(before);
  add({7}, written);
  loop.run();
  read(after);
  loop.run();
  ASSERT_TRUE(before) << "it saw only what was durable";
  EXPECT_EQ(before->value(), 0);
  EXPECT_FALSE(after);
  cluster.release_all();
  loop.run();
  EXPECT_EQ(after->value(), 7);
}

TEST_F(ShardTest, ErrorsOfADecisionWaitForWhatItSawToo) {
  load();
  cluster.hold_appends = true;
  Answer written, refused;
  add({7}, written);
  loop.run();
  add({-1}, refused);
  loop.run();
  EXPECT_FALSE(refused);
  cluster.release_all();
  loop.run();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->error().code, ErrorCode::kInvalidArgument);
}

TEST_F(ShardTest, ARefusedAppendFailsOnlyItsDecision) {
  load();
  Answer first, refused, after;
  add({1}, first);
  loop.run();
  cluster.fate = [] { return MemoryCluster::Fate::kRefused; };
  add({2}, refused);
  loop.run();
  cluster.fate = nullptr;
  add({3}, after);
  loop.run();
  EXPECT_EQ(refused->error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(after->value(), 4);
  EXPECT_EQ(adder.loads, 1) << "nothing was thrown away";
}

TEST_F(ShardTest, ALostAppendThrowsTheStateAwayAndReplaysIt) {
  load();
  Answer kept, lost, read_of_lost;
  add({1}, kept);
  loop.run();
  cluster.hold_appends = true;
  cluster.fate = [] { return MemoryCluster::Fate::kLost; };
  add({2}, lost);
  loop.run();
  read(read_of_lost);
  loop.run();
  EXPECT_EQ(adder.sum, 3);
  cluster.release_all();
  loop.run();
  EXPECT_EQ(lost->error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(read_of_lost->error().code, ErrorCode::kUnavailable) << "it saw what is lost";
  EXPECT_EQ(adder.sum, 1);
  EXPECT_EQ(adder.loads, 2);
}

TEST_F(ShardTest, AnAppendThatLandsAfterItTimedOutIsInTheState) {
  load();
  cluster.fate = [] { return MemoryCluster::Fate::kUnknown; };
  Answer unknown, seen;
  add({2}, unknown);
  loop.run();
  EXPECT_EQ(unknown->error().code, ErrorCode::kUnavailable);
  read(seen);
  loop.run();
  EXPECT_EQ(seen->value(), 2);
}

TEST_F(ShardTest, ForeignRecordsInThePartitionAreNoticedAtTheNextAppend) {
  load();
  cluster.intrude("state", {"n", "100", Timestamp{0}});
  Answer surprised, after;
  add({1}, surprised);
  loop.run();
  EXPECT_EQ(surprised->error().code, ErrorCode::kUnavailable);
  add({1}, after);
  loop.run();
  EXPECT_EQ(after->value(), 102);
}

TEST_F(ShardTest, StateIsTheSameAfterARestart) {
  load();
  std::vector<Answer> answers(20);
  for (std::size_t i = 0; i < answers.size(); ++i) add({static_cast<std::int64_t>(i)}, answers[i]);
  loop.run();
  Adder again;
  Shard reopened(loop, cluster, again, {{"state", PartitionIndex{0}}});
  bool loaded = false;
  reopened.load([&](Result<void> result) { loaded = result.ok(); });
  loop.run();
  EXPECT_TRUE(loaded);
  EXPECT_EQ(again.sum, 190);
  EXPECT_EQ(reopened.position(), Offset{20});
}

TEST_F(ShardTest, DecisionsBeforeLoadWaitForIt) {
  Answer early;
  cluster.intrude("state", {"n", "9", Timestamp{0}});
  add({1}, early);
  loop.run();
  EXPECT_FALSE(early);
  load();
  EXPECT_EQ(early->value(), 10);
}

TEST_F(ShardTest, AFailedLoadSaysSoAndMayBeTriedAgain) {
  cluster.intrude("state", {"n", "9", Timestamp{0}});
  cluster.fetches_fail = true;
  Answer waiting;
  add({1}, waiting);
  std::optional<Error> why;
  shard->load([&](Result<void> result) { why = result.error(); });
  loop.run();
  ASSERT_TRUE(why);
  EXPECT_EQ(why->code, ErrorCode::kUnavailable);
  EXPECT_EQ(waiting->error().code, ErrorCode::kUnavailable);
  cluster.fetches_fail = false;
  load();
  EXPECT_EQ(adder.sum, 9);
}

TEST_F(ShardTest, AReplayThatFailsAfterALossIsTriedAgain) {
  load();
  cluster.intrude("state", {"n", "9", Timestamp{0}});
  cluster.fetches_fail = true;
  Answer failed, later;
  add({1}, failed);
  loop.run();
  EXPECT_FALSE(shard->ready());
  cluster.fetches_fail = false;
  loop.advance(std::chrono::seconds(1));
  EXPECT_TRUE(shard->ready());
  read(later);
  loop.run();
  EXPECT_EQ(later->value(), 10);
}

TEST_F(ShardTest, TooManyWaitingAreRefused) {
  std::vector<Answer> answers(51);
  for (auto& answer : answers) read(answer);
  EXPECT_EQ(answers.back()->error().code, ErrorCode::kExhausted);
  EXPECT_FALSE(answers.front());
  shard.reset();
}

TEST_F(ShardTest, ClosingAnswersWhatWaitsAndWhatComesLater) {
  load();
  cluster.hold_appends = true;
  Answer written, waiting;
  add({1}, written);
  read(waiting);
  loop.run();
  shard->close();
  EXPECT_EQ(written->error().code, ErrorCode::kCancelled);
  EXPECT_EQ(waiting->error().code, ErrorCode::kCancelled);
  Answer late;
  read(late);
  EXPECT_EQ(late->error().code, ErrorCode::kCancelled);
  shard.reset();
  cluster.release_all();
  loop.run();  // completions that arrive late touch nothing
}

/// Any interleaving of decisions, reads, losses, refusals, timeouts and foreign records gives answers that agree with
/// the log: a sum that was answered is the sum of a durable prefix, answers never go back, and the state ends as the log.
TEST(ShardProperty, AnswersAgreeWithTheLogUnderAnyFailures) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto chance = [&random](unsigned percent) { return random() % 100 < percent; };
    ManualLoop loop;
    MemoryCluster cluster(loop);
    Adder adder;
    Shard shard(loop, cluster, adder, {{"state", PartitionIndex{0}}, 20});
    cluster.hold_appends = true;
    cluster.fate = [&] {
      if (chance(90)) return MemoryCluster::Fate::kDurable;
      return std::array{MemoryCluster::Fate::kRefused, MemoryCluster::Fate::kLost, MemoryCluster::Fate::kUnknown}[random() % 3];
    };
    shard.load([](Result<void> loaded) { EXPECT_TRUE(loaded.ok()); });

    std::int64_t highest_answer = 0;
    std::size_t asked = 0, answered = 0;
    const auto on_answer = [&](Result<std::int64_t> answer) {
      ++answered;
      if (!answer.ok()) return;
      EXPECT_GE(*answer, highest_answer) << "answers never go back";
      highest_answer = *answer;
      std::int64_t sum = 0;
      bool found = *answer == 0;
      for (const auto& record : cluster.durable("state")) {
        sum += std::stoll(*record.value);
        found = found || sum == *answer;
      }
      EXPECT_TRUE(found) << *answer << " is the sum of no durable prefix";
    };
    for (int step = 0; step < 400; ++step) {
      const auto what = random() % 100;
      if (what < 30) {
        ++asked;
        std::vector<std::int64_t> numbers(1 + random() % 3);
        for (auto& number : numbers) number = 1 + random() % 1000;
        shard.submit<std::int64_t>([&adder, numbers] { return adder.add(numbers); }, on_answer);
      } else if (what < 45) {
        ++asked;
        shard.submit<std::int64_t>([&adder] { return adder.read(); }, on_answer);
      } else if (what < 75) {
        loop.run_one();
      } else if (what < 97) {
        cluster.release_one();
      } else if (what < 98) {
        cluster.intrude("state", {"n", std::to_string(1 + random() % 1000), Timestamp{0}});
      } else {
        loop.run();
      }
    }
    cluster.fate = nullptr;
    cluster.hold_appends = false;
    for (int i = 0; i < 20; ++i) {
      cluster.release_all();
      loop.advance(std::chrono::seconds(1));
    }
    EXPECT_EQ(answered, asked);
    std::optional<Result<std::int64_t>> last;
    shard.submit<std::int64_t>([&adder] { return adder.add({1}); }, [&](auto result) { last = std::move(result); });
    loop.advance(std::chrono::seconds(1));
    if (last && !last->ok()) {  // the last foreign record was noticed only now
      last.reset();
      shard.submit<std::int64_t>([&adder] { return adder.add({1}); }, [&](auto result) { last = std::move(result); });
      loop.advance(std::chrono::seconds(1));
    }
    ASSERT_TRUE(last && last->ok());
    std::int64_t sum = 0;
    for (const auto& record : cluster.durable("state")) sum += std::stoll(*record.value);
    EXPECT_EQ(last->value(), sum);
  }
}

}  // namespace
}  // namespace weft::state
