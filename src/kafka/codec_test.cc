#include "kafka/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kafka/limits.h"
#include "kafka/messages.h"
#include "kafka/reflection_testing.h"

namespace weft::kafka {
namespace {

using testing::HasSubstr;

SharedBytes shared(ByteView bytes) { return SharedBytes(to_buffer(bytes)); }

TEST(Codec, EveryMessageOfEveryVersionComesBackAsItWas) {
  for (const MessageForTests& message : all_messages_for_tests()) {
    const ApiInfo& api = *find_api(message.api);
    for (std::int16_t version = api.version_min; version <= api.version_max; ++version) {
      for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SCOPED_TRACE(message_name(message.api, message.is_request, version) + " seed " + std::to_string(seed));
        const auto random = message.random(seed, version);
        ASSERT_TRUE(random.ok()) << random.error().message;
        EXPECT_TRUE(random->decodes_to_the_same);
      }
    }
  }
}

TEST(Codec, AMessageCutAnywhereIsRefusedAndNamesWhatIsMissing) {
  for (const MessageForTests& message : all_messages_for_tests()) {
    const ApiInfo& api = *find_api(message.api);
    for (std::int16_t version = api.version_min; version <= api.version_max; ++version) {
      SCOPED_TRACE(message_name(message.api, message.is_request, version));
      const auto random = message.random(7, version);
      ASSERT_TRUE(random.ok());
      for (std::size_t size = 0; size < random->bytes.size(); ++size) {
        const auto cut = message.reencode(shared(ByteView(random->bytes).first(size)), version);
        ASSERT_FALSE(cut.ok()) << "cut at " << size;
        ASSERT_EQ(cut.error().code, ErrorCode::kCorrupt);
        ASSERT_FALSE(cut.error().message.empty());
      }
    }
  }
}

TEST(Codec, BytesAfterTheEndAreRefused) {
  for (const MessageForTests& message : all_messages_for_tests()) {
    const ApiInfo& api = *find_api(message.api);
    for (std::int16_t version = api.version_min; version <= api.version_max; ++version) {
      auto random = message.random(3, version);
      ASSERT_TRUE(random.ok());
      random->bytes.push_back(std::byte{0});
      const auto longer = message.reencode(shared(random->bytes), version);
      ASSERT_FALSE(longer.ok());
      EXPECT_EQ(longer.error().code, ErrorCode::kCorrupt);
      EXPECT_THAT(longer.error().message, HasSubstr(message_name(message.api, message.is_request, version)));
    }
  }
}

TEST(Codec, AVersionWithoutDefinitionIsUnsupported) {
  const auto fetch = decode<FetchRequest>(SharedBytes(), 3);
  ASSERT_FALSE(fetch.ok());
  EXPECT_EQ(fetch.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(fetch.error().message, "Fetch v3: known are v4 to v17");
}

}  // namespace
}  // namespace weft::kafka
