#include "http/probe.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "base/check.h"

namespace weft::http {
namespace {

using ::testing::HasSubstr;

TEST(Reach, EndsWhereTheSettingSays) {
  for (const char* ours : {"127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "169.254.169.254", "fe80::1", "::ffff:127.0.0.1",
                           "224.0.0.1", "255.255.255.255", "ff02::1"}) {
    EXPECT_FALSE(is_within(Reach::kNetwork, ours)) << ours;
    EXPECT_FALSE(is_within(Reach::kPublic, ours)) << ours;
    EXPECT_TRUE(is_within(Reach::kAnywhere, ours)) << ours;
  }
  for (const char* inside : {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd00::1",
                             "::ffff:10.0.0.1", "64:ff9b::7f00:1"}) {
    EXPECT_TRUE(is_within(Reach::kNetwork, inside)) << inside;
    EXPECT_FALSE(is_within(Reach::kPublic, inside)) << inside;
  }
  for (const char* outside : {"8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700::1"}) {
    EXPECT_TRUE(is_within(Reach::kPublic, outside)) << outside;
    EXPECT_FALSE(is_within(Reach::kNone, outside)) << outside;
  }
  EXPECT_FALSE(is_within(Reach::kAnywhere, "no address"));
}

/// Answers one connection with `answer` and closes.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&at), size) == 0, "bind");
    CHECK(::listen(listener_, 4) == 0, "listen");
    CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) == 0, "getsockname");
    port = ntohs(at.sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] {
      const int peer = ::accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      char request[4096];
      if (!answer.empty() && ::recv(peer, request, sizeof request, 0) > 0)
        (void)!::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::close(peer);
    });
  }
  ~OneAnswer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::string host_and_port() const { return "127.0.0.1:" + std::to_string(port); }
  int port = 0;

 private:
  int listener_;
  std::thread thread_;
};

TEST(Probe, WantsAnAnswerOf2xx) {
  OneAnswer fine("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(probe({.target = "http://" + fine.host_and_port() + "/health", .reach = Reach::kAnywhere}).ok());
  OneAnswer ill("HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  const auto failed = probe({.target = "http://" + ill.host_and_port() + "/health", .reach = Reach::kAnywhere});
  ASSERT_FALSE(failed.ok());
  EXPECT_THAT(failed.error().message, HasSubstr("answered 503"));
}

TEST(Probe, FollowsNoRedirect) {
  OneAnswer elsewhere("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  const auto failed = probe({.target = "http://" + elsewhere.host_and_port() + "/", .reach = Reach::kAnywhere});
  ASSERT_FALSE(failed.ok());
  EXPECT_THAT(failed.error().message, HasSubstr("answered 302"));
}

TEST(Probe, ConnectsWhenThatIsEnough) {
  OneAnswer listening("");
  EXPECT_TRUE(probe({.target = listening.host_and_port(), .connect_only = true, .reach = Reach::kAnywhere}).ok());
}

TEST(Probe, DoesNotReachThisMachineUnlessItMay) {
  for (const char* host : {"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "0x7f.1"}) {
    const auto refused = probe({.target = "http://" + std::string(host) + ":1/", .reach = Reach::kNetwork});
    ASSERT_FALSE(refused.ok()) << host;
    EXPECT_EQ(refused.error().code, ErrorCode::kForbidden) << host << ": " << refused.error().message;
  }
  EXPECT_FALSE(probe({.target = "file:///etc/passwd", .reach = Reach::kAnywhere}).ok());
  EXPECT_FALSE(probe({.target = "gopher://127.0.0.1:1/", .reach = Reach::kAnywhere}).ok());
}

}  // namespace
}  // namespace weft::http
