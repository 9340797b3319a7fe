#include "schema/protobuf/well_known_type.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <array>
#include <charconv>
#include <chrono>

#include "schema/protobuf/well_known_files.h"

namespace weft::schema::protobuf {
namespace {

constexpr std::int32_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kTimestampSecondsMin = -62'135'596'800, kTimestampSecondsMax = 253'402'300'799;
constexpr std::int64_t kDurationSecondsMax = 315'576'000'000;

/// ".5", ".000001" or nothing, with 3, 6 or 9 digits.
std::string fraction_text(std::int32_t nanos) {
  if (nanos == 0) return "";
  if (nanos % 1'000'000 == 0) return fmt::format(".{:03}", nanos / 1'000'000);
  if (nanos % 1'000 == 0) return fmt::format(".{:06}", nanos / 1'000);
  return fmt::format(".{:09}", nanos);
}

/// Reads a text front to back.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly `digits` digits.
  std::optional<int> number(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  /// Whatever digits stand here, at least one.
  std::string_view digits() {
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') ++count;
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  /// An optional fraction of a second.
  std::optional<std::int32_t> fraction() {
    if (!take('.')) return 0;
    const std::string_view written = digits();
    if (written.empty() || written.size() > 9) return std::nullopt;
    std::int32_t nanos = 0;
    for (std::size_t i = 0; i < 9; ++i) nanos = nanos * 10 + (i < written.size() ? written[i] - '0' : 0);
    return nanos;
  }

 private:
  std::string_view rest_;
};

}  // namespace

WellKnownType well_known_type(const google::protobuf::Descriptor& type) {
  if (type.file()->pool() != &well_known_pool() || type.file()->package() != "google.protobuf")
    return WellKnownType::kNone;
  struct Named {
    std::string_view name;
    WellKnownType type;
  };
  static constexpr std::array<Named, 7> kTypes = {{{"Timestamp", WellKnownType::kTimestamp},
                                                   {"Duration", WellKnownType::kDuration},
                                                   {"FieldMask", WellKnownType::kFieldMask},
                                                   {"Struct", WellKnownType::kStruct},
                                                   {"Value", WellKnownType::kValue},
                                                   {"ListValue", WellKnownType::kListValue},
                                                   {"Any", WellKnownType::kAny}}};
  if (type.file()->name() == "google/protobuf/wrappers.proto") return WellKnownType::kWrapper;
  for (const Named& known : kTypes) {
    if (type.name() == known.name && type.containing_type() == nullptr) return known.type;
  }
  return WellKnownType::kNone;
}

std::optional<std::string> timestamp_text(SecondsAndNanos time) {
  if (time.seconds < kTimestampSecondsMin || time.seconds > kTimestampSecondsMax || time.nanos < 0 ||
      time.nanos >= kNanosPerSecond) {
    return std::nullopt;
  }
  using namespace std::chrono;
  const sys_seconds at{seconds(time.seconds)};
  const sys_days day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss clock(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), fraction_text(time.nanos));
}

std::optional<SecondsAndNanos> parse_timestamp(std::string_view text) {
  Cursor in(text);
  const auto year = in.number(4);
  if (!year || !in.take('-')) return std::nullopt;
  const auto month = in.number(2);
  if (!month || !in.take('-')) return std::nullopt;
  const auto day = in.number(2);
  if (!day || !in.take('T')) return std::nullopt;
  const auto hour = in.number(2);
  if (!hour || !in.take(':')) return std::nullopt;
  const auto minute = in.number(2);
  if (!minute || !in.take(':')) return std::nullopt;
  const auto second = in.number(2);
  const auto nanos = second ? in.fraction() : std::nullopt;
  if (!nanos || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  int offset_minutes = 0;
  if (!in.take('Z')) {
    const bool behind = in.take('-');
    if (!behind && !in.take('+')) return std::nullopt;
    const auto hours = in.number(2);
    if (!hours || !in.take(':')) return std::nullopt;
    const auto minutes = in.number(2);
    if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    offset_minutes = (*hours * 60 + *minutes) * (behind ? -1 : 1);
  }
  using namespace std::chrono;
  const year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day)));
  if (!in.done() || !date.ok()) return std::nullopt;
  const std::int64_t at = std::int64_t{sys_days(date).time_since_epoch().count()} * 86'400 + *hour * 3'600 +
                          (*minute - offset_minutes) * 60 + *second;
  if (at < kTimestampSecondsMin || at > kTimestampSecondsMax) return std::nullopt;
  return SecondsAndNanos{at, *nanos};
}

std::optional<std::string> duration_text(SecondsAndNanos duration) {
  const bool negative = duration.seconds < 0 || duration.nanos < 0;
  if (duration.seconds < -kDurationSecondsMax || duration.seconds > kDurationSecondsMax ||
      duration.nanos <= -kNanosPerSecond || duration.nanos >= kNanosPerSecond ||
      (negative && (duration.seconds > 0 || duration.nanos > 0))) {
    return std::nullopt;
  }
  return fmt::format("{}{}{}s", negative ? "-" : "", negative ? -duration.seconds : duration.seconds,
                     fraction_text(negative ? -duration.nanos : duration.nanos));
}

std::optional<SecondsAndNanos> parse_duration(std::string_view text) {
  Cursor in(text);
  const bool negative = in.take('-');
  const std::string_view whole = in.digits();
  std::int64_t seconds = 0;
  if (whole.empty() || std::from_chars(whole.data(), whole.data() + whole.size(), seconds).ec != std::errc{}) {
    return std::nullopt;
  }
  const auto nanos = in.fraction();
  if (!nanos || !in.take('s') || !in.done() || seconds > kDurationSecondsMax) return std::nullopt;
  return SecondsAndNanos{negative ? -seconds : seconds, negative ? -*nanos : *nanos};
}

std::optional<std::string> camel_path(std::string_view path) {
  std::string camel;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '_' && i + 1 < path.size() && path[i + 1] >= 'a' && path[i + 1] <= 'z') {
      camel += static_cast<char>(path[++i] - 'a' + 'A');
    } else {
      camel += c;
    }
  }
  const bool back = !path.empty() && path.find(',') == std::string_view::npos && snake_path(camel) == path;
  return back ? std::optional(camel) : std::nullopt;
}

std::string snake_path(std::string_view path) {
  std::string snake;
  for (const char c : path) {
    if (c >= 'A' && c <= 'Z') {
      snake += '_';
      snake += static_cast<char>(c - 'A' + 'a');
    } else {
      snake += c;
    }
  }
  return snake;
}

}  // namespace weft::schema::protobuf
