#include "http/request_parser.h"

#include <gtest/gtest.h>

namespace weft::http {
namespace {

struct Parsed {
  std::optional<Request> request;
  int refused = 0;
  std::string why;
  std::size_t consumed = 0;
};

/// Gives the parser `at_a_time` bytes more whenever it wants more.
Parsed parse(std::string_view text, std::size_t at_a_time = 1 << 20) {
  RequestParser parser(2048, 4096);
  Parsed parsed;
  std::size_t there = 0;
  while (!parser.done()) {
    if (parsed.consumed == there) {
      if (there == text.size()) return parsed;
      there = std::min(text.size(), there + at_a_time);
    }
    const auto step = parser.feed(as_bytes(text.substr(parsed.consumed, there - parsed.consumed)));
    parsed.consumed += step.consumed;
    if (step.refusal) {
      parsed.refused = step.refusal->status;
      parsed.why = step.refusal->why.message;
      return parsed;
    }
    if (step.consumed == 0 && !parser.done()) {
      if (there == text.size()) return parsed;
      there = std::min(text.size(), there + at_a_time);
    }
  }
  parsed.request = parser.take();
  return parsed;
}

constexpr std::string_view kChunked =
    "\r\nPOST /a%20b?c=d HTTP/1.1\r\nHost: localhost\r\nX-Name: Value \r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\nGET /next";

TEST(RequestParser, BuildsTheSameRequestFromAnyPieces) {
  for (std::size_t at_a_time = 1; at_a_time <= kChunked.size(); ++at_a_time) {
    const Parsed parsed = parse(kChunked, at_a_time);
    ASSERT_TRUE(parsed.request.has_value()) << at_a_time << parsed.why;
    EXPECT_EQ(parsed.request->method, Method::kPost);
    EXPECT_EQ(parsed.request->target, "/a%20b?c=d");
    EXPECT_EQ(parsed.request->path, "/a b");
    EXPECT_EQ(parsed.request->query_value("c"), "d");
    EXPECT_EQ(parsed.request->header("x-name"), "Value");
    EXPECT_EQ(parsed.request->body, "hello world");
    EXPECT_EQ(kChunked.substr(parsed.consumed), "GET /next") << "the next request is left alone";
  }
}

TEST(RequestParser, RefusesWhatAnotherReaderWouldSeeDifferently) {
  const std::pair<const char*, int> cases[] = {
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 0},
  };
  for (const auto& [text, status] : cases) EXPECT_EQ(parse(text).refused, status) << text;
}

TEST(RequestParser, RefusesEachKindOfNonsenseWithItsStatus) {
  const std::pair<std::string, int> cases[] = {
      {"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: a\n\n", 505},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"GET relative HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /?a=%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(4000, 'x') + "\r\n\r\n", 431},
      {"GET /" + std::string(4000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 431},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4097\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1001\r\n" + std::string(4097, 'x') +
           "\r\n0\r\n\r\n",
       413},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
  };
  for (const auto& [text, status] : cases) {
    EXPECT_EQ(parse(text).refused, status) << text.substr(0, 80);
    EXPECT_FALSE(parse(text).why.empty());
  }
}

TEST(RequestParser, TheAuthorityOfAnAbsoluteTargetIsTheHost) {
  EXPECT_EQ(parse("GET http://weft:1/x HTTP/1.1\r\nHost: other\r\n\r\n").request->header("host"), "weft:1");
}

}  // namespace
}  // namespace weft::http
