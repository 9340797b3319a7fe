#include "mesh/standards/yaml_text.h"

#include <algorithm>
#include <string_view>

#include "schema/json_text.h"
#include "schema/json_tree.h"

namespace weft::mesh {
namespace {

using schema::JsonNode;

/// Letters first, then letters, digits and signs that mean nothing in YAML; and none of the words that do.
bool is_plain(std::string_view text) {
  static constexpr std::string_view kWords[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || text.size() > 100 || !is_letter(text.front()) || text.back() == ' ') return false;
  const bool harmless = std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || std::string_view("_-./ ").find(c) != std::string_view::npos;
  });
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return harmless && std::ranges::find(kWords, lower) == std::end(kWords);
}

/// Several lines that can stand as they are: no line begins or ends with a space, none holds a control character.
bool is_block(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text.front() == '\n' || text.back() == '\n') return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if ((c < 0x20 && c != '\n') || c >= 0x7f) return false;
    const bool first = at == 0 || text[at - 1] == '\n';
    const bool last = at + 1 == text.size() || text[at + 1] == '\n';
    if (c == ' ' && (first || last)) return false;
  }
  return true;
}

class Printer {
 public:
  std::string take() && { return std::move(out_); }

  /// What comes after "key:" or "-", to the end of its last line. `depth` is that of the lines below.
  void value(const JsonNode& node, int depth, bool in_list) {
    if (node.is_object() && !node.members.empty()) return members(node, depth, in_list);
    if (node.is_array() && !node.elements.empty()) return elements(node, depth);
    out_ += ' ';
    scalar(node, depth);
    out_ += '\n';
  }

  void members(const JsonNode& node, int depth, bool in_list) {
    bool first = true;
    if (!in_list && !out_.empty()) out_ += '\n';
    for (const JsonNode::Member& member : node.members) {
      if (first && in_list) {
        out_ += ' ';
      } else {
        indent(depth);
      }
      first = false;
      text(member.name);
      out_ += ':';
      value(member.value, depth + 1, false);
    }
  }

 private:
  void elements(const JsonNode& node, int depth) {
    if (!out_.empty() && out_.back() != '\n') out_ += '\n';
    for (const JsonNode& element : node.elements) {
      indent(depth);
      out_ += '-';
      value(element, depth + 1, true);
    }
  }

  void scalar(const JsonNode& node, int depth) {
    if (node.is_string() && is_block(node.text)) return block(node.text, depth);
    if (node.is_string()) return text(node.text);
    schema::append_json(out_, node);
  }

  void text(std::string_view text) {
    if (is_plain(text)) {
      out_ += text;
    } else {
      schema::append_json_string(out_, text);
    }
  }

  void block(std::string_view text, int depth) {
    out_ += "|-\n";
    while (true) {
      const std::size_t end = text.find('\n');
      if (end != 0) indent(depth);
      out_ += text.substr(0, end);
      if (end == std::string_view::npos) return;
      out_ += '\n';
      text.remove_prefix(end + 1);
    }
  }

  void indent(int depth) { out_.append(static_cast<std::size_t>(depth) * 2, ' '); }

  std::string out_;
};

}  // namespace

std::string yaml_text(const JsonNode& node) {
  Printer printer;
  if (node.is_object() && !node.members.empty()) {
    printer.members(node, 0, false);
    return std::move(printer).take();
  }
  printer.value(node, 0, false);
  return std::move(printer).take();
}

}  // namespace weft::mesh
