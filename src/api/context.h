#pragma once

#include "api/api.h"
#include "api/event_hub.h"
#include "api/idempotency.h"
#include "api/port_health.h"
#include "mesh/audit.h"
#include "mesh/mesh_state.h"

namespace weft::mesh {
class JsonWriter;
}

namespace weft::api {

/// What every resource has at hand.
struct Context {
  explicit Context(Services with) : services(std::move(with)), hub(services), idempotency(services.loop.clock()), health(services.loop, services.blocking_pool, services.catalogue, std::move(services.probe)) {}

  Services services;
  EventHub hub;
  Idempotency idempotency;
  PortHealth health;
  std::vector<Api::Route> routes;  ///< As they were added.
  std::size_t scans_running = 0;   ///< Steps through samples that are being read just now.
  std::size_t trials_running = 0;  ///< Of rules, on all products.
};

/// Who asks, with the call that does the same. Bodies above 16 KiB are left out of it.
mesh::Asked asked(const Context& context, const http::Request& request);
/// The product that {domain}/{name} names, or nothing.
mesh::ProductPointer find_product(const Context& context, const http::Request& request);
http::Response no_product(const http::Request& request);
/// kForbidden unless `principal` is of the product's audience and may read its topic; kNotFound without a stream.
Result<void> may_read(const Services& services, const access::Principal& principal, const mesh::Product& product);
Result<void> may_read(const Context& context, const http::Request& request, const mesh::Product& product);
/// 200 with `ETag: "etag"`.
http::Response with_etag(int status, mesh::JsonWriter json, std::string_view etag);
http::Response json_response(int status, mesh::JsonWriter json);

using Handle = void (*)(Context&, http::Request, http::Responder);
void add_route(http::Router& router, http::Method method, std::string_view pattern, Context& context, Handle handle);

// One per resource file.
void add_session(http::Router& router, Context& context);
void add_server(http::Router& router, Context& context);
void add_directory(http::Router& router, Context& context);
void add_products(http::Router& router, Context& context);
void add_product_changes(http::Router& router, Context& context);
void add_product_versions(http::Router& router, Context& context);
void add_product_schema(http::Router& router, Context& context);
void add_exports(http::Router& router, Context& context);
void add_product_consumers(http::Router& router, Context& context);
void add_product_schema_difference(http::Router& router, Context& context);
void add_groups(http::Router& router, Context& context);
void add_product_snippets(http::Router& router, Context& context);
void add_samples(http::Router& router, Context& context);
void add_sample_scans(http::Router& router, Context& context);
void add_rules(http::Router& router, Context& context);
void add_topics(http::Router& router, Context& context);
void add_audit(http::Router& router, Context& context);
void add_events(http::Router& router, Context& context);
void add_inbox(http::Router& router, Context& context);
void add_follows(http::Router& router, Context& context);

}  // namespace weft::api
