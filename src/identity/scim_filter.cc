#include "identity/scim_filter.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <vector>

#include "identity/scim_schema.h"

namespace weft::identity {

using nlohmann::json;

struct ScimFilter::Node {
  enum class Kind { kAnd, kOr, kNot, kCompare, kWithin };
  enum class Operator { kEqual, kNotEqual, kContains, kStarts, kEnds, kPresent, kGreater, kGreaterEqual, kLess, kLessEqual };
  Kind kind = Kind::kCompare;
  std::vector<Node> children;
  std::string attribute;  ///< Dotted; with kWithin the one whose values are looked into.
  Operator how = Operator::kEqual;
  json value;

  bool matches(const json& resource) const;
};

namespace {

using Node = ScimFilter::Node;
using Operator = Node::Operator;

constexpr std::pair<std::string_view, Operator> kOperators[] = {
    {"eq", Operator::kEqual},   {"ne", Operator::kNotEqual},     {"co", Operator::kContains},
    {"sw", Operator::kStarts},  {"ew", Operator::kEnds},         {"pr", Operator::kPresent},
    {"gt", Operator::kGreater}, {"ge", Operator::kGreaterEqual}, {"lt", Operator::kLess},
    {"le", Operator::kLessEqual}};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool is_attribute_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '$' || c == '.' || c == ':';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Node> whole() {
    TRY_ASSIGN(Node node, either(0));
    skip();
    if (at_ < text_.size()) return wanted("the end");
    return node;
  }

  /// `attribute[filter].part`
  Result<ScimPath> path(std::shared_ptr<const Node>& filter) {
    ScimPath path;
    TRY_ASSIGN(path.attribute, attribute());
    if (take('[')) {
      TRY_ASSIGN(Node node, either(0));
      if (!take(']')) return wanted("]");
      filter = std::make_shared<const Node>(std::move(node));
      if (take('.')) {
        TRY_ASSIGN(path.part, attribute());
      }
    }
    skip();
    if (at_ < text_.size()) return wanted("the end");
    if (path.part.empty()) split_part(path);
    return path;
  }

 private:
  Error wanted(std::string_view what) const {
    return error(ErrorCode::kInvalidArgument, "Character {}: expected {}.", at_ + 1, what);
  }
  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view word() {
    skip();
    std::size_t end = at_;
    while (end < text_.size() && is_attribute_character(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool take_word(std::string_view wanted_word) {
    if (!same_name(word(), wanted_word)) return false;
    at_ += wanted_word.size();
    return true;
  }

  /// The last dot divides: schema URNs hold dots too ("…:core:2.0:User:name.familyName").
  static void split_part(ScimPath& path) {
    const std::size_t colon = path.attribute.rfind(':');
    const std::size_t dot = path.attribute.find('.', colon == path.attribute.npos ? 0 : colon);
    if (dot == path.attribute.npos) return;
    path.part = path.attribute.substr(dot + 1);
    path.attribute.resize(dot);
  }

  Result<std::string> attribute() {
    const std::string_view name = word();
    if (name.empty() || std::isalpha(static_cast<unsigned char>(name.front())) == 0) return wanted("an attribute");
    at_ += name.size();
    return std::string(name);
  }

  Result<Node> either(std::size_t depth) { return chain(depth, "or", Node::Kind::kOr); }
  Result<Node> both(std::size_t depth) { return chain(depth, "and", Node::Kind::kAnd); }
  Result<Node> chain(std::size_t depth, std::string_view between, Node::Kind kind) {
    const bool outer = kind == Node::Kind::kOr;
    TRY_ASSIGN(Node first, outer ? both(depth) : term(depth));
    if (!same_name(word(), between)) return first;
    Node node{.kind = kind};
    node.children.push_back(std::move(first));
    while (take_word(between)) {
      TRY_ASSIGN(Node next, outer ? both(depth) : term(depth));
      node.children.push_back(std::move(next));
    }
    return node;
  }

  Result<Node> term(std::size_t depth) {
    if (depth >= ScimFilter::kDepthMax)
      return error(ErrorCode::kTooLarge, "Character {}: nested deeper than {}.", at_ + 1, ScimFilter::kDepthMax);
    if (take('(')) {
      TRY_ASSIGN(Node inner, either(depth + 1));
      if (!take(')')) return wanted(")");
      return inner;
    }
    const std::size_t before = at_;
    if (take_word("not")) {
      if (take('(')) {
        TRY_ASSIGN(Node inner, either(depth + 1));
        if (!take(')')) return wanted(")");
        Node node{.kind = Node::Kind::kNot};
        node.children.push_back(std::move(inner));
        return node;
      }
      at_ = before;
    }
    return comparison(depth);
  }

  Result<Node> comparison(std::size_t depth) {
    Node node;
    TRY_ASSIGN(node.attribute, attribute());
    if (take('[')) {
      TRY_ASSIGN(Node inner, either(depth + 1));
      if (!take(']')) return wanted("]");
      node.kind = Node::Kind::kWithin;
      node.children.push_back(std::move(inner));
      return node;
    }
    for (const auto& [name, how] : kOperators) {
      if (!take_word(name)) continue;
      node.how = how;
      if (how == Operator::kPresent) return node;
      TRY_ASSIGN(node.value, value());
      return node;
    }
    return wanted("eq, ne, co, sw, ew, pr, gt, ge, lt or le");
  }

  Result<json> value() {
    skip();
    std::size_t end = at_;
    if (end < text_.size() && text_[end] == '"') {
      for (++end; end < text_.size() && text_[end] != '"'; ++end)
        if (text_[end] == '\\') ++end;
      end = std::min(end + 1, text_.size());
    } else {
      while (end < text_.size() && text_[end] != ' ' && text_[end] != ')' && text_[end] != ']') ++end;
    }
    const std::string_view literal = text_.substr(at_, end - at_);
    json out = same_name(literal, "true")    ? json(true)
               : same_name(literal, "false") ? json(false)
                                             : json::parse(literal, nullptr, false);
    if (out.is_discarded() || out.is_structured()) return wanted("a text in quotes, a number, true, false or null");
    at_ = end;
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// A member by its name, case aside.
const json* member(const json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  for (const auto& [key, value] : object.items())
    if (same_name(key, name)) return &value;
  return nullptr;
}

/// Every value that a dotted name stands for; a multi-valued attribute without a part stands for its `value`s.
std::vector<const json*> values_of(const json& resource, std::string_view attribute) {
  for (const ScimType type : {ScimType::kUser, ScimType::kGroup}) attribute = without_schema_id(type, attribute);
  const std::size_t dot = attribute.find('.');
  const json* found = member(resource, attribute.substr(0, dot));
  std::vector<const json*> out;
  if (found == nullptr) return out;
  const std::string_view part = dot == attribute.npos ? std::string_view() : attribute.substr(dot + 1);
  const auto add = [&](const json& value) {
    const json* inner = value.is_object() ? member(value, part.empty() ? "value" : part) : part.empty() ? &value : nullptr;
    if (inner != nullptr) out.push_back(inner);
  };
  if (found->is_array()) {
    for (const json& each : *found) add(each);
  } else if (found->is_object() && part.empty()) {
    out.push_back(found);
  } else {
    add(*found);
  }
  return out;
}

bool compare(const json& left, Operator how, const json& right) {
  if (left.is_string() && right.is_string()) {
    const std::string a = lower(left.get_ref<const std::string&>()), b = lower(right.get_ref<const std::string&>());
    switch (how) {
      case Operator::kEqual:
        return a == b;
      case Operator::kNotEqual:
        return a != b;
      case Operator::kContains:
        return a.find(b) != a.npos;
      case Operator::kStarts:
        return a.starts_with(b);
      case Operator::kEnds:
        return a.ends_with(b);
      case Operator::kGreater:
        return a > b;
      case Operator::kGreaterEqual:
        return a >= b;
      case Operator::kLess:
        return a < b;
      case Operator::kLessEqual:
        return a <= b;
      case Operator::kPresent:
        return true;
    }
  }
  if (how == Operator::kEqual) return left == right;
  if (how == Operator::kNotEqual) return left != right;
  return false;
}

}  // namespace

bool ScimFilter::Node::matches(const json& resource) const {
  switch (kind) {
    case Kind::kAnd:
      return std::all_of(children.begin(), children.end(), [&](const Node& each) { return each.matches(resource); });
    case Kind::kOr:
      return std::any_of(children.begin(), children.end(), [&](const Node& each) { return each.matches(resource); });
    case Kind::kNot:
      return !children.front().matches(resource);
    case Kind::kWithin: {
      const json* found = member(resource, attribute);
      if (found == nullptr) return false;
      if (!found->is_array()) return children.front().matches(*found);
      return std::any_of(found->begin(), found->end(),
                         [&](const json& each) { return children.front().matches(each); });
    }
    case Kind::kCompare:
      break;
  }
  const std::vector<const json*> values = values_of(resource, attribute);
  if (how == Operator::kPresent)
    return std::any_of(values.begin(), values.end(), [](const json* each) {
      return !each->is_null() && !(each->is_string() && each->get_ref<const std::string&>().empty());
    });
  // What is not there differs from every value, and equals null.
  if (values.empty()) return how == Operator::kNotEqual ? !value.is_null() : how == Operator::kEqual && value.is_null();
  return std::any_of(values.begin(), values.end(), [&](const json* each) { return compare(*each, how, value); });
}

Result<ScimFilter> ScimFilter::parse(std::string_view text) {
  if (text.size() > kBytesMax)
    return error(ErrorCode::kTooLarge, "The filter has {} bytes; at most {}.", text.size(), kBytesMax);
  TRY_ASSIGN(Node root, Parser(text).whole());
  ScimFilter filter;
  filter.root_ = std::make_shared<const Node>(std::move(root));
  return filter;
}

bool ScimFilter::matches(const json& resource) const { return root_->matches(resource); }

Result<ScimPath> ScimPath::parse(std::string_view text) {
  if (text.size() > ScimFilter::kBytesMax)
    return error(ErrorCode::kTooLarge, "The path has {} bytes; at most {}.", text.size(), ScimFilter::kBytesMax);
  const std::size_t open = text.find('['), close = text.rfind(']');
  std::shared_ptr<const ScimFilter::Node> node;
  TRY_ASSIGN(ScimPath path, Parser(text).path(node));
  if (node) {
    TRY_ASSIGN(ScimFilter filter, ScimFilter::parse(text.substr(open + 1, close - open - 1)));
    path.filter = std::make_shared<const ScimFilter>(std::move(filter));
  }
  return path;
}

}  // namespace weft::identity
