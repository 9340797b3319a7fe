#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "mesh/testing/mesh_world.h"

namespace weft::mesh {
namespace {

using ::testing::HasSubstr;
using testing::MeshWorld;

const ProductId kTrades{"analytics", "trades"};

/// The directory changes while the test runs: teams come as a roster, as from an LDAP server.
class OwnershipTest : public ::testing::Test {
 protected:
  OwnershipTest() {
    world.directory.set_roster("ldap", roster("quants"));
    ProductDraft draft = MeshWorld::draft();
    draft.owner = "quants";
    const auto published = world.put("kim", kTrades, draft);
    CHECK(published.ok() && !published->refusal, "published");
  }

  /// kim is in the team whose id is ldap:1; the domain analytics names it by that id.
  static identity::Roster roster(const std::string& name) {
    identity::Roster roster;
    roster.people["kim"] = {"kim", "Kim", {}};
    roster.teams[name] = {.name = name, .id = "ldap:1", .display_name = name, .mail = "q@x.example", .members = {"kim"}};
    return roster;
  }
  Result<Change> hand_over(std::string_view person, std::string team) {
    std::optional<Result<Change>> answer;
    world.products->hand_over(world.as(person), kTrades, std::move(team), [&](Result<Change> change) { answer = std::move(change); });
    world.loop.run();
    return answer.value_or(error(ErrorCode::kInternal, "no answer"));
  }
  ProductPointer product() { return world.catalogue.find(kTrades); }

  MeshWorld world;
};

TEST_F(OwnershipTest, ARenamedTeamKeepsItsProducts) {
  world.directory.set_roster("ldap", roster("quant-research"));
  world.loop.run();
  EXPECT_EQ(product()->owner, "quant-research");
  EXPECT_EQ(product()->version, 2);
  const auto entry = world.products->list_audit({.subject = {}, .principal = {}, .action = {}, .outcome = {}, .limit = 1, .before = {}}).entries.front();
  EXPECT_EQ(entry->principal, "System:directory");
  EXPECT_THAT(entry->summary, HasSubstr("quants is called quant-research now and owns analytics/trades version 2"));
  world.restart();
  EXPECT_EQ(product()->owner, "quant-research");
}

TEST_F(OwnershipTest, ATeamThatWasRenamedWhileWeftWasDownIsFollowedAtStart) {
  world.products.reset();
  world.conversations.reset();
  world.directory.set_roster("ldap", roster("quant-research"));
  world.restart();
  world.loop.run();
  EXPECT_EQ(product()->owner, "quant-research");
}

TEST_F(OwnershipTest, ARemovedTeamLeavesAnOrphanThatItsDomainTakesOver) {
  world.directory.set_roster("ldap", {});
  world.loop.run();
  EXPECT_EQ(product()->owner, "quants") << "nobody else is named by itself";
  EXPECT_EQ(hand_over("trivera", "analytics-team")->refusal, Refusal::kForbidden) << "of another domain";
  EXPECT_EQ(hand_over("nobody", "analytics-team")->refusal, Refusal::kUnauthenticated);
  const auto wrong = hand_over("mkovac", "execution-team");
  EXPECT_EQ(wrong->findings.front().rule, "owner-domain");
  EXPECT_EQ(hand_over("mkovac", "ghosts")->findings.front().rule, "owner-team");
  const auto done = hand_over("mkovac", "analytics-team");
  EXPECT_EQ(done->kind, Change::Kind::kEdited);
  EXPECT_EQ(product()->owner, "analytics-team");
  EXPECT_EQ(done->audit->action, AuditAction::kProductOwner);
  EXPECT_EQ(hand_over("mkovac", "analytics-team")->kind, Change::Kind::kUnchanged);
}

TEST_F(OwnershipTest, AnOwnerHandsOverAndNobodyElseDoes) {
  EXPECT_EQ(hand_over("mkovac", "analytics-team")->refusal, Refusal::kForbidden) << "it has an owner";
  EXPECT_EQ(hand_over("kim", "analytics-team")->kind, Change::Kind::kEdited);
  EXPECT_EQ(hand_over("kim", "quants")->refusal, Refusal::kForbidden) << "kim has given it away";
}

}  // namespace
}  // namespace weft::mesh
