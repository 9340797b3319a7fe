#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weft::mesh {

/// How much of the past a topic holds.
struct History {
  enum class Kind { kEverything, kRecent, kLatestPerKey };
  Kind kind = Kind::kEverything;
  std::optional<std::int64_t> retention_ms;     ///< kRecent: none is without end.
  std::optional<std::int64_t> retention_bytes;  ///< kRecent: per partition; none is without end.
  std::optional<std::int64_t> since_ms;         ///< Time of the first record held.
};
std::string_view history_name(History::Kind kind);
std::optional<History::Kind> parse_history(std::string_view name);

}  // namespace weft::mesh
