// The command line's client against the server, over real sockets.
#include "http/client.h"

#include <gmock/gmock.h>

#include "env/posix_env.h"

namespace weft::http {
namespace {

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    Router router;
    router.add(Method::kPost, "/echo/{name}", [](Request request, Responder responder) {
      Response response = Response::text(201, request.parameters["name"] + ":" + request.body);
      response.headers.emplace_back("x-peer", request.peer.host);
      responder.send(std::move(response));
    });
    router.add(Method::kGet, "/large",
               [](Request, Responder responder) { responder.send(Response::text(200, std::string(20 << 20, 'x'))); });
    router.add(Method::kGet, "/pool", [this](Request, Responder responder) {
      env_->blocking_pool().post(
          [responder = std::move(responder)]() mutable { responder.send(Response::text(200, "pooled")); });
    });
    ServerOptions options;
    options.listen = {"127.0.0.1", 0};
    options.body_bytes_max = 1 << 20;
    server_ = Server::start(env_->network(), *loop_, memory_, std::move(options), nullptr, std::move(router)).value();
    base_ = "http://" + server_->local().to_string();
  }
  ~ClientTest() override {
    env::run_and_wait(*loop_, [this] { server_.reset(); });
  }

  std::unique_ptr<env::Env> env_ = env::make_posix_env();
  std::unique_ptr<env::EventLoop> loop_ = env_->make_loop("http");
  env::ClientMemory memory_{*loop_, 512u << 20};
  std::unique_ptr<Server> server_;
  std::string base_;
};

TEST_F(ClientTest, ARequestIsAnsweredOverRealSockets) {
  const auto answer = send({.method = Method::kPost, .url = base_ + "/echo/a%2Fb", .body = std::string(900'000, 'z')});
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->status, 201);
  EXPECT_TRUE(as_text(answer->body.view()) == "a/b:" + std::string(900'000, 'z'));
  EXPECT_THAT(answer->headers, testing::Contains(testing::Pair("x-peer", "127.0.0.1")));
}

TEST_F(ClientTest, ARefusalIsAnAnswerToo) {
  EXPECT_EQ(send({.url = base_ + "/nowhere"})->status, 404);
  EXPECT_EQ(send({.method = Method::kPost, .url = base_ + "/echo/x", .body = std::string(5 << 20, 'z')})->status, 413);
  EXPECT_EQ(send({.url = base_ + "/pool"})->status, 200);
}

TEST_F(ClientTest, ALargeAnswerArrivesWholeOrIsRefusedByItsBound) {
  const auto large = send({.url = base_ + "/large"});
  ASSERT_TRUE(large.ok()) << large.error().message;
  EXPECT_EQ(large->body.size(), 20U << 20);
  EXPECT_EQ(send({.url = base_ + "/large", .body_bytes_max = 1 << 20}).error().code, ErrorCode::kTooLarge);
}

TEST_F(ClientTest, NobodyThereIsSaidSo) {
  const std::string address = base_;
  env::run_and_wait(*loop_, [this] { server_.reset(); });
  const auto answer = send({.url = address + "/echo"});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(answer.error().message, testing::HasSubstr(address));
}

TEST(Client, AnAddressThatIsNoneIsRefused) {
  EXPECT_EQ(send({.url = "file:///etc/passwd"}).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace weft::http
