#include "mesh/conversations.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "mesh/news.h"
#include "mesh/testing/mesh_world.h"

namespace weft::mesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MeshWorld;

const ProductId kTrades{"analytics", "trades"};

/// mkovac owns analytics/trades; trivera asks.
class ConversationsTest : public ::testing::Test {
 protected:
  ConversationsTest() { CHECK(world.put("mkovac", kTrades, MeshWorld::draft()).ok(), "published"); }

  ConversationChange open(std::string_view person, ConversationDraft draft) {
    std::optional<Result<ConversationChange>> answer;
    world.conversations->open(world.as(person), std::move(draft), [&](auto change) { answer = std::move(change); });
    world.loop.run();
    return **answer;
  }
  ConversationChange ask(std::string text = "Is the price per share?") {
    return open("trivera", {.kind = ConversationKind::kQuestion, .text = std::move(text), .domain = "analytics", .product = kTrades});
  }
  ConversationChange reply(std::string_view person, ConversationNumber number, std::string text) {
    std::optional<Result<ConversationChange>> answer;
    world.conversations->reply(world.as(person), number, std::move(text), [&](auto change) { answer = std::move(change); });
    world.loop.run();
    return **answer;
  }
  ConversationChange close(std::string_view person, ConversationNumber number, ConversationClosing closing) {
    std::optional<Result<ConversationChange>> answer;
    world.conversations->close(world.as(person), number, std::move(closing), [&](auto change) { answer = std::move(change); });
    world.loop.run();
    return **answer;
  }
  InboxPage inbox(std::string_view person, InboxView view = InboxView::kForYou) {
    return world.conversations->inbox(world.as(person).principal, {.view = view});
  }
  static std::vector<ConversationNumber> numbers(const std::vector<ConversationPointer>& items) {
    std::vector<ConversationNumber> out;
    for (const auto& each : items) out.push_back(each->number);
    return out;
  }

  MeshWorld world;
};

TEST_F(ConversationsTest, AQuestionWaitsForTheOwnerThenForWhoAskedThenForNobody) {
  const auto asked = ask();
  ASSERT_EQ(asked.kind, ConversationChange::Kind::kOpened) << asked.detail;
  const ConversationNumber number = asked.conversation->number;
  EXPECT_EQ(inbox("mkovac").for_you, 1u);
  EXPECT_EQ(inbox("trivera").for_you, 0u);
  EXPECT_THAT(numbers(inbox("trivera", InboxView::kSent).items), ElementsAre(number));

  EXPECT_EQ(reply("mkovac", number, "Per share.").conversation->stage, ConversationStage::kAnswered);
  EXPECT_EQ(inbox("mkovac").for_you, 0u);
  EXPECT_THAT(numbers(inbox("mkovac").decided), ElementsAre(number));
  EXPECT_THAT(numbers(inbox("trivera").items), ElementsAre(number));

  EXPECT_EQ(reply("trivera", number, "In which currency?").conversation->stage, ConversationStage::kWaiting);
  EXPECT_EQ(inbox("mkovac").for_you, 1u);
  reply("mkovac", number, "USD.");

  const auto closed = close("trivera", number, {.end = ConversationEnd::kAccepted, .text = {}, .accepted = 3, .fulfilled_by = {}});
  ASSERT_EQ(closed.kind, ConversationChange::Kind::kClosed) << closed.detail;
  EXPECT_EQ(closed.conversation->messages[*closed.conversation->accepted - 1].text, "USD.");
  EXPECT_EQ(inbox("trivera").for_you + inbox("mkovac").for_you, 0u);
  EXPECT_EQ(reply("mkovac", number, "More.").refusal, Refusal::kInUse) << "closed is closed";
}

TEST_F(ConversationsTest, EverythingOutlivesARestart) {
  const ConversationNumber number = ask().conversation->number;
  reply("mkovac", number, "Per share.");
  open("mkovac", {.kind = ConversationKind::kAnnouncement, .text = "Moves on Friday.", .domain = "analytics", .product = kTrades, .fields = {}, .from_ms = 5, .until_ms = 9});
  const Conversation question = *world.conversations->find(number), announcement = *world.conversations->find(number + 1);
  world.restart();
  ASSERT_NE(world.conversations->find(number), nullptr);
  EXPECT_EQ(*world.conversations->find(number), question);
  EXPECT_EQ(*world.conversations->find(number + 1), announcement);
  EXPECT_EQ(ask("Another?").conversation->number, number + 2) << "numbers go on";
}

TEST_F(ConversationsTest, WhatIsLostBeforeItIsDurableWasNeverSaid) {
  world.cluster.fate = [] { return state::testing::MemoryCluster::Fate::kLost; };
  std::optional<Result<ConversationChange>> answer;
  world.conversations->open(world.as("trivera"), {.kind = ConversationKind::kQuestion, .text = "?", .domain = "analytics", .product = kTrades},
                            [&](auto change) { answer = std::move(change); });
  world.loop.run();
  world.cluster.fate = {};
  EXPECT_FALSE(answer->ok());
  world.loop.advance(std::chrono::seconds(1));
  EXPECT_TRUE(world.conversations->all().empty());
}

TEST_F(ConversationsTest, AnAskGoesToTheTeamsOfItsDomainAndWithoutOneToAll) {
  open("trivera", {.kind = ConversationKind::kAsk, .text = "Returns by store.", .domain = "analytics", .product = {}, .fields = {"store_id"}});
  EXPECT_EQ(inbox("mkovac").for_you, 1u);
  EXPECT_EQ(inbox("trivera").for_you, 0u);
  open("mkovac", {.kind = ConversationKind::kAsk, .text = "Weather.", .domain = "", .product = {}});
  EXPECT_EQ(inbox("mkovac").for_you, 2u);
  EXPECT_EQ(inbox("trivera").for_you, 1u);
  const auto done = close("mkovac", 1, {.end = ConversationEnd::kFulfilled, .text = "Here.", .accepted = {}, .fulfilled_by = kTrades});
  EXPECT_EQ(done.conversation->fulfilled_by, kTrades) << done.detail;
}

TEST_F(ConversationsTest, OnlyTheOwnerAnnouncesAndOnlyWhomItWasPutToDeclines) {
  const auto announced = open("trivera", {.kind = ConversationKind::kAnnouncement, .text = "!", .domain = "analytics", .product = kTrades});
  EXPECT_EQ(announced.refusal, Refusal::kForbidden);
  EXPECT_THAT(announced.detail, HasSubstr("analytics-team"));
  const ConversationNumber number = ask().conversation->number;
  EXPECT_EQ(close("trivera", number, {.end = ConversationEnd::kDeclined, .text = "no", .accepted = {}, .fulfilled_by = {}}).refusal, Refusal::kForbidden);
  EXPECT_EQ(close("mkovac", number, {.end = ConversationEnd::kWithdrawn}).refusal, Refusal::kForbidden);
  EXPECT_EQ(close("mkovac", number, {.end = ConversationEnd::kDeclined}).refusal, Refusal::kFindings) << "why?";
  EXPECT_EQ(close("mkovac", number, {.end = ConversationEnd::kAccepted, .text = {}, .accepted = 1, .fulfilled_by = {}}).refusal, Refusal::kFindings);
  EXPECT_EQ(reply("nobody", number, "?").refusal, Refusal::kUnauthenticated);
  EXPECT_EQ(reply("mkovac", 99, "?").refusal, Refusal::kNotFound);
}

TEST_F(ConversationsTest, TextsAreBounded) {
  EXPECT_EQ(ask(" \n").refusal, Refusal::kFindings);
  EXPECT_EQ(ask(std::string(kConversationTextBytesMax + 1, 'x')).findings.front().rule, "text-length");
  const ConversationNumber number = ask().conversation->number;
  for (std::size_t i = 0; i < kMessagesMax; ++i) ASSERT_FALSE(reply("mkovac", number, "again").refusal);
  EXPECT_EQ(reply("mkovac", number, "again").findings.front().rule, "messages-count");
}

TEST_F(ConversationsTest, OnePersonKeepsAtMostSoManyOpen) {
  for (std::size_t i = 0; i < kOpenOfOnePersonMax; ++i) ASSERT_FALSE(ask().refusal);
  EXPECT_EQ(ask().refusal, Refusal::kInUse);
  close("trivera", 1, {.end = ConversationEnd::kWithdrawn});
  EXPECT_FALSE(ask().refusal);
}

TEST_F(ConversationsTest, TheAuditTellsOfEveryChangeAndOfWhatWasForbidden) {
  const ConversationNumber number = ask().conversation->number;
  reply("mkovac", number, "Per share.");
  close("trivera", number, {.end = ConversationEnd::kAccepted, .text = {}, .accepted = 1, .fulfilled_by = {}});
  open("trivera", {.kind = ConversationKind::kAnnouncement, .text = "!", .domain = "analytics", .product = kTrades});
  std::vector<std::string> told;
  for (const auto& entry : world.products->list_audit({.subject = {}, .principal = {}, .action = {}, .outcome = {}, .before = {}}).entries)
    told.push_back(fmt::format("{} {} {}", audit_action_name(entry->action), entry->subject, audit_outcome_name(entry->outcome)));
  EXPECT_THAT(told, ElementsAre("conversation.open inbox refused", "conversation.close product:analytics/trades done",
                                "conversation.reply product:analytics/trades done",
                                "conversation.open product:analytics/trades done",
                                "product.publish product:analytics/trades done"));
}

TEST_F(ConversationsTest, RecordsThatAreNotUnderstoodAreCountedAndLeftAlone) {
  ConversationState state;
  for (const char* key : {"conversation/x", "conversation/0000000001", "message/0000000001/0001", "message/", "other"})
    state.replay({key, "{}"}, Offset{0}, Timestamp{0});
  EXPECT_EQ(state.ignored_records(), 5u);
  EXPECT_TRUE(state.all().empty());
}

TEST_F(ConversationsTest, AMessageWhoseConversationIsGoneIsDropped) {
  ConversationState state;
  state.replay({"message/0000000007/0002", message_record({"User:a", "A", 1, "late"})}, Offset{0}, Timestamp{0});
  state.loaded();
  EXPECT_TRUE(state.all().empty());
}

// ---- News

TEST_F(ConversationsTest, NewsAreWhatOthersDidSinceOneFollowsAndHasNotSeen) {
  const auto news = [&](const std::string& person) {
    return news_for(person, *world.personal, *world.products, world.catalogue, *world.conversations);
  };
  const auto follow = [&](const std::string& person, PersonalKind kind, std::string name, std::string value) {
    world.personal->put(person, kind, std::move(name), std::move(value), [](auto) {});
    world.loop.run();
    world.loop.advance(std::chrono::milliseconds(10));
  };
  EXPECT_EQ(news("User:trivera").total, 0u) << "follows nothing";
  world.loop.advance(std::chrono::milliseconds(10));
  follow("User:trivera", PersonalKind::kFollow, "analytics/trades", "");
  EXPECT_EQ(news("User:trivera").total, 0u) << "published before that";

  ProductDraft edit = MeshWorld::draft();
  edit.description = "One fill on one venue, within two seconds.";
  ASSERT_TRUE(world.put("mkovac", kTrades, edit, 1).ok());
  world.loop.advance(std::chrono::milliseconds(10));
  const ConversationNumber number = ask().conversation->number;
  EXPECT_EQ(news("User:trivera").total, 1u) << "one's own question is no news";
  reply("mkovac", number, "Per share.");
  open("mkovac", {.kind = ConversationKind::kAnnouncement, .text = "Moves.", .domain = "analytics", .product = kTrades});
  const News all = news("User:trivera");
  EXPECT_EQ(all.total, 3u);
  EXPECT_EQ(all.products, 1u);
  EXPECT_EQ(news("User:mkovac").total, 0u) << "mkovac does not follow it";

  world.loop.advance(std::chrono::milliseconds(10));
  follow("User:trivera", PersonalKind::kMark, "news", fmt::format("{}", world.loop.clock().wall_ms()));
  EXPECT_EQ(news("User:trivera").total, 0u);
}

}  // namespace
}  // namespace weft::mesh
