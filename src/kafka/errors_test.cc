#include "kafka/errors.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace weft::kafka
