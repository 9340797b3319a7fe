#pragma once

#include <string>

#include "base/function.h"
#include "http/http.h"

namespace weft::identity {
class Scim;
}

namespace weft::api {

struct ScimApiOptions {
  std::string token;  ///< What clients must send as `Authorization: Bearer …`; not empty.
  /// After each durable change: what was done ("create", "replace", "patch", "delete"), to what ("User 2819c2").
  Function<void(const http::Request& request, const std::string& what)> changed;
};

/// Adds SCIM 2.0 (RFC 7644) under /scim/v2: Users, Groups, ServiceProviderConfig, ResourceTypes, Schemas. A surface of
/// its own, with its own errors and its own sign-in. `scim` outlives the router.
void add_scim(http::Router& router, identity::Scim& scim, ScimApiOptions options);

/// For every other path below /scim/v2.
http::Response no_scim_resource();

}  // namespace weft::api
