#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "kafka/errors.h"
#include "kafka/frame.h"
#include "kafka/reflection_testing.h"

// What Apache Kafka's own classes write: testdata/README.md.

namespace weft::kafka {
namespace {

std::ifstream open_golden(const std::string& name) {
  std::ifstream in("src/kafka/testdata/golden/" + name + ".txt");
  EXPECT_TRUE(in.is_open()) << name << ": make it with src/kafka/testdata/make_goldens.sh";
  return in;
}

/// "ListOffsets" to "list_offsets".
std::string snake_case(std::string_view name) {
  std::string text;
  for (const char each : name) {
    if (each >= 'A' && each <= 'Z') {
      if (!text.empty()) text += '_';
      text += static_cast<char>(each - 'A' + 'a');
    } else {
      text += each;
    }
  }
  return text;
}

Buffer from_hex(std::string_view hex) {
  Buffer bytes;
  if (hex == "-") return bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string to_hex(ByteView bytes) {
  std::string text;
  for (const std::byte each : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(each));
  return text.empty() ? "-" : text;
}

struct GoldenLine {
  std::int16_t version = 0;
  std::string hex, json;
};

/// Lines of one API by direction.
std::multimap<std::string, GoldenLine> read_golden(const ApiInfo& api) {
  std::multimap<std::string, GoldenLine> lines;
  std::ifstream in = open_golden(snake_case(api.name));
  std::string direction;
  GoldenLine line;
  while (in >> direction >> line.version >> line.hex && std::getline(in, line.json)) lines.emplace(direction, line);
  return lines;
}

TEST(Golden, EveryVersionOfEveryMessageIsWhatKafkaWrites) {
  for (const MessageForTests& message : all_messages_for_tests()) {
    const ApiInfo& api = *find_api(message.api);
    std::map<std::int16_t, int> seen;
    const auto lines = read_golden(api);
    const auto [first, last] = lines.equal_range(message.is_request ? "request" : "response");
    for (auto at = first; at != last; ++at) {
      const GoldenLine& golden = at->second;
      SCOPED_TRACE(message_name(message.api, message.is_request, golden.version) + " " + golden.hex);
      const auto ours = message.reencode(SharedBytes(from_hex(golden.hex)), golden.version);
      ASSERT_TRUE(ours.ok()) << ours.error().message;
      EXPECT_EQ(nlohmann::json::parse(ours->json), nlohmann::json::parse(golden.json));
      EXPECT_EQ(to_hex(ours->bytes), golden.hex);
      ++seen[golden.version];
    }
    for (std::int16_t version = api.version_min; version <= api.version_max; ++version) {
      EXPECT_GE(seen[version], 2) << message_name(message.api, message.is_request, version) << " has no golden bytes";
    }
  }
}

TEST(Golden, HeadersAreWhatKafkaWrites) {
  std::map<std::string_view, const ApiInfo*> by_name;
  for (const ApiInfo& api : all_apis()) by_name[api.name] = &api;
  std::ifstream in = open_golden("headers");
  std::string name, request_hex, response_hex;
  std::int16_t version = 0;
  std::size_t count = 0;
  while (in >> name >> version >> request_hex >> response_hex) {
    SCOPED_TRACE(name + " v" + std::to_string(version));
    const ApiInfo& api = *by_name.at(name);
    const std::int32_t correlation_id = 1'000'000 + version;
    ++count;

    Buffer frame = from_hex(request_hex);
    const std::size_t header_bytes = frame.size();
    frame.push_back(std::byte{42});
    const auto request = parse_request(SharedBytes(frame));
    ASSERT_TRUE(request.ok()) << request.error().message;
    EXPECT_EQ(request->header.api, api.key);
    EXPECT_EQ(request->header.version, version);
    EXPECT_EQ(request->header.correlation_id, correlation_id);
    EXPECT_EQ(request->header.client_id, fmt::format("client-{}", static_cast<int>(api.key)));
    EXPECT_EQ(request->api, &api);
    EXPECT_EQ(request->body.size(), 1u);
    const auto written = finish_frame(begin_request(request->header, api.is_flexible(version)));
    ASSERT_TRUE(written.ok());
    EXPECT_EQ(to_hex(written->flatten()), to_hex(from_hex(fmt::format("{:08x}", header_bytes))) + request_hex);

    const auto answer = finish_frame(begin_response(api.key, version, correlation_id));
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(to_hex(answer->flatten()), fmt::format("{:08x}", response_hex.size() / 2) + response_hex);
    const auto response = parse_response(SharedBytes(from_hex(response_hex)), api.key, version);
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->correlation_id, correlation_id);
    EXPECT_TRUE(response->body.empty());
  }
  std::size_t versions = 0;
  for (const ApiInfo& api : all_apis()) versions += static_cast<std::size_t>(api.version_max - api.version_min + 1);
  EXPECT_EQ(count, versions);
}

TEST(Golden, ErrorsHaveKafkasNumbersNamesAndRetriability) {
  std::ifstream in = open_golden("errors");
  std::int16_t number = 0;
  std::string name, retriable;
  std::size_t count = 0;
  while (in >> number >> name >> retriable) {
    const auto error = static_cast<KafkaError>(number);
    EXPECT_EQ(kafka_error_name(error), name);
    EXPECT_EQ(is_retriable(error), retriable == "retriable") << name;
    ++count;
  }
  EXPECT_GT(count, 120u);
}

}  // namespace
}  // namespace weft::kafka
