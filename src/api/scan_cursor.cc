#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "api/record_scan.h"

namespace weft::api {

namespace {

/// Reads whole numbers and the marks between them.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(char mark) {
    if (text_.empty() || text_.front() != mark) return good_ = false;
    text_.remove_prefix(1);
    return true;
  }
  std::int64_t number() {
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (fault != std::errc{} || value < 0 || text_.front() == '-') {
      good_ = false;
      return 0;
    }
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }
  std::optional<std::int64_t> number_or_nothing() {
    if (next_is('.')) return std::nullopt;
    return number();
  }
  bool next_is(char mark) const { return !text_.empty() && text_.front() == mark; }
  bool good() const { return good_; }
  bool done() const { return good_ && text_.empty(); }

 private:
  std::string_view text_;
  bool good_ = true;
};

std::string text_of(const std::optional<std::int64_t>& number) { return number ? std::to_string(*number) : ""; }

}  // namespace

std::int64_t ScanCursor::offsets() const {
  std::int64_t sum = 0;
  for (const ScanRange& range : ranges)
    if (__builtin_add_overflow(sum, range.count(), &sum)) return std::numeric_limits<std::int64_t>::max();
  return sum;
}

// n.<records>.<bytes>.<ms>.<from>.<until>.<partition>-<begin>-<end>_<partition>-… ; o instead of n: oldest first.
std::string ScanCursor::to_string() const {
  std::string out = fmt::format("{}.{}.{}.{}.{}.{}.", newest_first ? 'n' : 'o', left.records, left.bytes, left.ms,
                                text_of(from_ms), text_of(until_ms));
  for (std::size_t i = 0; i < ranges.size(); ++i)
    out += fmt::format("{}{}-{}-{}", i == 0 ? "" : "_", ranges[i].partition, ranges[i].begin, ranges[i].end);
  return out;
}

std::optional<ScanCursor> ScanCursor::parse(std::string_view text) {
  if (text.size() > kTextBytesMax || (!text.starts_with("n.") && !text.starts_with("o."))) return std::nullopt;
  ScanCursor cursor;
  cursor.newest_first = text.front() == 'n';
  Scanner scanner(text.substr(2));
  cursor.left.records = std::min(scanner.number(), kScanRecordsMax);
  scanner.take('.');
  cursor.left.bytes = std::min(scanner.number(), kScanBytesMax);
  scanner.take('.');
  cursor.left.ms = std::min(scanner.number(), kScanMsMax);
  scanner.take('.');
  cursor.from_ms = scanner.number_or_nothing();
  scanner.take('.');
  cursor.until_ms = scanner.number_or_nothing();
  scanner.take('.');
  std::set<std::int64_t> seen;
  do {
    const std::int64_t partition = scanner.number();
    scanner.take('-');
    const std::int64_t begin = scanner.number();
    scanner.take('-');
    const std::int64_t end = scanner.number();
    if (!scanner.good() || partition > std::numeric_limits<std::int32_t>::max() || begin >= end ||
        cursor.ranges.size() == kScanPartitionsMax || !seen.insert(partition).second)
      return std::nullopt;
    cursor.ranges.push_back({static_cast<std::int32_t>(partition), begin, end});
  } while (scanner.next_is('_') && scanner.take('_'));
  if (!scanner.done()) return std::nullopt;
  return cursor;
}

}  // namespace weft::api
