#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weft::api {

/// A place among a topic's records, as the API and the command line name it.
struct RecordPlace {
  enum class Kind { kNewest, kEarliest, kOffset, kTime };
  Kind kind = Kind::kNewest;
  std::int32_t partition = 0;  ///< With kOffset.
  std::int64_t offset = 0;     ///< With kOffset.
  std::int64_t time_ms = 0;    ///< With kTime; never negative: records are not older than that.

  /// "newest", "earliest", "offset:PARTITION:OFFSET" or "time:2026-11-24T09:41:00Z" (RFC 3339).
  static std::optional<RecordPlace> parse(std::string_view text);
};

}  // namespace weft::api
