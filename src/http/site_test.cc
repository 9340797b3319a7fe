#include "http/site.h"

#include <gmock/gmock.h>

#include "env/random.h"

namespace weft::http {
namespace {

using testing::HasSubstr;
using testing::Not;

class CountingRandom final : public env::Random {
 public:
  std::uint64_t next() override { return next_ += 0x9e3779b97f4a7c15ULL; }

 private:
  std::uint64_t next_ = 0;
};

const Asset kAssets[] = {
    {"/assets/index-1a2b.js", "text/javascript; charset=utf-8", "\"js\"", as_bytes("script"), as_bytes("packed")},
    {"/favicon.svg", "image/svg+xml", "\"icon\"", as_bytes("<svg/>"), {}},
    {"/index.html",
     "text/html; charset=utf-8",
     "\"no\"",
     as_bytes("<meta property=\"csp-nonce\" nonce=\"__WEFT_NONCE__\"><i nonce=\"__WEFT_NONCE__\">"),
     {}},
};

class SiteTest : public testing::Test {
 protected:
  Response get(std::string path, Headers headers = {{"accept", "text/html,*/*;q=0.8"}}) {
    Request request;
    request.path = std::move(path);
    request.headers = std::move(headers);
    return site_.serve(request);
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [held, value] : response.headers) {
      if (held == name) return value;
    }
    return {};
  }

  CountingRandom random_;
  Site site_{random_, kAssets, {"/api/", "/metrics"}};
};

TEST_F(SiteTest, AHashedFileIsCachedForEverAndPackedWhenTaken) {
  const Response plain = get("/assets/index-1a2b.js", {});
  EXPECT_EQ(as_text(plain.body.view()), "script");
  EXPECT_EQ(header(plain, "cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(plain, "etag"), "\"js\"");
  EXPECT_EQ(header(plain, "content-security-policy"), kScriptPolicy);  // A worker may connect to its own server.
  const Response packed = get("/assets/index-1a2b.js", {{"accept-encoding", "gzip, br"}});
  EXPECT_EQ(as_text(packed.body.view()), "packed");
  EXPECT_EQ(header(packed, "content-encoding"), "gzip");
  EXPECT_EQ(header(packed, "etag"), "\"js-gzip\"");
  EXPECT_EQ(header(packed, "vary"), "accept-encoding");
}

TEST_F(SiteTest, AKnownFileIsNotSentAgain) {
  const Response known = get("/favicon.svg", {{"if-none-match", "\"other\", W/\"icon\""}});
  EXPECT_EQ(known.status, 304);
  EXPECT_TRUE(known.body.empty());
  EXPECT_EQ(header(known, "etag"), "\"icon\"");
  EXPECT_EQ(get("/favicon.svg", {{"if-none-match", "\"old\""}}).status, 200);
  EXPECT_EQ(header(get("/favicon.svg"), "cache-control"), "no-cache");
}

TEST_F(SiteTest, EveryViewIsTheIndexWithANonceOfItsOwn) {
  std::string last;
  for (const char* path : {"/", "/index.html", "/explore", "/products/edge/page.views.v1/samples"}) {
    const Response page = get(path);
    EXPECT_EQ(page.status, 200) << path;
    const std::string policy = header(page, "content-security-policy");
    const std::size_t at = policy.find("'nonce-");
    ASSERT_NE(at, std::string::npos) << policy;
    const std::string nonce = policy.substr(at + 7, policy.find('\'', at + 1) - at - 7);
    EXPECT_EQ(nonce.size(), 24U);
    EXPECT_NE(nonce, last);
    last = nonce;
    EXPECT_EQ(as_text(page.body.view()),
              "<meta property=\"csp-nonce\" nonce=\"" + nonce + "\"><i nonce=\"" + nonce + "\">");
    EXPECT_THAT(policy, HasSubstr("require-trusted-types-for 'script'"));
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    EXPECT_EQ(header(page, "cache-control"), "no-store");
  }
}

TEST_F(SiteTest, WhatIsNeitherFileNorViewIsNotFound) {
  EXPECT_EQ(get("/api/v1/nothing").status, 404);
  EXPECT_EQ(get("/metrics").status, 404);
  EXPECT_EQ(get("/assets/gone-0000.js").status, 404) << "a script must not be given a page";
  EXPECT_EQ(get("/explore", {{"accept", "application/json"}}).status, 404);
  EXPECT_EQ(get("/explore", {{"accept", "*/*"}}).status, 404);
  EXPECT_EQ(get("/explore", {}).status, 404);
  EXPECT_EQ(get("/", {}).status, 200);
}

TEST_F(SiteTest, WithoutAUiThePageSaysHowToGetIt) {
  const Site bare(random_, {}, {});
  Request request;
  request.path = "/";
  const Response page = bare.serve(request);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(std::string(as_text(page.body.view())),
              testing::AllOf(HasSubstr("Node.js"), Not(HasSubstr("__WEFT_NONCE__"))));
}

}  // namespace
}  // namespace weft::http
