#include "mesh/rules/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/utf8.h"

namespace weft::mesh {

namespace {

TextPlace place_of(const YAML::Mark& mark) {
  return {static_cast<std::size_t>(std::max(mark.line, 0)) + 1, static_cast<std::size_t>(std::max(mark.column, 0)) + 1};
}

bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !(text.front() == '-' || text.front() == '.' || (text.front() >= '0' && text.front() <= '9')))
    return false;
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc{} && end == text.data() + text.size();
}

YamlNode::Kind kind_of_plain(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return YamlNode::Kind::kNull;
  if (text == "true" || text == "false" || text == "True" || text == "False" || text == "TRUE" || text == "FALSE")
    return YamlNode::Kind::kBoolean;
  return is_number(text) ? YamlNode::Kind::kNumber : YamlNode::Kind::kString;
}

/// Copies yaml-cpp's graph, in which aliases share nodes and may even meet themselves, into a bounded tree.
class TreeCopy {
 public:
  YamlNode copy(const YAML::Node& from, std::size_t depth) {
    YamlNode node{.place = place_of(from.Mark())};
    if (depth > kYamlDepthMax) return fail(node, fmt::format("This is nested deeper than {} levels.", kYamlDepthMax));
    if (++values_ > kYamlValuesMax) return fail(node, fmt::format("More than {} values.", kYamlValuesMax));
    switch (from.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        break;
      case YAML::NodeType::Scalar:
        node.text = from.Scalar();
        // yaml-cpp tags a quoted scalar "!" and a plain one "?".
        node.kind = from.Tag() == "?" ? kind_of_plain(node.text) : YamlNode::Kind::kString;
        if (node.kind == YamlNode::Kind::kBoolean)
          node.text = node.text[0] == 't' || node.text[0] == 'T' ? "true" : "false";
        break;
      case YAML::NodeType::Sequence:
        node.kind = YamlNode::Kind::kList;
        for (const auto& element : from) {
          if (fault_) break;
          node.elements.push_back(copy(element, depth + 1));
        }
        break;
      case YAML::NodeType::Map:
        node.kind = YamlNode::Kind::kMap;
        for (const auto& entry : from) {
          if (fault_) break;
          YamlNode::Member member{.place = place_of(entry.first.Mark())};
          if (!entry.first.IsScalar()) {
            fail(YamlNode{.place = member.place}, "A key must be a plain name.");
            break;
          }
          member.name = entry.first.Scalar();
          member.value = copy(entry.second, depth + 1);
          // An empty value has no place of its own.
          if (member.value.kind == YamlNode::Kind::kNull) member.value.place = member.place;
          node.members.push_back(std::move(member));
        }
        break;
    }
    return node;
  }

  std::optional<YamlFault> take_fault() { return std::move(fault_); }

 private:
  YamlNode fail(const YamlNode& at, std::string message) {
    if (!fault_) fault_ = YamlFault{at.place, std::move(message)};
    return {};
  }

  std::size_t values_ = 0;
  std::optional<YamlFault> fault_;
};

}  // namespace

std::string_view YamlNode::kind_text() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kBoolean:
      return "true or false";
    case Kind::kNumber:
      return "a number";
    case Kind::kString:
      return "a text";
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "a mapping";
  }
  return "nothing";
}

std::variant<YamlNode, YamlFault> parse_yaml(std::string_view text) {
  if (text.size() > kYamlBytesMax)
    return YamlFault{{}, fmt::format("{} bytes; at most {}.", text.size(), kYamlBytesMax)};
  if (!is_utf8(text)) return YamlFault{{}, "The text is not UTF-8."};
  try {
    TreeCopy tree;
    YamlNode root = tree.copy(YAML::Load(std::string(text)), 0);
    if (auto fault = tree.take_fault()) return *std::move(fault);
    return root;
  } catch (const YAML::Exception& why) {
    return YamlFault{place_of(why.mark), fmt::format("Not YAML: {}.", why.msg)};
  }
}

}  // namespace weft::mesh
