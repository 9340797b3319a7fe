#include "schema/json/comparison.h"

#include <algorithm>
#include <array>
#include <functional>

#include "base/utf8.h"
#include "schema/json/equality.h"
#include "schema/json/pattern.h"

namespace weft::schema::json {
namespace {

using Kind = Shape::Kind;

constexpr std::size_t kPairsMax = 300'000;  // of all passes together
constexpr std::size_t kDepthMax = 200;
constexpr std::size_t kStepsMax = 5'000'000;
constexpr std::size_t kChangesMax = 100;  // allowed ones, and as many others, of one pair
constexpr std::size_t kChangesKeptMax = 500'000;
constexpr std::size_t kPathBytesMax = 300;

/// A keyword with a number, and how its change is called.
struct Bound {
  Keyword keyword;
  Constrains constrains;
  std::string_view name;
  ChangeKind added, removed, increased, decreased;
};
using C = ChangeKind;
constexpr std::array kBounds = {
    Bound{Keyword::kMaxLength, Constrains::kString, "maxLength", C::kMaxLengthAdded, C::kMaxLengthRemoved,
          C::kMaxLengthIncreased, C::kMaxLengthDecreased},
    Bound{Keyword::kMinLength, Constrains::kString, "minLength", C::kMinLengthAdded, C::kMinLengthRemoved,
          C::kMinLengthIncreased, C::kMinLengthDecreased},
    Bound{Keyword::kMaximum, Constrains::kNumber, "maximum", C::kMaximumAdded, C::kMaximumRemoved, C::kMaximumIncreased,
          C::kMaximumDecreased},
    Bound{Keyword::kMinimum, Constrains::kNumber, "minimum", C::kMinimumAdded, C::kMinimumRemoved, C::kMinimumIncreased,
          C::kMinimumDecreased},
    Bound{Keyword::kExclusiveMaximum, Constrains::kNumber, "exclusiveMaximum", C::kExclusiveMaximumAdded,
          C::kExclusiveMaximumRemoved, C::kExclusiveMaximumIncreased, C::kExclusiveMaximumDecreased},
    Bound{Keyword::kExclusiveMinimum, Constrains::kNumber, "exclusiveMinimum", C::kExclusiveMinimumAdded,
          C::kExclusiveMinimumRemoved, C::kExclusiveMinimumIncreased, C::kExclusiveMinimumDecreased},
    Bound{Keyword::kMaxProperties, Constrains::kObject, "maxProperties", C::kMaxPropertiesAdded,
          C::kMaxPropertiesRemoved, C::kMaxPropertiesIncreased, C::kMaxPropertiesDecreased},
    Bound{Keyword::kMinProperties, Constrains::kObject, "minProperties", C::kMinPropertiesAdded,
          C::kMinPropertiesRemoved, C::kMinPropertiesIncreased, C::kMinPropertiesDecreased},
    Bound{Keyword::kMaxItems, Constrains::kArray, "maxItems", C::kMaxItemsAdded, C::kMaxItemsRemoved,
          C::kMaxItemsIncreased, C::kMaxItemsDecreased},
    Bound{Keyword::kMinItems, Constrains::kArray, "minItems", C::kMinItemsAdded, C::kMinItemsRemoved,
          C::kMinItemsIncreased, C::kMinItemsDecreased},
    Bound{Keyword::kMaxContains, Constrains::kArray, "maxContains", C::kMaxContainsAdded, C::kMaxContainsRemoved,
          C::kMaxContainsIncreased, C::kMaxContainsDecreased},
    Bound{Keyword::kMinContains, Constrains::kArray, "minContains", C::kMinContainsAdded, C::kMinContainsRemoved,
          C::kMinContainsIncreased, C::kMinContainsDecreased},
};

/// The keyword's number; draft 4's boolean exclusive limits are none. `contains` alone means at least one.
const JsonNode* bound_of(const Subschema& schema, Keyword keyword) {
  static const JsonNode one = [] {
    JsonNode node;
    node.kind = JsonNode::Kind::kNumber;
    node.text = "1";
    return node;
  }();
  const JsonNode* value = schema.word(keyword);
  if (value != nullptr) return value->is_number() ? value : nullptr;
  const bool implied =
      keyword == Keyword::kMinContains && schema.draft >= Draft::k2019 && schema.has(Keyword::kContains);
  return implied ? &one : nullptr;
}

bool same_text(const Subschema& a, const Subschema& b, Keyword keyword) {
  return a.has(keyword) == b.has(keyword) && a.text(keyword) == b.text(keyword);
}

bool same_value(const JsonNode* a, const JsonNode* b) {
  return a == nullptr || b == nullptr ? a == b : json_equal(*a, *b);
}

/// Both mark their values as bytes for Kafka Connect, which changed how it writes decimals.
bool both_connect_bytes(const Subschema& a, const Subschema& b) {
  const auto bytes = [](const Subschema& schema) {
    const JsonNode* type = schema.source->find("connect.type");
    return type != nullptr && type->is_string() && type->text == "bytes";
  };
  return bytes(a) && bytes(b);
}

std::string joined(std::string_view path, std::string_view more) {
  std::string out(path);
  if (!out.empty() && !more.empty()) out += '/';
  out += more;
  out.resize(utf8_prefix(out, kPathBytesMax).size());
  return out;
}

}  // namespace

Result<Found> Comparison::run(const Subschema& old_schema, const Subschema& new_schema) {
  while (true) {
    known_.clear();
    assumed_ = false;
    Found found = compare(old_schema, new_schema);
    while (!postponed_.empty() && !too_large_) {
      const Pair pair = postponed_.back();
      postponed_.pop_back();
      compare(*pair.first, *pair.second);
    }
    if (too_large_) return error(ErrorCode::kTooLarge, "the two JSON schemas are too large to be compared");
    const std::size_t knew = incompatible_.size();
    std::erase_if(known_, [](const auto& entry) { return entry.second.compatible; });
    incompatible_.merge(known_);
    const bool learned = incompatible_.size() > knew;
    if (!assumed_ || !learned) return found;
  }
}

void Comparison::add(Found& found, ChangeKind kind, std::string_view path) {
  found.compatible = found.compatible && is_allowed(kind, policy_);
  keep(found, kind, joined(path, {}));
}

void Comparison::add(Found& found, const Found& more, std::string_view path) {
  found.compatible = found.compatible && more.compatible;
  for (const Change& change : more.changes) keep(found, change.kind, joined(path, change.path));
}

void Comparison::keep(Found& found, ChangeKind kind, std::string path) {
  too_large_ = too_large_ || ++changes_ > kChangesKeptMax;
  const bool allowed = is_allowed(kind, policy_);
  const std::size_t alike = allowed ? found.forgiven : found.changes.size() - found.forgiven;
  if (too_large_ || alike == kChangesMax) return;
  found.changes.push_back({kind, std::move(path)});
  found.forgiven += allowed ? 1 : 0;
}

void Comparison::count(std::size_t steps) { too_large_ = too_large_ || (steps_ += steps) > kStepsMax; }

const Found& Comparison::compare(const Shape& a, const Shape& b) {
  const Pair pair(&a, &b);
  count(1);
  if (const auto known = known_.find(pair); known != known_.end()) return known->second;
  const bool open = open_.contains(pair);
  if (open || open_.size() == kDepthMax) {
    if (const auto known = incompatible_.find(pair); known != incompatible_.end()) return known->second;
    if (!open) postponed_.push_back(pair);
    assumed_ = true;
    return nothing_;
  }
  too_large_ = too_large_ || ++pairs_ > kPairsMax;
  if (too_large_) return nothing_;
  open_.insert(pair);
  Found found = compare_new(a, b);
  open_.erase(pair);
  return known_.emplace(pair, std::move(found)).first->second;
}

Found Comparison::compare_new(const Shape& a, const Shape& b) {
  Found found;
  if (a.is_combined() != b.is_combined() && settled_by_part(a, b, found)) return found;
  if (a.kind != b.kind && !(a.is_combined() && b.is_combined())) {
    const bool takes_all = a.kind == Kind::kFalse || b.kind == Kind::kAny;
    if (!takes_all && !both_connect_bytes(*a.from, *b.from)) add(found, ChangeKind::kTypeChanged);
    return found;
  }
  if (a.is_schema || b.is_schema) {
    const auto differs = [&](Keyword keyword) {
      const JsonNode* in_a = a.is_schema ? a.from->word(keyword) : nullptr;
      const JsonNode* in_b = b.is_schema ? b.from->word(keyword) : nullptr;
      return !same_value(in_a, in_b);
    };
    if (differs(Keyword::kId)) add(found, ChangeKind::kIdChanged);
    if (differs(Keyword::kTitle)) add(found, ChangeKind::kTitleChanged);
    if (differs(Keyword::kDescription)) add(found, ChangeKind::kDescriptionChanged);
    if (differs(Keyword::kDefault)) add(found, ChangeKind::kDefaultChanged);
  }
  compare_same_kind(a, b, found);
  return found;
}

bool Comparison::settled_by_part(const Shape& a, const Shape& b, Found& found) {
  const Shape& combined = a.is_combined() ? a : b;
  const bool from_all = a.kind == Kind::kAllOf, to_some = b.kind == Kind::kAnyOf || b.kind == Kind::kOneOf;
  if (combined.parts.size() != 1 && !from_all && !to_some) return false;
  for (const Shape::Part& part : combined.parts) {
    const Found& inner = &combined == &a ? compare(shapes_.of(part), b) : compare(a, shapes_.of(part));
    if (!inner.compatible) continue;
    add(found, inner);
    if (combined.parts.size() != 1) add(found, from_all ? ChangeKind::kProductNarrowed : ChangeKind::kSumExtended);
    return true;
  }
  return false;
}

void Comparison::compare_same_kind(const Shape& a, const Shape& b, Found& found) {
  switch (a.kind) {
    case Kind::kString:
      compare_bounds(*a.from, *b.from, Constrains::kString, found);
      return compare_patterns(*a.from, *b.from, found);
    case Kind::kNumber:
      return compare_numbers(a, b, found);
    case Kind::kObject:
      return compare_objects(*a.from, *b.from, found);
    case Kind::kArray:
      return compare_arrays(*a.from, *b.from, found);
    case Kind::kEnum:
      return compare_values(*a.from->word(Keyword::kEnum), *b.from->word(Keyword::kEnum), found);
    case Kind::kConst:
      if (!same_value(a.from->word(Keyword::kConst), b.from->word(Keyword::kConst))) {
        add(found, ChangeKind::kEnumChanged, "const");
      }
      return;
    case Kind::kNot: {
      // What is forbidden may only shrink: the old one must read what the new one forbids.
      const Found& inner = compare(*b.from->one(Keyword::kNot), *a.from->one(Keyword::kNot));
      return add(found, inner.compatible ? ChangeKind::kNotNarrowed : ChangeKind::kNotExtended, "not");
    }
    case Kind::kAllOf:
    case Kind::kAnyOf:
    case Kind::kOneOf:
      return compare_combinations(a, b, found);
    case Kind::kAny:
    case Kind::kFalse:
    case Kind::kBoolean:
    case Kind::kNull:
    case Kind::kConditional:
    case Kind::kEndless:
      return;
  }
}

void Comparison::compare_optional(const Subschema* a, const Subschema* b, Found& found, std::string_view path) {
  if (a != nullptr && b != nullptr) {
    add(found, compare(*a, *b), path);
  } else if (a != nullptr) {
    add(found, ChangeKind::kSchemaRemoved, path);
  } else if (b != nullptr) {
    add(found, ChangeKind::kSchemaAdded, path);
  }
}

void Comparison::compare_bounds(const Subschema& a, const Subschema& b, Constrains what, Found& found) {
  for (const Bound& bound : kBounds) {
    if (bound.constrains != what) continue;
    const JsonNode* before = bound_of(a, bound.keyword);
    const JsonNode* after = bound_of(b, bound.keyword);
    if (before != nullptr && after != nullptr) {
      const int order = json::compare_numbers(*before, *after);
      if (order != 0) add(found, order < 0 ? bound.increased : bound.decreased, bound.name);
    } else if (before != nullptr || after != nullptr) {
      add(found, before == nullptr ? bound.added : bound.removed, bound.name);
    }
  }
}

void Comparison::compare_numbers(const Shape& a, const Shape& b, Found& found) {
  compare_bounds(*a.from, *b.from, Constrains::kNumber, found);
  const JsonNode* before = a.from->word(Keyword::kMultipleOf);
  const JsonNode* after = b.from->word(Keyword::kMultipleOf);
  if (before == nullptr || after == nullptr) {
    if (before != after) add(found, before == nullptr ? C::kMultipleOfAdded : C::kMultipleOfRemoved, "multipleOf");
  } else if (json::compare_numbers(*before, *after) != 0) {
    add(found,
        is_multiple_of(*after, *before)   ? C::kMultipleOfExpanded
        : is_multiple_of(*before, *after) ? C::kMultipleOfReduced
                                          : C::kMultipleOfChanged,
        "multipleOf");
  }
  if (a.whole != b.whole) add(found, a.whole ? ChangeKind::kTypeExtended : ChangeKind::kTypeNarrowed);
}

void Comparison::compare_patterns(const Subschema& a, const Subschema& b, Found& found) {
  if (same_text(a, b, Keyword::kPattern)) return;
  add(found,
      !a.has(Keyword::kPattern)   ? ChangeKind::kPatternAdded
      : !b.has(Keyword::kPattern) ? ChangeKind::kPatternRemoved
                                  : ChangeKind::kPatternChanged,
      "pattern");
}

void Comparison::compare_values(const JsonNode& a, const JsonNode& b, Found& found) {
  count(a.elements.size() + b.elements.size());
  const auto contains_all = [](const JsonNode& some, const JsonNode& all) {
    std::unordered_multimap<std::uint64_t, const JsonNode*> known;
    for (const JsonNode& value : some.elements) known.emplace(json_hash(value), &value);
    return std::ranges::all_of(all.elements, [&](const JsonNode& value) {
      const auto [first, last] = known.equal_range(json_hash(value));
      return std::any_of(first, last, [&](const auto& entry) { return json_equal(*entry.second, value); });
    });
  };
  const bool keeps = contains_all(b, a), is_kept = contains_all(a, b);
  if (keeps && is_kept) return;
  add(found, keeps ? C::kEnumExtended : is_kept ? C::kEnumNarrowed : C::kEnumChanged, "enum");
}

namespace {

/// The largest set of pairs (i, j) with `fits(i, j)` in which no i and no j stands twice: augmenting paths. Returns j
/// for each i, or -1. Members that kept their place are tried first, so that most pairs are never asked for.
std::vector<int> match(std::size_t left, std::size_t right, const std::function<bool(std::size_t, std::size_t)>& fits) {
  std::vector<int> of_left(left, -1), of_right(right, -1);
  for (std::size_t start = 0; start < left; ++start) {
    std::vector<int> reached_from(right, -1);  // the left end of the edge by which a right end was reached
    std::vector<std::size_t> queue = {start};
    int free_end = -1;
    for (std::size_t at = 0; at < queue.size() && free_end < 0; ++at) {
      for (std::size_t k = 0; k < right && free_end < 0; ++k) {
        const std::size_t j = (queue[at] + k) % right;
        if (reached_from[j] >= 0 || !fits(queue[at], j)) continue;
        reached_from[j] = static_cast<int>(queue[at]);
        if (of_right[j] < 0) {
          free_end = static_cast<int>(j);
        } else {
          queue.push_back(static_cast<std::size_t>(of_right[j]));
        }
      }
    }
    while (free_end >= 0) {
      const int i = reached_from[static_cast<std::size_t>(free_end)];
      of_right[static_cast<std::size_t>(free_end)] = i;
      std::swap(of_left[static_cast<std::size_t>(i)], free_end);
    }
  }
  return of_left;
}

}  // namespace

void Comparison::compare_combinations(const Shape& a, const Shape& b, Found& found) {
  if (a.kind != b.kind) {
    const bool from_one = a.parts.size() == 1, to_one = b.parts.size() == 1;
    const bool wider = b.kind == Kind::kAnyOf || (from_one && (to_one || b.kind == Kind::kOneOf)) ||
                       (to_one && a.kind == Kind::kAllOf);
    add(found, wider ? ChangeKind::kCombinedExtended : ChangeKind::kCombinedChanged);
    if (!wider) return;
  }
  const std::size_t before = a.parts.size(), after = b.parts.size();
  if (before < after) add(found, b.kind == Kind::kAllOf ? ChangeKind::kProductExtended : ChangeKind::kSumExtended);
  if (before > after) add(found, a.kind == Kind::kAllOf ? ChangeKind::kProductNarrowed : ChangeKind::kSumNarrowed);

  if (before * after > kPairsMax) {
    too_large_ = true;
    return;
  }
  enum class Fit : std::uint8_t { kUnknown, kYes, kNo };
  std::vector<Fit> known(before * after, Fit::kUnknown);
  const auto fits = [&](std::size_t i, std::size_t j) {
    Fit& fit = known[i * after + j];
    if (fit == Fit::kUnknown && !too_large_) {
      fit = compare(shapes_.of(a.parts[i]), shapes_.of(b.parts[j])).compatible ? Fit::kYes : Fit::kNo;
    }
    return fit == Fit::kYes && !too_large_;
  };
  const std::vector<int> matched = match(before, after, fits);
  if (too_large_) return;
  std::size_t count = 0;
  const std::string_view name = a.kind == Kind::kAllOf ? "allOf" : a.kind == Kind::kAnyOf ? "anyOf" : "oneOf";
  for (std::size_t i = 0; i < before; ++i) {
    if (matched[i] < 0) continue;
    ++count;
    const Shape::Part& successor = b.parts[static_cast<std::size_t>(matched[i])];
    add(found, compare(shapes_.of(a.parts[i]), shapes_.of(successor)), fmt::format("{}/{}", name, i));
  }
  if (count < std::min(before, after)) add(found, ChangeKind::kCombinedSubschemasChanged);
}

}  // namespace weft::schema::json
