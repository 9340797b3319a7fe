#include "registry/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/refusal.h"
#include "state/testing/manual_loop.h"
#include "state/testing/memory_cluster.h"

namespace weft::registry {
namespace {

using state::testing::ManualLoop;
using state::testing::MemoryCluster;
using ::testing::HasSubstr;

/// Refuses what a test names, and allows the rest.
class Gate final : public access::Authorizer {
 public:
  Result<void> check(const access::Principal& principal, access::Right right,
                     const access::Resource& resource) const override {
    if (right == access::Right::kWrite && resource.name == "locked") {
      return error(ErrorCode::kForbidden, "{} may not write subject {}", principal.to_string(), resource.name);
    }
    if (right == access::Right::kRead && resource.name == "secret") {
      return error(ErrorCode::kForbidden, "{} may not read subject {}", principal.to_string(), resource.name);
    }
    return {};
  }
};

class ServiceTest : public ::testing::Test {
 protected:
  void start() {
    std::optional<Result<void>> started;
    service->start([&](Result<void> result) { started = std::move(result); });
    loop.run();
    ASSERT_TRUE(started && started->ok()) << (started ? started->error().message : "no answer");
  }
  void restart() {
    service = std::make_unique<Service>(loop, cluster, gate, Service::Options{});
    start();
  }
  void submit(std::string_view subject, std::string_view text, std::optional<Result<SubjectVersion>>& answer) {
    RegisterRequest request;
    request.subject = subject;
    request.text = text;
    service->register_schema(anne, std::move(request), [&answer](auto result) { answer = std::move(result); });
  }
  Result<SubjectVersion> add(std::string_view subject, std::string_view text) {
    std::optional<Result<SubjectVersion>> answer;
    submit(subject, text, answer);
    loop.run();
    EXPECT_TRUE(answer);
    return answer ? *answer : Result<SubjectVersion>(error(ErrorCode::kInternal, "no answer"));
  }

  ManualLoop loop;
  MemoryCluster cluster{loop};
  Gate gate;
  access::Principal anne{access::Principal::Kind::kPerson, "anne", {}};
  std::unique_ptr<Service> service = std::make_unique<Service>(loop, cluster, gate, Service::Options{});
};

TEST_F(ServiceTest, CreatesItsTopicCompactedWithOnePartition) {
  start();
  std::optional<std::string> policy;
  cluster.describe_configs("_schemas", {}, [&](auto configs) { policy = (*configs)["cleanup.policy"].value; });
  loop.run();
  EXPECT_EQ(policy, "compact");
}

TEST_F(ServiceTest, ATopicThatWouldLoseSchemasIsRefused) {
  cluster.create_topic({"_schemas", 1, 1, {{"cleanup.policy", "delete"}}}, {}, [](auto) {});
  loop.run();
  std::optional<Result<void>> started;
  service->start([&](Result<void> result) { started = std::move(result); });
  loop.run();
  ASSERT_TRUE(started);
  EXPECT_THAT(started->error().message, HasSubstr("cleanup.policy=delete"));
}

TEST_F(ServiceTest, ARegistrationIsAnsweredWhenItIsDurableAndIsThereAfterARestart) {
  start();
  cluster.hold_appends = true;
  std::optional<Result<SubjectVersion>> answer, same;
  submit("s", "\"string\"", answer);
  loop.run();
  EXPECT_FALSE(answer);
  submit("s", "\"string\"", same);  // sees the first one, so it must wait for it
  loop.run();
  EXPECT_FALSE(same);
  cluster.release_all();
  loop.run();
  ASSERT_TRUE(answer && same);
  EXPECT_EQ((*answer)->id, SchemaId(1));
  EXPECT_EQ((*same)->id, SchemaId(1));
  EXPECT_EQ(cluster.durable("_schemas").size(), 1U);
  cluster.hold_appends = false;
  restart();
  EXPECT_EQ(service->registry().version("s", {})->id, SchemaId(1));
}

TEST_F(ServiceTest, ALostRegistrationLeavesNoTrace) {
  start();
  cluster.fate = [] { return MemoryCluster::Fate::kLost; };
  EXPECT_FALSE(add("s", "\"string\"").ok());
  cluster.fate = {};
  loop.advance(std::chrono::seconds(5));
  EXPECT_EQ(service->registry().versions("s").error().detail, 40401);
  EXPECT_EQ(add("t", "\"int\"")->id, SchemaId(1));
}

TEST_F(ServiceTest, RightsAreCheckedAndEveryRegistrationIsObserved) {
  start();
  std::vector<std::string> seen;
  service->observe(
      [&](const access::Principal& who, const RegisterRequest& request, const Result<SubjectVersion>& outcome) {
        seen.push_back(fmt::format("{} {} {}", who.to_string(), request.subject,
                                   outcome.ok() ? "ok" : error_name(outcome.error().code)));
      });
  EXPECT_EQ(add("locked", "\"int\"").error().code, ErrorCode::kForbidden);
  EXPECT_TRUE(add("secret", "\"int\"").ok());
  EXPECT_FALSE(add("open", "{").ok());
  EXPECT_THAT(seen, ::testing::ElementsAre("User:anne locked forbidden", "User:anne secret ok",
                                           "User:anne open invalid_argument"));

  const auto body = [&] {
    std::optional<Result<SharedBytes>> answer;
    service->schema_body(anne, SchemaId(1), "", [&](auto result) { answer = std::move(result); });
    loop.run();
    return *answer;
  };
  EXPECT_EQ(body().error().code, ErrorCode::kForbidden);
  EXPECT_TRUE(add("open", "\"int\"").ok());
  EXPECT_TRUE(body().ok()) << "the id is used by a subject that may be read";
}

TEST_F(ServiceTest, ParsedSchemasAreKeptUpToABound) {
  service = std::make_unique<Service>(loop, cluster, gate, Service::Options{.parsed_schemas_max = 2});
  start();
  ASSERT_TRUE(add("a", "\"string\"").ok() && add("b", "\"int\"").ok() && add("c", "\"long\"").ok());
  const auto first = service->avro_schema(SchemaId(1)).value();
  EXPECT_EQ(service->avro_schema(SchemaId(1)).value(), first);
  (void)service->avro_schema(SchemaId(2));
  (void)service->avro_schema(SchemaId(3));
  EXPECT_NE(service->avro_schema(SchemaId(1)).value(), first);
  EXPECT_EQ(service->avro_schema(SchemaId(99)).error().detail, 40403);
}

}  // namespace
}  // namespace weft::registry
