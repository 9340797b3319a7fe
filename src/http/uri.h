#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weft::http {

/// Undoes %XX (RFC 3986 2.1). kInvalidArgument for a stray %, a NUL or what is not UTF-8.
Result<std::string> percent_decode(std::string_view text);

/// "a=1&b=x+y": application/x-www-form-urlencoded, + is a space.
Result<std::multimap<std::string, std::string>> parse_query(std::string_view text);

/// The target of a request line in its two parts, still encoded. Takes the origin form "/path?query", "*", and the
/// absolute form, whose authority goes into `authority` (RFC 9112 3.2).
struct Target {
  std::string_view path;
  std::string_view query;
  std::string_view authority;
};
Result<Target> split_target(std::string_view target);

/// The segments of a path that begins with '/', still encoded; a slash at the end adds none.
std::vector<std::string_view> split_path(std::string_view path);

}  // namespace weft::http
