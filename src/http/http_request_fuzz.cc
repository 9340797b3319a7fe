// Any bytes as a connection's input: the parser gives the same requests whatever the pieces in which the bytes arrive,
// refuses no pieces whose whole it takes, and stays within its limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "http/gzip.h"
#include "http/host_policy.h"
#include "http/request_parser.h"
#include "http/uri.h"

using namespace weft;
using namespace weft::http;

namespace {

constexpr std::size_t kHeaderBytesMax = 4096;
constexpr std::size_t kBodyBytesMax = 4096;

/// All requests of one connection, and how it ended.
struct Heard {
  std::vector<Request> requests;
  int refused = 0;
};

Heard hear(ByteView bytes, std::size_t at_a_time) {
  Heard heard;
  std::size_t begin = 0;
  std::size_t end = 0;
  while (heard.requests.size() < 100) {
    RequestParser parser(kHeaderBytesMax, kBodyBytesMax);
    bool stuck = false;
    while (!parser.done()) {
      if (stuck || begin == end) {
        if (end == bytes.size()) return heard;
        end = std::min(bytes.size(), end + at_a_time);
      }
      const auto step = parser.feed(bytes.subspan(begin, end - begin));
      CHECK(step.consumed <= end - begin);
      begin += step.consumed;
      stuck = step.consumed == 0;
      if (step.refusal) {
        CHECK(step.refusal->status >= 400 && !step.refusal->why.message.empty());
        heard.refused = step.refusal->status;
        return heard;
      }
      CHECK(parser.body_bytes() <= kBodyBytesMax);
    }
    heard.requests.push_back(parser.take());
  }
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  const Heard whole = hear(bytes, bytes.size() + 1);
  const Heard pieces = hear(bytes, 1 + data[0] % 64);
  CHECK(whole.requests.size() == pieces.requests.size(), "the same requests from any pieces");
  // In pieces a head is parsed once its empty line is there: what is wrong with it may not have been noticed yet.
  CHECK(whole.refused != 0 || pieces.refused == 0, "pieces are refused only if the whole is");
  static const HostPolicy hosts({"127.0.0.1", 8080}, {"weft.example.org"});
  for (std::size_t i = 0; i < whole.requests.size(); ++i) {
    const Request& request = whole.requests[i];
    CHECK(request.target == pieces.requests[i].target && request.body == pieces.requests[i].body &&
          request.headers == pieces.requests[i].headers && request.query == pieces.requests[i].query);
    CHECK(is_utf8(request.path) && request.path.find('\0') == std::string::npos);
    CHECK(request.body.size() <= kBodyBytesMax);
    (void)request.accepts("text/html");
    (void)request.cookie("weft_session");
    (void)accepts_gzip(request);
    (void)hosts.check(request, {"127.0.0.1", 8080}).ok();
  }
  return 0;
}
