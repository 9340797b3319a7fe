#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weft::identity {

enum class ScimType { kUser, kGroup };

/// What went wrong, as RFC 7644 section 3.12 tells it.
struct ScimFault {
  int status = 400;
  std::string type;  ///< "invalidFilter", "uniqueness", …; empty when the RFC has no word for it.
  std::string detail;
};

/// One attribute of a resource (RFC 7643 section 7), as far as weft keeps it; what clients send beyond that is left out.
struct ScimAttribute {
  enum class Kind { kText, kBoolean, kComplex };
  std::string_view name;
  Kind kind = Kind::kText;
  std::string_view description;
  bool multi_valued = false;
  bool required = false;
  bool unique = false;
  std::vector<ScimAttribute> parts = {};  ///< Of a complex one.
};

/// "User", "Group"
std::string_view scim_type_name(ScimType type);
/// "urn:ietf:params:scim:schemas:core:2.0:User"
std::string_view scim_schema_id(ScimType type);
std::span<const ScimAttribute> scim_attributes(ScimType type);
/// By name, case aside; null when weft does not keep it.
const ScimAttribute* find_scim_attribute(std::span<const ScimAttribute> among, std::string_view name);
/// "userName" of "urn:ietf:params:scim:schemas:core:2.0:User:userName"; other names stay as they are.
std::string_view without_schema_id(ScimType type, std::string_view name);
bool same_name(std::string_view a, std::string_view b);  ///< Case aside.

/// What a client sent, as weft keeps it: known attributes in their own spelling, each of its kind. `id`, `meta` and
/// `schemas` are not in it.
std::optional<ScimFault> take_scim_attributes(ScimType type, const nlohmann::json& sent, nlohmann::json& kept);
/// One value as its attribute wants it: "True" becomes true, a single object of a multi-valued one a list.
std::optional<ScimFault> take_scim_value(const ScimAttribute& attribute, const nlohmann::json& sent,
                                         nlohmann::json& kept);

/// The documents of RFC 7643 sections 5 to 7. `base`: "http://host:port/scim/v2".
nlohmann::json scim_service_provider_config(const std::string& base);
nlohmann::json scim_resource_type(ScimType type, const std::string& base);
nlohmann::json scim_schema(ScimType type, const std::string& base);

}  // namespace weft::identity
