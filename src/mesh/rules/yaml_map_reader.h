#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/finding.h"
#include "mesh/rules/yaml_tree.h"

namespace weft::mesh {

/// Collects what is wrong with a document, each with its place; after `kMax` the rest is not listed.
class YamlFindings {
 public:
  static constexpr std::size_t kMax = 100;

  void blocks(const TextPlace& place, std::string field, std::string message, std::string fix) {
    add(place, std::move(field), Severity::kBlocks, std::move(message), std::move(fix));
  }
  void warns(const TextPlace& place, std::string field, std::string message, std::string fix) {
    add(place, std::move(field), Severity::kWarns, std::move(message), std::move(fix));
  }
  std::vector<Finding> take() && { return std::move(findings_); }
  std::size_t size() const { return findings_.size(); }

 private:
  void add(const TextPlace& place, std::string field, Severity severity, std::string message, std::string fix);

  std::vector<Finding> findings_;
};

/// Reads one mapping; what is missing, unknown, of another kind or out of bounds becomes a finding, and reading goes
/// on.
class YamlMapReader {
 public:
  /// All three outlive this. Keys that stand twice are findings at once.
  YamlMapReader(const YamlNode& node, std::string path, YamlFindings& findings);

  bool has(std::string_view key) { return find(key) != nullptr; }
  /// A text (numbers and booleans are taken as written).
  std::optional<std::string> text(std::string_view key, std::size_t bytes_max);
  std::optional<std::string> required_text(std::string_view key, std::size_t bytes_max);
  std::optional<bool> flag(std::string_view key);
  std::optional<double> number(std::string_view key);
  std::optional<std::uint64_t> count(std::string_view key, std::uint64_t max);
  std::vector<std::string> texts(std::string_view key, std::size_t count_max, std::size_t bytes_max);
  /// Scalars of any kind.
  std::vector<const YamlNode*> scalars(std::string_view key, std::size_t count_max);
  /// The mappings of a list, each with its path ("rules[2]").
  std::vector<YamlMapReader> maps(std::string_view key, std::size_t count_max);
  const YamlNode* map(std::string_view key);
  /// A word of a closed set.
  template <class Parse>
  auto word(std::string_view key, std::string_view allowed, Parse parse) -> decltype(parse(std::string_view())) {
    const YamlNode* node = find(key);
    if (node == nullptr) return std::nullopt;
    if (const auto parsed = parse(std::string_view(node->text)); parsed && !is_nested(*node)) return parsed;
    fault(key, "'" + node->text + "' is none of them.", "Write one of: " + std::string(allowed) + ".");
    return std::nullopt;
  }

  /// A finding at a key's value, or at the mapping when the key is absent.
  void fault(std::string_view key, std::string message, std::string fix);
  void warn(std::string_view key, std::string message, std::string fix);
  void missing(std::string_view key);
  /// Keys that were not asked for are findings. Call last.
  void end();

  const std::string& path() const { return path_; }
  const TextPlace& place() const { return node_.place; }
  YamlFindings& findings() { return findings_; }

 private:
  const YamlNode* find(std::string_view key);
  static bool is_nested(const YamlNode& node) {
    return node.kind == YamlNode::Kind::kList || node.kind == YamlNode::Kind::kMap;
  }
  std::string field(std::string_view key) const;
  void wrong_kind(std::string_view key, const YamlNode& node, std::string_view wanted);

  const YamlNode& node_;
  std::string path_;
  YamlFindings& findings_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace weft::mesh
