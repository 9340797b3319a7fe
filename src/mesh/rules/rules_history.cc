#include "mesh/rules/rules_history.h"

#include <fmt/format.h>

#include <charconv>

#include "base/check.h"
#include "mesh/json_reader.h"
#include "mesh/json_writer.h"
#include "mesh/rules/default_rules.h"

namespace weft::mesh {

namespace {

constexpr std::int64_t kFormat = 1;

std::string key_of(std::int64_t number) { return fmt::format("{}{:010}", RulesHistory::kKey, number); }

std::optional<std::int64_t> number_of(std::string_view key) {
  key.remove_prefix(RulesHistory::kKey.size());
  std::int64_t number = 0;
  const auto [end, why] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (why != std::errc{} || end != key.data() + key.size() || number < 1) return std::nullopt;
  return number;
}

Result<RulesVersion> parse_version(std::string_view value) {
  TRY_ASSIGN(const schema::JsonNode root, schema::parse_json(value, {.text_bytes_max = std::size_t{8} << 20}));
  const JsonReader reader(root);
  TRY_ASSIGN(const std::int64_t format, reader.integer("format"));
  if (format > kFormat) return error(ErrorCode::kUnsupported, "rules of format {}", format);
  RulesVersion version;
  TRY_ASSIGN(version.number, reader.integer("version"));
  TRY_ASSIGN(version.saved_at_ms, reader.integer("saved_at_ms"));
  TRY_ASSIGN(version.saved_by, reader.text("saved_by"));
  TRY_ASSIGN(version.saved_by_name, reader.text("saved_by_name"));
  TRY_ASSIGN(version.text, reader.text("text"));
  version.book = read_rule_book(version.text).book;
  if (!version.book) return error(ErrorCode::kUnsupported, "rules of a later weft");
  return version;
}

RulesVersionPointer default_version() {
  RulesVersion version;
  version.text = default_rules();
  version.book = read_rule_book(version.text).book;
  CHECK(version.book, "our own rules are understood");
  return std::make_shared<const RulesVersion>(std::move(version));
}

}  // namespace

RulesHistory::RulesHistory() : default_(default_version()), current_(default_) {}

bool RulesHistory::replay(const state::Record& record) {
  const auto number = number_of(record.key);
  if (!number) return false;
  if (!record.value) {
    versions_.erase(*number);
  } else {
    auto version = parse_version(*record.value);
    if (!version.ok() || version->number != *number) return false;
    versions_.insert_or_assign(*number, std::make_shared<const RulesVersion>(std::move(*version)));
  }
  current_ = versions_.empty() ? default_ : versions_.rbegin()->second;
  return true;
}

void RulesHistory::reset() {
  versions_.clear();
  current_ = default_;
}

std::vector<state::Record> RulesHistory::records_of(const RulesVersion& version) const {
  JsonWriter json;
  json.begin_object()
      .member("format", kFormat)
      .member("version", version.number)
      .member("saved_at_ms", version.saved_at_ms)
      .member("saved_by", version.saved_by)
      .member("saved_by_name", version.saved_by_name)
      .member("text", version.text)
      .end_object();
  std::vector<state::Record> records{{key_of(version.number), std::move(json).take()}};
  if (const std::int64_t oldest = version.number - kRulesVersionsMax; versions_.contains(oldest))
    records.push_back({key_of(oldest), std::nullopt});
  return records;
}

}  // namespace weft::mesh
