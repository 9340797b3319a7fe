// The server on the simulated network: delays, partial reads and the clock follow a seed.
#include <gmock/gmock.h>

#include "base/log.h"
#include "base/metrics.h"
#include "env/sim_env.h"
#include "http/http.h"

namespace weft::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A client that writes text and collects what comes back.
struct Client {
  std::unique_ptr<env::Connection> connection;
  Buffer room = Buffer(4096);
  std::string got;
  bool ended = false;

  void read() {
    connection->read(room, [this](Result<std::size_t> count) {
      ended = !count.ok() || *count == 0;
      if (ended) return;
      got += as_text(ByteView(room).first(*count));
      read();
    });
  }
};

class ServerTest : public testing::Test {
 protected:
  explicit ServerTest(std::uint64_t seed = 1) : sim_(seed) {
    options_.listen = {"127.0.0.1", 8080};
    router_.add(Method::kGet, "/hello",
                [](Request, Responder responder) { responder.send(Response::text(200, "hello")); });
    router_.add(Method::kPost, "/echo", [this](Request request, Responder responder) {
      ++handled_;
      responder.send(Response::text(200, std::move(request.body)));
    });
    router_.add(Method::kGet, "/late",
                [this](Request, Responder responder) { waiting_.push_back(std::move(responder)); });
    router_.add(Method::kGet, "/who", [](Request request, Responder responder) {
      responder.send(Response::text(200, request.principal.to_string()));
    });
  }
  ~ServerTest() override {
    sim_.run_on(*loop_, [this] {
      clients_.clear();
      server_.reset();
      events_.reset();
      waiting_.clear();
    });
  }

  void start() {
    auto server =
        Server::start(sim_.network(), *loop_, memory_, std::move(options_), std::move(authenticate_),
                      std::move(router_));
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_ = std::move(server).value();
  }

  Client& connect() {
    if (!server_) start();
    Client& client = *clients_.emplace_back(std::make_unique<Client>());
    sim_.run_on(*loop_, [&] {
      sim_.network().connect(*loop_, server_->local(), 1s, [&](Result<std::unique_ptr<env::Connection>> made) {
        client.connection = std::move(made).value();
        client.read();
      });
    });
    EXPECT_TRUE(sim_.run_until([&] { return client.connection != nullptr; }));
    return client;
  }
  void send(Client& client, std::string text) {
    sim_.run_on(*loop_, [&] { client.connection->write({SharedBytes(std::move(text))}, [](Result<void>) {}); });
  }
  bool wait_for(Client& client, std::string_view text) {
    return sim_.run_until([&] { return client.got.find(text) != std::string::npos || client.ended; }) &&
           client.got.find(text) != std::string::npos;
  }
  /// Everything that comes back until the server closes: at the latest when the connection has been idle for long.
  std::string converse(std::string text) {
    Client& client = connect();
    send(client, std::move(text));
    EXPECT_TRUE(sim_.run_until([&] { return client.ended; }));
    return client.got;
  }
  static std::string get(std::string_view path, std::string_view more = "") {
    return fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", path, more);
  }
  static std::string post(std::string_view path, std::string_view body, std::string_view more = "") {
    return fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\n{}Content-Length: {}\r\n\r\n{}", path, more, body.size(),
                       body);
  }
  static std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; at += part.size()) ++found;
    return found;
  }

  env::SimEnv sim_;
  std::unique_ptr<env::EventLoop> loop_ = sim_.make_loop("http");
  env::ClientMemory memory_{*loop_, 512u << 20};
  ServerOptions options_;
  Authenticate authenticate_;
  Router router_;
  std::unique_ptr<Server> server_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Responder> waiting_;
  std::shared_ptr<EventStream> events_;
  int handled_ = 0;
};

TEST_F(ServerTest, AnAnswerSaysItsLengthItsDateAndThatItIsNoPage) {
  const std::string got = converse(get("/hello"));
  EXPECT_THAT(got, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(got, HasSubstr("\r\ncontent-length: 5\r\n"));
  EXPECT_THAT(got, HasSubstr("\r\ndate: Fri, 15 Jan 2027 08:00:00 GMT\r\n"));
  EXPECT_THAT(got, HasSubstr("\r\nx-content-type-options: nosniff\r\n"));
  EXPECT_THAT(got, HasSubstr("\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'\r\n"));
  EXPECT_THAT(got, testing::EndsWith("\r\n\r\nhello"));
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrderHoweverLate) {
  Client& client = connect();
  send(client, get("/late") + get("/hello") + get("/late") + get("/hello"));
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(sim_.run_until([&] { return !waiting_.empty(); }));
    EXPECT_EQ(count(client.got, "hello"), static_cast<std::size_t>(i));
    sim_.run_on(*loop_, [&] {
      Responder late = std::move(waiting_.back());
      waiting_.clear();
      late.send(Response::text(200, fmt::format("late {}", i)));
    });
    ASSERT_TRUE(sim_.run_until([&] { return count(client.got, "hello") == static_cast<std::size_t>(i) + 1; }));
  }
  EXPECT_LT(client.got.find("late 0"), client.got.find("hello"));
  EXPECT_LT(client.got.find("hello"), client.got.find("late 1"));
  EXPECT_FALSE(client.ended) << "kept alive";
}

TEST_F(ServerTest, HeadAnswersAsGetWithoutTheBody) {
  const std::string got = converse("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/hello"));
  EXPECT_EQ(count(got, "content-length: 5"), 2U);
  EXPECT_EQ(count(got, "hello"), 1U);
}

TEST_F(ServerTest, ConnectionCloseAndHttp10CloseAfterTheAnswer) {
  const auto start = sim_.clock().monotonic();
  EXPECT_THAT(converse(get("/hello", "Connection: close\r\n")), HasSubstr("\r\nconnection: close\r\n"));
  EXPECT_THAT(converse("GET /hello HTTP/1.0\r\n\r\n"), HasSubstr("hello"));
  EXPECT_LT(sim_.clock().monotonic() - start, 1s) << "at once, not by a time limit";
}

TEST_F(ServerTest, ExpectContinueIsAnsweredBeforeTheBodyComes) {
  Client& client = connect();
  send(client, "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  ASSERT_TRUE(wait_for(client, "HTTP/1.1 100 Continue\r\n\r\n"));
  EXPECT_EQ(handled_, 0);
  send(client, "body");
  ASSERT_TRUE(wait_for(client, "\r\n\r\nbody"));
}

TEST_F(ServerTest, ABodyThatIsTooLargeIsRefusedWithAnAnswerTheClientCanRead) {
  options_.body_bytes_max = 1000;
  start();
  for (const std::string& request :
       {post("/echo", std::string(300'000, 'x')),
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n493e0\r\n" +
            std::string(300'000, 'x') + "\r\n0\r\n\r\n"}) {
    const std::string got = converse(request);
    EXPECT_THAT(got, StartsWith("HTTP/1.1 413 Content Too Large\r\n"));
    EXPECT_THAT(got, HasSubstr("larger than 1000 bytes"));
    EXPECT_EQ(count(got, "HTTP/1.1"), 1U) << "what follows is not taken for a request";
  }
  EXPECT_THAT(converse(post("/echo", std::string(1000, 'x'))), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(handled_, 1);
}

TEST_F(ServerTest, HeadersThatAreTooLargeAreRefused) {
  EXPECT_THAT(converse(get("/hello", "X: " + std::string(40'000, 'x') + "\r\n")), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(converse(std::string(100'000, 'x')), StartsWith("HTTP/1.1 4"));
}

TEST_F(ServerTest, AForeignHostOrOriginReachesNoHandler) {
  EXPECT_THAT(converse("POST /echo HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n"),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(converse(post("/echo", "x", "Origin: http://evil.example\r\n")), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(converse(post("/echo", "x", "Sec-Fetch-Site: cross-site\r\n")), StartsWith("HTTP/1.1 403 "));
  EXPECT_EQ(handled_, 0);
  EXPECT_THAT(converse(post("/echo", "x", "Origin: http://localhost\r\n")), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, EveryRequestHasThePrincipalThatAuthenticateGave) {
  authenticate_ = [](const Request& request) -> Result<access::Principal> {
    EXPECT_TRUE(request.body.empty());
    const auto token = request.header("authorization");
    if (!token) return access::Principal::anonymous();
    if (*token != "Bearer good") return error(ErrorCode::kUnauthenticated, "this token is not known");
    return access::Principal{access::Principal::Kind::kPerson, "mkaya", {}};
  };
  EXPECT_THAT(converse(get("/who")), HasSubstr("User:ANONYMOUS"));
  EXPECT_THAT(converse(get("/who", "Authorization: Bearer good\r\n")), HasSubstr("User:mkaya"));
  const std::string refused = converse(post("/echo", "x", "Authorization: Bearer bad\r\n"));
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(refused, HasSubstr("\r\nwww-authenticate: Bearer\r\n"));
  EXPECT_EQ(handled_, 0);
}

TEST_F(ServerTest, RefusalsAreInThePortsOwnFormat) {
  router_.refuse_as([](const Request& request, const Error&, int status) {
    return Response::text(status, fmt::format("<{} {}>", status, request.path));
  });
  router_.add(Method::kGet, "/drops", [](Request, Responder) {});
  options_.body_bytes_max = 8;
  EXPECT_THAT(converse("nonsense\r\n\r\n"), HasSubstr("<400 >"));
  EXPECT_THAT(converse(post("/echo", "nine bytes")), HasSubstr("<413 >"));
  EXPECT_THAT(converse("GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n"), HasSubstr("<403 /hello>"));
  EXPECT_THAT(converse(get("/nothing")), HasSubstr("<404 /nothing>"));
  EXPECT_THAT(converse(post("/hello", "x")), HasSubstr("<405 /hello>"));
  EXPECT_THAT(converse(get("/drops")), HasSubstr("<500 >"));
}

TEST_F(ServerTest, AHandlersMistakeCostsItsOwnRequestOnly) {
  router_.add(Method::kGet, "/throws", [](Request, Responder) { throw std::runtime_error("oops"); });
  router_.add(Method::kGet, "/drops", [](Request, Responder) {});
  const LogCapture log;
  const std::string got = converse(get("/throws") + get("/drops") + get("/hello"));
  EXPECT_EQ(count(got, "HTTP/1.1 500 "), 2U);
  EXPECT_EQ(count(got, "HTTP/1.1 200 "), 1U);
  EXPECT_THAT(log.lines(), testing::Contains(HasSubstr("path=/throws what=oops")));
}

TEST_F(ServerTest, AnAnswerMayComeFromAnyThread) {
  auto thread = sim_.make_thread("worker");
  router_.add(Method::kGet, "/work", [&](Request, Responder responder) {
    thread->post([responder = std::move(responder)]() mutable { responder.send(Response::text(200, "worked")); });
  });
  EXPECT_THAT(converse(get("/work")), HasSubstr("worked"));
}

TEST_F(ServerTest, AnAnswerThatComesTooLateGoesNowhere) {
  Client& gone = connect();
  send(gone, get("/late"));
  Client& orphan = connect();
  send(orphan, get("/late"));
  ASSERT_TRUE(sim_.run_until([&] { return waiting_.size() == 2; }));
  sim_.run_on(*loop_, [&] { gone.connection.reset(); });
  sim_.advance(1s);
  sim_.run_on(*loop_, [&] { waiting_[0].send(Response::text(200, "late")); });
  sim_.advance(1s);
  sim_.run_on(*loop_, [&] {
    server_.reset();
    waiting_[1].send(Response::text(200, "later"));
  });
  sim_.advance(1s);
  EXPECT_TRUE(orphan.ended);
  EXPECT_EQ(orphan.got, "");
}

TEST_F(ServerTest, AResponseHeaderCannotBecomeTwo) {
  router_.add(Method::kGet, "/header", [](Request request, Responder responder) {
    Response response;
    response.headers.emplace_back("location", std::string(*request.query_value("to")));
    responder.send(std::move(response));
  });
  EXPECT_THAT(converse(get("/header?to=x%0d%0aset-cookie:%20a=b")), HasSubstr("\r\nlocation: x  set-cookie: a=b\r\n"));
}

TEST_F(ServerTest, WhoeverIsTooSlowIsClosedAndWhoIsNotIsKept) {
  options_.head_timeout = 10s;
  options_.idle_timeout = 60s;
  options_.stall_timeout = 20s;
  const auto closed_after = [&](std::string text) {
    Client& client = connect();
    const auto start = sim_.clock().monotonic();
    send(client, std::move(text));
    EXPECT_TRUE(sim_.run_until([&] { return client.ended; }));
    return std::chrono::round<std::chrono::seconds>(sim_.clock().monotonic() - start);
  };
  using std::chrono::seconds;
  EXPECT_EQ(closed_after(""), seconds(60));
  EXPECT_EQ(closed_after("GET / HT"), seconds(10));
  EXPECT_EQ(closed_after("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nslow"), seconds(20));
  Client& trickling = connect();
  send(trickling, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n");
  for (const char c : std::string("trickling")) {
    sim_.advance(15s);
    send(trickling, std::string(1, c));
  }
  EXPECT_TRUE(wait_for(trickling, "\r\n\r\ntrickling"));
}

TEST_F(ServerTest, AReaderThatTakesNothingIsClosed) {
  options_.stall_timeout = 20s;
  router_.add(Method::kGet, "/large",
              [](Request, Responder responder) { responder.send(Response::text(200, std::string(4 << 20, 'x'))); });
  start();
  std::unique_ptr<env::Connection> silent;
  sim_.run_on(*loop_, [&] {
    sim_.network().connect(*loop_, server_->local(), 1s, [&](Result<std::unique_ptr<env::Connection>> made) {
      silent = std::move(made).value();
      silent->write({SharedBytes(get("/large"))}, [](Result<void>) {});
    });
  });
  std::size_t connections = 1;
  ASSERT_TRUE(sim_.run_until([&] { return silent != nullptr; }));
  sim_.advance(19s);
  sim_.run_on(*loop_, [&] { connections = server_->connection_count(); });
  EXPECT_EQ(connections, 1U);
  sim_.advance(2s);
  sim_.run_on(*loop_, [&] {
    connections = server_->connection_count();
    silent.reset();
  });
  EXPECT_EQ(connections, 0U);
}

TEST_F(ServerTest, MoreConnectionsThanAllowedAreTurnedAway) {
  options_.connections_max = 2;
  Client& first = connect();
  connect();
  Client& third = connect();
  ASSERT_TRUE(sim_.run_until([&] { return third.ended; }));
  EXPECT_THAT(third.got, StartsWith("HTTP/1.1 503 "));
  sim_.run_on(*loop_, [&] {
    first.connection.reset();
    third.connection.reset();
  });
  sim_.advance(1s);
  Client& fourth = connect();
  send(fourth, get("/hello"));
  EXPECT_TRUE(wait_for(fourth, "hello"));
}

TEST_F(ServerTest, BodiesOfAllRequestsTogetherAreBounded) {
  auto taken = memory_.requests.share();
  taken.grow(memory_.requests.bytes_max() - 10'000);
  Client& first = connect();
  send(first, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8001\r\n\r\n" + std::string(8000, 'x'));
  sim_.advance(1s);
  EXPECT_THAT(converse(post("/echo", std::string(8000, 'y'), "Connection: close\r\n")), StartsWith("HTTP/1.1 503 "));
  send(first, "x");
  EXPECT_TRUE(wait_for(first, "HTTP/1.1 200 "));
  EXPECT_THAT(converse(post("/echo", std::string(8000, 'y'), "Connection: close\r\n")), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, LargeTextIsPackedForWhoIsFarAndAsksForIt) {
  options_.listen = {"192.0.2.7", 8080};
  const std::string json = "\"" + std::string(20'000, 'x') + "\"";
  router_.add(Method::kGet, "/json",
              [json](Request, Responder responder) { responder.send(Response::json(200, json)); });
  const std::string head = "GET /json HTTP/1.1\r\nHost: 192.0.2.7:8080\r\n";
  const std::string packed = converse(head + "Accept-Encoding: gzip\r\n\r\n");
  EXPECT_THAT(packed, HasSubstr("content-encoding: gzip\r\nvary: accept-encoding\r\n"));
  EXPECT_LT(packed.size(), 2000U);
  EXPECT_THAT(converse(head + "\r\n"), HasSubstr(json));
}

TEST_F(ServerTest, RequestsAreCountedAndLogged) {
  Metrics metrics;
  options_.metrics = &metrics;
  options_.name = "registry";
  const LogCapture log;
  ASSERT_TRUE(set_log_levels("debug").ok());
  converse(get("/hello") + get("/nowhere"));
  ASSERT_TRUE(set_log_levels("info").ok());
  EXPECT_THAT(log.lines(),
              testing::Contains(HasSubstr("request port=registry method=GET path=/hello status=200 bytes=5 ")));
  const std::string text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("weft_http_requests_total{port=\"registry\",status=\"2xx\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("weft_http_requests_total{port=\"registry\",status=\"4xx\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("weft_http_connections{port=\"registry\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("weft_http_request_seconds_count{port=\"registry\"} 2\n"));
}

class ServerAtSeed : public ServerTest, public testing::WithParamInterface<std::uint64_t> {
 protected:
  ServerAtSeed() : ServerTest(GetParam()) {}
};

TEST_P(ServerAtSeed, BodiesInAnyPiecesArriveWhole) {
  std::string expected;
  std::string requests;
  for (std::size_t size = 1; size < 200'000; size = size * 3 + sim_.draw() % 7) {
    const std::string body(size, static_cast<char>('a' + size % 26));
    expected += body;
    if (sim_.draw_chance(0.5)) {
      requests += post("/echo", body);
      continue;
    }
    requests += "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::size_t cut = sim_.draw() % size;
    for (const std::string& part : {body.substr(0, cut), body.substr(cut)}) {
      if (!part.empty()) requests += fmt::format("{:x}\r\n{}\r\n", part.size(), part);
    }
    requests += "0\r\n\r\n";
  }
  const std::string got = converse(requests);
  std::string bodies;
  for (std::size_t at = 0; (at = got.find("\r\n\r\n", at)) != std::string::npos;) {
    at += 4;
    const std::size_t end = std::min(got.find("HTTP/1.1 ", at), got.size());
    bodies += got.substr(at, end - at);
    at = end;
  }
  EXPECT_TRUE(bodies == expected);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ServerAtSeed, testing::ValuesIn(env::sim_seeds(30)),
                         [](const auto& seed) { return std::to_string(seed.param); });

// ---- Event streams

class EventStreamTest : public ServerTest {
 protected:
  EventStreamTest() {
    router_.add(Method::kGet, "/events", [this](Request, Responder responder) {
      events_ = responder.start_events(2000);
      events_->on_closed([this] { ++closed_; });
    });
  }
  ~EventStreamTest() override {
    sim_.run_on(*loop_, [this] { events_.reset(); });
  }
  Client& open(std::string request) {
    Client& client = connect();
    send(client, std::move(request));
    EXPECT_TRUE(wait_for(client, "\r\n\r\n"));
    client.got.clear();
    return client;
  }
  bool emit(std::string_view event, std::string_view id, std::string_view data) {
    bool sent = false;
    sim_.run_on(*loop_, [&] { sent = events_->send(event, id, data); });
    return sent;
  }
  int closed_ = 0;
};

TEST_F(EventStreamTest, EventsArriveAsTheBrowserReadsThem) {
  Client& client = connect();
  send(client, get("/events"));
  ASSERT_TRUE(wait_for(client, "\r\n\r\n"));
  EXPECT_THAT(client.got, HasSubstr("\r\ncontent-type: text/event-stream\r\n"));
  EXPECT_THAT(client.got, HasSubstr("\r\ncache-control: no-store\r\n"));
  EXPECT_THAT(client.got, HasSubstr("\r\nx-accel-buffering: no\r\n"));
  client.got.clear();
  EXPECT_TRUE(emit("product", "7", "a\nb\r\nc"));
  ASSERT_TRUE(wait_for(client, "data: c\n\n"));
  EXPECT_EQ(client.got, "2e\r\nid: 7\nevent: product\ndata: a\ndata: b\ndata: c\n\n\r\n");
  EXPECT_TRUE(emit("", "x\ny", ""));
  ASSERT_TRUE(wait_for(client, "id: xy\ndata: \n\n"));
}

TEST_F(EventStreamTest, AnIdleStreamSendsACommentEvery15Seconds) {
  Client& client = open(get("/events"));
  sim_.advance(14s);
  EXPECT_EQ(client.got, "");
  sim_.advance(2s);
  EXPECT_EQ(client.got, "3\r\n:\n\n\r\n");
  emit("", "", "x");
  sim_.advance(15s);
  EXPECT_EQ(count(client.got, ":\n\n"), 1U) << "not after an event";
  sim_.advance(120s);
  EXPECT_EQ(count(client.got, ":\n\n"), 9U);
  EXPECT_EQ(closed_, 0) << "no time limit";
}

TEST_F(EventStreamTest, ASlowReaderIsNoticedAndNothingIsCut) {
  env::SimNetworkOptions slow;
  slow.window_bytes = 100;
  slow.delay_min = slow.delay_max = 1s;
  Client& client = open(get("/events"));
  sim_.set_network(slow);
  int sent = 0;
  while (emit("", "", fmt::format("{:0>90}", sent))) ++sent;
  EXPECT_GT(sent, 10);
  EXPECT_LT(sent, 40);
  ASSERT_TRUE(wait_for(client, fmt::format("data: {:0>90}\n\n", sent - 1)));
  EXPECT_EQ(count(client.got, "data: "), static_cast<std::size_t>(sent));
  EXPECT_TRUE(emit("", "", "again"));
}

TEST_F(EventStreamTest, AReaderThatGoesIsToldOnce) {
  Client& client = open(get("/events"));
  sim_.run_on(*loop_, [&] { client.connection.reset(); });
  ASSERT_TRUE(sim_.run_until([&] { return closed_ == 1; }));
  EXPECT_FALSE(emit("", "", "x"));
  sim_.advance(60s);
  EXPECT_EQ(closed_, 1);
}

TEST_F(EventStreamTest, AServerThatEndsTellsItsStreams) {
  open(get("/events"));
  sim_.run_on(*loop_, [&] { server_.reset(); });
  EXPECT_EQ(closed_, 1);
  EXPECT_FALSE(emit("", "", "x"));
}

TEST_F(EventStreamTest, AClosedStreamEndsProperlyAndTheConnectionGoesOn) {
  Client& client = open(get("/events"));
  sim_.run_on(*loop_, [&] {
    EXPECT_TRUE(events_->send("", "", "last"));
    events_->close();
    EXPECT_FALSE(events_->send("", "", "too late"));
    events_.reset();
  });
  ASSERT_TRUE(wait_for(client, "\r\n0\r\n\r\n"));
  EXPECT_THAT(client.got, HasSubstr("data: last\n\n"));
  send(client, get("/hello"));
  EXPECT_TRUE(wait_for(client, "hello"));
  EXPECT_EQ(closed_, 0);
}

TEST_F(EventStreamTest, DroppingTheStreamClosesIt) {
  Client& client = open("GET /events HTTP/1.0\r\n\r\n");
  sim_.run_on(*loop_, [&] {
    EXPECT_TRUE(events_->send("", "", "last"));
    events_.reset();
  });
  ASSERT_TRUE(sim_.run_until([&] { return client.ended; }));
  EXPECT_EQ(client.got, "data: last\n\n");
}

TEST_F(EventStreamTest, ARequestBehindAStreamWaitsForItsEnd) {
  Client& client = open(get("/events"));
  send(client, get("/hello"));
  sim_.advance(1s);
  EXPECT_THAT(client.got, Not(HasSubstr("hello")));
  sim_.run_on(*loop_, [&] { events_->close(); });
  EXPECT_TRUE(wait_for(client, "hello"));
}

}  // namespace
}  // namespace weft::http
