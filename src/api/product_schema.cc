#include <memory>

#include "access/authorizer.h"
#include "api/context.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "mesh/json_writer.h"
#include "mesh/product.h"
#include "mesh/schemas.h"
#include "schema/field_tree.h"

namespace weft::api {

namespace {

void write_fields(mesh::JsonWriter& json, const std::vector<schema::FieldNode>& fields) {
  json.begin_array();
  for (const schema::FieldNode& field : fields) {
    json.begin_object()
        .member("path", field.path)
        .member("name", field.name)
        .member("type", field.type)
        .member("optional", field.nullable)
        .member("default", field.default_json)
        .member("doc", field.doc.empty() ? std::nullopt : std::optional(field.doc))
        .member("symbols", field.symbols)
        .member("tags", field.tags)
        .key("children");
    write_fields(json, field.children);
    json.end_object();
  }
  json.end_array();
}

http::Response schema_response(const mesh::RegisteredSchema& schema, const mesh::SubjectVersions& versions) {
  mesh::JsonWriter json;
  json.begin_object()
      .member("subject", schema.subject)
      .member("compatibility", versions.compatibility)
      .key("versions")
      .begin_array();
  for (const auto& each : versions.versions)
    json.begin_object().member("version", each.version).member("id", each.id.get()).end_object();
  json.end_array()
      .member("version", schema.version)
      .member("id", schema.id.get())
      .member("format", schema.format)
      .member("raw", schema.text)
      .key("references")
      .begin_array();
  for (const mesh::SchemaReference& each : schema.references)
    json.begin_object()
        .member("name", each.name)
        .member("subject", each.subject)
        .member("version", each.version)
        .end_object();
  json.end_array().key("fields");
  write_fields(json, schema.parsed ? schema.parsed->field_tree().fields : std::vector<schema::FieldNode>());
  json.end_object();
  return json_response(200, std::move(json));
}

void get(Context& context, http::Request request, http::Responder responder) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  Parameters parameters(request);
  const auto version = parameters.integer("version", 1, std::numeric_limits<std::int32_t>::max());
  if (!parameters.fine()) return responder.send(parameters.refusal());
  const std::string subject = product->stream().subject;
  const auto allowed = context.services.authorizer.check(request.principal, access::Right::kRead,
                                                         {access::ResourceType::kSubject, subject});
  if (!allowed.ok()) return responder.send(failed(allowed.error()));

  const auto wanted = version ? std::optional(static_cast<std::int32_t>(*version)) : std::nullopt;
  context.services.schemas.find(
      subject, wanted,
      [&context, subject, responder = std::move(responder)](Result<mesh::SchemaPointer> found) mutable {
        if (!found.ok()) return responder.send(failed(found.error()));
        context.services.schemas.list_versions(subject, [schema = std::move(*found), responder = std::move(responder)](
                                                            Result<mesh::SubjectVersions> versions) mutable {
          responder.send(versions.ok() ? schema_response(*schema, *versions) : failed(versions.error()));
        });
      });
}

}  // namespace

void add_product_schema(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/schema", context, get);
}

}  // namespace weft::api
