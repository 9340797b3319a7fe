#include "api/parameters.h"

#include <fmt/format.h>

#include <charconv>

#include "api/problem.h"

namespace weft::api {

namespace {
constexpr std::size_t kValuesMax = 100;
}

void Parameters::fault(std::string_view name, std::string message, std::string fix) {
  findings_.push_back({std::string(name), "parameter", mesh::Severity::kBlocks,
                       "The parameter must be of the documented shape", std::move(message), std::move(fix),
                       std::nullopt});
}

std::vector<std::string> Parameters::texts(std::string_view name) {
  std::vector<std::string> out;
  const auto [begin, end] = request_.query.equal_range(std::string(name));
  for (auto at = begin; at != end; ++at) {
    if (out.size() == kValuesMax) {
      fault(name, fmt::format("It is given more than {} times.", kValuesMax), "Give fewer.");
      break;
    }
    out.push_back(at->second);
  }
  return out;
}

std::optional<std::string> Parameters::text(std::string_view name, std::size_t bytes_max) {
  const auto values = texts(name);
  if (values.empty()) return std::nullopt;
  if (values.front().size() > bytes_max) {
    fault(name, fmt::format("It has {} bytes; at most {}.", values.front().size(), bytes_max), "Shorten it.");
    return std::nullopt;
  }
  return values.front();
}

std::optional<std::int64_t> Parameters::number(std::string_view name, std::string_view given, std::int64_t min,
                                               std::int64_t max) {
  std::int64_t value = 0;
  const auto [end, why] = std::from_chars(given.data(), given.data() + given.size(), value);
  if (why == std::errc{} && end == given.data() + given.size() && value >= min && value <= max) return value;
  fault(name, fmt::format("'{}' is not allowed.", given), fmt::format("Give a whole number from {} to {}.", min, max));
  return std::nullopt;
}

std::optional<std::int64_t> Parameters::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  const auto given = text(name);
  return given ? number(name, *given, min, max) : std::nullopt;
}

std::optional<bool> Parameters::flag(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  if (*given == "true" || *given == "false") return *given == "true";
  fault(name, fmt::format("'{}' is not allowed.", *given), "Give true or false.");
  return std::nullopt;
}

std::int64_t Parameters::path_integer(const std::string& name, std::int64_t max) {
  const auto at = request_.parameters.find(name);
  return number(name, at == request_.parameters.end() ? std::string_view() : at->second, 0, max).value_or(0);
}

http::Response Parameters::refusal() const { return refused("A parameter is not as documented.", findings_); }

}  // namespace weft::api
