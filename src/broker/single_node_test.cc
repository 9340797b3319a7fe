// What a single node answers to the APIs of clusters, and to those that change what is stored.
#include "broker/testing/sim_broker.h"
#include "env/disk_simulated.h"
#include "kafka/messages/alter_configs.h"
#include "kafka/messages/alter_partition_reassignments.h"
#include "kafka/messages/delete_records.h"
#include "kafka/messages/describe_configs.h"
#include "kafka/messages/describe_log_dirs.h"
#include "kafka/messages/elect_leaders.h"
#include "kafka/messages/list_partition_reassignments.h"
#include "kafka/messages/offset_for_leader_epoch.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using testing::batch_of;

class SingleNode : public testing::SimBroker {
 protected:
  SingleNode() : SimBroker({.disk = std::make_shared<env::SimulatedDisk>(1)}) {}

  kafka::DeleteRecordsResponse::Partition delete_records(testing::SimClient& client, const std::string& topic,
                                                         std::int64_t before, std::int32_t partition = 0) {
    kafka::DeleteRecordsRequest request;
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    asked.partitions.push_back({PartitionIndex{partition}, Offset{before}});
    return client.call<kafka::DeleteRecordsResponse>(request, 2).topics.at(0).partitions.at(0);
  }
  kafka::AlterConfigsResponse::Resource replace_configs(testing::SimClient& client, const std::string& topic,
                                                        std::vector<kafka::AlterConfigsRequest::Config> configs,
                                                        bool validate_only = false) {
    kafka::AlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = kafka::ConfigResourceType::kTopic;
    resource.resource_name = topic;
    resource.configs = std::move(configs);
    request.validate_only = validate_only;
    return client.call<kafka::AlterConfigsResponse>(request, 2).responses.at(0);
  }
  std::string config(testing::SimClient& client, const std::string& topic, const std::string& name) {
    kafka::DescribeConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = kafka::ConfigResourceType::kTopic;
    resource.resource_name = topic;
    resource.configuration_keys = {name};
    return client.call<kafka::DescribeConfigsResponse>(request, 1).results.at(0).configs.at(0).value.value_or("");
  }
};

TEST_F(SingleNode, RecordsBeforeAnOffsetCanBeGivenUpForEver) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  for (int i = 0; i < 5; ++i) produce(client, "orders", batch_of({{"k", std::to_string(i)}}));
  const auto raised = delete_records(client, "orders", 3);
  EXPECT_EQ(raised.error_code, KafkaError::kNone);
  EXPECT_EQ(raised.low_watermark.get(), 3);
  EXPECT_EQ(fetch(client, "orders", 2).error_code, KafkaError::kOffsetOutOfRange);
  EXPECT_EQ(records_in(fetch(client, "orders", 3).records), (std::vector<std::string>{"k=3", "k=4"}));
  EXPECT_EQ(delete_records(client, "orders", 1).low_watermark.get(), 3) << "it never falls";
  EXPECT_EQ(delete_records(client, "orders", -1).low_watermark.get(), 5) << "-1 is the high watermark";
}

TEST_F(SingleNode, EachReasonNotToDeleteRecordsHasItsError) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  create_topic(client, "compacted", 1, {{"cleanup.policy", "compact"}});
  EXPECT_EQ(delete_records(client, "orders", 1).error_code, KafkaError::kOffsetOutOfRange);
  EXPECT_EQ(delete_records(client, "orders", -2).error_code, KafkaError::kOffsetOutOfRange);
  EXPECT_EQ(delete_records(client, "orders", 0, 7).error_code, KafkaError::kUnknownTopicOrPartition);
  EXPECT_EQ(delete_records(client, "nothing", 0).error_code, KafkaError::kUnknownTopicOrPartition);
  EXPECT_EQ(delete_records(client, "compacted", 0).error_code, KafkaError::kPolicyViolation);
  EXPECT_EQ(delete_records(client, "__consumer_offsets", 0).error_code, KafkaError::kPolicyViolation);
}

TEST_F(SingleNode, SettingsThatAreNotNamedGoBackToTheirDefault) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 1, {{"retention.ms", "1000"}, {"segment.bytes", "100000"}});
  EXPECT_EQ(replace_configs(client, "orders", {{"retention.ms", "2000"}}, true).error_code, KafkaError::kNone);
  EXPECT_EQ(config(client, "orders", "retention.ms"), "1000") << "validated only";
  EXPECT_EQ(replace_configs(client, "orders", {{"retention.ms", "2000"}}).error_code, KafkaError::kNone);
  EXPECT_EQ(config(client, "orders", "retention.ms"), "2000");
  EXPECT_EQ(config(client, "orders", "segment.bytes"), "1073741824");
  EXPECT_EQ(replace_configs(client, "orders", {{"no.such.setting", "1"}}).error_code, KafkaError::kInvalidConfig);
  EXPECT_EQ(replace_configs(client, "orders", {{"retention.ms", "1"}, {"retention.ms", "2"}}).error_code,
            KafkaError::kInvalidConfig);
  EXPECT_EQ(replace_configs(client, "nothing", {}).error_code, KafkaError::kUnknownTopicOrPartition);
  EXPECT_EQ(config(client, "orders", "retention.ms"), "2000") << "what is refused changes nothing";
}

TEST_F(SingleNode, TheDataDirectorySaysWhatEachPartitionTakes) {
  options.data_directory = "/data";
  start();
  auto& client = connect();
  create_topic(client, "orders", 2);
  create_topic(client, "others");
  produce(client, "orders", batch_of({{"k", "v"}}), 1);
  kafka::DescribeLogDirsRequest request;
  request.topics.emplace().push_back({"orders", {PartitionIndex{0}, PartitionIndex{1}, PartitionIndex{9}}});
  request.topics->push_back({"nothing", {PartitionIndex{0}}});
  const auto response = client.call<kafka::DescribeLogDirsResponse>(request, 4);
  ASSERT_EQ(response.results.size(), 1u);
  const auto& directory = response.results[0];
  EXPECT_EQ(directory.log_dir, "/data");
  EXPECT_GT(directory.total_bytes, 0);
  EXPECT_LE(directory.usable_bytes, directory.total_bytes);
  ASSERT_EQ(directory.topics.size(), 1u) << "what does not exist lies nowhere";
  ASSERT_EQ(directory.topics[0].partitions.size(), 2u);
  EXPECT_EQ(directory.topics[0].partitions[0].partition_size, 0);
  EXPECT_GT(directory.topics[0].partitions[1].partition_size, 0);
  const auto all = client.call<kafka::DescribeLogDirsResponse>(kafka::DescribeLogDirsRequest{std::nullopt}, 2);
  EXPECT_GE(all.results.at(0).topics.size(), 4u) << "the broker's own topics too";
}

TEST_F(SingleNode, ThereIsOneEpochAndItEndsAtTheHighWatermark) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  produce(client, "orders", batch_of({{"k", "v"}, {"k", "w"}}));
  const auto end_of = [&](std::int32_t epoch, std::int32_t current = -1, std::int32_t partition = 0) {
    kafka::OffsetForLeaderEpochRequest request;
    request.replica_id = kafka::NodeId{-1};
    auto& topic = request.topics.emplace_back();
    topic.topic = "orders";
    topic.partitions.push_back({PartitionIndex{partition}, LeaderEpoch{current}, LeaderEpoch{epoch}});
    return client.call<kafka::OffsetForLeaderEpochResponse>(request, 4).topics.at(0).partitions.at(0);
  };
  EXPECT_EQ(end_of(0).end_offset.get(), 2);
  EXPECT_EQ(end_of(0).leader_epoch.get(), 0);
  EXPECT_EQ(end_of(3).end_offset.get(), -1) << "it never was";
  EXPECT_EQ(end_of(0, 3).error_code, KafkaError::kUnknownLeaderEpoch);
  EXPECT_EQ(end_of(0, -1, 5).error_code, KafkaError::kUnknownTopicOrPartition);
}

TEST_F(SingleNode, TheOnlyReplicaLeadsAndStaysWhereItIs) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  kafka::ElectLeadersRequest elect;
  EXPECT_TRUE(client.call<kafka::ElectLeadersResponse>(elect, 2).replica_election_results.empty());
  elect.topic_partitions.emplace().push_back({"orders", {PartitionIndex{0}, PartitionIndex{1}}});
  const auto elected =
      client.call<kafka::ElectLeadersResponse>(elect, 2).replica_election_results.at(0).partition_result;
  EXPECT_EQ(elected.at(0).error_code, KafkaError::kElectionNotNeeded);
  EXPECT_EQ(elected.at(1).error_code, KafkaError::kUnknownTopicOrPartition);

  const auto move = [&](std::optional<std::vector<kafka::NodeId>> replicas) {
    kafka::AlterPartitionReassignmentsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    topic.partitions.push_back({PartitionIndex{0}, std::move(replicas)});
    return client.call<kafka::AlterPartitionReassignmentsResponse>(request, 0)
        .responses.at(0)
        .partitions.at(0)
        .error_code;
  };
  EXPECT_EQ(move(std::vector{kafka::NodeId{1}}), KafkaError::kNone);
  EXPECT_EQ(move(std::vector{kafka::NodeId{2}}), KafkaError::kInvalidReplicaAssignment);
  EXPECT_EQ(move(std::nullopt), KafkaError::kNoReassignmentInProgress);
  EXPECT_TRUE(client.call<kafka::ListPartitionReassignmentsResponse>(kafka::ListPartitionReassignmentsRequest{}, 0)
                  .topics.empty());
}

}  // namespace
}  // namespace weft::broker
