#include "api/record_place.h"

#include <algorithm>
#include <charconv>

#include "mesh/json_writer.h"

namespace weft::api {

namespace {

/// Digits and nothing else.
template <class Int>
std::optional<Int> whole_number(std::string_view text) {
  Int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<RecordPlace> RecordPlace::parse(std::string_view text) {
  constexpr std::string_view kOffset = "offset:", kTime = "time:";
  if (text == "newest") return RecordPlace{Kind::kNewest};
  if (text == "earliest") return RecordPlace{Kind::kEarliest};
  if (text.starts_with(kOffset)) {
    text.remove_prefix(kOffset.size());
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto partition = whole_number<std::int32_t>(text.substr(0, colon));
    const auto offset = whole_number<std::int64_t>(text.substr(colon + 1));
    if (!partition || !offset) return std::nullopt;
    return RecordPlace{Kind::kOffset, *partition, *offset};
  }
  if (!text.starts_with(kTime)) return std::nullopt;
  const auto time_ms = mesh::parse_time_text(text.substr(kTime.size()));
  if (!time_ms) return std::nullopt;
  return RecordPlace{Kind::kTime, 0, 0, std::max<std::int64_t>(0, *time_ms)};
}

}  // namespace weft::api
