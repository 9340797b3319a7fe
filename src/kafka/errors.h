#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "kafka/error_codes.h"

namespace weft::kafka {

/// A line of schema/errors.def.
struct KafkaErrorInfo {
  KafkaError error;
  std::string_view name;  ///< The protocol's: "OFFSET_OUT_OF_RANGE".
  bool retriable;         ///< A client may send the same again.
  ErrorCode code;         ///< Which of ours says the same.
};

/// All but NONE, by number.
std::span<const KafkaErrorInfo> all_kafka_errors();

/// "NONE", "OFFSET_OUT_OF_RANGE", …; "UNKNOWN_SERVER_ERROR" for a number without a name.
std::string_view kafka_error_name(KafkaError error);
bool is_retriable(KafkaError error);

/// The one mapping, out: how a failure is answered where the handler has nothing more precise to say.
KafkaError to_kafka_error(ErrorCode code);
/// The one mapping, in. kInternal for a number without a name; NONE is not a failure and must not come here.
ErrorCode to_error_code(KafkaError error);

/// What a peer answered, as an Error: "topic orders: UNKNOWN_TOPIC_OR_PARTITION (3)" and the peer's own words, if any.
Error peer_error(KafkaError error, std::string_view what, std::string_view peer_message = {});

}  // namespace weft::kafka
