#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "schema/json/change.h"
#include "schema/json/content_model.h"
#include "schema/json/shape.h"

namespace weft::schema::json {

/// What was found when one pair of schemas was compared. Paths are relative to the pair: "properties/a", empty for the
/// pair itself.
struct Found {
  std::vector<Change> changes;  ///< The first ones; where some are not allowed, some of these.
  std::size_t forgiven = 0;     ///< How many of them are allowed.
  bool compatible = true;       ///< All are allowed, those too that there was no room for.
};

/// Compares pairs of schemas, old with new. Each pair is compared once: the number of pairs bounds the work. A pair met
/// again inside itself, or too deep inside others, counts as compatible at first; the deep ones are compared later on
/// their own. When such a pair turns out not to be compatible, everything is compared again with that knowledge, until
/// nothing new turns up.
class Comparison {
 public:
  explicit Comparison(Policy policy) : policy_(policy) {}

  /// Errors: kTooLarge when there are too many pairs, names or changes.
  Result<Found> run(const Subschema& old_schema, const Subschema& new_schema);

 private:
  using Pair = std::pair<const Shape*, const Shape*>;

  void add(Found& found, ChangeKind kind, std::string_view path = {});
  void add(Found& found, const Found& more, std::string_view path = {});
  void keep(Found& found, ChangeKind kind, std::string path);
  void count(std::size_t steps);

  const Found& compare(const Shape& a, const Shape& b);
  const Found& compare(const Subschema& a, const Subschema& b) { return compare(shapes_.of(a), shapes_.of(b)); }
  Found compare_new(const Shape& a, const Shape& b);
  /// Whether one of a combination and one single schema settle the comparison.
  bool settled_by_part(const Shape& a, const Shape& b, Found& found);
  void compare_same_kind(const Shape& a, const Shape& b, Found& found);
  /// Two schemas of which either may be absent.
  void compare_optional(const Subschema* a, const Subschema* b, Found& found, std::string_view path);

  void compare_bounds(const Subschema& a, const Subschema& b, Constrains what, Found& found);
  void compare_numbers(const Shape& a, const Shape& b, Found& found);
  void compare_patterns(const Subschema& a, const Subschema& b, Found& found);
  void compare_values(const JsonNode& a, const JsonNode& b, Found& found);
  void compare_combinations(const Shape& a, const Shape& b, Found& found);

  void compare_objects(const Subschema& a, const Subschema& b, Found& found);
  void property_removed(const Child& property, const Subschema& b, Found& found, std::string_view path);
  void property_added(const Subschema& a, const Child& property, bool required, Found& found, std::string_view path);
  void compare_dependencies(const Subschema& a, const Subschema& b, Found& found);

  void compare_arrays(const Subschema& a, const Subschema& b, Found& found);
  void compare_tuples(const ItemsModel& a, const ItemsModel& b, Found& found);

  const Policy policy_;
  Shapes shapes_;
  std::map<Pair, Found> known_;
  std::set<Pair> open_;
  std::vector<Pair> postponed_;         // met too deep
  std::map<Pair, Found> incompatible_;  // found so in an earlier pass
  const Found nothing_;
  bool assumed_ = false;  // this pass counted a pair as compatible without comparing it
  bool too_large_ = false;
  std::size_t steps_ = 0;
  std::size_t pairs_ = 0;
  std::size_t changes_ = 0;
};

}  // namespace weft::schema::json
