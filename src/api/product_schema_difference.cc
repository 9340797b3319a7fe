#include "access/authorizer.h"
#include "api/context.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "mesh/consumers.h"
#include "mesh/json_writer.h"
#include "mesh/product.h"
#include "mesh/schema_difference.h"

namespace weft::api {

namespace {

constexpr std::size_t kGroupsShownMax = 20;

void write_version(mesh::JsonWriter& json, std::string_view name, const mesh::RegisteredSchema& schema) {
  json.key(name)
      .begin_object()
      .member("version", schema.version)
      .member("id", schema.id.get())
      .member("format", schema.format)
      .member("raw", schema.text)
      .end_object();
}

http::Response response_to(const Context& context, const std::string& topic, const mesh::RegisteredSchema& from, const mesh::RegisteredSchema& to) {
  const auto& groups = context.services.consumers.groups_on(topic);
  mesh::JsonWriter json;
  json.begin_object().member("subject", to.subject);
  write_version(json, "from", from);
  write_version(json, "to", to);
  write_members(json, difference_between(from, to));
  json.member("groups_total", groups.size()).key("groups").begin_array();
  std::size_t shown = 0;
  for (const auto& [group, since_ms] : groups) {
    if (++shown > kGroupsShownMax) break;
    json.value(group);
  }
  json.end_array().end_object();
  return json_response(200, std::move(json));
}

void get(Context& context, http::Request request, http::Responder responder) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  Parameters parameters(request);
  const auto from = parameters.integer("from", 1, std::numeric_limits<std::int32_t>::max());
  const auto to = parameters.integer("to", 1, std::numeric_limits<std::int32_t>::max());
  if (!from) parameters.fault("from", "Two versions are compared.", "Say ?from=1&to=2.");
  if (!to) parameters.fault("to", "Two versions are compared.", "Say ?from=1&to=2.");
  if (!parameters.fine()) return responder.send(parameters.refusal());
  const mesh::Port& stream = product->stream();
  const auto allowed = context.services.authorizer.check(request.principal, access::Right::kRead,
                                                         {access::ResourceType::kSubject, stream.subject});
  if (!allowed.ok()) return responder.send(failed(allowed.error()));

  auto& schemas = context.services.schemas;
  schemas.find(stream.subject, static_cast<std::int32_t>(*from),
               [&context, &schemas, stream, to = static_cast<std::int32_t>(*to),
                responder = std::move(responder)](Result<mesh::SchemaPointer> older) mutable {
                 if (!older.ok()) return responder.send(failed(older.error()));
                 schemas.find(stream.subject, to,
                              [&context, topic = stream.topic, older = std::move(*older),
                               responder = std::move(responder)](Result<mesh::SchemaPointer> newer) mutable {
                                responder.send(newer.ok() ? response_to(context, topic, *older, **newer) : failed(newer.error()));
                              });
               });
}

}  // namespace

void add_product_schema_difference(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/schema/difference", context, get);
}

}  // namespace weft::api
