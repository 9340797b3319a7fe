#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weft::schema {

/// What a subject promises its readers and writers when its schema changes. Names as in Confluent's registry.
enum class CompatibilityLevel : std::uint8_t {
  kNone,
  kBackward,            ///< The new schema reads data of the last one. The default.
  kBackwardTransitive,  ///< … of every earlier one.
  kForward,             ///< The last schema reads data of the new one.
  kForwardTransitive,
  kFull,  ///< Both.
  kFullTransitive,
};

/// "BACKWARD", "FULL_TRANSITIVE", …
std::string_view level_name(CompatibilityLevel level);
/// Also in lower case; nothing for other words.
std::optional<CompatibilityLevel> parse_level(std::string_view name);

/// Whether the new schema must read data of an earlier one.
bool needs_backward(CompatibilityLevel level);
/// Whether an earlier schema must read data of the new one.
bool needs_forward(CompatibilityLevel level);
/// Whether every earlier version counts, not only the last.
bool is_transitive(CompatibilityLevel level);

}  // namespace weft::schema
