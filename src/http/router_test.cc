#include <gtest/gtest.h>

#include "http/http.h"

namespace weft::http {
namespace {

class RouterTest : public testing::Test {
 protected:
  void add(Method method, std::string pattern) {
    router_.add(method, pattern, [pattern](Request request, Responder responder) {
      std::string text = pattern;
      for (const auto& [name, value] : request.parameters) text += " " + name + "=" + value;
      responder.send(Response::text(200, text));
    });
  }

  Response ask(Method method, std::string target) {
    Request request;
    request.method = method;
    request.target = target;
    request.path = target;
    std::optional<Response> answer;
    router_.dispatch(std::move(request), Responder::to([&](Response response) { answer = std::move(response); }));
    EXPECT_TRUE(answer.has_value()) << target;
    return answer ? *answer : Response{};
  }
  std::string served(Method method, std::string target) {
    const Response response = ask(method, std::move(target));
    return response.status == 200 ? std::string(as_text(response.body.view())) : std::to_string(response.status);
  }
  static std::string allow(const Response& response) {
    for (const auto& [name, value] : response.headers) {
      if (name == "allow") return value;
    }
    return {};
  }

  Router router_;
};

TEST_F(RouterTest, WordsGoBeforeParametersAndThoseBeforeTheRest) {
  add(Method::kGet, "/subjects/{subject}/versions/{version}");
  add(Method::kGet, "/subjects/{subject}/versions/latest");
  add(Method::kGet, "/subjects/{path...}");
  EXPECT_EQ(served(Method::kGet, "/subjects/a/versions/latest"), "/subjects/{subject}/versions/latest subject=a");
  EXPECT_EQ(served(Method::kGet, "/subjects/a/versions/3"),
            "/subjects/{subject}/versions/{version} subject=a version=3");
  EXPECT_EQ(served(Method::kGet, "/subjects/a/b"), "/subjects/{path...} path=a/b");
  EXPECT_EQ(served(Method::kGet, "/subjects"), "/subjects/{path...} path=");
}

TEST_F(RouterTest, ADeadEndGoesBackToTheLessExactRoute) {
  add(Method::kGet, "/a/b/c");
  add(Method::kGet, "/a/{x}/d");
  EXPECT_EQ(served(Method::kGet, "/a/b/d"), "/a/{x}/d x=b");
}

TEST_F(RouterTest, AMethodOfALessExactRouteIsFoundToo) {
  add(Method::kGet, "/a/list");
  add(Method::kPut, "/a/{x}");
  EXPECT_EQ(served(Method::kPut, "/a/list"), "/a/{x} x=list");
}

TEST_F(RouterTest, AnEncodedSlashIsPartOfAName) {
  add(Method::kGet, "/subjects/{subject}/versions");
  EXPECT_EQ(served(Method::kGet, "/subjects/a%2Fb%20%C3%BC/versions"), "/subjects/{subject}/versions subject=a/b ü");
  EXPECT_EQ(served(Method::kGet, "/subjects//versions"), "404") << "a name is not empty";
}

TEST_F(RouterTest, ASlashAtTheEndMakesNoDifference) {
  add(Method::kGet, "/subjects");
  add(Method::kGet, "/");
  EXPECT_EQ(served(Method::kGet, "/subjects/"), "/subjects");
  EXPECT_EQ(served(Method::kGet, "/subjects//"), "404");
  EXPECT_EQ(served(Method::kGet, "/"), "/");
}

TEST_F(RouterTest, AnotherMethodIsRefusedNamingThoseThereAre) {
  add(Method::kGet, "/subjects/{subject}");
  add(Method::kDelete, "/subjects/{subject}");
  const Response response = ask(Method::kPost, "/subjects/a");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(allow(response), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(served(Method::kHead, "/subjects/a"), "/subjects/{subject} subject=a");
  const Response options = ask(Method::kOptions, "/subjects/a");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(allow(options), "GET, HEAD, DELETE, OPTIONS");
}

TEST_F(RouterTest, WhatIsNotFoundIsAnsweredInThePortsOwnFormat) {
  add(Method::kGet, "/subjects");
  router_.refuse_as([](const Request& request, const Error&, int status) {
    return Response::json(status, "{\"at\":\"" + request.path + "\"}");
  });
  EXPECT_EQ(as_text(ask(Method::kGet, "/nowhere").body.view()), "{\"at\":\"/nowhere\"}");
  EXPECT_EQ(ask(Method::kPut, "/subjects").status, 405);
  EXPECT_EQ(allow(ask(Method::kPut, "/subjects")), "GET, HEAD, OPTIONS");
}

TEST_F(RouterTest, OtherwiseServesOnlyReadingWhereNoRouteIs) {
  add(Method::kPost, "/api/products");
  router_.otherwise([](Request, Responder responder) { responder.send(Response::text(200, "page")); });
  EXPECT_EQ(served(Method::kGet, "/explore"), "page");
  EXPECT_EQ(served(Method::kHead, "/explore"), "page");
  EXPECT_EQ(served(Method::kPost, "/explore"), "404");
  EXPECT_EQ(served(Method::kGet, "/api/products"), "405");
}

TEST(Responder, DroppedUnansweredAnswers500) {
  std::optional<Response> answer;
  {
    const Responder dropped = Responder::to([&](Response response) { answer = std::move(response); });
  }
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 500);
}

}  // namespace
}  // namespace weft::http
