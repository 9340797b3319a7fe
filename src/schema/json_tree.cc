#include "schema/json_tree.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "schema/json_text.h"

namespace weft::schema {
namespace {

/// Builds the tree from nlohmann's events, which also check UTF-8 and name line and column of a mistake.
class TreeBuilder {
 public:
  explicit TreeBuilder(const JsonLimits& limits) : limits_(limits) {}

  bool null() { return add(JsonNode{}); }
  bool boolean(bool value) {
    JsonNode node;
    node.kind = JsonNode::Kind::kBoolean;
    node.boolean = value;
    return add(std::move(node));
  }
  bool number_integer(std::int64_t value) { return add(scalar(JsonNode::Kind::kNumber, std::to_string(value))); }
  bool number_unsigned(std::uint64_t value) { return add(scalar(JsonNode::Kind::kNumber, std::to_string(value))); }
  bool number_float(double, const std::string& written) { return add(scalar(JsonNode::Kind::kNumber, written)); }
  bool string(std::string& value) { return add(scalar(JsonNode::Kind::kString, std::move(value))); }
  bool binary(std::vector<std::uint8_t>&) { return false; }  // JSON text has none
  bool start_object(std::size_t) { return open(JsonNode::Kind::kObject); }
  bool start_array(std::size_t) { return open(JsonNode::Kind::kArray); }
  bool end_object() {
    last_of_each_name(open_.back().members);
    return close();
  }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    open_.back().members.push_back({std::move(name), {}});
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& what) {
    std::string_view why = what.what();
    if (const auto bracket = why.find("] "); bracket != std::string_view::npos) why.remove_prefix(bracket + 2);
    why_ = weft::error(ErrorCode::kInvalidArgument, "not JSON: {}", why.substr(0, 300));
    return false;
  }

  JsonNode take_root() { return std::move(root_); }
  Error take_error() { return std::move(why_); }

 private:
  static JsonNode scalar(JsonNode::Kind kind, std::string text) {
    JsonNode node;
    node.kind = kind;
    node.text = std::move(text);
    return node;
  }
  bool count_value() {
    if (++values_ <= limits_.values_max) return true;
    why_ = weft::error(ErrorCode::kTooLarge, "JSON holds more than {} values", limits_.values_max);
    return false;
  }
  bool add(JsonNode node) {
    if (!count_value()) return false;
    place(std::move(node));
    return true;
  }
  void place(JsonNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().is_array()) {
      open_.back().elements.push_back(std::move(node));
    } else {
      open_.back().members.back().value = std::move(node);
    }
  }
  bool open(JsonNode::Kind kind) {
    if (!count_value()) return false;
    if (open_.size() >= limits_.depth_max) {
      why_ = weft::error(ErrorCode::kTooLarge, "JSON is nested deeper than {} levels", limits_.depth_max);
      return false;
    }
    JsonNode node;
    node.kind = kind;
    open_.push_back(std::move(node));
    return true;
  }
  bool close() {
    JsonNode node = std::move(open_.back());
    open_.pop_back();
    place(std::move(node));
    return true;
  }
  static void last_of_each_name(std::vector<JsonNode::Member>& members) {
    std::unordered_map<std::string_view, std::size_t> first;
    std::vector<bool> repeated(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto [known, added] = first.try_emplace(members[i].name, i);
      if (added) continue;
      members[known->second].value = std::move(members[i].value);
      repeated[i] = true;
    }
    if (first.size() == members.size()) return;
    std::vector<JsonNode::Member> kept;
    kept.reserve(first.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (!repeated[i]) kept.push_back(std::move(members[i]));
    }
    members = std::move(kept);
  }

  const JsonLimits& limits_;
  JsonNode root_;
  std::vector<JsonNode> open_;
  std::size_t values_ = 0;
  Error why_;
};

}  // namespace

std::optional<std::int64_t> JsonNode::integer() const {
  if (!is_integer()) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

double JsonNode::number() const {
  double value = 0;
  if (is_number()) std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

const JsonNode* JsonNode::find(std::string_view name) const {
  for (const Member& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

std::string_view JsonNode::kind_text() const {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBoolean:
      return "a boolean";
    case Kind::kNumber:
      return "a number";
    case Kind::kString:
      return "a string";
    case Kind::kArray:
      return "an array";
    case Kind::kObject:
      return "an object";
  }
  return "a value";
}

Result<JsonNode> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.text_bytes_max) {
    return error(ErrorCode::kTooLarge, "JSON of {} bytes is over the limit of {} bytes", text.size(),
                 limits.text_bytes_max);
  }
  TreeBuilder builder(limits);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.take_error();
  return builder.take_root();
}

void append_json(std::string& out, const JsonNode& node, MemberOrder order) {
  switch (node.kind) {
    case JsonNode::Kind::kNull:
      out += "null";
      return;
    case JsonNode::Kind::kBoolean:
      out += node.boolean ? "true" : "false";
      return;
    case JsonNode::Kind::kNumber:
      if (node.is_integer()) {
        out += node.text;
      } else {
        append_java_double(out, node.number());
      }
      return;
    case JsonNode::Kind::kString:
      append_json_string(out, node.text);
      return;
    case JsonNode::Kind::kArray:
      out += '[';
      for (const JsonNode& element : node.elements) {
        append_json(out, element, order);
        out += ',';
      }
      break;
    case JsonNode::Kind::kObject: {
      out += '{';
      std::vector<const JsonNode::Member*> members;
      members.reserve(node.members.size());
      for (const auto& member : node.members) members.push_back(&member);
      if (order == MemberOrder::kSorted) {
        std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
      }
      for (const auto* member : members) {
        append_json_string(out, member->name);
        out += ':';
        append_json(out, member->value, order);
        out += ',';
      }
      break;
    }
  }
  const char close = node.is_array() ? ']' : '}';
  if (out.back() == ',') {
    out.back() = close;
  } else {
    out += close;
  }
}

}  // namespace weft::schema
