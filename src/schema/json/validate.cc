#include "schema/json/validate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_map>

#include "base/utf8.h"
#include "schema/json/content_model.h"
#include "schema/json/equality.h"
#include "schema/json/pattern.h"

namespace weft::schema::json {
namespace {

constexpr std::size_t kStepsMax = 5'000'000;
constexpr int kDepthMax = 1'000;
constexpr std::size_t kPathBytesMax = 500;

/// Which members or elements some keyword has looked at.
using Marks = std::vector<bool>;

std::int64_t characters(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

JsonNode number_node(std::int64_t value) {
  JsonNode node;
  node.kind = JsonNode::Kind::kNumber;
  node.text = std::to_string(value);
  return node;
}

bool is_of(const JsonNode& value, Type type, Draft draft) {
  switch (type) {
    case Type::kNull:
      return value.is_null();
    case Type::kBoolean:
      return value.is_boolean();
    case Type::kInteger:
      return value.is_integer() ||
             (value.is_number() && draft > Draft::k4 && value.number() == std::floor(value.number()));
    case Type::kNumber:
      return value.is_number();
    case Type::kString:
      return value.is_string();
    case Type::kArray:
      return value.is_array();
    case Type::kObject:
      return value.is_object();
  }
  return false;
}

class Validator {
 public:
  Result<std::vector<Violation>> run(const Subschema& schema, const JsonNode& value) {
    check(schema, value, nullptr);
    if (!too_large_) return std::move(violations_);
    return error(ErrorCode::kTooLarge,
                 "checking the value takes too many steps, or the schema refers to itself "
                 "without an end");
  }

 private:
  class Step {
   public:
    Step(std::string& path, std::string_view step) : path_(path), size_(path.size()) {
      path_.append("/").append(utf8_prefix(step, path_.size() < kPathBytesMax ? kPathBytesMax : 0));
    }
    ~Step() { path_.resize(size_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    std::string& path_;
    std::size_t size_;
  };

  template <class... Args>
  bool refuse(fmt::format_string<Args...> text, Args&&... args) {
    if (quiet_ == 0 && violations_.size() < kViolationsMax) {
      violations_.push_back(
          {std::string(utf8_prefix(path_, kPathBytesMax)), fmt::format(text, std::forward<Args>(args)...)});
    }
    return false;
  }
  /// Whether there is nothing to gain from going on after a failure.
  bool done() const { return too_large_ || quiet_ > 0 || violations_.size() >= kViolationsMax; }
  void count(std::size_t steps) { too_large_ = too_large_ || (steps_ += steps) > kStepsMax; }

  /// `marks` gathers what was looked at, for a schema around this one that asks; null when none does.
  bool check(const Subschema& schema, const JsonNode& value, Marks* marks) {
    count(1);
    too_large_ = too_large_ || depth_ == kDepthMax;
    if (too_large_) return false;
    if (schema.form == Subschema::Form::kTrue) return true;
    if (schema.form == Subschema::Form::kFalse) return refuse("nothing is allowed here");
    ++depth_;
    const bool valid = check_keywords(schema, value, marks);
    --depth_;
    return valid;
  }

  /// Without a report.
  bool matches(const Subschema& schema, const JsonNode& value, Marks* marks) {
    ++quiet_;
    Marks own;
    const bool valid = check(schema, value, marks == nullptr ? nullptr : &own);
    --quiet_;
    if (valid && marks != nullptr) merge(*marks, own);
    return valid;
  }

  static void merge(Marks& into, const Marks& from) {
    if (into.size() < from.size()) into.resize(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) into[i] = into[i] || from[i];
  }

  bool check_keywords(const Subschema& schema, const JsonNode& value, Marks* outer) {
    const bool asks = schema.has(Keyword::kUnevaluatedItems) || schema.has(Keyword::kUnevaluatedProperties);
    Marks own;
    Marks* marks = asks || outer != nullptr ? &own : nullptr;
    if (marks != nullptr) {
      own.resize(value.elements.size() + value.members.size());
      count(own.size() / 16);
    }

    bool valid = schema.reference == nullptr || check(*schema.reference, value, marks);
    if (schema.draft <= Draft::k7 && schema.reference != nullptr) return valid;
    const auto also = [&](auto&& rule) { valid = (valid || !done()) && rule() && valid; };
    also([&] { return check_value(schema, value); });
    also([&] { return check_combinations(schema, value, marks); });
    if (value.is_number()) also([&] { return check_number(schema, value); });
    if (value.is_string()) also([&] { return check_string(schema, value); });
    if (value.is_array()) also([&] { return check_array(schema, value, marks); });
    if (value.is_object()) also([&] { return check_object(schema, value, marks); });
    if (asks && (valid || !done())) valid = check_unevaluated(schema, value, own) && valid;
    if (outer != nullptr) merge(*outer, own);
    return valid;
  }

  bool check_value(const Subschema& schema, const JsonNode& value) {
    const std::vector<Type> types = schema.types();
    if (schema.has(Keyword::kType) &&
        std::ranges::none_of(types, [&](Type type) { return is_of(value, type, schema.draft); })) {
      std::string names;
      for (const Type type : types) names += (names.empty() ? "" : " or ") + std::string(type_name(type));
      return refuse("must be {}, and is {}", names.empty() ? "nothing" : names, value.kind_text());
    }
    if (const JsonNode* allowed = schema.word(Keyword::kEnum)) {
      count(allowed->elements.size());
      if (std::ranges::none_of(allowed->elements, [&](const JsonNode& one) { return json_equal(one, value); })) {
        return refuse("is not one of the {} values allowed", allowed->elements.size());
      }
    }
    const JsonNode* constant = schema.word(Keyword::kConst);
    if (constant != nullptr && !json_equal(*constant, value)) return refuse("is not the one value allowed");
    return true;
  }

  bool check_combinations(const Subschema& schema, const JsonNode& value, Marks* marks) {
    bool valid = true;
    for (const Child& part : schema.all(Keyword::kAllOf)) {
      if (!valid && done()) return false;
      valid = check(*part.schema, value, marks) && valid;
    }
    const auto count_matching = [&](Keyword keyword) {
      return std::ranges::count_if(schema.all(keyword),
                                   [&](const Child& part) { return matches(*part.schema, value, marks); });
    };
    if (schema.has(Keyword::kAnyOf) && count_matching(Keyword::kAnyOf) == 0) {
      valid = refuse("matches none of the {} schemas of anyOf", schema.all(Keyword::kAnyOf).size());
    }
    if (schema.has(Keyword::kOneOf)) {
      const auto matching = count_matching(Keyword::kOneOf);
      if (matching != 1) {
        valid = refuse("must match exactly one of the {} schemas of oneOf, and matches {}",
                       schema.all(Keyword::kOneOf).size(), matching);
      }
    }
    if (const Subschema* forbidden = schema.one(Keyword::kNot)) {
      if (matches(*forbidden, value, nullptr)) valid = refuse("matches the schema of not");
    }
    if (const Subschema* condition = schema.one(Keyword::kIf)) {
      const Keyword chosen = matches(*condition, value, marks) ? Keyword::kThen : Keyword::kElse;
      const Subschema* then = schema.one(chosen);
      if (then != nullptr) valid = check(*then, value, marks) && valid;
    }
    return valid && !too_large_;
  }

  bool check_number(const Subschema& schema, const JsonNode& value) {
    const auto flag = [&](Keyword keyword) { return schema.has(keyword) && schema.word(keyword)->boolean; };
    const auto outside = [&](Keyword keyword, int side, bool exclusive) {
      const JsonNode* bound = schema.word(keyword);
      if (bound == nullptr || !bound->is_number()) return false;
      const int order = compare_numbers(value, *bound) * side;
      return order > 0 || (order == 0 && exclusive);
    };
    bool valid = true;
    if (outside(Keyword::kMinimum, -1, flag(Keyword::kExclusiveMinimum))) {
      valid = refuse("{} is below the minimum {}", value.text, schema.text(Keyword::kMinimum));
    }
    if (outside(Keyword::kMaximum, 1, flag(Keyword::kExclusiveMaximum))) {
      valid = refuse("{} is above the maximum {}", value.text, schema.text(Keyword::kMaximum));
    }
    if (outside(Keyword::kExclusiveMinimum, -1, true)) {
      valid = refuse("{} must be above {}", value.text, schema.text(Keyword::kExclusiveMinimum));
    }
    if (outside(Keyword::kExclusiveMaximum, 1, true)) {
      valid = refuse("{} must be below {}", value.text, schema.text(Keyword::kExclusiveMaximum));
    }
    const JsonNode* divisor = schema.word(Keyword::kMultipleOf);
    if (divisor != nullptr && !is_multiple_of(value, *divisor)) {
      valid = refuse("{} is no multiple of {}", value.text, divisor->text);
    }
    return valid;
  }

  /// Whether a count keeps to a lower and an upper bound.
  bool check_count(const Subschema& schema, std::int64_t count, Keyword least, Keyword most, std::string_view what) {
    const JsonNode node = number_node(count);
    bool valid = true;
    if (schema.has(least) && compare_numbers(node, *schema.word(least)) < 0) {
      valid = refuse("has {} {}, and needs at least {}", count, what, schema.text(least));
    }
    if (schema.has(most) && compare_numbers(node, *schema.word(most)) > 0) {
      valid = refuse("has {} {}, and may have at most {}", count, what, schema.text(most));
    }
    return valid;
  }

  bool check_string(const Subschema& schema, const JsonNode& value) {
    bool valid = true;
    if (schema.has(Keyword::kMinLength) || schema.has(Keyword::kMaxLength)) {
      valid = check_count(schema, characters(value.text), Keyword::kMinLength, Keyword::kMaxLength, "characters");
    }
    if (schema.pattern != nullptr && schema.pattern->searchable() && !schema.pattern->found_in(value.text)) {
      valid = refuse("does not match the pattern {}", schema.pattern->text());
    }
    return valid;
  }

  bool check_array(const Subschema& schema, const JsonNode& value, Marks* marks) {
    const auto size = value.elements.size();
    count(size / 16);
    bool valid = check_count(schema, static_cast<std::int64_t>(size), Keyword::kMinItems, Keyword::kMaxItems, "items");
    const ItemsModel items = items_of(schema);
    const bool newest = schema.draft == Draft::k2020;
    const JsonNode* listed = schema.word(Keyword::kItems);
    const bool tuple = newest ? true : listed != nullptr && listed->is_array();
    const bool rest = tuple && schema.has(newest ? Keyword::kItems : Keyword::kAdditionalItems);
    for (std::size_t i = 0; i < size && (valid || !done()); ++i) {
      const Step step(path_, std::to_string(i));
      const bool named = i < items.tuple.size();
      const Subschema* item = named ? items.tuple[i].schema : items.each != nullptr ? items.each : nullptr;
      if (item == nullptr && rest) item = items.beyond.schema;
      if (item != nullptr) valid = check(*item, value.elements[i], nullptr) && valid;
      if (!named && rest && !items.beyond.permitted) valid = refuse("no item is allowed here");
      if (marks != nullptr && (item != nullptr || rest)) (*marks)[i] = true;
    }
    if (const Subschema* wanted = schema.one(Keyword::kContains)) {
      std::int64_t found = 0;
      for (std::size_t i = 0; i < size && !too_large_; ++i) {
        if (!matches(*wanted, value.elements[i], nullptr)) continue;
        ++found;
        if (marks != nullptr && newest) (*marks)[i] = true;
      }
      if (found == 0 && !schema.has(Keyword::kMinContains)) valid = refuse("no item matches the schema of contains");
      valid = check_count(schema, found, Keyword::kMinContains, Keyword::kMaxContains, "matching items") && valid;
    }
    const JsonNode* unique = schema.word(Keyword::kUniqueItems);
    if (unique != nullptr && unique->boolean && !all_different(value)) valid = refuse("holds equal items");
    return valid;
  }

  static bool all_different(const JsonNode& array) {
    std::unordered_multimap<std::uint64_t, const JsonNode*> seen;
    for (const JsonNode& element : array.elements) {
      const std::uint64_t hash = json_hash(element);
      const auto [first, last] = seen.equal_range(hash);
      if (std::any_of(first, last, [&](const auto& known) { return json_equal(*known.second, element); })) return false;
      seen.emplace(hash, &element);
    }
    return true;
  }

  using Members = std::unordered_map<std::string_view, std::size_t>;

  bool check_object(const Subschema& schema, const JsonNode& value, Marks* marks) {
    Members places;
    for (std::size_t i = 0; i < value.members.size(); ++i) places.emplace(value.members[i].name, i);
    count(value.members.size() / 8);
    bool valid = check_count(schema, static_cast<std::int64_t>(value.members.size()), Keyword::kMinProperties,
                             Keyword::kMaxProperties, "properties");
    if (const JsonNode* required = schema.word(Keyword::kRequired)) valid = has_all(places, *required) && valid;
    valid = check_dependencies(schema, value, places, marks) && valid;

    Marks named(value.members.size());
    const auto check_member = [&](std::size_t i, const Subschema& member) {
      const Step step(path_, value.members[i].name);
      valid = (valid || !done()) && check(member, value.members[i].value, nullptr) && valid;
      named[i] = true;
    };
    for (const Child& property : schema.all(Keyword::kProperties)) {
      if (const auto at = places.find(property.name); at != places.end()) check_member(at->second, *property.schema);
    }
    for (const Child& property : schema.all(Keyword::kPatternProperties)) {
      for (std::size_t i = 0; i < value.members.size() && !too_large_; ++i) {
        count(1 + value.members[i].name.size() / 64);
        if (!property.pattern->searchable()) {
          named[i] = true;
        } else if (property.pattern->found_in(value.members[i].name)) {
          check_member(i, *property.schema);
        }
      }
    }
    if (const Subschema* others = schema.one(Keyword::kAdditionalProperties)) {
      for (std::size_t i = 0; i < named.size(); ++i) {
        if (named[i]) continue;
        if (others->form == Subschema::Form::kFalse) {
          valid = refuse("the property \"{}\" is not allowed", value.members[i].name);
        } else {
          check_member(i, *others);
        }
      }
      named.assign(named.size(), true);
    }
    if (const Subschema* names = schema.one(Keyword::kPropertyNames)) {
      JsonNode name;
      name.kind = JsonNode::Kind::kString;
      for (const auto& member : value.members) {
        name.text = member.name;
        if (!matches(*names, name, nullptr)) valid = refuse("no property may be called \"{}\"", member.name);
      }
    }
    if (marks != nullptr) merge(*marks, named);
    return valid;
  }

  bool has_all(const Members& places, const JsonNode& names) {
    bool valid = true;
    for (const JsonNode& name : names.elements) {
      if (!places.contains(name.text)) valid = refuse("needs the property \"{}\"", name.text);
    }
    return valid;
  }

  bool check_dependencies(const Subschema& schema, const JsonNode& value, const Members& places, Marks* marks) {
    bool valid = true;
    for (const Keyword keyword : {Keyword::kDependencies, Keyword::kDependentRequired}) {
      if (!schema.has(keyword)) continue;
      for (const auto& member : schema.word(keyword)->members) {
        if (member.value.is_array() && places.contains(member.name)) valid = has_all(places, member.value) && valid;
      }
    }
    for (const Keyword keyword : {Keyword::kDependencies, Keyword::kDependentSchemas}) {
      for (const Child& dependent : schema.all(keyword)) {
        if (places.contains(dependent.name)) valid = check(*dependent.schema, value, marks) && valid;
      }
    }
    return valid;
  }

  bool check_unevaluated(const Subschema& schema, const JsonNode& value, Marks& marks) {
    bool valid = true;
    marks.resize(value.elements.size() + value.members.size());
    const Subschema* items = value.is_array() ? schema.one(Keyword::kUnevaluatedItems) : nullptr;
    const Subschema* properties = value.is_object() ? schema.one(Keyword::kUnevaluatedProperties) : nullptr;
    if (items == nullptr && properties == nullptr) return true;
    for (std::size_t i = 0; i < marks.size() && (valid || !done()); ++i) {
      if (marks[i]) continue;
      if (items != nullptr) {
        const Step step(path_, std::to_string(i));
        valid = check(*items, value.elements[i], nullptr) && valid;
      } else {
        const Step step(path_, value.members[i].name);
        valid = check(*properties, value.members[i].value, nullptr) && valid;
      }
      marks[i] = true;
    }
    return valid;
  }

  std::vector<Violation> violations_;
  std::string path_;
  std::size_t steps_ = 0;
  int depth_ = 0;
  int quiet_ = 0;
  bool too_large_ = false;
};

}  // namespace

Result<std::vector<Violation>> validate(const Schema& schema, const JsonNode& value) {
  return Validator().run(schema.root(), value);
}

}  // namespace weft::schema::json
