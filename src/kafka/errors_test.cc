#include "kafka/errors.h"

#include <gtest/gtest.h>

#include "kafka/utf8.h"

namespace weft::kafka {
namespace {

TEST(Errors, WhatIsAnsweredForAnErrorCodeIsReadAsTheSameErrorCode) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    const KafkaError answer = to_kafka_error(code);
    ASSERT_NE(answer, KafkaError::kNone) << error_name(code);
    const ErrorCode read = to_error_code(answer);
    switch (code) {
      // The protocol says no more than this.
      case ErrorCode::kDiskFull:
        EXPECT_EQ(read, ErrorCode::kIo);
        break;
      case ErrorCode::kCancelled:
        EXPECT_EQ(read, ErrorCode::kTimeout);
        break;
      case ErrorCode::kConflict:
        EXPECT_EQ(read, ErrorCode::kInvalidArgument);
        break;
      default:
        EXPECT_EQ(read, code) << error_name(code);
    }
  }
}

TEST(Errors, ANumberWithoutANameIsInternalAndFinal) {
  const auto unknown = static_cast<KafkaError>(9999);
  EXPECT_EQ(to_error_code(unknown), ErrorCode::kInternal);
  EXPECT_EQ(kafka_error_name(unknown), "UNKNOWN_SERVER_ERROR");
  EXPECT_FALSE(is_retriable(unknown));
}

TEST(Errors, APeersErrorIsQuoted) {
  EXPECT_EQ(peer_error(KafkaError::kUnknownTopicOrPartition, "topic orders", "no such topic"),
            (Error{ErrorCode::kNotFound, "topic orders: UNKNOWN_TOPIC_OR_PARTITION (3): no such topic"}));
  EXPECT_EQ(peer_error(static_cast<KafkaError>(9999), "topic orders").message,
            "topic orders: UNKNOWN_SERVER_ERROR (9999)");
}

TEST(Utf8, WellFormedTextIsTakenAndAllElseRefused) {
  for (const std::string_view good : {"", "a", "exactly8", "longer than eight bytes", "größe", "日本語", "\U0001f9f5",
                                      "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf", "12345678\xc3\xa9"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const std::string_view bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "1234567\xc3", "12345678\xfe", "\xf0\x9f\xa7"}) {
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(std::string(bad));
  }
}

}  // namespace
}  // namespace weft::kafka
