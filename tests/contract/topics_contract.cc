#include <algorithm>
#include <set>

#include "contract/cluster_contract.h"

namespace weft::contract {
namespace {

using stream::ConfigEntry;

class Topics : public ClusterContract {};

TEST_P(Topics, ACreatedTopicIsDescribedWithItsPartitionsAndId) {
  const auto name = topic_name();
  const auto created = create({name, 3, 1, {}});
  ASSERT_TRUE(created.ok()) << created.error().message;
  EXPECT_EQ(created->name, name);
  EXPECT_EQ(created->partitions.size(), 3u);
  EXPECT_FALSE(created->id.get().is_zero());

  const auto described = describe({name});
  ASSERT_TRUE(described.ok()) << described.error().message;
  ASSERT_EQ(described->size(), 1u);
  const auto& topic = described->front();
  EXPECT_EQ(topic.name, name);
  EXPECT_EQ(topic.id, created->id);
  EXPECT_FALSE(topic.internal);
  ASSERT_EQ(topic.partitions.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(topic.partitions[i].partition, PartitionIndex(i)) << "partitions are in order";
    EXPECT_GE(topic.partitions[i].leader, 0);
  }
}

TEST_P(Topics, ACountOfMinusOneAsksForTheClustersDefault) {
  const auto created = create({topic_name(), -1, -1, {}});
  ASSERT_TRUE(created.ok()) << created.error().message;
  EXPECT_GE(created->partitions.size(), 1u);
}

TEST_P(Topics, ANameIsTakenOnce) {
  const auto name = topic_name();
  ASSERT_TRUE(create({name, 1, 1, {}}).ok());
  const auto again = create({name, 1, 1, {}});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists) << again.error().message;
}

TEST_P(Topics, NamesThatBreakTheRulesAreRefused) {
  const std::vector<std::string> names = {"", ".", "..", "two words", "with/slash", "\xc3\xa4", std::string(250, 'n')};
  for (const auto& name : names) {
    const auto created = create({name, 1, 1, {}});
    ASSERT_FALSE(created.ok()) << name;
    EXPECT_EQ(created.error().code, ErrorCode::kInvalidArgument) << name << ": " << created.error().message;
  }
}

TEST_P(Topics, NoPartitionsAreRefused) {
  const auto created = create({topic_name(), 0, 1, {}});
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.error().code, ErrorCode::kInvalidArgument) << created.error().message;
}

TEST_P(Topics, UnknownTopicsAreLeftOutOfADescription) {
  const auto known = make_topic().topic;
  const auto described = describe({"nobody.made.this", known, "nor this"});
  ASSERT_TRUE(described.ok()) << described.error().message;
  ASSERT_EQ(described->size(), 1u);
  EXPECT_EQ(described->front().name, known);
}

TEST_P(Topics, DescribingNoneIsEmptyAndDescribingAllNamesEachOnce) {
  const auto one = make_topic().topic;
  const auto other = make_topic().topic;
  const auto none = describe({});
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->empty());
  const auto all = await<std::vector<stream::TopicInfo>>(
      [&](auto done) { cluster().describe_topics(std::nullopt, soon(), std::move(done)); });
  ASSERT_TRUE(all.ok()) << all.error().message;
  std::multiset<std::string> names;
  for (const auto& topic : *all) names.insert(topic.name);
  EXPECT_EQ(names.count(one), 1u);
  EXPECT_EQ(names.count(other), 1u);
}

TEST_P(Topics, ADeletedTopicIsGone) {
  const auto partition = make_topic();
  ASSERT_TRUE(append(partition, batch({"lost"})).ok());
  const auto removed = remove(partition.topic);
  ASSERT_TRUE(removed.ok()) << removed.error().message;
  EXPECT_TRUE(describe({partition.topic})->empty());
  const auto again = remove(partition.topic);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::kNotFound) << again.error().message;
  const auto fetched = fetch({partition, Offset(0)});
  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().code, ErrorCode::kNotFound) << fetched.error().message;
}

TEST_P(Topics, ATopicMadeAgainHasANewIdAndNoRecords) {
  const auto name = topic_name();
  const auto first = create({name, 1, 1, {}});
  ASSERT_TRUE(first.ok());
  const stream::TopicPartition partition{name, PartitionIndex(0)};
  ASSERT_TRUE(append(partition, batch({"of the first"})).ok());
  ASSERT_EQ(values(partition), std::vector<std::string>{"of the first"});
  ASSERT_TRUE(remove(name).ok());
  const auto second = create({name, 1, 1, {}});
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_NE(second->id, first->id);
  EXPECT_EQ(bounds(partition)->high_watermark, Offset(0));
  ASSERT_TRUE(append(partition, batch({"of the second"})).ok());
  EXPECT_EQ(values(partition), std::vector<std::string>{"of the second"});
}

TEST_P(Topics, SettingsGivenAtCreationAreTheTopics) {
  const auto partition = make_topic(1, {{"retention.ms", "123456789"}, {"cleanup.policy", "compact"}});
  const auto settings = configs(partition.topic);
  ASSERT_TRUE(settings.ok()) << settings.error().message;
  ASSERT_TRUE(settings->contains("retention.ms"));
  EXPECT_EQ(settings->at("retention.ms").value, "123456789");
  EXPECT_EQ(settings->at("retention.ms").source, ConfigEntry::Source::kTopic);
  EXPECT_EQ(settings->at("cleanup.policy").value, "compact");
  ASSERT_TRUE(settings->contains("retention.bytes")) << "settings that were not given are there too";
  EXPECT_NE(settings->at("retention.bytes").source, ConfigEntry::Source::kTopic);
}

TEST_P(Topics, AnUnknownSettingIsRefusedAndNothingIsCreated) {
  const auto name = topic_name();
  const auto created = create({name, 1, 1, {{"no.such.setting", "1"}}});
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.error().code, ErrorCode::kInvalidArgument) << created.error().message;
  EXPECT_TRUE(describe({name})->empty());
}

TEST_P(Topics, ASettingsValueIsChecked) {
  const auto created = create({topic_name(), 1, 1, {{"retention.ms", "soon"}}});
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.error().code, ErrorCode::kInvalidArgument) << created.error().message;
}

TEST_P(Topics, AlteringChangesOnlyWhatIsNamed) {
  const auto topic = make_topic(1, {{"retention.ms", "1000000"}, {"max.message.bytes", "5000"}}).topic;
  ASSERT_TRUE(alter(topic, {{"retention.ms", "2000000"}}).ok());
  auto settings = configs(topic);
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->at("retention.ms").value, "2000000");
  EXPECT_EQ(settings->at("max.message.bytes").value, "5000");

  ASSERT_TRUE(alter(topic, {{"retention.ms", std::nullopt}}).ok());
  settings = configs(topic);
  ASSERT_TRUE(settings.ok());
  EXPECT_NE(settings->at("retention.ms").source, ConfigEntry::Source::kTopic) << "back to the default";
  EXPECT_EQ(settings->at("max.message.bytes").value, "5000");
}

TEST_P(Topics, AlteringToSomethingWrongChangesNothing) {
  const auto topic = make_topic(1, {{"retention.ms", "1000000"}}).topic;
  const auto altered = alter(topic, {{"retention.ms", "5"}, {"no.such.setting", "1"}});
  ASSERT_FALSE(altered.ok());
  EXPECT_EQ(altered.error().code, ErrorCode::kInvalidArgument) << altered.error().message;
  EXPECT_EQ(configs(topic)->at("retention.ms").value, "1000000");
}

TEST_P(Topics, SettingsOfAnUnknownTopicAreNotFound) {
  const auto settings = configs("nobody.made.this");
  ASSERT_FALSE(settings.ok());
  EXPECT_EQ(settings.error().code, ErrorCode::kNotFound) << settings.error().message;
  const auto altered = alter("nobody.made.this", {{"retention.ms", "1"}});
  ASSERT_FALSE(altered.ok());
  EXPECT_EQ(altered.error().code, ErrorCode::kNotFound) << altered.error().message;
}

std::string kind_name(const testing::TestParamInfo<SubjectKind>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Contract, Topics, testing::ValuesIn(subject_kinds()), kind_name);

}  // namespace
}  // namespace weft::contract
