#pragma once

#include <functional>
#include <string>

#include "http/http.h"
#include "registry/service.h"

namespace weft::api {

struct RegistryApiOptions {
  std::string version;          ///< weft's own.
  int incompatible_code = 409;  ///< What an incompatible schema is answered with; newer registries say 40901.
  /// Told of every deletion and every change of settings when it has been answered, refused ones too. `scope` as
  /// Registry has it.
  std::function<void(const http::Request&, const std::string& scope, const Result<void>& outcome)> changed;
};

/// Confluent Schema Registry REST over `service`, which must outlive the router. Handlers run on the service's loop.
http::Router registry_router(registry::Service& service, RegistryApiOptions options = {});

}  // namespace weft::api
