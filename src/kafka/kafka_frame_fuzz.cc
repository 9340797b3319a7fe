#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kafka/frame.h"
#include "kafka/reflection_testing.h"

// A connection's bytes as a broker sees them, arriving in pieces of a size that the first byte tells: frames, request
// headers and bodies. Frames must not depend on how the bytes are cut.

using namespace weft;
using namespace weft::kafka;

namespace {

constexpr std::size_t kFrameBytes = 1 << 16;

struct Seen {
  std::vector<Buffer> frames;
  std::optional<ErrorCode> refused;

  bool operator==(const Seen&) const = default;
};

Seen read_all(ByteView stream, std::size_t chunk) {
  FrameReader reader(kFrameBytes);
  Seen seen;
  while (!stream.empty()) {
    const std::span<std::byte> space = reader.space();
    const std::size_t count = std::min({chunk, space.size(), stream.size()});
    std::memcpy(space.data(), stream.data(), count);
    reader.filled(count);
    stream = stream.subspan(count);
    for (;;) {
      const auto frame = reader.next();
      if (!frame.ok()) {
        seen.refused = frame.error().code;
        return seen;
      }
      if (!frame->has_value()) break;
      seen.frames.push_back(to_buffer((*frame)->view()));
    }
  }
  return seen;
}

void handle(const Buffer& frame) {
  static const std::vector<MessageForTests> messages = all_messages_for_tests();
  const auto request = parse_request(SharedBytes(frame));
  if (!request.ok() || request->api == nullptr) return;
  for (const MessageForTests& message : messages) {
    if (message.api == request->header.api && message.is_request) {
      (void)message.reencode(request->body, request->header.version);
    }
  }
  const auto response = parse_response(SharedBytes(frame), request->header.api, request->header.version);
  if (response.ok()) CHECK(response->correlation_id == peek_correlation_id(frame).value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const ByteView stream{reinterpret_cast<const std::byte*>(data) + 1, size - 1};
  const Seen whole = read_all(stream, stream.size());
  CHECK(whole == read_all(stream, 1 + data[0]), "frames don't depend on how the bytes arrive");
  for (const Buffer& frame : whole.frames) handle(frame);
  return 0;
}
