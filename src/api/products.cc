#include <charconv>

#include "access/authorizer.h"
#include "api/context.h"
#include "api/directory_json.h"
#include "api/parameters.h"
#include "api/product_json.h"
#include "identity/directory_file.h"
#include "mesh/facts_collector.h"
#include "mesh/json_writer.h"

namespace weft::api {

void write_product(mesh::JsonWriter& json, const mesh::Product& product, const mesh::Facts& facts) {
  json.begin_object()
      .member("id", product.id.to_string())
      .member("domain", product.id.domain)
      .member("name", product.id.name)
      .member("version", product.version)
      .member("summary", product.summary());
  mesh::write_members(json, product);
  json.member("published_at", mesh::time_text(product.published_at_ms))
      .member("updated_at", mesh::time_text(product.updated_at_ms))
      .member("updated_by", product.updated_by)
      .key("facts");
  mesh::write_facts(json, facts.topic(product.stream().topic).get(), facts.subject(product.stream().subject).get());
  json.end_object();
}

namespace {

void write_right(mesh::JsonWriter& json, std::string_view right, std::string_view comes_from,
                 const Result<void>& allowed) {
  json.begin_object()
      .member("right", right)
      .member("allowed", allowed.ok())
      .member("comes_from", comes_from)
      .member("fix", allowed.ok() ? std::nullopt : std::optional(allowed.error().message))
      .end_object();
}

std::string_view who_reads(mesh::Audience audience) {
  switch (audience) {
    case mesh::Audience::kPrivate:
      return "the owner's team";
    case mesh::Audience::kByRequest:
      return "the owner's team, on request";
    case mesh::Audience::kDomain:
      return "the teams of its domain";
    case mesh::Audience::kOpen:
      return "everyone in the mesh";
  }
  return "everyone in the mesh";
}

void write_rights(mesh::JsonWriter& json, const Context& context, const mesh::Product& product,
                  const access::Principal& principal) {
  const access::Resource subject{access::ResourceType::kSubject, product.stream().subject};
  json.begin_array();
  write_right(json, "find", "everyone in the mesh", {});
  write_right(json, "read_schema", "everyone in the mesh",
              context.services.authorizer.check(principal, access::Right::kRead, subject));
  write_right(json, "read_records", who_reads(product.audience), may_read(context.services, principal, product));
  write_right(json, "edit", fmt::format("membership of {}", product.owner),
              principal.member_of(product.owner)
                  ? Result<void>()
                  : error(ErrorCode::kForbidden, "Act as a member of {}.", product.owner));
  json.end_array();
}

void get(Context& context, http::Request request, http::Responder responder) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  const auto directory = context.services.directory.current();
  const identity::Team* team = directory->find_team(product->owner);
  mesh::JsonWriter json;
  json.begin_object().member("sequence", context.hub.sequence()).key("product");
  write_product(json, *product, context.services.facts);
  json.key("owner_team");
  if (team != nullptr) {
    write_team(json, *team, *directory, context.services.catalogue);
  } else {
    json.value(nullptr);
  }
  json.key("rights");
  write_rights(json, context, *product, request.principal);
  json.key("health");
  write_health(json, *product, context.health);
  json.end_object();
  responder.send(with_etag(200, std::move(json), fmt::format("{}", product->version)));
}

}  // namespace

void add_products(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}", context, get);
}

}  // namespace weft::api
