#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "state/shard.h"

namespace weft::mesh {

/// What is kept for a person, by name within its kind.
enum class PersonalKind {
  kFollow,  ///< Name: a product, "execution/stocktrades"; the value is empty.
  kSearch,  ///< Name: as the person calls it; the value is the search's address.
  kMark,    ///< Name: "news"; `changed_at_ms` is until when its owner has seen it.
};
inline constexpr PersonalKind kPersonalKinds[] = {PersonalKind::kFollow, PersonalKind::kSearch, PersonalKind::kMark};
std::string_view personal_kind_name(PersonalKind kind);
/// How many of a kind one person may have.
std::size_t personal_entries_max(PersonalKind kind);

inline constexpr std::size_t kPersonalNameBytesMax = 300;
inline constexpr std::size_t kPersonalValueBytesMax = 4000;

struct PersonalEntry {
  std::string value;
  std::int64_t changed_at_ms = 0;

  bool operator==(const PersonalEntry&) const = default;
};
using PersonalEntries = std::map<std::string, PersonalEntry, std::less<>>;  ///< By name.

/// What came of a wish to keep or forget something.
struct PersonalChange {
  bool changed = false;
  PersonalEntry entry;  ///< As it is now; when forgotten, as it was.
};

/// What each person keeps: the state of `_weft_people`. People are principals ("User:mkovac"), which hold no slash.
///
/// Records: "<kind>/<person>/<name>" → {"format":1,"changed_at":ms,"value":text}, deleted when forgotten.
class PersonalState final : public state::Machine {
 public:
  void replay(const state::Record& record, Offset offset, Timestamp timestamp) override;
  void reset() override;

  const PersonalEntries& entries(std::string_view person, PersonalKind kind) const;
  /// Every person who keeps something of that kind under that name: a product's followers.
  std::size_t count(PersonalKind kind, std::string_view name) const;
  std::uint64_t ignored_records() const { return ignored_records_; }

  /// kInvalidArgument or kTooLarge for a name or value out of bounds, kExhausted when the person has too many.
  Result<state::Decision<PersonalChange>> put(const std::string& person, PersonalKind kind, const std::string& name,
                                              PersonalEntry entry) const;
  state::Decision<PersonalChange> erase(const std::string& person, PersonalKind kind, const std::string& name) const;

 private:
  using Kinds = std::map<PersonalKind, PersonalEntries>;
  std::map<std::string, Kinds, std::less<>> people_;
  std::map<PersonalKind, std::map<std::string, std::size_t, std::less<>>> counts_;  ///< People per name.
  std::uint64_t ignored_records_ = 0;
};

}  // namespace weft::mesh
