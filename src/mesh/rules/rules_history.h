#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mesh/rules/rule_book.h"
#include "state/shard.h"

namespace weft::mesh {

/// A document of rules as somebody saved it. Immutable.
struct RulesVersion {
  std::int64_t number = 0;         ///< 0: the default, which nobody saved.
  std::int64_t saved_at_ms = 0;
  std::string saved_by;            ///< A principal: "User:mkovac".
  std::string saved_by_name;       ///< "Mara Kovač", as it was then.
  std::string text;
  RuleBookPointer book;            ///< Never null.
};
using RulesVersionPointer = std::shared_ptr<const RulesVersion>;

/// Versions kept; an older one is deleted with the version that takes its place.
inline constexpr std::int64_t kRulesVersionsMax = 50;

/// Every version of the rules that is kept: a part of MeshState. Records: "rules/<number, ten digits>" → the version.
class RulesHistory {
 public:
  static constexpr std::string_view kKey = "rules/";

  RulesHistory();

  /// False when the record can't be understood.
  bool replay(const state::Record& record);
  void reset();

  /// The version in force: the newest, or the default.
  const RulesVersionPointer& current() const { return current_; }
  const std::map<std::int64_t, RulesVersionPointer>& versions() const { return versions_; }

  /// Records that make `version` the newest one.
  std::vector<state::Record> records_of(const RulesVersion& version) const;

 private:
  std::map<std::int64_t, RulesVersionPointer> versions_;
  RulesVersionPointer default_;
  RulesVersionPointer current_;
};

}  // namespace weft::mesh
