#pragma once

#include <string_view>

#include "broker/api/api.h"
#include "broker/group_coordinator.h"

namespace weft::broker {

/// NONE, or GROUP_AUTHORIZATION_FAILED.
inline kafka::KafkaError may_use_group(const Request& request, std::string_view group, access::Right right = access::Right::kRead) {
  return allowed(request, right, access::ResourceType::kGroup, group) ? kafka::KafkaError::kNone
                                                                      : kafka::KafkaError::kGroupAuthorizationFailed;
}

/// How a failed decision of the groups' shard is answered.
inline kafka::KafkaError coordinator_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout:
    case ErrorCode::kCancelled:
    case ErrorCode::kExhausted: return kafka::KafkaError::kCoordinatorNotAvailable;
    case ErrorCode::kTooLarge: return kafka::KafkaError::kInvalidCommitOffsetSize;
    default: return kafka::to_kafka_error(code);
  }
}

}  // namespace weft::broker
