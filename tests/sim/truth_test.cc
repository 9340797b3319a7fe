// The checker itself: each thing it is to find, shown to it by hand.
#include "truth.h"

#include <gtest/gtest.h>

namespace weft::sim {
namespace {

class Checker : public ::testing::Test {
 protected:
  Checker() {
    truth.topic_made("plain", {});
    truth.topic_made("aged", {false, false, 1000, 0});
    truth.topic_made("keyed", {true, false, -1, 1000});
  }
  WriteId sent(const TopicPartition& to, std::int64_t sequence, std::string key = "", bool tombstone = false) {
    truth.tick();
    return truth.sent({to, std::move(key), tombstone, 0, 1, sequence});
  }
  WriteId acknowledged(const TopicPartition& to, std::int64_t offset, std::string key = "", bool tombstone = false) {
    const WriteId id = sent(to, offset, std::move(key), tombstone);
    truth.tick();
    truth.acknowledged(id, offset);
    return id;
  }
  void read(const TopicPartition& from, std::int64_t at, std::vector<ReadRecord> records, std::int64_t end) {
    const Truth::Bounds asked = truth.bounds(from);
    truth.tick();
    const std::int64_t next = records.empty() ? at : records.back().offset + 1;
    truth.fetched(from, asked, {at, next, end, 0, std::move(records)});
  }
  std::string found() const {
    return truth.violation().value_or("").substr(0, truth.violation().value_or(":").find(':'));
  }

  Truth truth{false};
  const TopicPartition plain{"plain", 0};
  const TopicPartition aged{"aged", 0};
  const TopicPartition keyed{"keyed", 0};
  const Truth::Position position{"group", plain};
};

TEST_F(Checker, ALostWriteIsOneThatWasAcknowledgedAndIsNotThere) {
  acknowledged(plain, 0);
  truth.audited(plain, 0, 0, {});
  EXPECT_EQ(found(), "lost write");
}

TEST_F(Checker, ALostWriteIsOneThatWasDeletedBeforeItsTime) {
  acknowledged(aged, 0);
  truth.wall_is(999);
  truth.log_start_is(aged, truth.bounds(aged), 1);
  EXPECT_EQ(found(), "lost write");
}

TEST_F(Checker, WhatIsOldEnoughMayBeDeleted) {
  acknowledged(aged, 0);
  truth.wall_is(1000);
  truth.log_start_is(aged, truth.bounds(aged), 1);
  EXPECT_EQ(found(), "");
}

TEST_F(Checker, ADuplicateIsOneRecordAtTwoOffsets) {
  const WriteId id = acknowledged(plain, 0);
  read(plain, 0, {{0, id}, {1, id}}, 2);
  EXPECT_EQ(found(), "duplicate");
}

TEST_F(Checker, AnInconsistentOffsetHasTwoRecords) {
  acknowledged(plain, 0);
  read(plain, 0, {{0, sent(plain, 1)}}, 1);
  EXPECT_EQ(found(), "inconsistent offset");
}

TEST_F(Checker, ASkipLeavesAnOffsetOut) {
  const WriteId first = sent(plain, 0);
  const WriteId third = sent(plain, 2);
  read(plain, 0, {{0, first}, {2, third}}, 3);
  EXPECT_EQ(found(), "skip");
}

TEST_F(Checker, ASkipLeavesTheLastRecordOfAKeyOut) {
  acknowledged(keyed, 0, "a");
  const WriteId second = acknowledged(keyed, 1, "b");
  read(keyed, 0, {{1, second}}, 2);
  EXPECT_EQ(found(), "skip");
}

TEST_F(Checker, CompactionMayLeaveOutWhatASuccessorReplaces) {
  acknowledged(keyed, 0, "a");
  const WriteId second = acknowledged(keyed, 1, "a");
  read(keyed, 0, {{1, second}}, 2);
  EXPECT_EQ(found(), "");
}

TEST_F(Checker, ATombstoneIsThereForItsTime) {
  acknowledged(keyed, 0, "a", true);
  const WriteId second = acknowledged(keyed, 1, "b");
  truth.wall_is(999);
  read(keyed, 0, {{1, second}}, 2);
  EXPECT_EQ(found(), "skip");
}

TEST_F(Checker, WhatATombstoneDeletedStaysDeleted) {
  const WriteId value = acknowledged(keyed, 0, "a");
  acknowledged(keyed, 1, "a", true);
  truth.wall_is(5000);
  read(keyed, 0, {{0, value}}, 2);
  truth.audited(keyed, 0, 2, {0});
  EXPECT_EQ(found(), "lost write");
}

TEST_F(Checker, ANonMonotonicReadGoesBack) {
  const WriteId first = sent(plain, 0);
  const WriteId second = sent(plain, 1);
  read(plain, 0, {{0, first}, {1, second}, {0, first}}, 2);
  EXPECT_EQ(found(), "non-monotonic read");
}

TEST_F(Checker, ADirtyReadIsOfWhatIsGoneLater) {
  read(plain, 0, {{0, sent(plain, 0)}}, 1);
  truth.tick();
  truth.visible_is(plain, truth.bounds(plain), 0);
  EXPECT_EQ(found(), "dirty read");
}

TEST_F(Checker, ADirtyReadIsOfWhatNobodySentOrTheBrokerRefused) {
  const WriteId refused = sent(plain, 0);
  truth.refused(refused);
  read(plain, 0, {{0, refused}}, 1);
  EXPECT_EQ(found(), "dirty read");
}

TEST_F(Checker, ARecordPastTheEndIsADirtyRead) {
  read(plain, 0, {{0, sent(plain, 0)}}, 0);
  EXPECT_EQ(found(), "dirty read");
}

TEST_F(Checker, AReorderedWriteComesBeforeItsPredecessor) {
  const WriteId first = sent(plain, 0);
  const WriteId second = sent(plain, 1);
  truth.acknowledged(second, 0);
  truth.acknowledged(first, 1);
  EXPECT_EQ(found(), "reordered write");
}

TEST_F(Checker, ALogStartNeverGoesBack) {
  truth.delete_asked(plain, 5);
  truth.deleted(plain, 5);
  truth.log_start_is(plain, truth.bounds(plain), 4);
  EXPECT_EQ(found(), "log start went back");
}

TEST_F(Checker, AProducerIdIsGivenOnce) {
  truth.producer_id_given(1);
  truth.producer_id_given(1);
  EXPECT_EQ(found(), "producer id twice");
}

TEST_F(Checker, APartitionHasOneOwnerInAGeneration) {
  truth.assigned("group", 1, "a", {plain});
  truth.assigned("group", 2, "b", {plain});
  EXPECT_EQ(found(), "");
  truth.assigned("group", 2, "c", {plain});
  EXPECT_EQ(found(), "two owners");
}

TEST_F(Checker, AZombieCommitsInAGenerationThatIsOver) {
  truth.tick();
  truth.assigned("group", 2, "b", {plain});
  truth.tick();
  truth.commit_accepted("group", 1, "a", truth.now());
  EXPECT_EQ(found(), "zombie");
}

TEST_F(Checker, AnAcknowledgedPositionIsNeverLost) {
  truth.tick();
  const std::size_t commit = truth.commit_sent(position, 5);
  truth.tick();
  truth.commit_done(position, commit);
  truth.tick();
  truth.position_read(position, truth.now(), -1, std::nullopt);
  EXPECT_EQ(found(), "lost position");
}

TEST_F(Checker, APositionNeverGoesBackWithoutACommit) {
  for (const std::int64_t offset : {5, 7}) {
    truth.tick();
    const std::size_t commit = truth.commit_sent(position, offset);
    truth.tick();
    truth.commit_done(position, commit);
  }
  truth.tick();
  truth.position_read(position, truth.now(), 7, 2);
  EXPECT_EQ(found(), "");
  truth.tick();
  truth.position_read(position, truth.now(), 5, 1);
  EXPECT_EQ(found(), "lost position");
}

TEST_F(Checker, AnUnansweredCommitMayBeThereOrNot) {
  truth.tick();
  const std::size_t first = truth.commit_sent(position, 5);
  truth.tick();
  truth.commit_done(position, first);
  truth.tick();
  (void)truth.commit_sent(position, 7);
  truth.tick();
  truth.position_read(position, truth.now(), 5, 1);
  truth.tick();
  truth.position_read(position, truth.now(), 7, 2);
  EXPECT_EQ(found(), "");
  truth.tick();
  truth.position_read(position, truth.now(), 5, 1);
  EXPECT_EQ(found(), "lost position") << "once seen it stays";
}

}  // namespace
}  // namespace weft::sim
