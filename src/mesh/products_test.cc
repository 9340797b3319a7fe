#include "mesh/products.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mesh/registry_schemas.h"
#include "mesh/testing/mesh_world.h"
#include "registry/service.h"

namespace weft::mesh {
namespace {

using state::testing::MemoryCluster;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MeshWorld;

const ProductId kTrades{"analytics", "trades"};

std::vector<std::string> blocking(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings)
    if (finding.severity == Severity::kBlocks) out.push_back(finding.field + ":" + finding.rule);
  return out;
}

TEST(Products, APublishedProductIsThereAfterARestart) {
  MeshWorld world;
  const auto published = world.put("mkovac", kTrades, MeshWorld::draft());
  ASSERT_TRUE(published.ok()) << published.error().message;
  ASSERT_EQ(published->kind, Change::Kind::kPublished);
  EXPECT_EQ(published->product->version, 1);
  EXPECT_EQ(published->product->stream().subject, "trades-value");
  EXPECT_EQ(published->product->stream().cluster, "memory");

  world.restart();
  const auto found = world.catalogue.find(kTrades);
  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(found->says_the_same_as(*published->product));
  EXPECT_EQ(found->updated_by, "User:mkovac");
  EXPECT_EQ(found->published_at_ms, published->product->published_at_ms);
}

TEST(Products, ARefusalListsEveryFindingAndChangesNothing) {
  MeshWorld world;
  ProductDraft draft{.owner = "execution-team",
                     .description = "Trades",
                     .quality = "good",
                     .sla = 4,
                     .tags = {"a", "a", ""},
                     .ports = {PortDraft::of_topic("nowhere")}};
  const auto refused = world.put("mkovac", {"analytics", "no name"}, draft);
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->kind, Change::Kind::kRefused);
  EXPECT_EQ(refused->refusal, Refusal::kForbidden);
  EXPECT_THAT(
      blocking(refused->findings),
      ::testing::UnorderedElementsAre("name:name-grammar", "owner:owner-domain", "owner:owner-member",
                                      "description:description-length", "tags[1]:tag-once", "tags[2]:tag-grammar",
                                      "quality:quality-set", "sla:sla-set", "ports[0].topic:topic-exists"));
  for (const Finding& finding : refused->findings) {
    EXPECT_FALSE(finding.message.empty()) << finding.rule;
    EXPECT_TRUE(finding.fix && !finding.fix->empty()) << finding.rule;
  }
  EXPECT_THAT(world.catalogue.products(), IsEmpty());
  ASSERT_NE(refused->audit, nullptr);
  EXPECT_EQ(refused->audit->outcome, AuditOutcome::kRefused);
  EXPECT_EQ(refused->audit->findings.size(), refused->findings.size());
}

TEST(Products, NothingIsPublishedWithoutTopicSchemaAndEvent) {
  MeshWorld world;
  ProductDraft draft = MeshWorld::draft();
  draft.ports[0].topic = "empty";
  EXPECT_THAT(blocking(world.put("mkovac", kTrades, draft)->findings), Contains("ports[0].topic:topic-exists"));
  world.cluster.create_topic({.name = "empty"}, {}, [](auto) {});
  EXPECT_THAT(blocking(world.put("mkovac", kTrades, draft)->findings),
              ::testing::ElementsAre("ports[0].topic:has-events", "ports[0].subject:value-schema"));
  world.schemas.put("empty-value", R"("string")");
  EXPECT_THAT(blocking(world.put("mkovac", kTrades, draft)->findings),
              ::testing::ElementsAre("ports[0].topic:has-events"));
  world.cluster.intrude("empty", {std::nullopt, "1", Timestamp{1}});
  EXPECT_EQ(world.put("mkovac", kTrades, draft)->kind, Change::Kind::kPublished);
}

TEST(Products, OnlyMembersOfTheOwnerTeamChangeIt) {
  MeshWorld world;
  EXPECT_EQ(world.put("nobody", kTrades, MeshWorld::draft())->refusal, Refusal::kUnauthenticated);
  EXPECT_EQ(world.put("trivera", kTrades, MeshWorld::draft())->refusal, Refusal::kForbidden);
  ASSERT_EQ(world.put("mkovac", kTrades, MeshWorld::draft())->kind, Change::Kind::kPublished);
  ProductDraft taken_over = MeshWorld::draft();
  taken_over.owner = "execution-team";
  EXPECT_EQ(world.put("trivera", kTrades, taken_over, 1)->refusal, Refusal::kForbidden);
  EXPECT_EQ(world.remove("trivera", kTrades, 1)->refusal, Refusal::kForbidden);
  EXPECT_EQ(world.remove("nobody", kTrades, 1)->refusal, Refusal::kUnauthenticated);
  EXPECT_NE(world.catalogue.find(kTrades), nullptr);
}

TEST(Products, OneProductPerNameAndTopic) {
  MeshWorld world;
  ASSERT_EQ(world.put("mkovac", kTrades, MeshWorld::draft())->kind, Change::Kind::kPublished);
  const auto same_name = world.put("mkovac", kTrades, MeshWorld::draft());
  EXPECT_EQ(same_name->refusal, Refusal::kTaken);
  EXPECT_THAT(blocking(world.put("mkovac", {"analytics", "again"}, MeshWorld::draft())->findings),
              ::testing::ElementsAre("ports[0].topic:topic-free"));
}

TEST(Products, ATopicIsPublishedInTheDomainThatTheDirectoryGivesIt) {
  MeshWorld world;
  world.cluster.intrude("exec.fills", {std::nullopt, "1", Timestamp{1}});
  world.schemas.put("exec.fills-value", R"("string")");
  ProductDraft draft = MeshWorld::draft();
  draft.ports[0].topic = "exec.fills";
  EXPECT_THAT(blocking(world.put("mkovac", kTrades, draft)->findings), ::testing::ElementsAre("domain:topic-domain"));
}

TEST(Products, EveryVersionIsWonByOneEdit) {
  MeshWorld world;
  ASSERT_EQ(world.put("mkovac", kTrades, MeshWorld::draft())->kind, Change::Kind::kPublished);
  int won = 0, stale = 0;
  for (int i = 0; i < 20; ++i) {
    ProductDraft draft = MeshWorld::draft();
    draft.description = fmt::format("One fill on one venue, as told by writer {}.", i);
    world.products->put(world.as("mkovac"), kTrades, draft, 1, [&](Result<Change> change) {
      ASSERT_TRUE(change.ok());
      if (change->kind == Change::Kind::kEdited) ++won;
      if (change->refusal == Refusal::kStale) {
        ++stale;
        EXPECT_EQ(change->current_version, 2);
      }
    });
  }
  world.loop.run();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(stale, 19);
  EXPECT_EQ(world.catalogue.find(kTrades)->version, 2);
}

TEST(Products, AnEditThatSaysTheSameIsNoNewVersion) {
  MeshWorld world;
  ASSERT_EQ(world.put("mkovac", kTrades, MeshWorld::draft())->kind, Change::Kind::kPublished);
  const auto same = world.put("mkovac", kTrades, MeshWorld::draft(), 1);
  EXPECT_EQ(same->kind, Change::Kind::kUnchanged);
  EXPECT_EQ(same->product->version, 1);
  EXPECT_EQ(world.products->list_audit({}).total, 1u);
}

TEST(Products, UnpublishingLeavesTheTopic) {
  MeshWorld world;
  ASSERT_EQ(world.put("mkovac", kTrades, MeshWorld::draft())->kind, Change::Kind::kPublished);
  EXPECT_EQ(world.remove("mkovac", kTrades, 7)->refusal, Refusal::kStale);
  EXPECT_EQ(world.remove("mkovac", kTrades, 1)->kind, Change::Kind::kUnpublished);
  EXPECT_EQ(world.remove("mkovac", kTrades, 1)->refusal, Refusal::kNotFound);
  EXPECT_EQ(world.cluster.durable("trades").size(), 1u);
  world.restart();
  EXPECT_EQ(world.catalogue.find(kTrades), nullptr);
  EXPECT_EQ(world.put("mkovac", kTrades, MeshWorld::draft())->kind, Change::Kind::kPublished);
}

TEST(Products, NothingIsVisibleBeforeItIsDurable) {
  MeshWorld world;
  world.cluster.hold_appends = true;
  bool answered = false;
  world.products->put(world.as("mkovac"), kTrades, MeshWorld::draft(), {}, [&](Result<Change>) { answered = true; });
  world.loop.run();
  EXPECT_FALSE(answered);
  EXPECT_EQ(world.catalogue.find(kTrades), nullptr);
  EXPECT_EQ(world.products->list_audit({}).total, 0u);
  world.cluster.release_all();
  world.loop.run();
  EXPECT_TRUE(answered);
  EXPECT_NE(world.catalogue.find(kTrades), nullptr);
  EXPECT_EQ(world.products->list_audit({}).total, 1u);
}

TEST(Products, ALostWriteIsAnErrorAndLeavesNothing) {
  MeshWorld world;
  world.cluster.fate = [] { return MemoryCluster::Fate::kLost; };
  const auto lost = world.put("mkovac", kTrades, MeshWorld::draft());
  EXPECT_FALSE(lost.ok());
  world.cluster.fate = {};
  world.loop.run();
  EXPECT_EQ(world.catalogue.find(kTrades), nullptr);
  EXPECT_EQ(world.put("mkovac", kTrades, MeshWorld::draft())->kind, Change::Kind::kPublished);
}

TEST(Products, ACheckChangesNothingAndIsNotAudited) {
  MeshWorld world;
  std::optional<Result<std::vector<Finding>>> findings;
  world.products->check(world.as("mkovac").principal, kTrades, MeshWorld::draft(), false,
                        [&](auto result) { findings = std::move(result); });
  world.loop.run();
  ASSERT_TRUE(findings && findings->ok());
  EXPECT_FALSE(blocks(**findings));
  EXPECT_EQ(count(**findings, Severity::kWarns), 1u);  // a field without doc
  EXPECT_EQ(world.products->list_audit({}).total, 0u);
  EXPECT_THAT(world.catalogue.products(), IsEmpty());
}

TEST(Products, ARegistryThatDoesNotAnswerBlocksAndSaysSo) {
  MeshWorld world;
  world.schemas.fails = error(ErrorCode::kUnavailable, "registry is starting");
  const auto refused = world.put("mkovac", kTrades, MeshWorld::draft());
  EXPECT_THAT(blocking(refused->findings), ::testing::ElementsAre("ports[0].subject:value-schema"));
  EXPECT_THAT(refused->findings.front().message, HasSubstr("registry is starting"));
}

// ---- Topics

TopicOutcome delete_topic(MeshWorld& world, const std::string& topic) {
  std::optional<Result<TopicOutcome>> answer;
  world.products->delete_topic(world.as("mkovac"), topic, [&](auto outcome) { answer = std::move(outcome); });
  world.loop.run();
  CHECK(answer && answer->ok());
  return **std::move(answer);
}

TEST(Products, ATopicUnderAProductIsNotDeleted) {
  MeshWorld world;
  ASSERT_EQ(world.put("mkovac", kTrades, MeshWorld::draft())->kind, Change::Kind::kPublished);
  const TopicOutcome refused = delete_topic(world, "trades");
  EXPECT_EQ(refused.change.refusal, Refusal::kInUse);
  EXPECT_EQ(world.cluster.durable("trades").size(), 1u);
  ASSERT_EQ(world.remove("mkovac", kTrades, 1)->kind, Change::Kind::kUnpublished);
  const TopicOutcome deleted = delete_topic(world, "trades");
  EXPECT_FALSE(deleted.change.refusal || deleted.failure);
  EXPECT_EQ(deleted.change.audit->outcome, AuditOutcome::kDone);
  const TopicOutcome missing = delete_topic(world, "trades");
  ASSERT_TRUE(missing.failure);
  EXPECT_EQ(missing.failure->code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.change.audit->outcome, AuditOutcome::kFailed);
}

TEST(Products, AnInterruptedTopicChangeIsSettledByWhatIsThere) {
  MeshWorld world;
  // The intent is durable, the process dies before the cluster is asked.
  MeshState state;
  const auto started =
      state.start_topic_change(world.as("mkovac"), 1, AuditAction::kTopicDelete, "memory", "trades", std::nullopt);
  world.products.reset();
  for (const auto& record : started.records)
    world.cluster.intrude("_weft_mesh", {record.key, record.value, Timestamp{1}});
  world.start();
  world.loop.run();
  EXPECT_EQ(world.products->find_audit(1)->outcome, AuditOutcome::kFailed);
  EXPECT_EQ(world.put("mkovac", kTrades, MeshWorld::draft())->kind, Change::Kind::kPublished);
}

TEST(Products, NothingIsPublishedOnATopicThatIsBeingDeleted) {
  MeshWorld world;
  MeshState state;
  const auto started =
      state.start_topic_change(world.as("mkovac"), 1, AuditAction::kTopicDelete, "memory", "trades", std::nullopt);
  for (const auto& record : started.records) state.replay(record, Offset{0}, Timestamp{1});
  EXPECT_TRUE(state.is_being_deleted("trades"));
  const auto finished = state.finish_topic_change(1, AuditOutcome::kDone, "Deleted topic trades");
  for (const auto& record : finished.records) state.replay(record, Offset{1}, Timestamp{1});
  EXPECT_FALSE(state.is_being_deleted("trades"));
}

// ---- Audit

TEST(Audit, TellsWhoDidWhatAndWithWhichCall) {
  MeshWorld world;
  ASSERT_EQ(world.put("mkovac", kTrades, MeshWorld::draft())->kind, Change::Kind::kPublished);
  ASSERT_EQ(world.put("trivera", kTrades, MeshWorld::draft(), 1)->kind, Change::Kind::kRefused);
  world.restart();
  const AuditPage page = world.products->list_audit({});
  ASSERT_EQ(page.entries.size(), 2u);
  EXPECT_EQ(page.entries[0]->principal, "User:trivera");
  EXPECT_EQ(page.entries[0]->outcome, AuditOutcome::kRefused);
  EXPECT_EQ(page.entries[1]->summary, "Published analytics/trades version 1");
  EXPECT_EQ(page.entries[1]->subject, "product:analytics/trades");
  EXPECT_EQ(page.entries[1]->call.method, "PUT");
  EXPECT_EQ(page.entries[1]->call.body, "{}");
  EXPECT_EQ(world.products->find_audit(page.entries[1]->number)->number, 1);
}

TEST(Audit, HoldsRegistrationsThatChangeSomethingAndRefusedOnes) {
  MeshWorld world;
  registry::Service registry(world.loop, world.loop, world.cluster, world.authorizer, {});
  audit_registrations(registry, *world.products);
  registry.start([](Result<void> started) { ASSERT_TRUE(started.ok()) << started.error().message; });
  world.loop.run();
  const auto put = [&](std::string text) {
    registry.register_schema(world.as("mkovac").principal, {.subject = "orders/eu-value", .text = std::move(text)},
                             [](auto) {});
    world.loop.run();
  };
  put(R"("string")");
  put(R"("string")");
  put(R"("nonsense")");
  const AuditPage page = world.products->list_audit({.action = AuditAction::kSchemaRegister});
  ASSERT_EQ(page.entries.size(), 2u) << "what was there already is no change";
  EXPECT_EQ(page.entries[1]->summary, "Registered orders/eu-value version 1, id 1");
  EXPECT_EQ(page.entries[1]->display_name, "Mara Kovač");
  EXPECT_EQ(page.entries[1]->call.path, "/subjects/orders%2Feu-value/versions");
  EXPECT_EQ(page.entries[0]->outcome, AuditOutcome::kRefused);
}

TEST(RegistrySchemas, AnswersForMeshWhatTheRegistryHolds) {
  MeshWorld world;
  registry::Service registry(world.loop, world.loop, world.cluster, world.authorizer, {});
  RegistrySchemas schemas(registry);
  registry.start([](Result<void>) {});
  for (const char* text : {R"({"type":"record","name":"R","fields":[]})",
                           R"({"type":"record","name":"R","fields":[{"name":"a","type":"int","default":0}]})"})
    registry.register_schema(world.as("mkovac").principal, {.subject = "s", .text = text}, [](auto) {});
  world.loop.run();
  int answers = 0;
  schemas.find("s", std::nullopt, [&](Result<SchemaPointer> found) {
    ASSERT_TRUE(found.ok());
    EXPECT_EQ((*found)->version, 2);
    EXPECT_EQ((*found)->format, "AVRO");
    EXPECT_NE((*found)->parsed, nullptr);
    ++answers;
  });
  schemas.find("s", 9, [&](Result<SchemaPointer> found) { answers += found.error().code == ErrorCode::kNotFound; });
  schemas.find("t", std::nullopt,
               [&](Result<SchemaPointer> found) { answers += found.error().code == ErrorCode::kNotFound; });
  schemas.list_versions("s", [&](Result<SubjectVersions> versions) {
    ASSERT_TRUE(versions.ok());
    EXPECT_EQ(versions->versions.size(), 2u);
    EXPECT_EQ(versions->compatibility, "BACKWARD");
    ++answers;
  });
  schemas.find_id(schema::SchemaId{1}, [&](auto schema) { answers += schema.ok(); });
  schemas.find_id(schema::SchemaId{7}, [&](auto schema) { answers += schema.error().code == ErrorCode::kNotFound; });
  world.loop.run();
  EXPECT_EQ(answers, 6);
}

TEST(Audit, PagesByWhatIsOlder) {
  MeshWorld world;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(world.put("nobody", kTrades, MeshWorld::draft()).ok());
  const AuditPage first = world.products->list_audit({.limit = 2});
  EXPECT_EQ(first.total, 5u);
  ASSERT_EQ(first.entries.size(), 2u);
  EXPECT_EQ(first.entries[0]->number, 5);
  const AuditPage second = world.products->list_audit({.limit = 3, .before = first.next_before});
  ASSERT_EQ(second.entries.size(), 3u);
  EXPECT_EQ(second.entries[0]->number, 3);
  EXPECT_FALSE(second.next_before);
  EXPECT_EQ(world.products->list_audit({.outcome = AuditOutcome::kDone}).total, 0u);
}

TEST(Audit, TheOldestEntryGoesWithTheOneThatTakesItsPlace) {
  MeshState state;
  const Asked asked{access::Principal::anonymous(), "Anonymous", {}};
  Offset offset{0};
  for (AuditNumber i = 0; i < kAuditEntriesMax + 3; ++i) {
    const auto decision = state.put(asked, 1, kTrades, {}, {}, [] { return Product{}; });
    for (const auto& record : decision.records) state.replay(record, offset, Timestamp{1});
  }
  EXPECT_EQ(state.audit().size(), static_cast<std::size_t>(kAuditEntriesMax));
  EXPECT_EQ(state.audit().begin()->first, 4);
}

TEST(MeshState, RecordsItDoesNotUnderstandAreCountedAndLeftAlone) {
  MeshState state;
  state.replay({"product/a/b", R"({"format":9})"}, Offset{0}, Timestamp{1});
  state.replay({"product/a", "x"}, Offset{1}, Timestamp{1});
  state.replay({"audit/7", "[]"}, Offset{2}, Timestamp{1});
  state.replay({"later/thing", "x"}, Offset{3}, Timestamp{1});
  EXPECT_EQ(state.ignored_records(), 4u);
  EXPECT_THAT(state.products(), IsEmpty());
}

}  // namespace
}  // namespace weft::mesh
