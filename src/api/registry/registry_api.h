#pragma once

#include "http/http.h"
#include "registry/service.h"

namespace weft::api {

/// Confluent Schema Registry REST over `service`, which must outlive the router. Handlers run on the service's loop.
http::Router registry_router(registry::Service& service);

}  // namespace weft::api
