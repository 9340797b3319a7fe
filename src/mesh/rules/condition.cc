#include "mesh/rules/condition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/utf8.h"
#include "mesh/rules/yaml_map_reader.h"
#include "mesh/text_bounds.h"

namespace weft::mesh {

namespace {

using schema::JsonNode;

constexpr std::size_t kPatternBytesMax = 1000;
constexpr std::size_t kPatternMemoryMax = 1 << 20;  ///< Of one compiled expression and its automaton.
constexpr std::size_t kValuesMax = 500;
constexpr std::size_t kValueBytesMax = 500;
constexpr std::uint64_t kCountMax = 1'000'000;

/// Bounds of which at least one is there.
template <class Number>
struct Bounds {
  std::optional<Number> min;
  std::optional<Number> max;

  bool holds(Number value) const { return (!min || value >= *min) && (!max || value <= *max); }
  /// "20 to 2000", "at least 20", "at most 2000"
  std::string text() const {
    if (min && max) return fmt::format("{} to {}", *min, *max);
    return min ? fmt::format("at least {}", *min) : fmt::format("at most {}", *max);
  }
  std::string verdict(Number value, std::string_view unit) const {
    if (min && value < *min) return fmt::format("{} of at least {}{}.", value, *min, unit);
    return fmt::format("{}{}; at most {}.", value, unit, *max);
  }
};

/// Says when neither end is given, or both are the wrong way round.
template <class Number>
bool sound(YamlMapReader& rule, const Bounds<Number>& bounds) {
  if (!bounds.min && !bounds.max) {
    // What stands there and is wrong has its finding already.
    if (!rule.has("min") && !rule.has("max")) rule.missing("min");
    return false;
  }
  if (bounds.min && bounds.max && *bounds.min > *bounds.max) {
    rule.fault("max", fmt::format("{} is less than min.", *bounds.max), "Put the smaller one into min.");
    return false;
  }
  return true;
}

std::string quoted(const JsonNode& value) {
  return value.is_string() ? fmt::format("'{}'", shown(value)) : shown(value);
}

bool is_empty(const JsonNode* value) {
  if (value == nullptr || value->is_null()) return true;
  if (value->is_string()) return characters_of(value->text) == 0;
  if (value->is_array()) return value->elements.empty();
  return value->is_object() && value->members.empty();
}

class Required final : public Condition {
 public:
  std::optional<Violation> check(const JsonNode* value) const override {
    if (!is_empty(value)) return std::nullopt;
    return Violation{"Nothing is given.", "Fill it in.", std::nullopt};
  }
  std::string text() const override { return "is given"; }
  static ConditionPointer read(YamlMapReader&) { return std::make_shared<Required>(); }
};

class Length final : public Condition {
 public:
  explicit Length(Bounds<std::uint64_t> bounds) : bounds_(bounds) {}
  std::optional<Violation> check(const JsonNode* value) const override {
    const std::uint64_t length = value == nullptr || !value->is_string() ? 0 : characters_of(value->text);
    if (bounds_.holds(length)) return std::nullopt;
    return Violation{bounds_.verdict(length, " characters"),
                     bounds_.min && length < *bounds_.min ? "Write more." : "Shorten it.", std::nullopt};
  }
  std::string text() const override { return bounds_.text() + " characters"; }
  static ConditionPointer read(YamlMapReader& rule) {
    const Bounds<std::uint64_t> bounds{rule.count("min", kCountMax), rule.count("max", kCountMax)};
    return sound(rule, bounds) ? std::make_shared<Length>(bounds) : nullptr;
  }

 private:
  Bounds<std::uint64_t> bounds_;
};

class Count final : public Condition {
 public:
  explicit Count(Bounds<std::uint64_t> bounds) : bounds_(bounds) {}
  std::optional<Violation> check(const JsonNode* value) const override {
    const std::uint64_t size = value == nullptr    ? 0
                               : value->is_array() ? value->elements.size()
                                                   : value->members.size();
    if (bounds_.holds(size)) return std::nullopt;
    return Violation{bounds_.verdict(size, ""), bounds_.min && size < *bounds_.min ? "Add some." : "Remove some.",
                     std::nullopt};
  }
  std::string text() const override { return bounds_.text(); }
  static ConditionPointer read(YamlMapReader& rule) {
    const Bounds<std::uint64_t> bounds{rule.count("min", kCountMax), rule.count("max", kCountMax)};
    return sound(rule, bounds) ? std::make_shared<Count>(bounds) : nullptr;
  }

 private:
  Bounds<std::uint64_t> bounds_;
};

class Range final : public Condition {
 public:
  explicit Range(Bounds<double> bounds) : bounds_(bounds) {}
  std::optional<Violation> check(const JsonNode* value) const override {
    if (value == nullptr || (value->is_number() && bounds_.holds(value->number()))) return std::nullopt;
    return Violation{fmt::format("{} is not {}.", quoted(*value), text()), fmt::format("Give {}.", text()),
                     std::nullopt};
  }
  std::string text() const override { return bounds_.text(); }
  static ConditionPointer read(YamlMapReader& rule) {
    const Bounds<double> bounds{rule.number("min"), rule.number("max")};
    return sound(rule, bounds) ? std::make_shared<Range>(bounds) : nullptr;
  }

 private:
  Bounds<double> bounds_;
};

/// Times in milliseconds, as evidence has them; "forever" is longer than all.
class Duration final : public Condition {
 public:
  explicit Duration(Bounds<std::int64_t> bounds) : bounds_(bounds) {}
  std::optional<Violation> check(const JsonNode* value) const override {
    if (value == nullptr) return std::nullopt;
    const bool forever = value->is_string() && value->text == "forever";
    const auto ms = forever ? std::optional(std::numeric_limits<std::int64_t>::max()) : duration_of(*value);
    if (ms && bounds_.holds(*ms)) return std::nullopt;
    const std::string is = forever ? "forever" : ms ? duration_text(*ms) : quoted(*value);
    return Violation{fmt::format("It is {}; wanted is {}.", is, text()), fmt::format("Make it {}.", text()),
                     std::nullopt};
  }
  std::string text() const override {
    if (bounds_.min && bounds_.max)
      return fmt::format("{} to {}", duration_text(*bounds_.min), duration_text(*bounds_.max));
    return bounds_.min ? "at least " + duration_text(*bounds_.min) : "at most " + duration_text(*bounds_.max);
  }
  static ConditionPointer read(YamlMapReader& rule) {
    const Bounds<std::int64_t> bounds{end(rule, "min"), end(rule, "max")};
    return sound(rule, bounds) ? std::make_shared<Duration>(bounds) : nullptr;
  }

 private:
  static std::optional<std::int64_t> duration_of(const JsonNode& value) {
    return value.is_string() ? parse_duration_ms(value.text) : value.integer();
  }
  static std::optional<std::int64_t> end(YamlMapReader& rule, std::string_view key) {
    const auto text = rule.text(key, 30);
    if (!text) return std::nullopt;
    const auto ms = parse_duration_ms(*text);
    if (!ms)
      rule.fault(key, fmt::format("'{}' is no time.", *text),
                 "Write days, hours, minutes or seconds: 7d, 36h, 90m, 30s.");
    return ms;
  }

  Bounds<std::int64_t> bounds_;
};

std::shared_ptr<const RE2> read_pattern(YamlMapReader& rule) {
  const auto text = rule.required_text("pattern", kPatternBytesMax);
  if (!text) return nullptr;
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kPatternMemoryMax);
  auto pattern = std::make_shared<const RE2>(*text, options);
  if (pattern->ok()) return pattern;
  rule.fault("pattern", fmt::format("The regular expression is wrong: {}.", pattern->error()),
             "Write RE2 syntax (https://github.com/google/re2/wiki/Syntax), in single quotes.");
  return nullptr;
}

class Pattern final : public Condition {
 public:
  explicit Pattern(std::shared_ptr<const RE2> pattern) : pattern_(std::move(pattern)) {}
  std::optional<Violation> check(const JsonNode* value) const override {
    if (value == nullptr || RE2::FullMatch(value->text, *pattern_)) return std::nullopt;
    return Violation{fmt::format("{} does not match {}.", quoted(*value), pattern_->pattern()),
                     fmt::format("Make all of it match {}.", pattern_->pattern()), std::nullopt};
  }
  std::string text() const override { return "matches " + pattern_->pattern(); }
  static ConditionPointer read(YamlMapReader& rule) {
    auto pattern = read_pattern(rule);
    return pattern ? std::make_shared<Pattern>(std::move(pattern)) : nullptr;
  }

 private:
  std::shared_ptr<const RE2> pattern_;
};

class NoMatch final : public Condition {
 public:
  explicit NoMatch(std::shared_ptr<const RE2> pattern) : pattern_(std::move(pattern)) {}
  std::optional<Violation> check(const JsonNode* value) const override {
    re2::StringPiece found;
    if (value == nullptr || !RE2::PartialMatch(value->text, *pattern_)) return std::nullopt;
    pattern_->Match(value->text, 0, value->text.size(), RE2::UNANCHORED, &found, 1);
    return Violation{fmt::format("It holds '{}'.", utf8_prefix({found.data(), found.size()}, 60)), "Take it out.",
                     std::nullopt};
  }
  std::string text() const override { return "holds nothing like " + pattern_->pattern(); }
  static ConditionPointer read(YamlMapReader& rule) {
    auto pattern = read_pattern(rule);
    return pattern ? std::make_shared<NoMatch>(std::move(pattern)) : nullptr;
  }

 private:
  std::shared_ptr<const RE2> pattern_;
};

bool same_scalar(const JsonNode& one, const JsonNode& other) {
  if (one.kind != other.kind) return false;
  if (one.is_boolean()) return one.boolean == other.boolean;
  return one.text == other.text || (one.is_number() && one.number() == other.number());
}

JsonNode scalar_of(const YamlNode& node) {
  JsonNode out;
  out.text = node.text;
  switch (node.kind) {
    case YamlNode::Kind::kBoolean:
      out.kind = JsonNode::Kind::kBoolean;
      out.boolean = node.text == "true";
      out.text.clear();
      break;
    case YamlNode::Kind::kNumber:
      out.kind = JsonNode::Kind::kNumber;
      break;
    default:
      out.kind = JsonNode::Kind::kString;
  }
  return out;
}

std::vector<JsonNode> read_values(YamlMapReader& rule, std::string_view key) {
  std::vector<JsonNode> out;
  for (const YamlNode* node : rule.scalars(key, kValuesMax)) {
    if (node->text.size() > kValueBytesMax) {
      rule.findings().blocks(node->place, rule.path(), fmt::format("{} bytes.", node->text.size()),
                             fmt::format("A value has at most {} bytes.", kValueBytesMax));
    } else {
      out.push_back(scalar_of(*node));
    }
  }
  return out;
}

bool holds(const std::vector<JsonNode>& values, const JsonNode& value) {
  return std::any_of(values.begin(), values.end(), [&](const JsonNode& each) { return same_scalar(each, value); });
}

/// "a, b or c"; the first ten of many.
std::string choices(const std::vector<JsonNode>& values) {
  std::vector<std::string> names;
  for (const JsonNode& value : values) {
    if (names.size() == 10) return fmt::format("{} and {} more", fmt::join(names, ", "), values.size() - 10);
    names.push_back(shown(value));
  }
  if (names.size() < 2) return fmt::format("{}", fmt::join(names, ""));
  const std::string last = names.back();
  names.pop_back();
  return fmt::format("{} or {}", fmt::join(names, ", "), last);
}

std::optional<Violation> check_allowed(const std::vector<JsonNode>& values, const JsonNode& value) {
  if (holds(values, value)) return std::nullopt;
  return Violation{fmt::format("{} is none of them.", quoted(value)), fmt::format("Choose {}.", choices(values)),
                   values.size() == 1 ? std::optional(shown(values.front())) : std::nullopt};
}

class OneOf final : public Condition {
 public:
  explicit OneOf(std::vector<JsonNode> values) : values_(std::move(values)) {}
  std::optional<Violation> check(const JsonNode* value) const override {
    return value == nullptr ? std::nullopt : check_allowed(values_, *value);
  }
  std::string text() const override { return "is " + choices(values_); }
  static ConditionPointer read(YamlMapReader& rule) {
    if (!rule.has("values")) rule.missing("values");
    auto values = read_values(rule, "values");
    return values.empty() ? nullptr : std::make_shared<OneOf>(std::move(values));
  }

 private:
  std::vector<JsonNode> values_;
};

class Typed final : public Condition {
 public:
  explicit Typed(AttributeConstraints constraints) : constraints_(std::move(constraints)) {}

  std::optional<Violation> check(const JsonNode* value) const override {
    if (is_empty(value)) {
      if (!constraints_.required) return std::nullopt;
      return Violation{
          "Nothing is given.", fmt::format("Give {}.", wanted()),
          constraints_.allowed.size() == 1 ? std::optional(shown(constraints_.allowed.front())) : std::nullopt};
    }
    if (constraints_.type != AttributeType::kList) return check_one(*value);
    if (!value->is_array()) return wrong_type(*value);
    for (const JsonNode& element : value->elements)
      if (auto violation = check_one(element)) return violation;
    return std::nullopt;
  }

  std::string text() const override { return fmt::format("{}{}", wanted(), constraints_.required ? ", required" : ""); }

  static ConditionPointer read(YamlMapReader& rule) {
    if (!rule.has("type")) rule.missing("type");
    const auto type = rule.word("type", "text, number, boolean, date, list", parse_attribute_type);
    if (!type) return nullptr;
    return std::make_shared<Typed>(AttributeConstraints{*type, false, {}, nullptr});
  }

 private:
  std::string wanted() const {
    if (!constraints_.allowed.empty())
      return (constraints_.type == AttributeType::kList ? "a list of " : "") + choices(constraints_.allowed);
    std::string out;
    switch (constraints_.type) {
      case AttributeType::kText:
        out = "a text";
        break;
      case AttributeType::kNumber:
        out = "a number";
        break;
      case AttributeType::kBoolean:
        out = "true or false";
        break;
      case AttributeType::kDate:
        out = "a date, such as 2027-01-31";
        break;
      case AttributeType::kList:
        out = "a list of texts";
        break;
    }
    return constraints_.further ? fmt::format("{} ({})", out, constraints_.further->text()) : out;
  }
  Violation wrong_type(const JsonNode& value) const {
    return {fmt::format("{} is not {}.", quoted(value), wanted()), fmt::format("Give {}.", wanted()), std::nullopt};
  }
  bool fits_type(const JsonNode& value) const {
    switch (constraints_.type) {
      case AttributeType::kNumber:
        return value.is_number();
      case AttributeType::kBoolean:
        return value.is_boolean();
      case AttributeType::kDate:
        return value.is_string() && is_date(value.text);
      case AttributeType::kText:
      case AttributeType::kList:
        return value.is_string();
    }
    return false;
  }
  std::optional<Violation> check_one(const JsonNode& value) const {
    if (!fits_type(value)) return wrong_type(value);
    if (!constraints_.allowed.empty()) return check_allowed(constraints_.allowed, value);
    return constraints_.further ? constraints_.further->check(&value) : std::nullopt;
  }

  AttributeConstraints constraints_;
};

}  // namespace

ConditionPointer attribute_condition(AttributeConstraints constraints) {
  return std::make_shared<Typed>(std::move(constraints));
}

const std::vector<ConditionKind>& condition_kinds() {
  static const std::vector<ConditionKind> kKinds = {
      {"required", "", "something is given", &Required::read},
      {"length", "min, max", "characters of a text", &Length::read},
      {"count", "min, max", "elements of a list", &Count::read},
      {"range", "min, max", "a number", &Range::read},
      {"duration", "min, max", "a time such as 7d; \"forever\" is longer than all", &Duration::read},
      {"pattern", "pattern", "all of a text matches an RE2 expression", &Pattern::read},
      {"no_match", "pattern", "no part of a text matches an RE2 expression", &NoMatch::read},
      {"one_of", "values", "one of some values", &OneOf::read},
      {"type", "type", "text, number, boolean, date or list", &Typed::read},
  };
  return kKinds;
}

std::vector<schema::JsonNode> read_allowed_values(YamlMapReader& map, std::string_view key) {
  return read_values(map, key);
}

std::optional<AttributeType> parse_attribute_type(std::string_view name) {
  if (name == "string") return AttributeType::kText;
  for (const AttributeType type : {AttributeType::kText, AttributeType::kNumber, AttributeType::kBoolean,
                                   AttributeType::kDate, AttributeType::kList})
    if (attribute_type_name(type) == name) return type;
  return std::nullopt;
}

namespace {
struct TimeUnit {
  char letter;
  std::int64_t ms;
};
constexpr std::array<TimeUnit, 4> kUnits = {{{'d', 86'400'000}, {'h', 3'600'000}, {'m', 60'000}, {'s', 1000}}};
}  // namespace

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (why != std::errc{} || number < 0 || end + 1 != text.data() + text.size()) return std::nullopt;
  for (const TimeUnit& unit : kUnits) {
    if (unit.letter == *end)
      return number > 100'000 * (kUnits.front().ms / unit.ms) ? std::nullopt : std::optional(number * unit.ms);
  }
  return std::nullopt;
}

std::string duration_text(std::int64_t ms) {
  for (const TimeUnit& unit : kUnits)
    if (ms >= unit.ms && ms % unit.ms == 0) return fmt::format("{}{}", ms / unit.ms, unit.letter);
  return fmt::format("{} ms", ms);
}

std::string shown(const schema::JsonNode& value) {
  if (value.is_boolean()) return value.boolean ? "true" : "false";
  if (value.is_array()) return fmt::format("a list of {}", value.elements.size());
  if (value.is_object()) return "an object";
  if (value.is_null()) return "nothing";
  constexpr std::size_t kShownMax = 60;
  const std::string_view cut = utf8_prefix(value.text, kShownMax);
  return cut.size() < value.text.size() ? fmt::format("{}…", cut) : std::string(cut);
}

std::size_t characters_of(std::string_view text) { return code_points(trimmed(text)); }

}  // namespace weft::mesh
