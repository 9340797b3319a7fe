#include "broker/testing/sim_broker.h"
#include "kafka/messages/create_partitions.h"
#include "kafka/messages/delete_topics.h"
#include "kafka/messages/describe_cluster.h"
#include "kafka/messages/describe_configs.h"
#include "kafka/messages/incremental_alter_configs.h"
#include "kafka/messages/init_producer_id.h"
#include "kafka/messages/list_offsets.h"
#include "kafka/messages/metadata.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using testing::batch_of;

class Admin : public testing::SimBroker {
 protected:
  static kafka::CreateTopicsRequest create_request(const std::string& name, std::int32_t partitions = 1, std::int16_t replicas = 1) {
    kafka::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = replicas;
    return request;
  }
  KafkaError create_error(testing::SimClient& client, const kafka::CreateTopicsRequest& request) {
    return client.call<kafka::CreateTopicsResponse>(request, 7).topics.at(0).error_code;
  }
  std::optional<kafka::MetadataResponse::Topic> look(testing::SimClient& client, const std::string& name) {
    kafka::MetadataRequest request;
    request.allow_auto_topic_creation = false;
    request.topics.emplace();
    request.topics->push_back({TopicId{}, name});
    auto topic = client.call<kafka::MetadataResponse>(request, 10).topics.at(0);
    if (topic.error_code == KafkaError::kUnknownTopicOrPartition) return std::nullopt;
    return topic;
  }
  KafkaError remove(testing::SimClient& client, const std::string& name) {
    kafka::DeleteTopicsRequest request;
    request.topic_names = {name};
    return client.call<kafka::DeleteTopicsResponse>(request, 5).responses.at(0).error_code;
  }
  std::map<std::string, kafka::DescribeConfigsResponse::Config> configs(testing::SimClient& client, const std::string& name,
                                                                        std::int16_t version = 4,
                                                                        kafka::ConfigResourceType type = kafka::ConfigResourceType::kTopic) {
    kafka::DescribeConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = name;
    request.include_synonyms = version >= 1;
    request.include_documentation = version >= 3;
    std::map<std::string, kafka::DescribeConfigsResponse::Config> by_name;
    const auto result = client.call<kafka::DescribeConfigsResponse>(request, version).results.at(0);
    EXPECT_EQ(result.error_code, KafkaError::kNone) << result.error_message.value_or("");
    for (const auto& config : result.configs) by_name[config.name] = config;
    return by_name;
  }
  KafkaError alter(testing::SimClient& client, const std::string& topic, const std::string& name, kafka::ConfigOperation operation,
                   std::optional<std::string> value) {
    kafka::IncrementalAlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = kafka::ConfigResourceType::kTopic;
    resource.resource_name = topic;
    resource.configs.push_back({name, operation, std::move(value)});
    return client.call<kafka::IncrementalAlterConfigsResponse>(request, 1).responses.at(0).error_code;
  }
  std::pair<std::int64_t, std::int64_t> find_offset(testing::SimClient& client, std::int64_t timestamp, std::int16_t version = 7) {
    kafka::ListOffsetsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    topic.partitions.push_back({PartitionIndex{0}, LeaderEpoch{-1}, Timestamp{timestamp}, 1});
    const auto found = client.call<kafka::ListOffsetsResponse>(request, version).topics.at(0).partitions.at(0);
    EXPECT_EQ(found.error_code, KafkaError::kNone);
    if (version == 0) return {found.old_style_offsets.empty() ? -1 : found.old_style_offsets[0].get(), -1};
    return {found.offset.get(), found.timestamp.get()};
  }
};

TEST_F(Admin, ATopicIsThereWhenTheAnswerIsAndAfterARestart) {
  start();
  auto* client = &connect();
  const auto made = client->call<kafka::CreateTopicsResponse>(create_request("orders", 3), 7).topics.at(0);
  EXPECT_EQ(made.error_code, KafkaError::kNone);
  EXPECT_EQ(made.num_partitions, 3);
  EXPECT_EQ(made.replication_factor, 1);
  EXPECT_EQ(look(*client, "orders")->partitions.size(), 3u);
  EXPECT_EQ(look(*client, "orders")->topic_id, made.topic_id);
  restart();
  client = &connect();
  EXPECT_EQ(look(*client, "orders")->partitions.size(), 3u);
  EXPECT_EQ(look(*client, "orders")->topic_id, made.topic_id);
}

TEST_F(Admin, EachMistakeHasItsError) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  EXPECT_EQ(create_error(client, create_request("orders")), KafkaError::kTopicAlreadyExists);
  EXPECT_EQ(create_error(client, create_request("a b")), KafkaError::kInvalidTopicException);
  EXPECT_EQ(create_error(client, create_request("..")), KafkaError::kInvalidTopicException);
  EXPECT_EQ(create_error(client, create_request("_weft_mine")), KafkaError::kInvalidTopicException);
  EXPECT_EQ(create_error(client, create_request("none", 0)), KafkaError::kInvalidPartitions);
  EXPECT_EQ(create_error(client, create_request("many", 1'000'000)), KafkaError::kInvalidPartitions);
  EXPECT_EQ(create_error(client, create_request("zero", 1, 0)), KafkaError::kInvalidReplicationFactor);
  auto with_config = create_request("configured");
  with_config.topics[0].configs.push_back({"no.such.setting", "1"});
  EXPECT_EQ(create_error(client, with_config), KafkaError::kInvalidConfig);
  with_config.topics[0].configs[0] = {"retention.ms", "soon"};
  EXPECT_EQ(create_error(client, with_config), KafkaError::kInvalidConfig);
  auto twice = create_request("twice");
  twice.topics.push_back(twice.topics[0]);
  EXPECT_EQ(create_error(client, twice), KafkaError::kInvalidRequest);
  EXPECT_FALSE(look(client, "twice"));
}

TEST_F(Admin, AReplicationFactorAboveOneIsClampedOrRefused) {
  start();
  EXPECT_EQ(connect().call<kafka::CreateTopicsResponse>(create_request("three", 1, 3), 7).topics.at(0).replication_factor, 1);
  options.clamp_replication_factor = false;
  restart();
  EXPECT_EQ(create_error(connect(), create_request("strict", 1, 3)), KafkaError::kInvalidReplicationFactor);
}

TEST_F(Admin, ReplicasMayBePlacedByHandOnThisBroker) {
  start();
  auto& client = connect();
  auto request = create_request("placed", -1, -1);
  request.topics[0].assignments = {{PartitionIndex{1}, {kafka::NodeId{1}}}, {PartitionIndex{0}, {kafka::NodeId{1}}}};
  EXPECT_EQ(client.call<kafka::CreateTopicsResponse>(request, 5).topics.at(0).num_partitions, 2);
  request.topics[0].name = "elsewhere";
  request.topics[0].assignments[0].broker_ids = {kafka::NodeId{9}};
  EXPECT_EQ(create_error(client, request), KafkaError::kInvalidReplicaAssignment);
}

TEST_F(Admin, ValidateOnlyMakesNothing) {
  start();
  auto& client = connect();
  auto request = create_request("orders");
  request.validate_only = true;
  EXPECT_EQ(create_error(client, request), KafkaError::kNone);
  EXPECT_FALSE(look(client, "orders"));
}

TEST_F(Admin, ADeletedTopicIsGoneAndOneMadeAgainIsAnother) {
  start();
  auto* client = &connect();
  create_topic(*client, "orders");
  const auto before = look(*client, "orders")->topic_id;
  produce(*client, "orders", batch_of({{"a", "1"}}));
  EXPECT_EQ(remove(*client, "orders"), KafkaError::kNone);
  EXPECT_FALSE(look(*client, "orders"));
  EXPECT_EQ(remove(*client, "orders"), KafkaError::kUnknownTopicOrPartition);
  EXPECT_EQ(remove(*client, std::string(kGroupsTopic)), KafkaError::kInvalidTopicException);
  create_topic(*client, "orders");
  EXPECT_NE(look(*client, "orders")->topic_id, before);
  EXPECT_TRUE(records_in(fetch(*client, "orders", 0).records).empty());
  restart();
  client = &connect();
  EXPECT_TRUE(records_in(fetch(*client, "orders", 0).records).empty());
  EXPECT_EQ(store->partitions.size(), 3u) << "its own, and the broker's two";
}

TEST_F(Admin, TopicsCanBeDeletedById) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  kafka::DeleteTopicsRequest request;
  request.topics.push_back({std::nullopt, look(client, "orders")->topic_id});
  request.topics.push_back({std::nullopt, TopicId{Uuid{{1}}}});
  const auto responses = client.call<kafka::DeleteTopicsResponse>(request, 6).responses;
  EXPECT_EQ(responses.at(0).error_code, KafkaError::kNone);
  EXPECT_EQ(responses.at(0).name, "orders");
  EXPECT_EQ(responses.at(1).error_code, KafkaError::kUnknownTopicId);
}

TEST_F(Admin, AStartFinishesWhatACrashLeftHalfMade) {
  start();
  auto* client = &connect();
  create_topic(*client, "orders", 3);
  const auto id = look(*client, "orders")->topic_id;
  stop();
  // As if the crash had come before two partitions were made, and after a topic's deletion was recorded.
  store->partitions.erase({id, PartitionIndex{1}});
  store->partitions.erase({id, PartitionIndex{2}});
  store->partitions[{TopicId{Uuid{{7}}}, PartitionIndex{0}}];
  start();
  client = &connect();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(produce(*client, "orders", batch_of({{"a", "1"}}), i).error_code, KafkaError::kNone);
  EXPECT_FALSE(store->partitions.contains({TopicId{Uuid{{7}}}, PartitionIndex{0}}));
}

TEST_F(Admin, ConfigsSayTheirSourceAndChangesHold) {
  start();
  auto* client = &connect();
  create_topic(*client, "orders", 1, {{"retention.ms", "1000"}});
  auto before = configs(*client, "orders");
  EXPECT_EQ(before["retention.ms"].value, "1000");
  EXPECT_EQ(before["retention.ms"].config_source, kafka::ConfigSource::kTopic);
  ASSERT_EQ(before["retention.ms"].synonyms.size(), 1u) << "the broker's log.retention.ms is unset, as Kafka tells it";
  ASSERT_EQ(before["cleanup.policy"].synonyms.size(), 1u);
  EXPECT_EQ(before["cleanup.policy"].synonyms[0].name, "log.cleanup.policy");
  EXPECT_TRUE(before["segment.ms"].synonyms.empty());
  EXPECT_EQ(before["cleanup.policy"].value, "delete");
  EXPECT_EQ(before["cleanup.policy"].config_source, kafka::ConfigSource::kDefault);
  EXPECT_FALSE(before["cleanup.policy"].documentation.value_or("").empty());
  EXPECT_TRUE(configs(*client, "orders", 0)["cleanup.policy"].is_default);

  using enum kafka::ConfigOperation;
  EXPECT_EQ(alter(*client, "orders", "retention.ms", kDelete, std::nullopt), KafkaError::kNone);
  EXPECT_EQ(alter(*client, "orders", "cleanup.policy", kAppend, "compact"), KafkaError::kNone);
  EXPECT_EQ(alter(*client, "orders", "max.message.bytes", kSet, "100"), KafkaError::kNone);
  EXPECT_EQ(alter(*client, "orders", "max.message.bytes", kSet, "lots"), KafkaError::kInvalidConfig);
  EXPECT_EQ(alter(*client, "orders", "compression.type", kSet, "brotli"), KafkaError::kInvalidConfig);
  EXPECT_EQ(alter(*client, "orders", "retention.ms", kAppend, "1"), KafkaError::kInvalidConfig);
  EXPECT_EQ(alter(*client, "nowhere", "retention.ms", kSet, "1"), KafkaError::kUnknownTopicOrPartition);
  restart();
  client = &connect();
  auto after = configs(*client, "orders");
  EXPECT_EQ(after["retention.ms"].value, "604800000");
  EXPECT_EQ(after["cleanup.policy"].value, "delete,compact");
  EXPECT_EQ(produce(*client, "orders", batch_of({{"a", std::string(200, 'x')}})).error_code, KafkaError::kMessageTooLarge);
}

TEST_F(Admin, RetentionReachesTheLogAndSparesCompactedTopics) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 1, {{"retention.ms", "1000"}});
  create_topic(client, "state", 1, {{"cleanup.policy", "compact"}, {"retention.ms", "1000"}});
  EXPECT_EQ(log->retention.at({look(client, "orders")->topic_id, PartitionIndex{0}}).retention_ms, 1000);
  EXPECT_EQ(log->retention.at({look(client, "state")->topic_id, PartitionIndex{0}}).retention_ms, -1);
  EXPECT_EQ(alter(client, "orders", "retention.ms", kafka::ConfigOperation::kSet, "2000"), KafkaError::kNone);
  EXPECT_EQ(log->retention.at({look(client, "orders")->topic_id, PartitionIndex{0}}).retention_ms, 2000);
}

TEST_F(Admin, TheBrokersOwnSettingsAreReadOnly) {
  start();
  auto settings = configs(connect(), "1", 4, kafka::ConfigResourceType::kBroker);
  EXPECT_EQ(settings["auto.create.topics.enable"].value, "true");
  EXPECT_TRUE(settings["auto.create.topics.enable"].read_only);
}

TEST_F(Admin, PartitionsCanOnlyBecomeMore) {
  start();
  auto* client = &connect();
  create_topic(*client, "orders", 2);
  const auto grow = [&](std::int32_t count) {
    kafka::CreatePartitionsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    topic.count = count;
    return client->call<kafka::CreatePartitionsResponse>(request, 2).results.at(0).error_code;
  };
  EXPECT_EQ(grow(2), KafkaError::kInvalidPartitions);
  EXPECT_EQ(grow(4), KafkaError::kNone);
  EXPECT_EQ(produce(*client, "orders", batch_of({{"a", "1"}}), 3).error_code, KafkaError::kNone);
  restart();
  client = &connect();
  EXPECT_EQ(look(*client, "orders")->partitions.size(), 4u);
}

TEST_F(Admin, NewPartitionsArePlacedByHandOnThisBrokerOrNotAtAll) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 1);
  const auto grow = [&](std::vector<std::vector<std::int32_t>> placed) {
    kafka::CreatePartitionsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    topic.count = 3;
    topic.assignments.emplace();
    for (const auto& brokers : placed) {
      auto& assignment = topic.assignments->emplace_back();
      for (const auto id : brokers) assignment.broker_ids.push_back(kafka::NodeId{id});
    }
    return client.call<kafka::CreatePartitionsResponse>(request, 2).results.at(0).error_code;
  };
  EXPECT_EQ(grow({{1}, {10}}), KafkaError::kInvalidReplicaAssignment) << "there is no broker 10";
  EXPECT_EQ(grow({{1}}), KafkaError::kInvalidReplicaAssignment) << "two partitions are new";
  EXPECT_EQ(grow({{1}, {1, 1}}), KafkaError::kInvalidReplicaAssignment);
  EXPECT_EQ(grow({{1}, {1}}), KafkaError::kNone);
}

TEST_F(Admin, OffsetsAreFoundByTimeAndAtTheEnds) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  EXPECT_EQ(find_offset(client, -1), (std::pair<std::int64_t, std::int64_t>{0, -1}));
  EXPECT_EQ(find_offset(client, -3), (std::pair<std::int64_t, std::int64_t>{-1, -1})) << "no record, no error";
  for (std::int64_t time = 100; time <= 300; time += 100) {
    record::BatchBuilder builder;
    builder.add(std::nullopt, as_bytes("v"), Timestamp{time});
    produce(client, "orders", SharedBytes(std::move(*builder.build())));
  }
  for (std::int16_t version = 0; version <= 8; ++version) {
    EXPECT_EQ(find_offset(client, -1, version).first, 3) << version;
    EXPECT_EQ(find_offset(client, -2, version).first, 0) << version;
  }
  EXPECT_EQ(find_offset(client, 150), (std::pair<std::int64_t, std::int64_t>{1, 200}));
  EXPECT_EQ(find_offset(client, 301), (std::pair<std::int64_t, std::int64_t>{-1, -1}));
  EXPECT_EQ(find_offset(client, -3), (std::pair<std::int64_t, std::int64_t>{2, 300}));
}

TEST_F(Admin, ProducerIdsAreNeverHandedOutTwice) {
  start();
  std::set<std::int64_t> ids;
  for (int life = 0; life < 3; ++life) {
    auto& client = connect();
    for (int i = 0; i < 1'200; ++i) {
      const auto response = client.call<kafka::InitProducerIdResponse>(kafka::InitProducerIdRequest{}, static_cast<std::int16_t>(i % 5));
      EXPECT_EQ(response.error_code, KafkaError::kNone);
      EXPECT_EQ(response.producer_epoch, ProducerEpoch{0});
      EXPECT_TRUE(ids.insert(response.producer_id.get()).second);
    }
    restart();
  }
}

TEST_F(Admin, TheClusterDescribesItself) {
  start();
  auto& client = connect();
  const auto described = client.call<kafka::DescribeClusterResponse>(kafka::DescribeClusterRequest{}, 1);
  EXPECT_EQ(described.cluster_id, broker->cluster().identity().cluster_id);
  EXPECT_EQ(described.brokers.at(0).port, broker->addresses()[0].port);
}

/// Says no to one right.
class OneRightMissing final : public access::Authorizer {
 public:
  explicit OneRightMissing(access::Right right) : right_(right) {}
  Result<void> check(const access::Principal&, access::Right right, const access::Resource&) const override {
    if (right == right_) return error(ErrorCode::kForbidden, "missing right");
    return {};
  }

 private:
  access::Right right_;
};

class Rights : public Admin {};

TEST_F(Rights, EveryHandlerAsksTheAuthorizer) {
  OneRightMissing no_write(access::Right::kWrite);
  switchable.rules = &no_write;
  start();
  auto& client = connect();
  create_topic(client, "orders");
  EXPECT_EQ(produce(client, "orders", batch_of({{"a", "1"}})).error_code, KafkaError::kTopicAuthorizationFailed);
  OneRightMissing no_read(access::Right::kRead);
  switchable.rules = &no_read;
  EXPECT_EQ(fetch(client, "orders", 0).error_code, KafkaError::kTopicAuthorizationFailed);
  OneRightMissing no_describe(access::Right::kDescribe);
  switchable.rules = &no_describe;
  EXPECT_EQ(look(client, "orders")->error_code, KafkaError::kTopicAuthorizationFailed);
  kafka::MetadataRequest all;
  EXPECT_TRUE(client.call<kafka::MetadataResponse>(all, 9).topics.empty()) << "what may not be seen is not listed";
  OneRightMissing no_delete(access::Right::kDelete);
  switchable.rules = &no_delete;
  EXPECT_EQ(remove(client, "orders"), KafkaError::kTopicAuthorizationFailed);
  OneRightMissing no_create(access::Right::kCreate);
  switchable.rules = &no_create;
  EXPECT_EQ(create_error(client, create_request("more")), KafkaError::kTopicAuthorizationFailed);
  OneRightMissing no_alter(access::Right::kAlter);
  switchable.rules = &no_alter;
  EXPECT_EQ(alter(client, "orders", "retention.ms", kafka::ConfigOperation::kSet, "1"), KafkaError::kTopicAuthorizationFailed);
}

}  // namespace
}  // namespace weft::broker
