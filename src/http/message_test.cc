#include <gtest/gtest.h>

#include "http/gzip.h"
#include "http/host_policy.h"
#include "http/http.h"

namespace weft::http {
namespace {

Request with(std::string name, std::string value, Method method = Method::kGet) {
  Request request;
  request.method = method;
  request.headers.emplace_back(std::move(name), std::move(value));
  return request;
}

TEST(Request, AcceptsByItsMostSpecificRange) {
  EXPECT_TRUE(Request{}.accepts("text/html"));
  EXPECT_TRUE(with("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8").accepts("text/html"));
  EXPECT_TRUE(with("accept", "TEXT/*").accepts("text/html"));
  EXPECT_TRUE(with("accept", "text/html;q=0.5, */*;q=0").accepts("text/html"));
  EXPECT_FALSE(with("accept", "text/html;q=0, */*").accepts("text/html"));
  EXPECT_FALSE(with("accept", "application/json").accepts("text/html"));
  EXPECT_FALSE(with("accept", "text/htmlx").accepts("text/html"));
}

TEST(Request, FindsACookieByItsWholeName) {
  const Request request = with("cookie", "xweft=1; weft=a=b; weft2=3");
  EXPECT_EQ(request.cookie("weft"), "a=b");
  EXPECT_EQ(request.cookie("weft2"), "3");
  EXPECT_EQ(request.cookie("we"), std::nullopt);
}

TEST(Request, TakesGzipUnlessItSaysNo) {
  EXPECT_TRUE(accepts_gzip(with("accept-encoding", "deflate, gzip;q=1.0, *;q=0.5")));
  EXPECT_TRUE(accepts_gzip(with("accept-encoding", "gzip")));
  EXPECT_FALSE(accepts_gzip(with("accept-encoding", "gzip;q=0, br")));
  EXPECT_FALSE(accepts_gzip(with("accept-encoding", "br")));
  EXPECT_FALSE(accepts_gzip({}));
}

TEST(Problem, IsTheDocumentOfRfc9457) {
  const Response response = problem(error(ErrorCode::kNotFound, "no product '{}'", "a\"b\xff"));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.at(0).second, "application/problem+json");
  EXPECT_EQ(as_text(response.body.view()),
            "{\"type\":\"urn:weft:error:not_found\",\"title\":\"There is no such thing\",\"status\":404,"
            "\"detail\":\"no product 'a\\\"b\xef\xbf\xbd'\",\"code\":\"not_found\"}");
}

class HostPolicyTest : public testing::Test {
 protected:
  bool allows(const Request& request, const env::Address& local = {"127.0.0.1", 8080}) const {
    const auto checked = policy_.check(request, local);
    EXPECT_TRUE(checked.ok() || checked.error().code == ErrorCode::kForbidden);
    return checked.ok();
  }
  HostPolicy policy_{{"0.0.0.0", 8080}, {"weft.example.org", "dev.example.org:5173"}};
};

TEST_F(HostPolicyTest, AHostIsLoopbackOursOrListed) {
  for (const char* host :
       {"localhost:8080", "LOCALHOST", "127.0.0.1:1234", "[::1]:8080", "Weft.Example.org", "dev.example.org:5173"}) {
    EXPECT_TRUE(allows(with("host", host))) << host;
  }
  for (const char* host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "dev.example.org", "[::1", "10.1.2.3", "",
        "localhost:80x", "weft.example.org.evil.example", "localhost@evil.example"}) {
    EXPECT_FALSE(allows(with("host", host))) << host;
  }
  EXPECT_TRUE(allows(with("host", "10.1.2.3:8080"), {"10.1.2.3", 8080})) << "the address the connection came in at";
}

TEST_F(HostPolicyTest, AnOriginIsTheSameOrListed) {
  const auto from = [](std::string origin) {
    Request request = with("host", "localhost:8080");
    request.headers.emplace_back("origin", std::move(origin));
    return request;
  };
  EXPECT_TRUE(allows(from("http://localhost:8080")));
  EXPECT_TRUE(allows(from("https://dev.example.org:5173")));
  for (const char* origin :
       {"http://localhost:3000", "http://evil.example", "null", "", "http://localhost", "http://dev.example.org"}) {
    EXPECT_FALSE(allows(from(origin))) << origin;
  }
}

TEST_F(HostPolicyTest, AnotherSitesPageMayReadNothingAndChangeNothing) {
  const auto from = [](Method method, std::string site) {
    Request request = with("host", "localhost:8080", method);
    request.headers.emplace_back("sec-fetch-site", std::move(site));
    return request;
  };
  EXPECT_TRUE(allows(from(Method::kPost, "same-origin")));
  EXPECT_TRUE(allows(from(Method::kPost, "none")));
  EXPECT_TRUE(allows(from(Method::kGet, "cross-site"))) << "following a link";
  EXPECT_FALSE(allows(from(Method::kPost, "cross-site")));
  EXPECT_FALSE(allows(from(Method::kDelete, "same-site")));
}

}  // namespace
}  // namespace weft::http
