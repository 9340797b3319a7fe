#include "schema/avro/logical_text.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace weft::schema::avro {
namespace {

struct TimeUnit {
  std::int64_t per_second;
  int digits;
};

TimeUnit unit_of(LogicalType logical) {
  switch (logical) {
    case LogicalType::kTimeMicros:
    case LogicalType::kTimestampMicros:
    case LogicalType::kLocalTimestampMicros:
      return {1'000'000, 6};
    case LogicalType::kTimestampNanos:
    case LogicalType::kLocalTimestampNanos:
      return {1'000'000'000, 9};
    default:
      return {1'000, 3};
  }
}

constexpr std::int64_t kSecondsPerDay = 86'400;
const std::int64_t kFirstDay = std::chrono::sys_days{std::chrono::year{1} / 1 / 1}.time_since_epoch().count();
const std::int64_t kLastDay = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}.time_since_epoch().count();

bool append_date(std::string& out, std::int64_t days) {
  if (days < kFirstDay || days > kLastDay) return false;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return true;
}

/// `ticks` of one day.
void append_time(std::string& out, std::int64_t ticks, TimeUnit unit) {
  const std::int64_t seconds = ticks / unit.per_second;
  fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}.{:0{}}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                 ticks % unit.per_second, unit.digits);
}

bool is_time_of_day(LogicalType logical) {
  return logical == LogicalType::kTimeMillis || logical == LogicalType::kTimeMicros;
}
bool is_local(LogicalType logical) {
  return logical == LogicalType::kLocalTimestampMillis || logical == LogicalType::kLocalTimestampMicros ||
         logical == LogicalType::kLocalTimestampNanos;
}

/// Takes `count` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  const auto end = text.data() + count;
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc{} || stop != end || text.front() == '-') return std::nullopt;
  text.remove_prefix(count);
  return value;
}
bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

std::optional<std::int64_t> take_time(std::string_view& text, TimeUnit unit) {
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  std::int64_t ticks = 0;
  if (take(text, '.')) {
    int digits = 0;
    for (; digits < unit.digits && !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits) {
      ticks = ticks * 10 + (text.front() - '0');
      text.remove_prefix(1);
    }
    if (digits == 0) return std::nullopt;
    for (; digits < unit.digits; ++digits) ticks *= 10;
  }
  return ((*hour * 60LL + *minute) * 60 + *second) * unit.per_second + ticks;
}

}  // namespace

bool append_logical_text(std::string& out, LogicalType logical, std::int64_t value) {
  const std::size_t before = out.size();
  out += '"';
  bool fits = true;
  if (logical == LogicalType::kDate) {
    fits = append_date(out, value);
  } else {
    const TimeUnit unit = unit_of(logical);
    const std::int64_t day_ticks = unit.per_second * kSecondsPerDay;
    if (is_time_of_day(logical)) {
      fits = value >= 0 && value < day_ticks;
      if (fits) append_time(out, value, unit);
    } else {
      const std::int64_t days = value / day_ticks - (value % day_ticks < 0 ? 1 : 0);
      fits = append_date(out, days);
      if (fits) {
        out += 'T';
        append_time(out, value - days * day_ticks, unit);
        if (!is_local(logical)) out += 'Z';
      }
    }
  }
  if (fits) {
    out += '"';
  } else {
    out.resize(before);
  }
  return fits;
}

std::optional<std::int64_t> parse_logical_text(LogicalType logical, std::string_view text) {
  const TimeUnit unit = unit_of(logical);
  std::optional<std::int64_t> value;
  if (logical == LogicalType::kDate) {
    value = take_date(text);
  } else if (is_time_of_day(logical)) {
    value = take_time(text, unit);
  } else {
    const auto days = take_date(text);
    if (!days || !take(text, 'T')) return std::nullopt;
    const auto ticks = take_time(text, unit);
    if (!ticks || (!is_local(logical) && !take(text, 'Z'))) return std::nullopt;
    std::int64_t whole = 0;
    if (__builtin_mul_overflow(*days, unit.per_second * kSecondsPerDay, &whole) ||
        __builtin_add_overflow(whole, *ticks, &whole)) {
      return std::nullopt;
    }
    value = whole;
  }
  return text.empty() ? value : std::nullopt;
}

bool append_decimal(std::string& out, ByteView unscaled, std::int32_t scale) {
  if (unscaled.size() > kDecimalBytesMax || scale > 1'000) return false;
  std::vector<unsigned> magnitude;  // big-endian bytes of the absolute value
  magnitude.reserve(unscaled.size());
  const bool negative = !unscaled.empty() && std::to_integer<unsigned>(unscaled[0]) >= 0x80;
  for (const std::byte b : unscaled) magnitude.push_back(std::to_integer<unsigned>(b) ^ (negative ? 0xFFU : 0U));
  if (negative) {
    for (auto at = magnitude.rbegin(); at != magnitude.rend(); ++at) {
      *at = (*at + 1) & 0xFF;
      if (*at != 0) break;
    }
    // -2^(8n-1): the bits after inverting and adding 1 are the magnitude again.
  }
  std::string digits;  // least significant first
  std::size_t first = 0;
  while (true) {
    while (first < magnitude.size() && magnitude[first] == 0) ++first;
    if (first == magnitude.size()) break;
    unsigned rest = 0;
    for (std::size_t i = first; i < magnitude.size(); ++i) {
      const unsigned part = rest * 256 + magnitude[i];
      magnitude[i] = part / 10;
      rest = part % 10;
    }
    digits += static_cast<char>('0' + rest);
  }
  const auto after_point = static_cast<std::size_t>(scale);
  while (digits.size() <= after_point) digits += '0';
  if (negative) out += '-';
  out.append(digits.rbegin(), digits.rend());
  if (after_point > 0) out.insert(out.size() - after_point, 1, '.');
  return true;
}

std::optional<Buffer> parse_decimal(std::string_view text, std::int32_t scale) {
  const bool negative = take(text, '-');
  std::string digits;
  std::int32_t after_point = -1;
  for (const char c : text) {
    if (c == '.' && after_point < 0) {
      after_point = 0;
    } else if (c >= '0' && c <= '9') {
      digits += c;
      if (after_point >= 0) ++after_point;
    } else {
      return std::nullopt;
    }
  }
  if (digits.empty() || after_point > scale || digits.size() > 300 || scale > 300) return std::nullopt;
  digits.append(static_cast<std::size_t>(scale - std::max(after_point, 0)), '0');
  std::vector<unsigned> magnitude{0};  // little-endian
  for (const char c : digits) {
    unsigned carry = static_cast<unsigned>(c - '0');
    for (unsigned& part : magnitude) {
      carry += part * 10;
      part = carry & 0xFF;
      carry >>= 8;
    }
    if (carry != 0) magnitude.push_back(carry);
  }
  if (magnitude.back() >= 0x80) magnitude.push_back(0);  // room for the sign
  if (negative) {
    unsigned carry = 1;
    for (unsigned& part : magnitude) {
      carry += part ^ 0xFF;
      part = carry & 0xFF;
      carry >>= 8;
    }
  }
  // The shortest form: no leading byte that only repeats the sign.
  while (magnitude.size() > 1) {
    const unsigned lead = magnitude.back();
    const bool next_negative = magnitude[magnitude.size() - 2] >= 0x80;
    if (!((lead == 0x00 && !next_negative) || (lead == 0xFF && next_negative))) break;
    magnitude.pop_back();
  }
  Buffer bytes;
  for (auto at = magnitude.rbegin(); at != magnitude.rend(); ++at) bytes.push_back(static_cast<std::byte>(*at));
  return bytes;
}

}  // namespace weft::schema::avro
