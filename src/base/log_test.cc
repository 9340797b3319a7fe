#include "base/log.h"

#include <gmock/gmock.h>

namespace weft {
namespace {

using testing::ElementsAre;

constexpr Logger kLog("base");
constexpr Logger kPartLog("base.part");

class LogTest : public testing::Test {
 protected:
  ~LogTest() override { EXPECT_TRUE(set_log_levels("info").ok()); }
  LogCapture capture_;
};

TEST_F(LogTest, ALineNamesLevelComponentMessageAndFields) {
  kLog.info("listening", {{"address", "127.0.0.1:9092"}, {"count", 3}, {"ratio", 0.5}, {"durable", true}});
  EXPECT_THAT(capture_.lines(),
              ElementsAre("info  base: listening address=127.0.0.1:9092 count=3 ratio=0.5 durable=true"));
}

TEST_F(LogTest, WhatAClientSendsCannotForgeALine) {
  kLog.warn("refused", {{"user", std::string("eve\nerror base: \"fine\" a=b")}, {"empty", ""}});
  EXPECT_THAT(capture_.lines(), ElementsAre(R"(warn  base: refused user="eve\nerror base: \"fine\" a=b" empty="")"));
}

TEST_F(LogTest, AnErrorGivesItsCodeAndItsMessage) {
  const Error why{ErrorCode::kDiskFull, "no room in /data"};
  kLog.error("append failed", {{"why", why}});
  EXPECT_THAT(capture_.lines(),
              ElementsAre(R"(error base: append failed why=disk_full why_detail="no room in /data")"));
}

TEST_F(LogTest, LevelsAreSetByComponentAndHoldForItsParts) {
  kLog.debug("not yet");
  ASSERT_TRUE(set_log_levels("warn,base=debug").ok());
  kLog.debug("now");
  kPartLog.debug("and the part");
  Logger("other").info("not this");
  EXPECT_FALSE(Logger("baseline").enabled(LogLevel::kInfo));
  EXPECT_THAT(capture_.lines(), ElementsAre("debug base: now", "debug base.part: and the part"));
}

TEST_F(LogTest, AnUnknownLevelIsRefusedByNameAndChangesNothing) {
  EXPECT_EQ(set_log_levels("info,http=loud").error().message,
            "log level 'loud' is none of trace, debug, info, warn, error, off");
  EXPECT_FALSE(kLog.enabled(LogLevel::kDebug));
}

}  // namespace
}  // namespace weft
