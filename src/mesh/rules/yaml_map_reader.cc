#include "mesh/rules/yaml_map_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace weft::mesh {

void YamlFindings::add(const TextPlace& place, std::string field, Severity severity, std::string message,
                       std::string fix) {
  if (findings_.size() >= kMax) return;
  Finding finding{.field = std::move(field),
                  .rule = "rules-document",
                  .severity = severity,
                  .title = severity == Severity::kBlocks ? "The document must be understood" : "Look at this",
                  .message = std::move(message),
                  .fix = std::move(fix)};
  finding.line = place.line;
  finding.column = place.column;
  findings_.push_back(std::move(finding));
}

YamlMapReader::YamlMapReader(const YamlNode& node, std::string path, YamlFindings& findings)
    : node_(node), path_(std::move(path)), findings_(findings) {
  if (node.kind != YamlNode::Kind::kMap) {
    findings_.blocks(node.place, path_,
                     fmt::format("{} is {}.", path_.empty() ? "The document" : path_, node.kind_text()),
                     "Write a mapping: one `key: value` a line.");
    return;
  }
  std::set<std::string_view> seen;
  for (const YamlNode::Member& member : node.members) {
    if (!seen.insert(member.name).second)
      findings_.blocks(member.place, field(member.name), fmt::format("'{}' stands twice.", member.name),
                       "Remove one of them.");
  }
}

std::string YamlMapReader::field(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

const YamlNode* YamlMapReader::find(std::string_view key) {
  known_.emplace(key);
  for (const YamlNode::Member& member : node_.members)
    if (member.name == key) return member.value.kind == YamlNode::Kind::kNull ? nullptr : &member.value;
  return nullptr;
}

void YamlMapReader::fault(std::string_view key, std::string message, std::string fix) {
  const YamlNode* node = find(key);
  findings_.blocks(node == nullptr ? node_.place : node->place, field(key), std::move(message), std::move(fix));
}

void YamlMapReader::warn(std::string_view key, std::string message, std::string fix) {
  const YamlNode* node = find(key);
  findings_.warns(node == nullptr ? node_.place : node->place, field(key), std::move(message), std::move(fix));
}

void YamlMapReader::missing(std::string_view key) {
  findings_.blocks(node_.place, field(key), fmt::format("'{}' is missing.", key), fmt::format("Add `{}: …`.", key));
}

void YamlMapReader::wrong_kind(std::string_view key, const YamlNode& node, std::string_view wanted) {
  findings_.blocks(node.place, field(key), fmt::format("'{}' is {}.", key, node.kind_text()),
                   fmt::format("Write {}.", wanted));
}

std::optional<std::string> YamlMapReader::text(std::string_view key, std::size_t bytes_max) {
  const YamlNode* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (is_nested(*node)) {
    wrong_kind(key, *node, "a text");
    return std::nullopt;
  }
  if (node->text.empty() || node->text.size() > bytes_max) {
    fault(key, fmt::format("{} bytes.", node->text.size()), fmt::format("Write 1 to {} bytes.", bytes_max));
    return std::nullopt;
  }
  return node->text;
}

std::optional<std::string> YamlMapReader::required_text(std::string_view key, std::size_t bytes_max) {
  if (!has(key)) {
    missing(key);
    return std::nullopt;
  }
  return text(key, bytes_max);
}

std::optional<bool> YamlMapReader::flag(std::string_view key) {
  const YamlNode* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind != YamlNode::Kind::kBoolean) {
    wrong_kind(key, *node, "true or false");
    return std::nullopt;
  }
  return node->text == "true";
}

std::optional<double> YamlMapReader::number(std::string_view key) {
  const YamlNode* node = find(key);
  if (node == nullptr) return std::nullopt;
  double value = 0;
  if (node->kind != YamlNode::Kind::kNumber) {
    wrong_kind(key, *node, "a number");
    return std::nullopt;
  }
  const std::string_view digits = std::string_view(node->text).substr(node->text.starts_with('+') ? 1 : 0);
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::optional<std::uint64_t> YamlMapReader::count(std::string_view key, std::uint64_t max) {
  const YamlNode* node = find(key);
  if (node == nullptr) return std::nullopt;
  std::uint64_t value = 0;
  const std::string& digits = node->text;
  const auto [end, why] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (node->kind != YamlNode::Kind::kNumber || why != std::errc{} || end != digits.data() + digits.size() ||
      value > max) {
    fault(key, fmt::format("'{}' is no such number.", node->text.substr(0, 40)),
          fmt::format("Write a whole number from 0 to {}.", max));
    return std::nullopt;
  }
  return value;
}

std::vector<const YamlNode*> YamlMapReader::scalars(std::string_view key, std::size_t count_max) {
  std::vector<const YamlNode*> out;
  const YamlNode* node = find(key);
  if (node == nullptr) return out;
  if (node->kind != YamlNode::Kind::kList) {
    wrong_kind(key, *node, "a list, such as [a, b]");
    return out;
  }
  if (node->elements.size() > count_max) {
    fault(key, fmt::format("{} elements; at most {}.", node->elements.size(), count_max), "Remove some.");
    return out;
  }
  for (std::size_t i = 0; i < node->elements.size(); ++i) {
    const YamlNode& element = node->elements[i];
    if (is_nested(element) || element.kind == YamlNode::Kind::kNull) {
      findings_.blocks(element.place, fmt::format("{}[{}]", field(key), i),
                       fmt::format("This is {}.", element.kind_text()), "Write one word or number.");
    } else {
      out.push_back(&element);
    }
  }
  return out;
}

std::vector<std::string> YamlMapReader::texts(std::string_view key, std::size_t count_max, std::size_t bytes_max) {
  std::vector<std::string> out;
  for (const YamlNode* element : scalars(key, count_max)) {
    if (element->text.empty() || element->text.size() > bytes_max) {
      findings_.blocks(element->place, field(key), fmt::format("{} bytes.", element->text.size()),
                       fmt::format("Write 1 to {} bytes.", bytes_max));
    } else {
      out.push_back(element->text);
    }
  }
  return out;
}

std::vector<YamlMapReader> YamlMapReader::maps(std::string_view key, std::size_t count_max) {
  std::vector<YamlMapReader> out;
  const YamlNode* node = find(key);
  if (node == nullptr) return out;
  if (node->kind != YamlNode::Kind::kList) {
    wrong_kind(key, *node, "a list of mappings, each beginning with `- `");
    return out;
  }
  if (node->elements.size() > count_max) {
    fault(key, fmt::format("{} elements; at most {}.", node->elements.size(), count_max), "Remove some.");
    return out;
  }
  for (std::size_t i = 0; i < node->elements.size(); ++i)
    out.emplace_back(node->elements[i], fmt::format("{}[{}]", field(key), i), findings_);
  return out;
}

const YamlNode* YamlMapReader::map(std::string_view key) {
  const YamlNode* node = find(key);
  if (node == nullptr) return nullptr;
  if (node->kind == YamlNode::Kind::kMap) return node;
  wrong_kind(key, *node, "a mapping");
  return nullptr;
}

void YamlMapReader::end() {
  for (const YamlNode::Member& member : node_.members) {
    if (known_.contains(member.name)) continue;
    findings_.blocks(member.place, field(member.name), fmt::format("'{}' is no key here.", member.name.substr(0, 60)),
                     fmt::format("Remove or correct it; known are {}.", fmt::join(known_, ", ")));
  }
}

}  // namespace weft::mesh
