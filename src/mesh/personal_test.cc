#include "mesh/personal.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "state/testing/manual_loop.h"
#include "state/testing/memory_cluster.h"

namespace weft::mesh {
namespace {

class PersonalTest : public ::testing::Test {
 protected:
  PersonalTest() { start(); }

  void start() {
    personal.reset();
    personal.emplace(loop, cluster);
    std::optional<Result<void>> loaded;
    personal->load([&](Result<void> result) { loaded = std::move(result); });
    loop.run();
    ASSERT_TRUE(loaded && loaded->ok());
  }
  Result<PersonalChange> put(std::string person, PersonalKind kind, std::string name, std::string value = "") {
    std::optional<Result<PersonalChange>> answer;
    personal->put(std::move(person), kind, std::move(name), std::move(value),
                  [&](Result<PersonalChange> change) { answer = std::move(change); });
    loop.run();
    return answer.value_or(error(ErrorCode::kInternal, "no answer"));
  }
  Result<PersonalChange> erase(std::string person, PersonalKind kind, std::string name) {
    std::optional<Result<PersonalChange>> answer;
    personal->erase(std::move(person), kind, std::move(name),
                    [&](Result<PersonalChange> change) { answer = std::move(change); });
    loop.run();
    return answer.value_or(error(ErrorCode::kInternal, "no answer"));
  }

  state::testing::ManualLoop loop;
  state::testing::MemoryCluster cluster{loop};
  std::optional<Personal> personal;
};

TEST_F(PersonalTest, WhatAPersonKeepsIsTheirsAloneAndOutlivesARestart) {
  ASSERT_TRUE(put("User:mkovac", PersonalKind::kFollow, "execution/stocktrades").ok());
  ASSERT_TRUE(put("User:trivera", PersonalKind::kFollow, "execution/stocktrades").ok());
  ASSERT_TRUE(put("User:mkovac", PersonalKind::kSearch, "large trades / today", "?q=trades").ok());
  start();
  EXPECT_EQ(personal->entries("User:mkovac", PersonalKind::kFollow).size(), 1u);
  EXPECT_EQ(personal->entries("User:mkovac", PersonalKind::kSearch).at("large trades / today").value, "?q=trades");
  EXPECT_TRUE(personal->entries("User:trivera", PersonalKind::kSearch).empty());
  EXPECT_EQ(personal->count(PersonalKind::kFollow, "execution/stocktrades"), 2u);
}

TEST_F(PersonalTest, ForgettingIsDurableAndSaysWhetherThereWasSomething) {
  ASSERT_TRUE(put("User:mkovac", PersonalKind::kFollow, "a/b").ok());
  EXPECT_TRUE(erase("User:mkovac", PersonalKind::kFollow, "a/b")->changed);
  EXPECT_FALSE(erase("User:mkovac", PersonalKind::kFollow, "a/b")->changed);
  start();
  EXPECT_TRUE(personal->entries("User:mkovac", PersonalKind::kFollow).empty());
  EXPECT_EQ(personal->count(PersonalKind::kFollow, "a/b"), 0u);
}

TEST_F(PersonalTest, FollowingAgainChangesNothingAndIsNotHeardOf) {
  std::vector<std::string> heard;
  personal->on_change([&](const std::string& person, PersonalKind) { heard.push_back(person); });
  ASSERT_TRUE(put("User:mkovac", PersonalKind::kFollow, "a/b")->changed);
  EXPECT_FALSE(put("User:mkovac", PersonalKind::kFollow, "a/b")->changed);
  EXPECT_THAT(heard, ::testing::ElementsAre("User:mkovac"));
}

TEST_F(PersonalTest, NobodyKeepsWithoutBound) {
  for (std::size_t i = 0; i < personal_entries_max(PersonalKind::kSearch); ++i)
    ASSERT_TRUE(put("User:mkovac", PersonalKind::kSearch, fmt::format("s{}", i)).ok());
  EXPECT_EQ(put("User:mkovac", PersonalKind::kSearch, "one more").error().code, ErrorCode::kExhausted);
  EXPECT_TRUE(put("User:mkovac", PersonalKind::kSearch, "s1", "changed").ok()) << "replacing is no more";
  EXPECT_EQ(put("User:x", PersonalKind::kSearch, "long", std::string(kPersonalValueBytesMax + 1, 'x')).error().code,
            ErrorCode::kTooLarge);
  EXPECT_EQ(put("User:x", PersonalKind::kSearch, "").error().code, ErrorCode::kInvalidArgument);
}

TEST_F(PersonalTest, ARecordThatIsNotUnderstoodIsCountedAndHarmsNothing) {
  PersonalState state;
  state.replay({"follow/User:mkovac", "{}"}, Offset{0}, Timestamp{0});
  state.replay({"follow/User:mkovac/a/b", "no json"}, Offset{1}, Timestamp{0});
  state.replay({"other/User:mkovac/a", R"({"format":1,"changed_at":1,"value":""})"}, Offset{2}, Timestamp{0});
  state.replay({"follow/User:mkovac/a/b", R"({"format":9,"changed_at":1,"value":""})"}, Offset{3}, Timestamp{0});
  EXPECT_EQ(state.ignored_records(), 4u);
  EXPECT_TRUE(state.entries("User:mkovac", PersonalKind::kFollow).empty());
}

}  // namespace
}  // namespace weft::mesh
