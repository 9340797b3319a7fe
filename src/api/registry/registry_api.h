#pragma once

#include <string_view>

#include "http/http.h"
#include "registry/service.h"

namespace weft::api {

/// Confluent Schema Registry REST over `service`, which must outlive the router. Handlers run on the service's loop.
/// `version` is weft's own.
http::Router registry_router(registry::Service& service, std::string_view version = "");

}  // namespace weft::api
