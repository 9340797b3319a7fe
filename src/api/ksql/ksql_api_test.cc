#include "api/ksql/ksql_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::api {
namespace {

TEST(KsqlApi, RefusalsAreKsqlDbs) {
  const http::Response refused = ksql_router().refusal({}, error(ErrorCode::kTooLarge, "a \"body\" too large"), 413);
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(as_text(refused.body.view()),
            R"({"@type":"generic_error","error_code":41300,"message":"a \"body\" too large"})");
}

TEST(KsqlApi, EveryPathSaysThatThereIsNoEngine) {
  http::Request request;
  request.path = "/info";
  std::optional<http::Response> answer;
  ksql_router().dispatch(std::move(request), http::Responder::to([&](http::Response sent) { answer = std::move(sent); }));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 501);
  EXPECT_THAT(std::string(as_text(answer->body.view())), testing::HasSubstr(R"("error_code":50100)"));
}

}  // namespace
}  // namespace weft::api
