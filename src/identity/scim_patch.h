#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "identity/scim_schema.h"

namespace weft::identity {

inline constexpr std::size_t kScimOperationsMax = 1000;

/// Applies a PatchOp message (RFC 7644 section 3.5.2) to a resource as weft keeps it, or says what is wrong; then the
/// resource is as it was. Attributes that weft does not keep are passed over.
std::optional<ScimFault> patch_scim(ScimType type, const nlohmann::json& message, nlohmann::json& resource);

}  // namespace weft::identity
