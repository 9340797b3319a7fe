#include "kafka/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/varint.h"
#include "kafka/codec.h"
#include "kafka/limits.h"
#include "kafka/messages.h"

namespace weft::kafka {
namespace {

using testing::HasSubstr;

/// Bytes as one writes them down: numbers are single bytes, texts their characters.
SharedBytes bytes(std::initializer_list<int> values) {
  Buffer out;
  for (const int value : values) out.push_back(static_cast<std::byte>(value));
  return SharedBytes(std::move(out));
}

template <class Message>
Error refusal(SharedBytes body, std::int16_t version) {
  auto decoded = decode<Message>(std::move(body), version);
  EXPECT_FALSE(decoded.ok()) << "was taken";
  return decoded.ok() ? Error{} : decoded.error();
}

TEST(Reader, AnArrayLongerThanItsBytesIsRefusedBeforeMemoryIsAskedFor) {
  const Error old = refusal<MetadataRequest>(bytes({0x7f, 0xff, 0xff, 0xff}), 1);
  EXPECT_EQ(old.code, ErrorCode::kCorrupt);
  EXPECT_THAT(old.message, HasSubstr("MetadataRequest.topics: more elements than the bytes can hold"));
  const Error flexible = refusal<MetadataRequest>(bytes({0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0}), 9);
  EXPECT_EQ(flexible.code, ErrorCode::kCorrupt);
  // Twelve bytes can't hold two topics of Produce, which take seven each at least.
  const Error two = refusal<ProduceRequest>(bytes({0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0}), 0);
  EXPECT_EQ(two.code, ErrorCode::kCorrupt);
}

TEST(Reader, ArraysTakeNoMoreMemoryThanOneMessageMay) {
  // An empty group name is one byte on the wire and a std::string in memory.
  const std::size_t count = kDecodedBytesMax / sizeof(std::string) + 1;
  Buffer body;
  append_uvarint(body, count + 1);
  body.resize(body.size() + count, std::byte{1});
  body.push_back(std::byte{0});
  body.push_back(std::byte{0});
  const Error refused = refusal<DescribeGroupsRequest>(SharedBytes(std::move(body)), 5);
  EXPECT_EQ(refused.code, ErrorCode::kTooLarge);
  EXPECT_THAT(refused.message, HasSubstr("DescribeGroupsRequest.groups"));
}

TEST(Reader, LengthsBelowZeroAreRefused) {
  EXPECT_EQ(refusal<MetadataRequest>(bytes({0xff, 0xff, 0xff, 0xfe}), 1).code, ErrorCode::kCorrupt);
  EXPECT_EQ(refusal<HeartbeatRequest>(bytes({0xff, 0xfe, 0, 0, 0, 1, 0, 0}), 0).code, ErrorCode::kCorrupt);
  EXPECT_EQ(refusal<SyncGroupResponse>(bytes({0, 0, 0x80, 0, 0, 0}), 0).code, ErrorCode::kCorrupt);
}

TEST(Reader, NullIsRefusedWhereItMeansNothing) {
  const Error text = refusal<HeartbeatRequest>(bytes({0xff, 0xff, 0, 0, 0, 1, 0, 0}), 0);
  EXPECT_EQ(text.code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(text.message, HasSubstr("HeartbeatRequest.group_id: null is not allowed"));
  EXPECT_EQ(refusal<HeartbeatRequest>(bytes({0, 0, 0, 0, 1, 1, 0, 0}), 4).code, ErrorCode::kInvalidArgument);
  // All topics can be asked for with null from v1 on.
  EXPECT_EQ(refusal<MetadataRequest>(bytes({0xff, 0xff, 0xff, 0xff}), 0).code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal<SyncGroupResponse>(bytes({0, 0, 0xff, 0xff, 0xff, 0xff}), 0).code, ErrorCode::kInvalidArgument);
}

TEST(Reader, TextThatIsNotUtf8IsRefused) {
  const Error refused = refusal<HeartbeatRequest>(bytes({0, 2, 0xc3, 0x28, 0, 0, 0, 1, 0, 0}), 0);
  EXPECT_EQ(refused.code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(refused.message, HasSubstr("HeartbeatRequest.group_id: not UTF-8"));
}

TEST(Reader, AVarintOfMoreThan32BitsIsRefused) {
  EXPECT_EQ(refusal<HeartbeatRequest>(bytes({0xff, 0xff, 0xff, 0xff, 0x1f, 0, 0, 0}), 4).code, ErrorCode::kCorrupt);
  EXPECT_EQ(refusal<HeartbeatRequest>(bytes({0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}), 4).code, ErrorCode::kCorrupt);
}

TEST(Reader, UnknownTagsAreSkippedAtEveryDepth) {
  // Group "g", generation 7, member "m", no instance; then tags 5 (three bytes) and 900 (none).
  const auto heartbeat =
      decode<HeartbeatRequest>(bytes({2, 'g', 0, 0, 0, 7, 2, 'm', 0, 2, 5, 3, 0xaa, 0xbb, 0xcc, 0x84, 0x07, 0}), 4);
  ASSERT_TRUE(heartbeat.ok()) << heartbeat.error().message;
  EXPECT_EQ(heartbeat->group_id, GroupId("g"));
  EXPECT_EQ(heartbeat->generation_id, GenerationId(7));
  EXPECT_EQ(heartbeat->member_id, MemberId("m"));

  // ProduceResponse v10: a partition with its known tag 0, whose struct has an unknown tag of its own, then tag 9.
  const auto produce = decode<ProduceResponse>(
      bytes({2, 2, 't', 2, 0,  0, 0, 3,  // topic t, partition 3
             0, 6, 0,   0, 0,  0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0,    8, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0,  // its answer
             2, 0, 11,  0, 0,  0, 4, 0, 0, 0, 5, 1, 7, 0, 9, 1, 0xff,                                   // its tags
             0, 0, 0,   0, 77, 0}),                                                                     // the rest
      10);
  ASSERT_TRUE(produce.ok()) << produce.error().message;
  const ProduceResponse::Partition& partition = produce->responses.at(0).partition_responses.at(0);
  EXPECT_EQ(partition.error_code, KafkaError::kNotLeaderOrFollower);
  EXPECT_EQ(partition.current_leader, (ProduceResponse::LeaderIdAndEpoch{NodeId(4), LeaderEpoch(5)}));
  EXPECT_EQ(produce->throttle_time_ms, 77);
}

TEST(Reader, ATaggedFieldsSizeIsThatOfItsValue) {
  // ApiVersionsResponse v3: no error, no keys, no throttling, then tag 1 (int64) with `size` bytes.
  const auto response = [](int size, std::initializer_list<int> value) {
    Buffer body = to_buffer(bytes({0, 0, 1, 0, 0, 0, 0, 1, 1, size}).view());
    append_bytes(body, bytes(value).view());
    return SharedBytes(std::move(body));
  };
  const auto good = decode<ApiVersionsResponse>(response(8, {0, 0, 0, 0, 0, 0, 0, 5}), 3);
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good->finalized_features_epoch, 5);
  EXPECT_EQ(refusal<ApiVersionsResponse>(response(9, {0, 0, 0, 0, 0, 0, 0, 5, 0}), 3).code, ErrorCode::kCorrupt);
  // The value may not read on into what follows it, even where there are bytes.
  EXPECT_EQ(refusal<ApiVersionsResponse>(response(7, {0, 0, 0, 0, 0, 0, 0, 5}), 3).code, ErrorCode::kCorrupt);
  EXPECT_EQ(refusal<ApiVersionsResponse>(response(0x7f, {0, 0, 0, 0, 0, 0, 0, 5}), 3).code, ErrorCode::kCorrupt);
  const Error many = refusal<HeartbeatResponse>(bytes({0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}), 4);
  EXPECT_EQ(many.code, ErrorCode::kCorrupt);
  EXPECT_THAT(many.message, HasSubstr("tagged fields"));
}

TEST(Reader, RecordsAreASliceOfTheFrame) {
  ProduceRequest request;
  request.topic_data.resize(1);
  request.topic_data[0].partition_data.resize(1);
  request.topic_data[0].partition_data[0].records = SharedBytes(Buffer(1000, std::byte{7}));
  const SharedBytes body(encode(request, 9)->flatten());
  const auto decoded = decode<ProduceRequest>(body, 9);
  ASSERT_TRUE(decoded.ok());
  const SharedBytes& records = *decoded->topic_data[0].partition_data[0].records;
  EXPECT_EQ(records.size(), 1000u);
  EXPECT_GE(records.data(), body.data());
  EXPECT_LE(records.data() + records.size(), body.data() + body.size());
}

TEST(Writer, RecordPiecesGoOutUncopiedBetweenTheFields) {
  const SharedBytes first(Buffer(100, std::byte{1})), second(Buffer(200, std::byte{2})),
      third(Buffer(300, std::byte{3}));
  FetchResponse response;
  response.responses.resize(1);
  response.responses[0].partitions.resize(2);
  response.responses[0].partitions[0].records = {first, second};
  response.responses[0].partitions[1].records = {third};
  for (std::int16_t version = 4; version <= 16; ++version) {
    const auto encoded = encode(response, version);
    ASSERT_TRUE(encoded.ok());
    std::vector<const std::byte*> large;
    std::size_t size = 0;
    for (const SharedBytes& piece : encoded->pieces) {
      size += piece.size();
      if (piece.size() >= 100) large.push_back(piece.data());
    }
    EXPECT_EQ(encoded->size, size);
    EXPECT_THAT(large, testing::ElementsAre(first.data(), second.data(), third.data()));
    EXPECT_EQ(decode<FetchResponse>(SharedBytes(encoded->flatten()), version).value(), response);
  }
}

TEST(Writer, AMessageWithoutRecordsIsOnePiece) {
  const auto encoded = encode(HeartbeatResponse{}, 4);
  ASSERT_TRUE(encoded.ok());
  EXPECT_EQ(encoded->pieces.size(), 1u);
  EXPECT_EQ(encoded->size, 7u);
}

TEST(Writer, WhatAVersionCannotSayIsRefusedWhereLeavingItOutWouldDoHarm) {
  const auto dry_run = encode(CreateTopicsRequest{.validate_only = true}, 0);
  ASSERT_FALSE(dry_run.ok());
  EXPECT_EQ(dry_run.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(dry_run.error().message, "CreateTopicsRequest.validate_only does not exist in version 0");
  EXPECT_TRUE(encode(CreateTopicsRequest{.validate_only = true}, 1).ok());
  EXPECT_FALSE(encode(MetadataRequest{.topics = {{}}, .allow_auto_topic_creation = false}, 3).ok());
  EXPECT_FALSE(encode(HeartbeatRequest{.group_instance_id = GroupInstanceId("i")}, 2).ok());
  EXPECT_FALSE(encode(OffsetFetchRequest{.group_id = GroupId("g")}, 8).ok());
  // A hint to the client may be left out.
  EXPECT_TRUE(encode(HeartbeatResponse{.throttle_time_ms = 5}, 0).ok());
}

TEST(Writer, NullInAVersionWithoutItIsAnEmptyTextButNeverAnEmptyArray) {
  const auto join = encode(JoinGroupResponse{}, 6);
  ASSERT_TRUE(join.ok());
  EXPECT_EQ(decode<JoinGroupResponse>(SharedBytes(join->flatten()), 6)->protocol_name, "");
  const auto all_topics = encode(OffsetFetchRequest{.group_id = GroupId("g")}, 1);
  ASSERT_FALSE(all_topics.ok());
  EXPECT_EQ(all_topics.error().code, ErrorCode::kUnsupported);
  EXPECT_TRUE(encode(OffsetFetchRequest{.group_id = GroupId("g")}, 2).ok());
}

TEST(Writer, ATextLongerThanItsLengthFieldIsRefused) {
  const HeartbeatRequest request{.group_id = GroupId(std::string(40'000, 'x'))};
  const auto old = encode(request, 3);
  ASSERT_FALSE(old.ok());
  EXPECT_EQ(old.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(old.error().message, "HeartbeatRequest.group_id: longer than 32767 bytes");
  const auto flexible = encode(request, 4);
  ASSERT_TRUE(flexible.ok());
  EXPECT_EQ(decode<HeartbeatRequest>(SharedBytes(flexible->flatten()), 4).value(), request);
}

}  // namespace
}  // namespace weft::kafka
