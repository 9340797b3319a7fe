#include "kafka/errors.h"

#include <algorithm>

namespace weft::kafka {
namespace {

const KafkaErrorInfo* find(KafkaError error) {
  const std::span<const KafkaErrorInfo> errors = all_kafka_errors();
  const auto at = std::ranges::lower_bound(errors, error, {}, &KafkaErrorInfo::error);
  return at != errors.end() && at->error == error ? &*at : nullptr;
}

}  // namespace

std::string_view kafka_error_name(KafkaError error) {
  if (error == KafkaError::kNone) return "NONE";
  const KafkaErrorInfo* info = find(error);
  return info != nullptr ? info->name : "UNKNOWN_SERVER_ERROR";
}

bool is_retriable(KafkaError error) {
  const KafkaErrorInfo* info = find(error);
  return info != nullptr && info->retriable;
}

ErrorCode to_error_code(KafkaError error) {
  CHECK(error != KafkaError::kNone, "NONE is no failure");
  const KafkaErrorInfo* info = find(error);
  return info != nullptr ? info->code : ErrorCode::kInternal;
}

Error peer_error(KafkaError error, std::string_view what, std::string_view peer_message) {
  return weft::error(to_error_code(error), "{}: {} ({}){}{}", what, kafka_error_name(error),
                     static_cast<std::int16_t>(error), peer_message.empty() ? "" : ": ", peer_message);
}

}  // namespace weft::kafka
