#include "mesh/personal_state.h"

#include <fmt/format.h>

#include "base/log.h"
#include "mesh/json_reader.h"
#include "mesh/json_writer.h"

namespace weft::mesh {

namespace {

constexpr Logger kLog("mesh");
constexpr std::int64_t kFormat = 1;

std::string key_of(std::string_view person, PersonalKind kind, std::string_view name) {
  return fmt::format("{}/{}/{}", personal_kind_name(kind), person, name);
}

struct Key {
  PersonalKind kind;
  std::string person;
  std::string name;
};

std::optional<Key> parse_key(std::string_view text) {
  const std::size_t first = text.find('/');
  const std::size_t second = first == text.npos ? text.npos : text.find('/', first + 1);
  if (second == text.npos) return std::nullopt;
  for (const PersonalKind kind : kPersonalKinds) {
    if (text.substr(0, first) != personal_kind_name(kind)) continue;
    return Key{kind, std::string(text.substr(first + 1, second - first - 1)), std::string(text.substr(second + 1))};
  }
  return std::nullopt;
}

std::string record_of(const PersonalEntry& entry) {
  JsonWriter json;
  json.begin_object()
      .member("format", kFormat)
      .member("changed_at", entry.changed_at_ms)
      .member("value", entry.value)
      .end_object();
  return std::move(json).take();
}

Result<PersonalEntry> parse_record(std::string_view value) {
  TRY_ASSIGN(const schema::JsonNode root, schema::parse_json(value));
  const JsonReader reader(root);
  TRY_ASSIGN(const std::int64_t format, reader.integer("format"));
  if (format != kFormat) return error(ErrorCode::kUnsupported, "format {} is newer than this weft", format);
  PersonalEntry entry;
  TRY_ASSIGN(entry.changed_at_ms, reader.integer("changed_at"));
  TRY_ASSIGN(entry.value, reader.text("value"));
  return entry;
}

}  // namespace

std::string_view personal_kind_name(PersonalKind kind) {
  switch (kind) {
    case PersonalKind::kFollow:
      return "follow";
    case PersonalKind::kSearch:
      return "search";
    case PersonalKind::kMark:
      return "mark";
  }
  return "mark";
}

std::size_t personal_entries_max(PersonalKind kind) {
  switch (kind) {
    case PersonalKind::kFollow:
      return 500;
    case PersonalKind::kSearch:
      return 100;
    case PersonalKind::kMark:
      return 10;
  }
  return 0;
}

void PersonalState::replay(const state::Record& record, Offset offset, Timestamp) {
  const auto key = parse_key(record.key);
  auto entry = key && record.value ? parse_record(*record.value) : Result<PersonalEntry>(PersonalEntry{});
  if (!key || !entry.ok()) {
    ++ignored_records_;
    kLog.warn("a record of _weft_people is not understood; it stays as it is",
              {{"key", record.key}, {"offset", offset.get()}});
    return;
  }
  Kinds& kinds = people_[key->person];
  PersonalEntries& entries = kinds[key->kind];
  auto& count = counts_[key->kind][key->name];
  if (record.value) {
    if (entries.insert_or_assign(key->name, std::move(*entry)).second) ++count;
  } else if (entries.erase(key->name) != 0) {
    --count;
  }
  if (count == 0) counts_[key->kind].erase(key->name);
  if (entries.empty()) kinds.erase(key->kind);
  if (kinds.empty()) people_.erase(key->person);
}

void PersonalState::reset() {
  people_.clear();
  counts_.clear();
  ignored_records_ = 0;
}

const PersonalEntries& PersonalState::entries(std::string_view person, PersonalKind kind) const {
  static const PersonalEntries kNone;
  const auto kinds = people_.find(person);
  if (kinds == people_.end()) return kNone;
  const auto at = kinds->second.find(kind);
  return at == kinds->second.end() ? kNone : at->second;
}

std::size_t PersonalState::count(PersonalKind kind, std::string_view name) const {
  const auto names = counts_.find(kind);
  if (names == counts_.end()) return 0;
  const auto at = names->second.find(name);
  return at == names->second.end() ? 0 : at->second;
}

Result<state::Decision<PersonalChange>> PersonalState::put(const std::string& person, PersonalKind kind,
                                                           const std::string& name, PersonalEntry entry) const {
  if (name.empty() || name.size() > kPersonalNameBytesMax)
    return error(ErrorCode::kInvalidArgument, "A name has 1 to {} bytes; this one has {}.", kPersonalNameBytesMax,
                 name.size());
  if (entry.value.size() > kPersonalValueBytesMax)
    return error(ErrorCode::kTooLarge, "{} has {} bytes; at most {} are kept.", name, entry.value.size(),
                 kPersonalValueBytesMax);
  const PersonalEntries& mine = entries(person, kind);
  const auto at = mine.find(name);
  if (at == mine.end() && mine.size() >= personal_entries_max(kind))
    return error(ErrorCode::kExhausted, "{} of kind {} are kept already, which is the most; remove some first.",
                 mine.size(), personal_kind_name(kind));
  // What a person follows already goes on from when it was first followed.
  const bool same = at != mine.end() && at->second.value == entry.value && kind != PersonalKind::kMark;
  if (same) return state::Decision<PersonalChange>{{false, at->second}, {}};
  state::Decision<PersonalChange> decision;
  decision.records.push_back({key_of(person, kind, name), record_of(entry)});
  decision.response = {true, std::move(entry)};
  return decision;
}

state::Decision<PersonalChange> PersonalState::erase(const std::string& person, PersonalKind kind,
                                                     const std::string& name) const {
  const PersonalEntries& mine = entries(person, kind);
  const auto at = mine.find(name);
  if (at == mine.end()) return {{}, {}};
  return {{true, at->second}, {{key_of(person, kind, name), std::nullopt}}};
}

}  // namespace weft::mesh
