#include "contract/cluster_contract.h"

namespace weft::contract {
namespace {

using stream::GroupPositions;
using stream::TopicPartition;

class Groups : public ClusterContract {};

TEST_P(Groups, CommittedPositionsAreReadBack) {
  const auto in = make_topic(3);
  const TopicPartition second{in.topic, PartitionIndex(1)};
  const TopicPartition third{in.topic, PartitionIndex(2)};
  const auto group = topic_name();
  const auto committed = commit({group, {{in, Offset(5), "five"}, {third, Offset(0), ""}}});
  ASSERT_TRUE(committed.ok()) << committed.error().message;
  const auto found = positions(group, {third, second, in});
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_EQ(found->size(), 3u);
  ASSERT_TRUE((*found)[0].has_value());
  EXPECT_EQ((*found)[0]->offset, Offset(0));
  EXPECT_FALSE((*found)[1].has_value()) << "nothing was committed there";
  ASSERT_TRUE((*found)[2].has_value());
  EXPECT_EQ((*found)[2]->offset, Offset(5));
  EXPECT_EQ((*found)[2]->metadata, "five");
  EXPECT_EQ((*found)[2]->partition, in);
}

TEST_P(Groups, AGroupThatNeverWasHasNoPositions) {
  const auto in = make_topic();
  const auto found = positions(topic_name(), {in});
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_EQ(found->size(), 1u);
  EXPECT_FALSE((*found)[0].has_value());
}

TEST_P(Groups, ALaterCommitReplacesAndLeavesOthersAlone) {
  const auto in = make_topic(2);
  const TopicPartition second{in.topic, PartitionIndex(1)};
  const auto group = topic_name();
  ASSERT_TRUE(commit({group, {{in, Offset(9), "old"}, {second, Offset(3), "stays"}}}).ok());
  ASSERT_TRUE(commit({group, {{in, Offset(4), "back"}}}).ok());
  const auto found = positions(group, {in, second});
  ASSERT_TRUE(found.ok());
  ASSERT_TRUE((*found)[0] && (*found)[1]);
  EXPECT_EQ((*found)[0]->offset, Offset(4));
  EXPECT_EQ((*found)[0]->metadata, "back");
  EXPECT_EQ((*found)[1]->offset, Offset(3));
  EXPECT_EQ((*found)[1]->metadata, "stays");
}

TEST_P(Groups, GroupsDoNotShareTheirPositions) {
  const auto in = make_topic();
  const auto one = topic_name();
  const auto other = topic_name();
  ASSERT_TRUE(commit({one, {{in, Offset(1), ""}}}).ok());
  ASSERT_TRUE(commit({other, {{in, Offset(2), ""}}}).ok());
  EXPECT_EQ(positions(one, {in})->at(0)->offset, Offset(1));
  EXPECT_EQ(positions(other, {in})->at(0)->offset, Offset(2));
}

TEST_P(Groups, ManyPositionsAtOnce) {
  constexpr int kPartitions = 50;
  const auto topic = make_topic(kPartitions).topic;
  const auto group = topic_name();
  GroupPositions all{group, {}};
  std::vector<TopicPartition> partitions;
  for (int p = 0; p < kPartitions; ++p) {
    partitions.push_back({topic, PartitionIndex(p)});
    all.positions.push_back({partitions.back(), Offset(p * 10), std::to_string(p)});
  }
  ASSERT_TRUE(commit(all).ok());
  const auto found = positions(group, partitions);
  ASSERT_TRUE(found.ok());
  for (int p = 0; p < kPartitions; ++p) EXPECT_EQ((*found)[p]->offset, Offset(p * 10));
}

// ---- Atomic appends

class Atomic : public ClusterContract {};

TEST_P(Atomic, SeveralPartitionsAndPositionsBecomeVisibleTogether) {
  const auto one = make_topic(2);
  const TopicPartition two{one.topic, PartitionIndex(1)};
  const auto in = make_topic();
  const auto group = topic_name();
  std::vector<stream::AppendBatch> batches;
  batches.push_back({two, batch({"b1", "b2", "b3"})});
  batches.push_back({one, batch({"a1"})});
  const auto appended = append_atomic({topic_name("writer"), 1}, std::move(batches), {{group, {{in, Offset(7), "seven"}}}});
  if (!abilities().has_atomic_appends) {
    ASSERT_FALSE(appended.ok());
    EXPECT_EQ(appended.error().code, ErrorCode::kUnsupported) << appended.error().message;
    EXPECT_EQ(bounds(one)->high_watermark, Offset(0));
    return;
  }
  ASSERT_TRUE(appended.ok()) << appended.error().message;
  ASSERT_EQ(appended->size(), 2u) << "one result for each batch, in their order";
  EXPECT_EQ((*appended)[0].base_offset, Offset(0));
  EXPECT_EQ((*appended)[0].last_offset, Offset(2));
  EXPECT_EQ((*appended)[1].last_offset, Offset(0));
  EXPECT_EQ(values(one), std::vector<std::string>{"a1"});
  EXPECT_EQ(values(two), (std::vector<std::string>{"b1", "b2", "b3"}));
  const auto found = positions(group, {in});
  ASSERT_TRUE(found.ok() && found->at(0).has_value());
  EXPECT_EQ(found->at(0)->offset, Offset(7));
  EXPECT_EQ(found->at(0)->metadata, "seven");
}

TEST_P(Atomic, AReaderGetsPastWhatAtomicAppendsLeaveInTheLog) {
  if (!abilities().has_atomic_appends) return;  // Said by the test above.
  const auto to = make_topic();
  const stream::Writer writer{topic_name("writer"), 1};
  std::vector<std::string> expected;
  for (int i = 0; i < 10; ++i) {
    std::vector<stream::AppendBatch> batches;
    batches.push_back({to, batch({"t" + std::to_string(i)})});
    ASSERT_TRUE(append_atomic(writer, std::move(batches)).ok());
    ASSERT_TRUE(append(to, batch({"p" + std::to_string(i)})).ok());
    expected.push_back("t" + std::to_string(i));
    expected.push_back("p" + std::to_string(i));
  }
  std::vector<stream::AppendBatch> last;
  last.push_back({to, batch({"last"})});
  ASSERT_TRUE(append_atomic(writer, std::move(last)).ok());
  expected.push_back("last");
  EXPECT_EQ(values(to), expected) << "read() also checks that it reaches the high watermark";
}

TEST_P(Atomic, OnePartOfItThatCannotBeLeavesNothing) {
  const auto to = make_topic();
  std::vector<stream::AppendBatch> batches;
  batches.push_back({to, batch({"half"})});
  batches.push_back({{topic_name(), PartitionIndex(0)}, batch({"nowhere"})});
  const auto appended = append_atomic({topic_name("writer"), 1}, std::move(batches));
  ASSERT_FALSE(appended.ok());
  EXPECT_EQ(appended.error().code, ErrorCode::kNotFound) << appended.error().message;
  EXPECT_TRUE(values(to).empty());
}

TEST_P(Atomic, ABatchThatIsRefusedLeavesNothingAndTheWriterGoesOn) {
  if (!abilities().has_atomic_appends) return;  // Said by the first test.
  const auto to = make_topic();
  const auto strict = make_topic(1, {{"max.message.bytes", "1000"}});
  const stream::Writer writer{topic_name("writer"), 1};
  std::vector<stream::AppendBatch> batches;
  batches.push_back({to, batch({"half"})});
  batches.push_back({strict, batch({std::string(5000, 'x')})});
  const auto refused = append_atomic(writer, std::move(batches));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge) << refused.error().message;
  EXPECT_TRUE(values(to).empty());
  std::vector<stream::AppendBatch> next;
  next.push_back({to, batch({"whole"})});
  const auto appended = append_atomic(writer, std::move(next));
  ASSERT_TRUE(appended.ok()) << appended.error().message;
  EXPECT_EQ(values(to), std::vector<std::string>{"whole"});
}

TEST_P(Atomic, ANewerLifeFencesTheOlder) {
  if (!abilities().has_atomic_appends) return;  // Said by the first test.
  const auto to = make_topic();
  const auto name = topic_name("writer");
  auto one = [&](const std::string& text) {
    std::vector<stream::AppendBatch> batches;
    batches.push_back({to, batch({text})});
    return batches;
  };
  ASSERT_TRUE(append_atomic({name, 1}, one("first life")).ok());
  ASSERT_TRUE(append_atomic({name, 2}, one("second life")).ok());
  const auto late = append_atomic({name, 1}, one("too late"));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, ErrorCode::kFenced) << late.error().message;
  ASSERT_TRUE(append_atomic({name, 2}, one("goes on")).ok());
  EXPECT_EQ(values(to), (std::vector<std::string>{"first life", "second life", "goes on"}));
}

TEST_P(Atomic, MoreThanFitsInOneIsRefused) {
  if (!abilities().has_atomic_appends) return;  // Said by the first test.
  const auto to = make_topic();
  std::vector<stream::AppendBatch> batches;
  for (int i = 0; i < 20; ++i) batches.push_back({to, batch({std::string(500'000, static_cast<char>('a' + i))})});
  const auto appended = append_atomic({topic_name("writer"), 1}, std::move(batches));
  ASSERT_FALSE(appended.ok());
  EXPECT_EQ(appended.error().code, ErrorCode::kTooLarge) << appended.error().message;
  EXPECT_TRUE(values(to).empty());
}

TEST_P(Atomic, PositionsAloneAreCommittedToo) {
  if (!abilities().has_atomic_appends) return;  // Said by the first test.
  const auto in = make_topic();
  const auto group = topic_name();
  const auto appended = append_atomic({topic_name("writer"), 1}, {}, {{group, {{in, Offset(3), ""}}}});
  ASSERT_TRUE(appended.ok()) << appended.error().message;
  EXPECT_TRUE(appended->empty());
  EXPECT_EQ(positions(group, {in})->at(0)->offset, Offset(3));
}

std::string kind_name(const testing::TestParamInfo<SubjectKind>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Contract, Groups, testing::ValuesIn(subject_kinds()), kind_name);
INSTANTIATE_TEST_SUITE_P(Contract, Atomic, testing::ValuesIn(subject_kinds()), kind_name);

}  // namespace
}  // namespace weft::contract
