#include "identity/scim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "identity/directory_file.h"
#include "identity/scim_filter.h"
#include "identity/scim_patch.h"
#include "state/testing/manual_loop.h"
#include "state/testing/memory_cluster.h"

namespace weft::identity {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// ---- Filters

const json kAna = json::parse(R"({"userName":"ana@example.com","displayName":"Ana","active":true,
  "name":{"familyName":"Example"},"emails":[{"value":"ana@example.com","type":"work","primary":true},
  {"value":"ana@home.example","type":"home"}]})");

bool matches(std::string_view filter) {
  const auto parsed = ScimFilter::parse(filter);
  EXPECT_TRUE(parsed.ok()) << filter << ": " << (parsed.ok() ? "" : parsed.error().message);
  return parsed.ok() && parsed->matches(kAna);
}

TEST(ScimFilter, ComparesAsTheRfcSays) {
  for (const char* filter :
       {R"(userName eq "ANA@example.com")", R"(USERNAME Eq "ana@example.com")", R"(userName sw "ana" and active eq true)",
        R"(userName eq "x" or displayName co "n")", R"(not (userName eq "x"))", R"(emails.type eq "home")",
        R"(emails[type eq "work" and value co "@example.com"])", R"(emails eq "ana@home.example")", "name.familyName pr",
        R"(urn:ietf:params:scim:schemas:core:2.0:User:userName ew ".com")", R"(title ne "x")", "title eq null",
        R"(displayName gt "A" and displayName le "ana")", R"((userName eq "x" or active eq true) and emails pr)"})
    EXPECT_TRUE(matches(filter)) << filter;
  for (const char* filter : {R"(userName eq "ana")", "title pr", R"(emails[type eq "work" and value co "home"])",
                             R"(userName pr and not (active eq true))", "active eq false", R"(active gt "a")"})
    EXPECT_FALSE(matches(filter)) << filter;
}

TEST(ScimFilter, MistakesAreNamedByTheirPlace) {
  const auto fault = [](std::string_view text) { return ScimFilter::parse(text).error().message; };
  EXPECT_EQ(fault("userName"), "Character 9: expected eq, ne, co, sw, ew, pr, gt, ge, lt or le.");
  EXPECT_EQ(fault("userName eq ana"), "Character 13: expected a text in quotes, a number, true, false or null.");
  EXPECT_EQ(fault(R"(userName eq "a" userName)"), "Character 17: expected the end.");
  EXPECT_EQ(fault("(a pr"), "Character 6: expected ).");
  EXPECT_EQ(fault(""), "Character 1: expected an attribute.");
  EXPECT_EQ(ScimFilter::parse(std::string(3000, 'a')).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(ScimFilter::parse(std::string(100, '(')).error().code, ErrorCode::kTooLarge);
}

// ---- Patches

json patched(const char* operations, json resource = kAna, ScimType type = ScimType::kUser) {
  const auto fault = patch_scim(type, json{{"Operations", json::parse(operations)}}, resource);
  EXPECT_FALSE(fault) << fault->detail;
  return resource;
}
std::string refused(const char* operations, json resource = kAna, ScimType type = ScimType::kUser) {
  const json before = resource;
  const auto fault = patch_scim(type, json{{"Operations", json::parse(operations)}}, resource);
  EXPECT_EQ(resource, before) << "a refused patch changes nothing";
  return fault ? fault->type : "";
}

TEST(ScimPatch, AddsReplacesAndRemoves) {
  EXPECT_EQ(patched(R"([{"op":"replace","path":"displayName","value":"Ana E."}])")["displayName"], "Ana E.");
  EXPECT_EQ(patched(R"([{"op":"Add","path":"name.givenName","value":"Ana"}])")["name"]["familyName"], "Example");
  EXPECT_EQ(patched(R"([{"op":"replace","path":"emails[type eq \"home\"].value","value":"a@b.c"}])")["emails"][1]["value"], "a@b.c");
  EXPECT_EQ(patched(R"([{"op":"remove","path":"emails[type eq \"home\"]"}])")["emails"].size(), 1u);
  EXPECT_FALSE(patched(R"([{"op":"remove","path":"emails"}])").contains("emails"));
  const json primary = patched(R"([{"op":"add","path":"emails","value":[{"value":"new@x.y","primary":true}]}])")["emails"];
  EXPECT_EQ(primary.size(), 3u);
  EXPECT_FALSE(primary[0].contains("primary")) << "one is primary: the last that says so";
  EXPECT_EQ(patched(R"([{"op":"add","value":{"displayName":"B","name":{"givenName":"A"}}}])")["name"]["familyName"], "Example");
}

TEST(ScimPatch, WhatIdentityProvidersSendIsUnderstood) {
  EXPECT_EQ(patched(R"([{"op":"Replace","path":"active","value":"False"}])")["active"], false);
  EXPECT_EQ(patched(R"([{"op":"replace","value":{"name.familyName":"New","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"x"}}])")["name"]["familyName"], "New");
  const json group = json::parse(R"({"displayName":"t","members":[{"value":"1"},{"value":"2"}]})");
  EXPECT_EQ(patched(R"([{"op":"Remove","path":"members","value":[{"value":"1"}]}])", group, ScimType::kGroup)["members"], json::parse(R"([{"value":"2"}])"));
  EXPECT_EQ(patched(R"([{"op":"add","path":"members","value":[{"value":"2"},{"value":"3"}]}])", group, ScimType::kGroup)["members"].size(), 3u);
}

TEST(ScimPatch, WhatIsWrongHasTheRfcsWord) {
  EXPECT_EQ(refused(R"([{"op":"remove","path":"userName"}])"), "invalidValue");
  EXPECT_EQ(refused(R"([{"op":"remove"}])"), "noTarget");
  EXPECT_EQ(refused(R"([{"op":"replace","path":"emails[type eq \"fax\"].value","value":"x"}])"), "noTarget");
  EXPECT_EQ(refused(R"([{"op":"replace","path":"emails[","value":"x"}])"), "invalidPath");
  EXPECT_EQ(refused(R"([{"op":"remove","path":"id"}])"), "mutability");
  EXPECT_EQ(refused(R"([{"op":"replace","path":"displayName","value":7}])"), "invalidValue");
  EXPECT_EQ(refused(R"([{"op":"erase","path":"displayName"}])"), "invalidSyntax");
  EXPECT_EQ(refused(R"([{"op":"replace","path":"displayName","value":"ok"},{"op":"remove","path":"userName"}])"), "invalidValue");
  EXPECT_EQ(refused("[]"), "invalidSyntax");
}

// ---- State

class ScimTest : public ::testing::Test {
 protected:
  ScimTest() { start(); }
  void start() {
    scim.reset();
    scim.emplace(Scim::Parts{loop, cluster, random, directory});
    std::optional<Result<void>> loaded;
    scim->load([&](Result<void> result) { loaded = std::move(result); });
    loop.run();
    ASSERT_TRUE(loaded && loaded->ok());
  }
  template <class Call>
  ScimChange wait(Call call) {
    std::optional<Result<ScimChange>> answer;
    call([&](Result<ScimChange> change) { answer = std::move(change); });
    loop.run();
    return **answer;
  }
  ScimChange create(ScimType type, const char* body) {
    return wait([&](auto done) { scim->create(type, json::parse(body), std::move(done)); });
  }

  class Counting final : public env::Random {
   public:
    std::uint64_t next() override { return ++last_; }

   private:
    std::uint64_t last_ = 0;
  };

  state::testing::ManualLoop loop;
  state::testing::MemoryCluster cluster{loop};
  Counting random;
  DirectoryFile directory{loop, *Directory::parse("domains: {edge: {teams: [Edge-Team]}}", "f", Directory::Names::kMayBeElsewhere)};
  std::optional<Scim> scim;
};

TEST_F(ScimTest, UsersAndGroupsBecomePeopleAndTeamsAndOutliveARestart) {
  const std::string ana = create(ScimType::kUser, R"({"userName":"ana","name":{"givenName":"Ana","familyName":"Example"},"emails":[{"value":"h@x.y"},{"value":"w@x.y","primary":true}]})").resource.id;
  const std::string team = create(ScimType::kGroup, (R"({"displayName":"Edge Team","members":[{"value":")" + ana + R"("},{"value":"gone"}]})").c_str()).resource.id;
  for (int i = 0; i < 2; ++i) {
    const auto now = directory.current();
    ASSERT_NE(now->find_person("ana"), nullptr);
    EXPECT_EQ(now->find_person("ana")->display_name, "Ana Example");
    EXPECT_EQ(now->find_person("ana")->mail, "w@x.y");
    ASSERT_NE(now->find_team("Edge-Team"), nullptr);
    EXPECT_EQ(now->find_team("Edge-Team")->id, "scim:" + team);
    EXPECT_THAT(now->find_team("Edge-Team")->members, ElementsAre("ana"));
    EXPECT_THAT(now->find_domain("edge")->teams, ElementsAre("Edge-Team"));
    directory.set_roster("scim", {});
    start();
  }
}

TEST_F(ScimTest, WhoIsNotActiveOrDeletedHasLeft) {
  const std::string ana = create(ScimType::kUser, R"({"userName":"ana"})").resource.id;
  create(ScimType::kGroup, (R"({"displayName":"t","members":[{"value":")" + ana + R"("}]})").c_str());
  wait([&](auto done) { scim->patch(ScimType::kUser, ana, json::parse(R"({"Operations":[{"op":"replace","path":"active","value":false}]})"), std::move(done)); });
  EXPECT_EQ(directory.current()->find_person("ana"), nullptr);
  EXPECT_TRUE(directory.current()->find_team("t")->members.empty());
  wait([&](auto done) { scim->remove(ScimType::kUser, ana, std::move(done)); });
  EXPECT_FALSE(scim->all(ScimType::kGroup).begin()->second.attributes->contains("members"));
  EXPECT_EQ(wait([&](auto done) { scim->remove(ScimType::kUser, ana, std::move(done)); }).fault->status, 404);
}

TEST_F(ScimTest, NamesAreUniqueCaseAside) {
  const std::string ana = create(ScimType::kUser, R"({"userName":"ana"})").resource.id;
  EXPECT_EQ(create(ScimType::kUser, R"({"userName":"ANA"})").fault->type, "uniqueness");
  const std::string ben = create(ScimType::kUser, R"({"userName":"ben"})").resource.id;
  EXPECT_EQ(wait([&](auto done) { scim->replace(ScimType::kUser, ben, json::parse(R"({"userName":"Ana"})"), std::move(done)); }).fault->status, 409);
  EXPECT_FALSE(wait([&](auto done) { scim->replace(ScimType::kUser, ana, json::parse(R"({"userName":"ann"})"), std::move(done)); }).fault);
  EXPECT_FALSE(wait([&](auto done) { scim->replace(ScimType::kUser, ben, json::parse(R"({"userName":"ana"})"), std::move(done)); }).fault) << "it is free again";
}

TEST_F(ScimTest, RecordsThatAreNotUnderstoodAreCountedAndLeftAlone) {
  ScimState state;
  for (const char* value : {"", "{}", R"({"format":2,"created":1,"changed":1,"attributes":{}})", R"({"format":1,"created":"x"})"})
    state.replay({"user/1", value}, Offset{0}, Timestamp{0});
  state.replay({"other/1", "{}"}, Offset{0}, Timestamp{0});
  EXPECT_EQ(state.ignored_records(), 5u);
  EXPECT_TRUE(state.all(ScimType::kUser).empty());
}

}  // namespace
}  // namespace weft::identity
