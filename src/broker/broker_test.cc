#include "broker/broker.h"

#include "base/log.h"
#include "base/varint.h"
#include "broker/testing/sim_broker.h"
#include "kafka/messages/api_versions.h"
#include "kafka/messages/metadata.h"

namespace weft::broker {
namespace {

using kafka::KafkaError;
using testing::batch_of;
using testing::SimBroker;

using Records = std::vector<std::string>;

// ---- ApiVersions

class ApiVersions : public SimBroker {};

TEST_F(ApiVersions, AdvertisesTheOldVersionsThatLibrdkafkaLooksFor) {
  start();
  auto& client = connect();
  kafka::ApiVersionsRequest request;
  request.client_software_name = "test";
  request.client_software_version = "1.0";
  const auto response = client.call<kafka::ApiVersionsResponse>(request, 3);
  EXPECT_EQ(response.error_code, KafkaError::kNone);
  const auto serves = [&](kafka::ApiKey key, std::int16_t version) {
    return std::any_of(response.api_keys.begin(), response.api_keys.end(), [&](const auto& api) {
      return api.api_key == static_cast<std::int16_t>(key) && version >= api.min_version && version <= api.max_version;
    });
  };
  using enum kafka::ApiKey;
  for (const auto& [key, version] : std::vector<std::pair<kafka::ApiKey, int>>{{kProduce, 0},
                                                                               {kProduce, 3},
                                                                               {kProduce, 7},
                                                                               {kFetch, 4},
                                                                               {kFetch, 10},
                                                                               {kFetch, 11},
                                                                               {kFindCoordinator, 0},
                                                                               {kOffsetCommit, 1},
                                                                               {kOffsetCommit, 2},
                                                                               {kOffsetFetch, 1},
                                                                               {kJoinGroup, 0},
                                                                               {kSyncGroup, 0},
                                                                               {kHeartbeat, 0},
                                                                               {kLeaveGroup, 0},
                                                                               {kListOffsets, 1},
                                                                               {kInitProducerId, 0},
                                                                               {kMetadata, 0}}) {
    EXPECT_TRUE(serves(key, static_cast<std::int16_t>(version))) << kafka::api_name(key) << " v" << version;
  }
}

TEST_F(ApiVersions, AnUnknownVersionIsAnsweredInV0WithTheRangeToStepDownTo) {
  start();
  auto& client = connect();
  Buffer frame;
  append_be<std::int32_t>(frame, 11);
  append_be<std::int16_t>(frame, 18);
  append_be<std::int16_t>(frame, 99);
  append_be<std::int32_t>(frame, 7);
  append_be<std::int16_t>(frame, 1);
  frame.push_back(std::byte{'x'});
  client.send_bytes({SharedBytes(std::move(frame))});
  const auto response = client.receive<kafka::ApiVersionsResponse>(0, 7);
  EXPECT_EQ(response.error_code, KafkaError::kUnsupportedVersion);
  ASSERT_EQ(response.api_keys.size(), 1u);
  EXPECT_EQ(response.api_keys[0].api_key, 18);
  EXPECT_EQ(response.api_keys[0].max_version, 4);
}

TEST_F(ApiVersions, AClientSoftwareNameMustBeOne) {
  start();
  auto& client = connect();
  kafka::ApiVersionsRequest request;
  request.client_software_name = "-bad-";
  request.client_software_version = "1.0";
  EXPECT_EQ(client.call<kafka::ApiVersionsResponse>(request, 3).error_code, KafkaError::kInvalidRequest);
}

// ---- Metadata

class Metadata : public SimBroker {
 protected:
  static kafka::MetadataRequest ask(std::vector<std::string> names, bool create = true) {
    kafka::MetadataRequest request;
    request.topics.emplace();
    for (auto& name : names) request.topics->push_back({TopicId{}, std::move(name)});
    request.allow_auto_topic_creation = create;
    return request;
  }
};

TEST_F(Metadata, TellsTheAddressThatTheClientConnectedTo) {
  start();
  auto& client = connect();
  const auto response = client.call<kafka::MetadataResponse>(ask({}), 9);
  ASSERT_EQ(response.brokers.size(), 1u);
  EXPECT_EQ(response.brokers[0].host, "127.0.0.1");
  EXPECT_EQ(response.brokers[0].port, broker->addresses()[0].port);
  EXPECT_EQ(response.controller_id, response.brokers[0].node_id);
  EXPECT_FALSE(response.cluster_id->empty());
}

TEST_F(Metadata, TellsTheAdvertisedAddressOfTheListener) {
  options.listeners[0].advertised = env::Address{"kafka.example.org", 19092};
  start();
  const auto response = connect().call<kafka::MetadataResponse>(ask({}), 9);
  EXPECT_EQ(response.brokers[0].host, "kafka.example.org");
  EXPECT_EQ(response.brokers[0].port, 19092);
}

TEST_F(Metadata, WhoMayDoEverythingIsToldEveryOperationOfAClusterThatThereIs) {
  start();
  auto request = ask({});
  request.include_cluster_authorized_operations = true;
  // Create, Alter, Describe, ClusterAction, DescribeConfigs, AlterConfigs, IdempotentWrite.
  EXPECT_EQ(connect().call<kafka::MetadataResponse>(request, 9).cluster_authorized_operations, 0b1'1111'1010'0000);
}

TEST_F(Metadata, AnAdvertisedAddressWithoutAPortHasTheListenersOwn) {
  options.listeners[0].advertised = env::Address{"kafka.example.org", 0};
  start();
  const auto response = connect().call<kafka::MetadataResponse>(ask({}), 9);
  EXPECT_EQ(response.brokers[0].host, "kafka.example.org");
  EXPECT_EQ(response.brokers[0].port, broker->addresses()[0].port);
}

TEST_F(Metadata, EveryListenerTellsItsOwnAddress) {
  options.listeners = {{{"127.0.0.1", 0}, env::Address{"inside.example.org", 9092}},
                       {{"127.0.0.1", 0}, env::Address{"outside.example.org", 19092}},
                       {{"127.0.0.1", 0}, std::nullopt}};
  start();
  const auto told = [&](std::size_t listener) {
    const auto broker_told = connect(listener).call<kafka::MetadataResponse>(ask({}), 9).brokers.at(0);
    return env::Address{broker_told.host, static_cast<std::uint16_t>(broker_told.port)};
  };
  EXPECT_EQ(told(0), (env::Address{"inside.example.org", 9092}));
  EXPECT_EQ(told(1), (env::Address{"outside.example.org", 19092}));
  EXPECT_EQ(told(2), broker->addresses()[2]);
}

TEST_F(Metadata, TheClusterIdOutlivesARestart) {
  start();
  const auto before = connect().call<kafka::MetadataResponse>(ask({}), 9).cluster_id;
  restart();
  EXPECT_EQ(connect().call<kafka::MetadataResponse>(ask({}), 9).cluster_id, before);
}

TEST_F(Metadata, AskingForATopicMakesItWhenBothSidesWantThat) {
  start();
  auto& client = connect();
  EXPECT_EQ(client.call<kafka::MetadataResponse>(ask({"orders"}, false), 9).topics[0].error_code,
            KafkaError::kUnknownTopicOrPartition);
  const auto made = client.call<kafka::MetadataResponse>(ask({"orders"}), 10).topics.at(0);
  EXPECT_EQ(made.error_code, KafkaError::kNone);
  EXPECT_EQ(made.partitions.size(), 1u);
  EXPECT_NE(made.topic_id, TopicId{});
  restart();
  EXPECT_EQ(connect().call<kafka::MetadataResponse>(ask({"orders"}, false), 10).topics.at(0).topic_id, made.topic_id);
}

TEST_F(Metadata, AutoCreationCanBeOff) {
  options.auto_create_topics = false;
  start();
  EXPECT_EQ(connect().call<kafka::MetadataResponse>(ask({"orders"}), 9).topics[0].error_code,
            KafkaError::kUnknownTopicOrPartition);
}

TEST_F(Metadata, ABadNameIsNoTopic) {
  start();
  EXPECT_EQ(connect().call<kafka::MetadataResponse>(ask({"a/b"}), 9).topics[0].error_code,
            KafkaError::kInvalidTopicException);
}

TEST_F(Metadata, NullMeansAllAndEmptyMeansNoneExceptInV0) {
  start();
  auto& client = connect();
  create_topic(client, "a");
  create_topic(client, "b");
  EXPECT_EQ(client.call<kafka::MetadataResponse>(ask({}), 1).topics.size(), 0u);
  EXPECT_EQ(client.call<kafka::MetadataResponse>(ask({}), 0).topics.size(), 4u) << "two, and the broker's own two";
  kafka::MetadataRequest all;
  EXPECT_EQ(client.call<kafka::MetadataResponse>(all, 12).topics.size(), 4u);
}

TEST_F(Metadata, TopicsCanBeAskedForById) {
  start();
  auto& client = connect();
  create_topic(client, "a");
  const auto id = client.call<kafka::MetadataResponse>(ask({"a"}), 12).topics.at(0).topic_id;
  kafka::MetadataRequest by_id;
  by_id.topics.emplace();
  by_id.topics->push_back({id, std::nullopt});
  by_id.topics->push_back({TopicId{Uuid{{1, 2, 3}}}, std::nullopt});
  const auto response = client.call<kafka::MetadataResponse>(by_id, 12);
  EXPECT_EQ(response.topics.at(0).name, "a");
  EXPECT_EQ(response.topics.at(1).error_code, KafkaError::kUnknownTopicId);
}

// ---- Produce and fetch

class ProduceAndFetch : public SimBroker {};

TEST_F(ProduceAndFetch, RecordsComeBackAsTheyWere) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  EXPECT_EQ(produce(client, "orders", batch_of({{"a", "1"}, {"b", "2"}})).base_offset, Offset{0});
  EXPECT_EQ(produce(client, "orders", batch_of({{"c", "3"}})).base_offset, Offset{2});
  const auto fetched = fetch(client, "orders", 0);
  EXPECT_EQ(fetched.error_code, KafkaError::kNone);
  EXPECT_EQ(fetched.high_watermark, Offset{3});
  EXPECT_EQ(records_in(fetched.records), (Records{"a=1", "b=2", "c=3"}));
  restart();
  EXPECT_EQ(records_in(fetch(connect(), "orders", 2).records), (Records{"c=3"}));
}

TEST_F(ProduceAndFetch, EveryVersionCarriesRecords) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  std::int64_t next = 0;
  for (std::int16_t version = 3; version <= 11; ++version) {
    const auto response =
        client.call<kafka::ProduceResponse>(produce_request("orders", batch_of({{"k", "v"}})), version);
    EXPECT_EQ(response.responses.at(0).partition_responses.at(0).base_offset, Offset{next++}) << version;
  }
  const auto id = broker->cluster().identity().cluster_id;
  for (std::int16_t version = 4; version <= 12; ++version) {
    const auto response = client.call<kafka::FetchResponse>(fetch_request("orders", 0), version);
    EXPECT_EQ(records_in(response.responses.at(0).partitions.at(0).records).size(), 9u) << version;
  }
}

TEST_F(ProduceAndFetch, AllCodecsPassThrough) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  using enum record::Codec;
  for (const auto codec : {kNone, kGzip, kSnappy, kLz4, kZstd}) {
    EXPECT_EQ(produce(client, "orders",
                      batch_of({{"k", std::string(record::codec_name(codec))}}, kNoProducerId, kNoSequence, codec))
                  .error_code,
              KafkaError::kNone);
  }
  const auto fetched = fetch(client, "orders", 0);
  EXPECT_EQ(records_in(fetched.records), (Records{"k=none", "k=gzip", "k=snappy", "k=lz4", "k=zstd"}));
}

TEST_F(ProduceAndFetch, ATopicsCompressionTypeIsWhatBatchesAreStoredUnder) {
  start();
  auto& client = connect();
  using enum record::Codec;
  const std::string text(10'000, 'x');
  for (const auto& [type, stored] : {std::pair{"uncompressed", kNone}, {"gzip", kGzip}, {"snappy", kSnappy}, {"lz4", kLz4}, {"zstd", kZstd}}) {
    create_topic(client, type, 1, {{"compression.type", type}});
    ProducerId producer{1000};
    Sequence sequence{0};
    for (const auto sent : {kNone, kGzip, kSnappy, kLz4, kZstd}) {
      const auto answer = produce(client, type, batch_of({{"k", text}, {"l", text}}, producer, sequence, sent));
      EXPECT_EQ(answer.error_code, KafkaError::kNone) << answer.error_message.value_or("");
      sequence = record::BatchHeader::sequence_after(sequence, 2);
    }
    const auto fetched = fetch(client, type, 0);
    EXPECT_EQ(records_in(fetched.records).size(), 10u);
    for (const auto& piece : fetched.records) {
      const auto header = record::load_header(piece.data());
      EXPECT_EQ(header.codec(), stored);
      EXPECT_EQ(header.producer_id, producer);
    }
  }
}

TEST_F(ProduceAndFetch, WritersInsideTheProcessKeepToTheTopicsCompressionTypeToo) {
  start();
  auto& client = connect();
  create_topic(client, "packed", 1, {{"compression.type", "zstd"}});
  auto& cluster = broker->cluster();
  auto builder = cluster.make_builder();
  builder->add({.key = "k", .value = "v"});
  bool durable = false;
  cluster.append({{"packed", PartitionIndex{0}}, std::move(builder)}, env::MonotonicTime::max(), [](auto) {},
                 [&](Result<stream::Appended> appended) { durable = appended.ok(); });
  ASSERT_TRUE(sim.run_until([&] { return durable; }));
  const auto fetched = fetch(client, "packed", 0);
  EXPECT_EQ(record::load_header(fetched.records.at(0).data()).codec(), record::Codec::kZstd);
  EXPECT_EQ(records_in(fetched.records), (Records{"k=v"}));
}

TEST_F(ProduceAndFetch, RecompressionKeepsTheOrderOfWhatAConnectionSends) {
  start();
  auto& client = connect();
  create_topic(client, "packed", 1, {{"compression.type", "zstd"}});
  std::vector<std::int32_t> sent;
  for (int i = 0; i < 20; ++i) {
    const auto codec = i % 2 == 0 ? record::Codec::kNone : record::Codec::kZstd;
    sent.push_back(client.send(produce_request("packed", batch_of({{"k", std::to_string(i)}}, ProducerId{7}, Sequence{i}, codec)), 9));
  }
  for (const auto correlation : sent) {
    EXPECT_EQ(client.receive<kafka::ProduceResponse>(9, correlation).responses.at(0).partition_responses.at(0).error_code, KafkaError::kNone);
  }
}

TEST_F(ProduceAndFetch, ACompactedTopicWantsKeysInsideCompressedBatchesToo) {
  start();
  auto& client = connect();
  create_topic(client, "compacted", 1, {{"cleanup.policy", "compact"}});
  record::BatchBuilder builder(record::Codec::kLz4);
  builder.add(std::nullopt, as_bytes("v"), Timestamp{1'800'000'000'000});
  EXPECT_EQ(produce(client, "compacted", SharedBytes(*builder.build())).error_code, KafkaError::kInvalidRecord);
  EXPECT_EQ(produce(client, "compacted", batch_of({{"k", "v"}}, kNoProducerId, kNoSequence, record::Codec::kLz4)).error_code, KafkaError::kNone);
}

TEST_F(ProduceAndFetch, ACompactedTopicNamesTheRecordsThatHaveNoKey) {
  start();
  auto& client = connect();
  create_topic(client, "compacted", 1, {{"cleanup.policy", "compact"}});
  for (const auto codec : {record::Codec::kNone, record::Codec::kLz4}) {
    record::BatchBuilder builder(codec);
    builder.add(as_bytes("k"), as_bytes("v"), Timestamp{1'800'000'000'000});
    builder.add(std::nullopt, as_bytes("v"), Timestamp{1'800'000'000'000});
    const auto answer = produce(client, "compacted", SharedBytes(*builder.build()));
    EXPECT_EQ(answer.error_code, KafkaError::kInvalidRecord);
    ASSERT_EQ(answer.record_errors.size(), 1u) << record::codec_name(codec);
    EXPECT_EQ(answer.record_errors[0].batch_index, 1);
  }
}

TEST_F(ProduceAndFetch, DamageIsNotHiddenByRecompression) {
  start();
  auto& client = connect();
  create_topic(client, "packed", 1, {{"compression.type", "zstd"}});
  auto bytes = to_buffer(batch_of({{"k", "v"}}).view());
  bytes[bytes.size() - 2] ^= std::byte{1};  // the value
  EXPECT_EQ(produce(client, "packed", SharedBytes(std::move(bytes))).error_code, KafkaError::kCorruptMessage);
}

TEST_F(ProduceAndFetch, AnAnswerWaitsForTheDisk) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  log->hold_appends = true;
  const auto first = client.send(produce_request("orders", batch_of({{"a", "1"}})), 9);
  sim.run_idle();
  sim.advance(std::chrono::seconds(1));
  EXPECT_TRUE(client.frames.empty());
  EXPECT_TRUE(records_in(fetch(connect(), "orders", 0).records).empty()) << "nobody sees what could still be lost";
  on_loop([&] { log->release_all(); });
  EXPECT_EQ(client.receive<kafka::ProduceResponse>(9, first).responses.at(0).partition_responses.at(0).base_offset,
            Offset{0});
}

TEST_F(ProduceAndFetch, AnswersKeepTheOrderOfRequests) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  log->hold_appends = true;
  const auto first = client.send(produce_request("orders", batch_of({{"a", "1"}})), 9);
  const auto second = client.send(kafka::MetadataRequest{}, 9);
  sim.advance(std::chrono::seconds(1));
  EXPECT_TRUE(client.frames.empty()) << "the second is ready, and waits for the first";
  on_loop([&] { log->release_all(); });
  client.receive<kafka::ProduceResponse>(9, first);
  client.receive<kafka::MetadataResponse>(9, second);
}

TEST_F(ProduceAndFetch, AcksZeroHasNoAnswerAndAnErrorClosesTheConnection) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  client.send(produce_request("orders", batch_of({{"a", "1"}}), 0, 0), 9);
  const auto next = client.send(kafka::MetadataRequest{}, 9);
  client.receive<kafka::MetadataResponse>(9, next);
  EXPECT_EQ(records_in(fetch(client, "orders", 0).records), (Records{"a=1"}));
  client.send(produce_request("nowhere", batch_of({{"a", "1"}}), 0, 0), 9);
  EXPECT_TRUE(sim.run_until([&] { return client.closed; }));
}

TEST_F(ProduceAndFetch, WhatBreaksARuleIsRefusedByItsOwnError) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 1, {{"max.message.bytes", "200"}});
  create_topic(client, "compacted", 1, {{"cleanup.policy", "compact"}});
  const auto error_of = [&](const std::string& topic, SharedBytes batch, std::int16_t version = 9,
                            std::int16_t acks = -1, std::int32_t partition = 0) {
    return client.call<kafka::ProduceResponse>(produce_request(topic, std::move(batch), partition, acks), version)
        .responses.at(0)
        .partition_responses.at(0)
        .error_code;
  };
  const auto good = batch_of({{"a", "1"}});
  const auto broken = [&](std::size_t at, std::byte value) {
    Buffer copy = to_buffer(good.view());
    copy[at] = value;
    return SharedBytes(std::move(copy));
  };
  EXPECT_EQ(error_of("orders", good), KafkaError::kNone);
  EXPECT_EQ(error_of("nowhere", good), KafkaError::kUnknownTopicOrPartition);
  EXPECT_EQ(error_of("orders", good, 9, -1, 7), KafkaError::kUnknownTopicOrPartition);
  EXPECT_EQ(error_of("orders", good, 9, 5), KafkaError::kInvalidRequiredAcks);
  EXPECT_EQ(error_of("orders", good, 2), KafkaError::kUnsupportedForMessageFormat);
  EXPECT_EQ(error_of("orders", batch_of({{"a", std::string(300, 'x')}})), KafkaError::kMessageTooLarge);
  EXPECT_EQ(error_of("orders", broken(18, std::byte{0x55})), KafkaError::kCorruptMessage) << "checksum";
  EXPECT_EQ(error_of("orders", broken(16, std::byte{1})), KafkaError::kInvalidRecord) << "magic";
  EXPECT_EQ(error_of("orders", broken(60, std::byte{9})), KafkaError::kInvalidRecord) << "record count";
  EXPECT_EQ(error_of("orders", batch_of({{"a", "1"}}, kNoProducerId, kNoSequence, record::Codec::kZstd), 6),
            KafkaError::kUnsupportedCompressionType);
  EXPECT_EQ(error_of(std::string(kGroupsTopic), good), KafkaError::kInvalidTopicException);
  record::BatchBuilder without_key;
  without_key.add(std::nullopt, as_bytes("v"), Timestamp{1});
  EXPECT_EQ(error_of("compacted", SharedBytes(std::move(*without_key.build()))), KafkaError::kInvalidRecord);
  Buffer two = to_buffer(good.view());
  append_bytes(two, good.view());
  EXPECT_NE(error_of("orders", SharedBytes(std::move(two))), KafkaError::kNone) << "exactly one batch";
}

TEST_F(ProduceAndFetch, OnePartitionsErrorLeavesTheOthersAlone) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 2);
  auto request = produce_request("orders", batch_of({{"a", "1"}}));
  request.topic_data[0].partition_data.push_back({PartitionIndex{9}, batch_of({{"b", "2"}})});
  request.topic_data[0].partition_data.push_back({PartitionIndex{1}, batch_of({{"c", "3"}})});
  const auto answers = client.call<kafka::ProduceResponse>(request, 9).responses.at(0).partition_responses;
  EXPECT_EQ(answers.at(0).error_code, KafkaError::kNone);
  EXPECT_EQ(answers.at(1).error_code, KafkaError::kUnknownTopicOrPartition);
  EXPECT_EQ(answers.at(2).error_code, KafkaError::kNone);
}

TEST_F(ProduceAndFetch, LogAppendTimeStampsBatchesAndKeepsThemValid) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 1, {{"message.timestamp.type", "LogAppendTime"}});
  const auto appended = produce(client, "orders", batch_of({{"a", "1"}}));
  EXPECT_GE(appended.log_append_time_ms, Timestamp{1'800'000'000'000});
  const auto fetched = fetch(client, "orders", 0);
  const auto header = record::load_header(fetched.records.at(0).data());
  EXPECT_TRUE(header.is_log_append_time());
  EXPECT_EQ(header.max_timestamp, appended.log_append_time_ms);
  EXPECT_TRUE(record::crc_holds(fetched.records.at(0).view()));
}

TEST_F(ProduceAndFetch, ALogWithoutRoomMakesProducersWaitInOrder) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  log->full = true;
  std::vector<std::int32_t> sent;
  for (int i = 0; i < 5; ++i)
    sent.push_back(client.send(produce_request("orders", batch_of({{"k", std::to_string(i)}})), 9));
  sim.advance(std::chrono::seconds(5));
  EXPECT_TRUE(client.frames.empty());
  on_loop([&] { log->make_room(); });
  for (int i = 0; i < 5; ++i) {
    const auto response = client.receive<kafka::ProduceResponse>(9, sent[static_cast<std::size_t>(i)]);
    EXPECT_EQ(response.responses.at(0).partition_responses.at(0).base_offset, Offset{i});
  }
  EXPECT_EQ(records_in(fetch(client, "orders", 0).records), (Records{"k=0", "k=1", "k=2", "k=3", "k=4"}));
}

TEST_F(ProduceAndFetch, AFullDiskIsAStorageErrorAndGoesAway) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  log->refuse.push_back(error(ErrorCode::kDiskFull, "no room"));
  EXPECT_EQ(produce(client, "orders", batch_of({{"a", "1"}})).error_code, KafkaError::kKafkaStorageError);
  EXPECT_EQ(produce(client, "orders", batch_of({{"a", "1"}})).error_code, KafkaError::kNone);
}

TEST_F(ProduceAndFetch, AFetchAtTheEndWaitsUntilSomethingComes) {
  start();
  auto& consumer = connect();
  auto& producer = connect();
  create_topic(consumer, "orders");
  const auto waiting = consumer.send(fetch_request("orders", 0, 30'000), 11);
  sim.advance(std::chrono::seconds(2));
  EXPECT_TRUE(consumer.frames.empty());
  produce(producer, "orders", batch_of({{"a", "1"}}));
  const auto response = consumer.receive<kafka::FetchResponse>(11, waiting);
  EXPECT_EQ(records_in(response.responses.at(0).partitions.at(0).records), (Records{"a=1"}));
}

TEST_F(ProduceAndFetch, AFetchAtTheEndAnswersAtItsDeadline) {
  start();
  auto& consumer = connect();
  create_topic(consumer, "orders");
  const auto before = sim.clock().monotonic();
  EXPECT_TRUE(fetch(consumer, "orders", 0, 500).records.empty());
  const auto took = sim.clock().monotonic() - before;
  EXPECT_GE(took, std::chrono::milliseconds(500));
  EXPECT_LT(took, std::chrono::milliseconds(600));
}

TEST_F(ProduceAndFetch, MinBytesAreWaitedFor) {
  start();
  auto& consumer = connect();
  auto& producer = connect();
  create_topic(consumer, "orders");
  const auto one = batch_of({{"a", std::string(100, 'x')}});
  const auto waiting = consumer.send(fetch_request("orders", 0, 30'000, static_cast<std::int32_t>(2 * one.size())), 11);
  produce(producer, "orders", one);
  sim.advance(std::chrono::seconds(2));
  EXPECT_TRUE(consumer.frames.empty());
  produce(producer, "orders", one);
  EXPECT_EQ(
      records_in(consumer.receive<kafka::FetchResponse>(11, waiting).responses.at(0).partitions.at(0).records).size(),
      2u);
}

TEST_F(ProduceAndFetch, AWaitingFetchIsToldWhenItsTopicGoes) {
  start();
  auto& consumer = connect();
  create_topic(consumer, "orders");
  const auto waiting = consumer.send(fetch_request("orders", 0, 30'000), 11);
  sim.advance(std::chrono::seconds(1));
  broker->cluster().delete_topic("orders", env::MonotonicTime::max(), [](Result<void>) {});
  EXPECT_EQ(consumer.receive<kafka::FetchResponse>(11, waiting).responses.at(0).partitions.at(0).error_code,
            KafkaError::kUnknownTopicOrPartition);
}

TEST_F(ProduceAndFetch, OffsetsOutsideAreOutOfRange) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  produce(client, "orders", batch_of({{"a", "1"}}));
  EXPECT_EQ(fetch(client, "orders", 2, 1000).error_code, KafkaError::kOffsetOutOfRange);
  EXPECT_EQ(fetch(client, "orders", -1).error_code, KafkaError::kOffsetOutOfRange);
  EXPECT_EQ(fetch(client, "orders", 1).error_code, KafkaError::kNone) << "the end waits";
}

TEST_F(ProduceAndFetch, MaxBytesIsSoftForTheFirstBatch) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 2);
  produce(client, "orders", batch_of({{"a", std::string(500, 'x')}}), 0);
  produce(client, "orders", batch_of({{"b", std::string(500, 'x')}}), 1);
  auto request = fetch_request("orders", 0);
  request.max_bytes = 10;
  request.topics[0].partitions.push_back(request.topics[0].partitions[0]);
  request.topics[0].partitions[1].partition = PartitionIndex{1};
  const auto partitions = client.call<kafka::FetchResponse>(request, 11).responses.at(0).partitions;
  EXPECT_EQ(records_in(partitions.at(0).records).size(), 1u) << "whole, though it is larger";
  EXPECT_TRUE(partitions.at(1).records.empty());
  EXPECT_EQ(partitions.at(1).high_watermark, Offset{1});
}

TEST_F(ProduceAndFetch, MaxBytesIsHardForWhatFollowsTheFirstBatch) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 2);
  produce(client, "orders", batch_of({{"a", std::string(500, 'x')}}), 0);
  produce(client, "orders", batch_of({{"b", std::string(500, 'x')}}), 1);
  auto request = fetch_request("orders", 0);
  request.max_bytes = 800;
  request.topics[0].partitions.push_back(request.topics[0].partitions[0]);
  request.topics[0].partitions[1].partition = PartitionIndex{1};
  const auto partitions = client.call<kafka::FetchResponse>(request, 11).responses.at(0).partitions;
  EXPECT_EQ(records_in(partitions.at(0).records).size(), 1u);
  EXPECT_TRUE(partitions.at(1).records.empty()) << "it would make the answer larger than the client's buffer";
  EXPECT_EQ(partitions.at(1).high_watermark, Offset{1});
}

TEST_F(ProduceAndFetch, ZstdIsKeptFromClientsThatDoNotKnowIt) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  produce(client, "orders", batch_of({{"a", "1"}}, kNoProducerId, kNoSequence, record::Codec::kZstd));
  EXPECT_EQ(
      client.call<kafka::FetchResponse>(fetch_request("orders", 0), 9).responses.at(0).partitions.at(0).error_code,
      KafkaError::kUnsupportedCompressionType);
  EXPECT_EQ(
      client.call<kafka::FetchResponse>(fetch_request("orders", 0), 10).responses.at(0).partitions.at(0).error_code,
      KafkaError::kNone);
}

TEST_F(ProduceAndFetch, ColdReadsAnswerTheSame) {
  start();
  auto& client = connect();
  create_topic(client, "orders", 3);
  for (int i = 0; i < 3; ++i) produce(client, "orders", batch_of({{"k", std::to_string(i)}}), i);
  log->reads_later = true;
  auto request = fetch_request("orders", 0);
  for (int i = 1; i < 3; ++i) {
    request.topics[0].partitions.push_back(request.topics[0].partitions[0]);
    request.topics[0].partitions.back().partition = PartitionIndex{i};
  }
  const auto partitions = client.call<kafka::FetchResponse>(request, 11).responses.at(0).partitions;
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(records_in(partitions.at(i).records), Records{"k=" + std::to_string(i)});
}

TEST_F(ProduceAndFetch, TopicIdsAreUsedFromV13) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  produce(client, "orders", batch_of({{"a", "1"}}));
  kafka::MetadataRequest ask;
  ask.topics.emplace();
  ask.topics->push_back({TopicId{}, "orders"});
  auto request = fetch_request("", 0);
  request.topics[0].topic_id = client.call<kafka::MetadataResponse>(ask, 10).topics.at(0).topic_id;
  for (std::int16_t version = 13; version <= 16; ++version) {
    EXPECT_EQ(records_in(client.call<kafka::FetchResponse>(request, version).responses.at(0).partitions.at(0).records),
              (Records{"a=1"}));
  }
  request.topics[0].topic_id = TopicId{Uuid{{9}}};
  EXPECT_EQ(client.call<kafka::FetchResponse>(request, 13).responses.at(0).partitions.at(0).error_code,
            KafkaError::kUnknownTopicId);
}

// ---- What is no request

class BadInput : public SimBroker {
 protected:
  void expect_closed(Buffer bytes) {
    auto& client = connect();
    client.send_bytes({SharedBytes(std::move(bytes))});
    EXPECT_TRUE(sim.run_until([&] { return client.closed; }));
    EXPECT_TRUE(client.frames.empty());
    kafka::MetadataRequest all;
    EXPECT_FALSE(connect().call<kafka::MetadataResponse>(all, 9).brokers.empty()) << "others are served as ever";
  }
};

TEST_F(BadInput, AnAbsurdLengthClosesTheConnection) {
  start();
  LogCapture lines;
  expect_closed(to_buffer(as_bytes("\x7f\xff\xff\xff")));
  expect_closed(to_buffer(as_bytes("\xff\xff\xff\xff")));
  expect_closed(to_buffer(as_bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
  EXPECT_GE(lines.lines().size(), 3u) << "each leaves a line";
}

TEST_F(BadInput, AnUnknownApiOrVersionClosesTheConnection) {
  start();
  for (const auto& [key, version] : std::vector<std::pair<int, int>>{{999, 0}, {-1, 0}, {3, 99}, {1, 0}, {1, 3}}) {
    Buffer frame;
    append_be<std::int32_t>(frame, 10);
    append_be<std::int16_t>(frame, static_cast<std::int16_t>(key));
    append_be<std::int16_t>(frame, static_cast<std::int16_t>(version));
    append_be<std::int32_t>(frame, 1);
    append_be<std::int16_t>(frame, -1);
    expect_closed(std::move(frame));
  }
}

TEST_F(BadInput, ABodyThatEndsTooSoonClosesTheConnection) {
  start();
  auto encoded =
      kafka::encode_request(produce_request("orders", batch_of({{"a", "1"}})), {kafka::ApiKey::kProduce, 9, 1, "test"});
  ASSERT_TRUE(encoded.ok());
  const auto whole = encoded->flatten();
  for (std::size_t cut = 12; cut + 1 < whole.size(); cut += 7) {
    Buffer frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
    store_be<std::int32_t>(frame.data(), static_cast<std::int32_t>(cut - 4));
    expect_closed(std::move(frame));
  }
}

TEST_F(BadInput, BytesAfterABodyAreLeftAlone) {
  // librdkafka's Metadata v12 for all topics, as 2.16 sends it: a null array of one byte in room for four
  // (librdkafka#5049).
  start();
  auto& client = connect();
  create_topic(client, "orders");
  client.send_bytes({SharedBytes(std::string("\0\0\0\x12\0\x03\0\x0c\0\0\0\x07\0\x01x\0\0\0\0\0\0\0", 22))});
  EXPECT_EQ(client.receive<kafka::MetadataResponse>(12, 7).topics.size(), 3u);
}

TEST_F(BadInput, WhatWasAskedBeforeIsStillAnswered) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  log->hold_appends = true;
  const auto good = client.send(produce_request("orders", batch_of({{"a", "1"}})), 9);
  client.send_bytes({SharedBytes(std::string("\0\0\0\x0a\x03\xe7\0\0\0\0\0\x01\xff\xff", 14))});
  sim.advance(std::chrono::seconds(1));
  EXPECT_FALSE(client.closed);
  on_loop([&] { log->release_all(); });
  client.receive<kafka::ProduceResponse>(9, good);
  EXPECT_TRUE(sim.run_until([&] { return client.closed; }));
}

// ---- Stopping

class Stopping : public SimBroker {};

TEST_F(Stopping, WaitingFetchesAreAnsweredAndTheLogIsClosed) {
  start();
  auto& client = connect();
  create_topic(client, "orders");
  const auto waiting = client.send(fetch_request("orders", 0, 60'000), 11);
  sim.advance(std::chrono::seconds(1));
  stop();
  client.receive<kafka::FetchResponse>(11, waiting);
  EXPECT_TRUE(sim.run_until([&] { return client.closed; }));
}

}  // namespace
}  // namespace weft::broker
