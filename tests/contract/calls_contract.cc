#include <thread>

#include "contract/cluster_contract.h"

namespace weft::contract {
namespace {

class Calls : public ClusterContract {};

TEST_P(Calls, TheClusterSaysWhichItIs) {
  EXPECT_FALSE(cluster().identity().name.empty());
  EXPECT_FALSE(cluster().identity().cluster_id.empty());
}

TEST_P(Calls, ADeadlineThatPassesEndsTheWait) {
  const auto from = make_topic();
  const auto fetched = await<stream::Fetched>([&](auto done) {
    cluster().fetch({from, Offset(0), 1 << 20, std::chrono::hours(1)}, soon(std::chrono::milliseconds(50)), std::move(done));
  });
  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().code, ErrorCode::kTimeout) << fetched.error().message;
}

TEST_P(Calls, CallsThatWaitDoNotHoldUpOthers) {
  const auto from = make_topic();
  const auto other = make_topic();
  std::vector<std::shared_ptr<Pending<stream::Fetched>>> waiting;
  for (int i = 0; i < 10; ++i)
    waiting.push_back(begin<stream::Fetched>([&](auto done) {
      cluster().fetch({from, Offset(0), 1 << 20, std::chrono::seconds(50)}, soon(), std::move(done));
    }));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(other, batch({"goes through"})).ok());
  EXPECT_EQ(values(other).size(), 20u);
  ASSERT_TRUE(append(from, batch({"release"})).ok());
  for (auto& one : waiting) EXPECT_TRUE(one->wait(subject()).ok());
}

TEST_P(Calls, TheyMayComeFromAnyThread) {
  if (!abilities().has_real_threads) return;  // The simulated environment is one thread.
  const auto to = make_topic(4);
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i)
        if (!append({to.topic, PartitionIndex(t)}, batch({std::to_string(i)})).ok()) ++failures;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  for (int t = 0; t < 4; ++t) EXPECT_EQ(values({to.topic, PartitionIndex(t)}).size(), 50u);
}

TEST_P(Calls, ManyKindsOfCallsAtOnce) {
  const auto in = make_topic(2);
  ASSERT_TRUE(append(in, batch({"r"})).ok());
  const auto group = topic_name();
  std::vector<std::shared_ptr<Pending<std::vector<stream::TopicInfo>>>> described;
  std::vector<std::shared_ptr<Pending<stream::Fetched>>> fetched;
  std::vector<std::shared_ptr<Pending<std::vector<stream::FoundOffset>>>> found;
  std::vector<std::shared_ptr<Pending<void>>> committed;
  for (int i = 0; i < 40; ++i) {
    described.push_back(begin<std::vector<stream::TopicInfo>>(
        [&](auto done) { cluster().describe_topics(std::vector{in.topic}, soon(), std::move(done)); }));
    fetched.push_back(begin<stream::Fetched>([&](auto done) { cluster().fetch({in, Offset(0)}, soon(), std::move(done)); }));
    found.push_back(begin<std::vector<stream::FoundOffset>>([&](auto done) {
      cluster().find_offsets({{in, stream::OffsetQuery::At::kLatest, kNoTimestamp}}, soon(), std::move(done));
    }));
    committed.push_back(begin<void>(
        [&](auto done) { cluster().commit_positions({group, {{in, Offset(i), ""}}}, soon(), std::move(done)); }));
  }
  for (auto& one : described) EXPECT_EQ(one->wait(subject())->size(), 1u);
  for (auto& one : fetched) EXPECT_FALSE(one->wait(subject())->batches.empty());
  for (auto& one : found) EXPECT_EQ(one->wait(subject())->at(0).offset, Offset(1));
  for (auto& one : committed) {
    const auto done = one->wait(subject());
    EXPECT_TRUE(done.ok()) << done.error().message;
  }
  EXPECT_EQ(positions(group, {in})->at(0)->offset, Offset(39)) << "commits of one caller keep their order";
}

TEST_P(Calls, StorageFactsAreToldWhereTheyAreKnown) {
  const auto in = make_topic();
  ASSERT_TRUE(append(in, batch({std::string(10'000, 'x')})).ok());
  const auto facts = await<stream::StorageFacts>([&](auto done) { cluster().storage_facts(in.topic, soon(), std::move(done)); });
  if (!abilities().has_storage_facts) {
    ASSERT_FALSE(facts.ok());
    EXPECT_EQ(facts.error().code, ErrorCode::kUnsupported) << facts.error().message;
    return;
  }
  ASSERT_TRUE(facts.ok()) << facts.error().message;
  EXPECT_GE(facts->bytes, 10'000u);
  EXPECT_GE(facts->segment_count, 1u);
}

std::string kind_name(const testing::TestParamInfo<SubjectKind>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Contract, Calls, testing::ValuesIn(subject_kinds()), kind_name);

}  // namespace
}  // namespace weft::contract
