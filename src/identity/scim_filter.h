#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weft::identity {

/// A filter of RFC 7644 section 3.4.2.2: attribute operators, `and`, `or`, `not (…)`, parentheses, and
/// `emails[type eq "work"]`. Attribute names and texts compare case aside, as SCIM's attributes here all do.
class ScimFilter {
 public:
  static constexpr std::size_t kBytesMax = 2000;
  static constexpr std::size_t kDepthMax = 20;

  /// kInvalidArgument names the character and what was expected there; kTooLarge the bound.
  static Result<ScimFilter> parse(std::string_view text);
  bool matches(const nlohmann::json& resource) const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

/// Where a change goes (RFC 7644 section 3.5.2): `members`, `name.familyName`, `emails[type eq "work"].value`.
struct ScimPath {
  std::string attribute;
  std::shared_ptr<const ScimFilter> filter;  ///< Null without one.
  std::string part;                          ///< Empty without one.

  static Result<ScimPath> parse(std::string_view text);
};

}  // namespace weft::identity
