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
    service = std::make_unique<Service>(loop, pool, cluster, gate, Service::Options{});
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

  Result<ParsedSchemaPointer> parse(SchemaId id) {
    std::optional<Result<ParsedSchemaPointer>> parsed;
    service->parse(service->registry().schema(id).value(), "", [&](auto result) { parsed = std::move(result); });
    return *parsed;
  }
  Result<SharedBytes> body(std::int32_t id) {
    std::optional<Result<SharedBytes>> answer;
    service->schema_body(anne, SchemaId(id), "", [&](auto result) { answer = std::move(result); });
    loop.run();
    return *answer;
  }

  ManualLoop loop;
  ManualLoop pool;  ///< Large schemas are read when the test turns it.
  MemoryCluster cluster{loop};
  Gate gate;
  access::Principal anne{access::Principal::Kind::kPerson, "anne", {}};
  std::unique_ptr<Service> service = std::make_unique<Service>(loop, pool, cluster, gate, Service::Options{});
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

  EXPECT_EQ(body(1).error().code, ErrorCode::kForbidden);
  EXPECT_TRUE(add("open", "\"int\"").ok());
  EXPECT_TRUE(body(1).ok()) << "the id is used by a subject that may be read";
}

TEST_F(ServiceTest, ParsedSchemasAndAnswersAreKeptUpToABound) {
  service = std::make_unique<Service>(loop, pool, cluster, gate,
                                      Service::Options{.parsed_bytes_max = 150, .bodies_bytes_max = 200});
  start();
  ASSERT_TRUE(add("a", "\"string\"").ok() && add("b", "\"int\"").ok() && add("c", "\"long\"").ok());
  const auto first = parse(SchemaId(1)).value();
  EXPECT_EQ(parse(SchemaId(1)).value(), first);
  (void)parse(SchemaId(2));
  (void)parse(SchemaId(3));
  EXPECT_NE(parse(SchemaId(1)).value(), first);

  const SharedBytes body = this->body(1).value();
  EXPECT_THAT(std::string(as_text(body.view())), HasSubstr(R"("schema":"\"string\"")"));
  EXPECT_EQ(this->body(1)->data(), body.data());
  (void)this->body(2);
  (void)this->body(3);
  (void)this->body(2);
  EXPECT_NE(this->body(1)->data(), body.data());
}

TEST_F(ServiceTest, ALargeSchemaIsReadAsideAndJudgedAgainWhenTheRegistryHasChangedMeanwhile) {
  start();
  const auto record = [](std::string_view type) {
    return fmt::format(R"({{"type":"record","name":"R","doc":"{}","fields":[{{"name":"a","type":"{}"}}]}})",
                       std::string(20'000, 'x'), type);
  };
  std::optional<Result<SubjectVersion>> answer;
  submit("s", record("int"), answer);
  loop.run();
  EXPECT_FALSE(answer) << "nothing is parsed on the loop";
  EXPECT_TRUE(add("s", "\"string\"").ok());
  pool.run();
  loop.run();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, ErrorCode::kIncompatible) << "it was the first version when it was judged";

  submit("t", record("int"), answer);
  pool.run();
  loop.run();
  ASSERT_TRUE(answer->ok());
  const auto stored = service->registry().schema((*answer)->id).value();
  std::optional<Result<ParsedSchemaPointer>> parsed;
  service->parse(stored, "t", [&](auto result) { parsed = std::move(result); });
  EXPECT_FALSE(parsed);
  pool.run();
  loop.run();
  EXPECT_TRUE(parsed && parsed->ok());
}

TEST_F(ServiceTest, WhatNoBatchHoldsIsDeletedInSeveral) {
  start();
  constexpr std::int32_t kVersions = 60;
  const std::string subject(30'000, 's');  // 60 tombstones of it are more than a batch takes
  for (std::int32_t i = 0; i < kVersions; ++i) {
    const auto text =
        fmt::format(R"({{"type":"record","name":"R","fields":[{{"name":"f{}","type":"int","default":0}}]}})", i);
    ASSERT_EQ(add(subject, text)->version, i + 1);
  }
  const auto delete_all = [&](bool permanent) {
    std::optional<Result<std::vector<std::int32_t>>> gone;
    service->delete_subject(anne, subject, permanent, [&](auto result) { gone = std::move(result); });
    loop.run();
    return gone.value().value();
  };
  EXPECT_EQ(delete_all(false).size(), kVersions);
  EXPECT_TRUE(service->registry().delete_subject(subject, true)->more);
  const auto gone = delete_all(true);
  EXPECT_EQ(gone.size(), kVersions);
  EXPECT_TRUE(std::is_sorted(gone.begin(), gone.end()));
  EXPECT_FALSE(service->registry().versions(subject, true).ok());

  ASSERT_TRUE(add("small", R"("int")").ok());
  std::optional<Result<std::string>> mode;
  service->put_mode(anne, "", "IMPORT", false, [&](auto result) { mode = std::move(result); });
  loop.run();
  EXPECT_FALSE(mode->ok()) << "there is a schema";
}

TEST_F(ServiceTest, WhatIsReadAsideWhenTheServiceGoesIsForgotten) {
  start();
  std::optional<Result<SubjectVersion>> answer;
  submit("s", "\"" + std::string(20'000, 'x') + "\"", answer);
  service.reset();
  pool.run();
  loop.run();
  EXPECT_FALSE(answer);
}

}  // namespace
}  // namespace weft::registry
