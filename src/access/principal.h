#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::access {

/// Who is asking. Every request on every surface has one; `anonymous()` is one too.
struct Principal {
  enum class Kind { kAnonymous, kPerson, kApplication, kSystem };

  Kind kind = Kind::kAnonymous;
  std::string name;                 ///< "mkaya", "risk-exposure"; unique within its kind.
  std::vector<std::string> teams;   ///< Teams a person belongs to, or the team that owns an application.

  bool operator==(const Principal&) const = default;
  bool member_of(std::string_view team) const;
  /// "User:mkaya", "App:risk-exposure", "User:ANONYMOUS": as ACLs and audit entries write it.
  std::string to_string() const;

  static Principal anonymous() { return {}; }
  /// weft itself: generators, reconcilers.
  static Principal system(std::string name) { return {Kind::kSystem, std::move(name), {}}; }
};

}  // namespace weft::access
