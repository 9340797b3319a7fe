#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/function.h"
#include "mesh/product.h"
#include "mesh/rules/rule_book.h"

namespace weft::env {
class EventLoop;
class Executor;
}  // namespace weft::env
namespace weft::identity {
class Directory;
}

namespace weft::mesh {

class Catalogue;
class Facts;

/// What a book would do to the products there are.
struct TrialQuery {
  RuleBookPointer book;
  RuleBookPointer in_force;             ///< To tell who is blocked that was not before.
  std::optional<std::string> rule;      ///< Only this one; none: all that are on.
  bool only_page = false;               ///< Stop when the page is full; counts are then of what was looked at.
  std::optional<ProductId> after;       ///< Where the page begins.
  std::size_t hits_max = 20;            ///< Of the page.
  std::string today;                    ///< "2026-11-23"
};

/// How many products meet one rule how. A rule that is off is tried like the others.
struct RuleCounts {
  std::size_t passes = 0;
  std::size_t fails = 0;
  std::size_t excepted = 0;
  std::size_t unknown = 0;

  std::size_t in_scope() const { return passes + fails + excepted + unknown; }
};

/// A product that does not just pass, with why.
struct TrialHit {
  ProductPointer product;
  std::vector<Finding> findings;
  bool blocked_now = false;  ///< By the rules in force.
};

struct TrialResult {
  std::size_t products = 0;       ///< Looked at; retired ones are not.
  std::size_t blocked = 0;        ///< With a finding that blocks.
  std::size_t warned = 0;         ///< With none that blocks, and one that warns.
  std::size_t newly_blocked = 0;  ///< Blocked, and not by the rules in force.
  std::vector<RuleCounts> rules;  ///< As book->rules.
  std::vector<TrialHit> hits;     ///< In the order of their names.
  std::optional<ProductId> next;  ///< Where the next page begins.
};

/// Holds a book against every product of the catalogue with the facts measured last: in slices, each gathered on the loop
/// and judged on `pool`, so that neither is held for long. Call and answer on the loop; all but `query` outlive the
/// answer.
void try_rules(env::EventLoop& loop, env::Executor& pool, const Catalogue& catalogue, const Facts& facts,
               std::shared_ptr<const identity::Directory> directory, TrialQuery query, Callback<TrialResult> done);

}  // namespace weft::mesh
