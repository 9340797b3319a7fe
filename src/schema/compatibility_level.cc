#include "schema/compatibility_level.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace weft::schema {
namespace {

constexpr std::array<std::string_view, 7> kNames = {
    "NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"};

}  // namespace

std::string_view level_name(CompatibilityLevel level) { return kNames[static_cast<std::size_t>(level)]; }

std::optional<CompatibilityLevel> parse_level(std::string_view name) {
  const auto same = [&](std::string_view known) {
    return std::equal(known.begin(), known.end(), name.begin(), name.end(),
                      [](char a, char b) { return a == std::toupper(static_cast<unsigned char>(b)); });
  };
  const auto at = std::find_if(kNames.begin(), kNames.end(), same);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<CompatibilityLevel>(at - kNames.begin());
}

bool needs_backward(CompatibilityLevel level) {
  return level != CompatibilityLevel::kNone && level != CompatibilityLevel::kForward &&
         level != CompatibilityLevel::kForwardTransitive;
}
bool needs_forward(CompatibilityLevel level) {
  return level != CompatibilityLevel::kNone && level != CompatibilityLevel::kBackward &&
         level != CompatibilityLevel::kBackwardTransitive;
}
bool is_transitive(CompatibilityLevel level) {
  return level == CompatibilityLevel::kBackwardTransitive || level == CompatibilityLevel::kForwardTransitive ||
         level == CompatibilityLevel::kFullTransitive;
}

}  // namespace weft::schema
