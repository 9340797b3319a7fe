#include <cstddef>
#include <cstdint>

#include "kafka/reflection_testing.h"

// Any message from any bytes. Input: API key (one byte), version and direction (one byte), body. What decodes must
// encode, and what was encoded must be a fixed point.

using namespace weft;
using namespace weft::kafka;

namespace {

/// Seeds name the API by its key, so that they keep their meaning when another is defined; other bytes pick any.
const MessageForTests& pick(std::uint8_t key, bool is_request) {
  static const std::vector<MessageForTests> messages = all_messages_for_tests();
  for (const MessageForTests& message : messages) {
    if (static_cast<int>(message.api) == key && message.is_request == is_request) return message;
  }
  return messages[key % messages.size()];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const MessageForTests& message = pick(data[0], data[1] % 2 == 0);
  const ApiInfo& api = *find_api(message.api);
  const int versions = api.version_max - api.version_min + 1;
  const auto version = static_cast<std::int16_t>(api.version_min + (data[1] / 2) % versions);
  const ByteView body{reinterpret_cast<const std::byte*>(data) + 2, size - 2};
  const auto once = message.reencode(SharedBytes(to_buffer(body)), version);
  if (!once.ok()) {
    CHECK(once.error().code == ErrorCode::kCorrupt || once.error().code == ErrorCode::kInvalidArgument ||
              once.error().code == ErrorCode::kTooLarge,
          "what was decoded can be encoded in the same version");
    return 0;
  }
  const auto twice = message.reencode(SharedBytes(once->bytes), version);
  CHECK(twice.ok(), "what was encoded can be decoded");
  CHECK(twice->bytes == once->bytes, "and says the same");
  CHECK(twice->json == once->json, "and says the same");
  return 0;
}
