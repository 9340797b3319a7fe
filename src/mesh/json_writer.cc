#include "mesh/json_writer.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "schema/json_text.h"

namespace weft::mesh {

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  schema::append_json_string(out_, name);
  out_ += ':';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  schema::append_json_string(out_, text);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return raw("null");
  // Three digits after the point are what a person can use of a rate; shortest form otherwise.
  return raw(fmt::format("{}", std::round(number * 1000) / 1000));
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  comma_ = true;
  return *this;
}

namespace {

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar (Howard Hinnant's algorithm).
std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

struct Civil {
  std::int64_t year;
  unsigned month, day;
};

Civil civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted = (5 * day_of_year + 2) / 153;
  const unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2), month,
          day_of_year - (153 * shifted + 2) / 5 + 1};
}

/// Reads fixed-width numbers and literal characters; fails softly.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : rest_(text) {}
  bool literal(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool number(std::size_t digits, unsigned max, unsigned& out) {
    if (rest_.size() < digits) return false;
    out = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      out = out * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return out <= max;
  }
  /// Digits after the point as milliseconds; further ones are dropped.
  bool fraction_ms(unsigned& out) {
    unsigned scale = 100;
    std::size_t digits = 0;
    for (out = 0; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1), ++digits) {
      out += static_cast<unsigned>(rest_.front() - '0') * scale;
      scale /= 10;
    }
    return digits > 0;
  }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool read_zone(TimeReader& reader, std::int64_t& offset_ms) {
  if (reader.literal('Z') || reader.literal('z')) return true;
  const bool west = reader.peek() == '-';
  unsigned hours = 0, minutes = 0;
  if (!reader.literal(west ? '-' : '+') || !reader.number(2, 23, hours) || !reader.literal(':') ||
      !reader.number(2, 59, minutes))
    return false;
  offset_ms = (west ? -1 : 1) * static_cast<std::int64_t>(hours * 60 + minutes) * 60'000;
  return true;
}

unsigned days_in_month(unsigned year, unsigned month) {
  constexpr std::array<unsigned, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kWallMsMax = 253'402'300'799'999;  ///< 9999-12-31T23:59:59.999Z
constexpr std::int64_t kWallMsMin = -62'135'596'800'000;  ///< 0001-01-01T00:00:00.000Z

}  // namespace

std::string time_text(std::int64_t wall_ms) {
  // A producer may claim any time; the text stays one that every reader understands.
  wall_ms = std::min(std::max(wall_ms, kWallMsMin), kWallMsMax);
  std::int64_t days = wall_ms / kDayMs;
  if (wall_ms % kDayMs < 0) --days;
  const std::int64_t of_day = wall_ms - days * kDayMs;
  const Civil date = civil_from_days(days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", date.year, date.month, date.day, of_day / 3'600'000,
                     of_day / 60'000 % 60, of_day / 1000 % 60, of_day % 1000);
}

std::string day_text(std::int64_t wall_ms) { return time_text(wall_ms).substr(0, 10); }

std::optional<std::int64_t> parse_time_text(std::string_view text) {
  TimeReader reader(text);
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0;
  if (!reader.number(4, 9999, year) || !reader.literal('-') || !reader.number(2, 12, month) || !reader.literal('-') ||
      !reader.number(2, 31, day) || month == 0 || day == 0 || day > days_in_month(year, month))
    return std::nullopt;
  if (!reader.literal('T') && !reader.literal('t') && !reader.literal(' ')) return std::nullopt;
  if (!reader.number(2, 23, hour) || !reader.literal(':') || !reader.number(2, 59, minute) || !reader.literal(':') ||
      !reader.number(2, 60, second))
    return std::nullopt;
  if (reader.literal('.') && !reader.fraction_ms(ms)) return std::nullopt;
  std::int64_t offset_ms = 0;
  if (!read_zone(reader, offset_ms) || !reader.done()) return std::nullopt;
  const std::int64_t of_day = ((hour * 60 + minute) * 60 + second) * std::int64_t{1000} + ms;
  return days_from_civil(year, month, day) * kDayMs + of_day - offset_ms;
}

}  // namespace weft::mesh
