#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"
#include "mesh/finding.h"

namespace weft::api {

/// Reads a request's query and path parameters; every mistake becomes a finding that names the parameter.
class Parameters {
 public:
  explicit Parameters(const http::Request& request) : request_(request) {}

  std::optional<std::string> text(std::string_view name, std::size_t bytes_max = 1000);
  std::vector<std::string> texts(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  std::optional<bool> flag(std::string_view name);
  /// A word of a closed set; `allowed` names them all for the finding.
  template <class Parse>
  auto word(std::string_view name, std::string_view allowed, Parse parse) -> decltype(parse(std::string_view())) {
    const auto words = this->words(name, allowed, parse);
    if (words.empty()) return std::nullopt;
    return words.front();
  }
  template <class Parse>
  auto words(std::string_view name, std::string_view allowed, Parse parse) {
    std::vector<std::decay_t<decltype(*parse(std::string_view()))>> out;
    for (const std::string& given : texts(name)) {
      if (const auto parsed = parse(std::string_view(given))) {
        out.push_back(*parsed);
      } else {
        fault(name, "'" + given + "' is none of them.", "Choose one of: " + std::string(allowed) + ".");
      }
    }
    return out;
  }
  /// A segment of the path that must be a number.
  std::int64_t path_integer(const std::string& name, std::int64_t max);

  void fault(std::string_view name, std::string message, std::string fix);
  bool fine() const { return findings_.empty(); }
  /// 422 with the findings.
  http::Response refusal() const;

 private:
  std::optional<std::int64_t> number(std::string_view name, std::string_view given, std::int64_t min, std::int64_t max);

  const http::Request& request_;
  std::vector<mesh::Finding> findings_;
};

}  // namespace weft::api
