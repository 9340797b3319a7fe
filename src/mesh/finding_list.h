#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mesh/finding.h"

namespace weft::mesh {

/// Collects what rules say, each in one call.
class FindingList {
 public:
  void passes(std::string_view field, std::string_view rule, std::string_view title, std::string message) {
    add(field, rule, Severity::kPasses, title, std::move(message), std::nullopt);
  }
  Finding& blocks(std::string_view field, std::string_view rule, std::string_view title, std::string message,
                  std::string fix) {
    return add(field, rule, Severity::kBlocks, title, std::move(message), std::move(fix));
  }
  Finding& warns(std::string_view field, std::string_view rule, std::string_view title, std::string message,
                 std::string fix) {
    return add(field, rule, Severity::kWarns, title, std::move(message), std::move(fix));
  }
  std::size_t size() const { return findings_.size(); }
  std::vector<Finding> take() && { return std::move(findings_); }

 private:
  Finding& add(std::string_view field, std::string_view rule, Severity severity, std::string_view title,
               std::string message, std::optional<std::string> fix) {
    findings_.push_back({std::string(field), std::string(rule), severity, std::string(title), std::move(message),
                         std::move(fix), std::nullopt});
    return findings_.back();
  }
  std::vector<Finding> findings_;
};

}  // namespace weft::mesh
