#include "kafka/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/varint.h"
#include "kafka/messages/api_versions.h"
#include "kafka/messages/heartbeat.h"
#include "kafka/messages/metadata.h"

namespace weft::kafka {
namespace {

using testing::HasSubstr;

Buffer framed(ByteView frame) {
  Buffer out;
  append_be(out, static_cast<std::int32_t>(frame.size()));
  append_bytes(out, frame);
  return out;
}

/// Feeds all bytes, at most `chunk` at a time, and takes what frames there are.
Result<std::vector<Buffer>> feed(FrameReader& reader, ByteView bytes, std::size_t chunk) {
  std::vector<Buffer> frames;
  while (!bytes.empty()) {
    const std::span<std::byte> space = reader.space();
    const std::size_t count = std::min({chunk, space.size(), bytes.size()});
    std::memcpy(space.data(), bytes.data(), count);
    reader.filled(count);
    bytes = bytes.subspan(count);
    for (;;) {
      TRY_ASSIGN(const std::optional<SharedBytes> frame, reader.next());
      if (!frame) break;
      frames.push_back(to_buffer(frame->view()));
    }
  }
  return frames;
}

TEST(FrameReader, FramesComeOutWholeHoweverTheBytesArrive) {
  std::vector<Buffer> sent;
  Buffer stream;
  for (const std::size_t size : {0u, 1u, 3u, 4u, 100u, 70'000u, 5u, 200'000u, 65'532u, 65'536u, 2u}) {
    sent.emplace_back(size, static_cast<std::byte>(sent.size() + 1));
    append_bytes(stream, framed(sent.back()));
  }
  for (const std::size_t chunk :
       {std::size_t{1}, std::size_t{3}, std::size_t{4}, std::size_t{1000}, std::size_t{65'536}, stream.size()}) {
    FrameReader reader;
    const auto frames = feed(reader, stream, chunk);
    ASSERT_TRUE(frames.ok());
    EXPECT_EQ(*frames, sent) << "in chunks of " << chunk;
  }
}

TEST(FrameReader, ALargeFrameIsReadWhereItStays) {
  FrameReader reader;
  const Buffer bytes = framed(Buffer(1 << 20, std::byte{9}));
  std::memcpy(reader.space().data(), bytes.data(), 4);
  reader.filled(4);
  ASSERT_FALSE(reader.next()->has_value());
  const std::span<std::byte> space = reader.space();
  ASSERT_EQ(space.size(), bytes.size() - 4);
  std::memcpy(space.data(), bytes.data() + 4, space.size());
  reader.filled(space.size());
  const auto frame = reader.next();
  ASSERT_TRUE(frame.ok() && frame->has_value());
  EXPECT_EQ((*frame)->data(), space.data());
}

TEST(FrameReader, AQuietConnectionReadsIntoLittleAndABusyOneIntoMuch) {
  FrameReader reader;
  EXPECT_EQ(reader.buffer_bytes_needed(), kReadBytesMin);
  const Buffer small = framed(Buffer(996));
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(feed(reader, small, small.size()).ok());
    EXPECT_LE(reader.space().size(), kReadBytesMin);
  }
  const Buffer stream(50'000);  // Frames of no bytes.
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(feed(reader, stream, stream.size()).ok());
  EXPECT_GT(reader.space().size(), kReadBytesMin);
  ASSERT_TRUE(feed(reader, framed(Buffer(kReadBytes)), 4).ok());
  EXPECT_EQ(reader.buffer_bytes_needed(), kReadBytesMin) << "the frame is read; what follows is small again";
}

TEST(FrameReader, TellsOfALargeFrameBeforeItAsksForMemory) {
  FrameReader reader;
  const Buffer bytes = framed(Buffer(1 << 20));
  std::memcpy(reader.space().data(), bytes.data(), 100);
  reader.filled(100);
  ASSERT_FALSE(reader.next()->has_value());
  EXPECT_EQ(reader.buffer_bytes_needed(), bytes.size());
  reader.space();
  EXPECT_EQ(reader.buffer_bytes_needed(), 0u);
}

TEST(FrameReader, FramesOutliveTheirReader) {
  std::optional<SharedBytes> frame;
  {
    FrameReader reader;
    const Buffer bytes = framed(as_bytes("hello"));
    std::memcpy(reader.space().data(), bytes.data(), bytes.size());
    reader.filled(bytes.size());
    frame = *reader.next();
  }
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(as_text(frame->view()), "hello");
}

TEST(FrameReader, AnAbsurdSizeIsRefusedBeforeMemoryIsAskedFor) {
  FrameReader huge;
  const auto web = feed(huge, as_bytes("GET / HTTP/1.1\r\n"), 1000);
  ASSERT_FALSE(web.ok());
  EXPECT_EQ(web.error().code, ErrorCode::kTooLarge);
  EXPECT_LE(huge.space().size(), kReadBytes);
  FrameReader negative;
  Buffer bytes;
  append_be(bytes, std::int32_t{-1});
  EXPECT_EQ(feed(negative, bytes, 4).error().code, ErrorCode::kCorrupt);
  FrameReader small(10);
  EXPECT_EQ(feed(small, framed(Buffer(11)), 100).error().code, ErrorCode::kTooLarge);
  FrameReader fits(10);
  EXPECT_TRUE(feed(fits, framed(Buffer(10)), 100).ok());
}

TEST(Frame, ApiVersionsResponseHeaderNeverHasTags) {
  const ApiVersionsResponse response{.error_code = KafkaError::kUnsupportedVersion};
  for (std::int16_t version = 0; version <= 4; ++version) {
    const auto frame = encode_response(response, version, 0x01020304);
    ASSERT_TRUE(frame.ok());
    const Buffer bytes = frame->flatten();
    // Size, correlation id, and at once the error code.
    EXPECT_EQ(load_be<std::int32_t>(bytes.data()), static_cast<std::int32_t>(bytes.size() - 4));
    EXPECT_EQ(load_be<std::int32_t>(bytes.data() + 4), 0x01020304);
    EXPECT_EQ(load_be<std::int16_t>(bytes.data() + 8), 35) << "v" << version;
  }
  // Others have them as soon as they are flexible.
  const Buffer heartbeat =
      encode_response(HeartbeatResponse{.error_code = KafkaError::kUnsupportedVersion}, 4, 1)->flatten();
  EXPECT_EQ(heartbeat[8], std::byte{0});
  EXPECT_EQ(load_be<std::int16_t>(heartbeat.data() + 13), 35);
}

TEST(Frame, ARequestAndItsAnswerComeThrough) {
  const RequestHeader header{ApiKey::kMetadata, 12, 99, "me"};
  const MetadataRequest asked{.topics = std::vector<MetadataRequest::Topic>{{.name = "orders"}}};
  const auto sent = encode_request(asked, header);
  ASSERT_TRUE(sent.ok());
  const auto request = parse_request(SharedBytes(sent->flatten()).slice(4, sent->size - 4));
  ASSERT_TRUE(request.ok()) << request.error().message;
  EXPECT_EQ(request->header.correlation_id, 99);
  EXPECT_EQ(request->header.client_id, "me");
  EXPECT_EQ(decode<MetadataRequest>(request->body, request->header.version).value(), asked);

  const MetadataResponse answer{.cluster_id = "c"};
  const auto answered = encode_response(answer, 12, 99);
  ASSERT_TRUE(answered.ok());
  const SharedBytes frame = SharedBytes(answered->flatten()).slice(4, answered->size - 4);
  EXPECT_EQ(peek_correlation_id(frame.view()).value(), 99);
  const auto response = parse_response(frame, ApiKey::kMetadata, 12);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(decode<MetadataResponse>(response->body, 12).value(), answer);
}

TEST(Frame, AnUnknownApiOrVersionStillTellsItsCorrelationId) {
  // API 999; ApiVersions v9; Fetch v3: key, version, correlation id 5, and a client id that is no concern.
  for (const auto& [api, version] : {std::pair{999, 0}, std::pair{18, 9}, std::pair{1, 3}, std::pair{-1, -1}}) {
    Buffer bytes;
    append_be(bytes, static_cast<std::int16_t>(api));
    append_be(bytes, static_cast<std::int16_t>(version));
    append_be(bytes, std::int32_t{5});
    append_be(bytes, std::int16_t{-7});
    const auto request = parse_request(SharedBytes(bytes));
    ASSERT_TRUE(request.ok());
    EXPECT_EQ(request->api, nullptr);
    EXPECT_EQ(request->header.correlation_id, 5);
    EXPECT_EQ(request->header.version, version);
  }
}

TEST(Frame, AHeaderCutAnywhereIsRefused) {
  const auto sent = encode_request(HeartbeatRequest{}, {ApiKey::kHeartbeat, 4, 1, "client"});
  ASSERT_TRUE(sent.ok());
  const SharedBytes frame = SharedBytes(sent->flatten()).slice(4, sent->size - 4);
  const std::size_t header_bytes = 2 + 2 + 4 + 2 + 6 + 1;
  for (std::size_t size = 0; size < header_bytes; ++size) {
    const auto request = parse_request(frame.slice(0, size));
    ASSERT_FALSE(request.ok()) << size;
    EXPECT_EQ(request.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(request.error().message, testing::AnyOf(HasSubstr("request header"), HasSubstr("tagged fields")));
  }
  EXPECT_TRUE(parse_request(frame.slice(0, header_bytes)).ok());
}

TEST(Frame, TagsInHeadersAreSkippedAndClientIdsMayBeNull) {
  Buffer bytes;
  append_be(bytes, std::int16_t{12});
  append_be(bytes, std::int16_t{4});
  append_be(bytes, std::int32_t{5});
  append_be(bytes, std::int16_t{-1});
  for (const int each : {1, 3, 2, 0xaa, 0xbb}) bytes.push_back(static_cast<std::byte>(each));
  const auto request = parse_request(SharedBytes(bytes));
  ASSERT_TRUE(request.ok()) << request.error().message;
  EXPECT_EQ(request->header.client_id, std::nullopt);
  EXPECT_TRUE(request->body.empty());
}

}  // namespace
}  // namespace weft::kafka
