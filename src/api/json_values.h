#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::api {

/// One step of the way from a JSON value to one inside it.
struct JsonStep {
  enum class Kind : std::uint8_t { kMember, kElement, kAnyElement };
  Kind kind = Kind::kMember;
  std::string name;         ///< Of the member.
  std::uint64_t index = 0;  ///< Of the element.

  bool operator==(const JsonStep&) const = default;
};
using JsonPath = std::vector<JsonStep>;  ///< Empty: the value itself.

/// Hears of the values that were looked for.
class JsonValueSink {
 public:
  virtual ~JsonValueSink() = default;
  /// `text` is the value as it stands there: strings with their quotes, numbers digit for digit.
  virtual void value_at(std::size_t path, std::string_view text) = 0;
};

inline constexpr std::size_t kJsonPathsMax = 32;
inline constexpr std::size_t kJsonDepthMax = 500;

/// Walks one JSON text (RFC 8259) from front to back, once, without building a tree, and tells of every value at one of
/// the paths (`kJsonPathsMax` at most), inner values before those around them. False when it is no JSON or nested
/// deeper than `kJsonDepthMax`; what was found until then has been told.
bool find_json_values(std::string_view text, std::span<const JsonPath> paths, JsonValueSink& sink);

/// The characters of a JSON string that is known to be one, given with its quotes. Lone surrogates become U+FFFD.
std::string json_string_text(std::string_view quoted);

}  // namespace weft::api
