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

void write_match(mesh::JsonWriter& json, const mesh::Match& match) {
  json.begin_object().member("in", mesh::match_name(match.in)).key("parts").begin_array();
  for (const mesh::Part& part : match.parts)
    json.begin_object().member("text", part.text).member("hit", part.hit).end_object();
  json.end_array().key("field");
  if (match.field) {
    json.begin_object()
        .member("path", match.field->path)
        .member("type", match.field->type)
        .member("doc", match.field->doc.empty() ? std::nullopt : std::optional(match.field->doc))
        .end_object();
  } else {
    json.value(nullptr);
  }
  json.end_object();
}

void write_counts(mesh::JsonWriter& json, std::string_view name, const std::vector<mesh::FacetCount>& counts) {
  json.key(name).begin_array();
  for (const mesh::FacetCount& count : counts)
    json.begin_object().member("value", count.value).member("count", count.count).end_object();
  json.end_array();
}

void write_facets(mesh::JsonWriter& json, const mesh::Facets& facets) {
  json.begin_object();
  write_counts(json, "match", facets.match);
  write_counts(json, "domain", facets.domain);
  write_counts(json, "owner", facets.owner);
  write_counts(json, "quality", facets.quality);
  write_counts(json, "sla", facets.sla);
  write_counts(json, "lifecycle", facets.lifecycle);
  write_counts(json, "tag", facets.tag);
  write_counts(json, "history", facets.history);
  json.end_object();
}

std::optional<int> parse_sla(std::string_view text) {
  if (text.size() != 1 || text[0] < '1' || text[0] > '3') return std::nullopt;
  return text[0] - '0';
}

mesh::CatalogueQuery query_of(Parameters& parameters) {
  mesh::CatalogueQuery query;
  query.text = parameters.text("q", 200).value_or("");
  query.domains = parameters.texts("domain");
  query.owners = parameters.texts("owner");
  query.tags = parameters.texts("tag");
  query.qualities = parameters.words("quality", "authoritative, curated, raw", mesh::parse_quality);
  query.slas = parameters.words("sla", "1, 2, 3", parse_sla);
  query.lifecycles = parameters.words("lifecycle", "live, deprecated, retired", mesh::parse_lifecycle);
  query.histories = parameters.words("history", "everything, recent, latest_per_key", mesh::parse_history);
  query.matches =
      parameters.words("match", "name, domain, team, tag, description, field_name, field_doc", mesh::parse_match);
  query.sort = parameters.word("sort", "best, name, rate, freshness, newest", mesh::parse_sort);
  query.limit = static_cast<std::size_t>(parameters.integer("limit", 1, 500).value_or(100));
  query.skip = static_cast<std::size_t>(parameters.integer("cursor", 0, 1'000'000).value_or(0));
  return query;
}

void list(Context& context, http::Request request, http::Responder responder) {
  Parameters parameters(request);
  const mesh::CatalogueQuery query = query_of(parameters);
  if (!parameters.fine()) return responder.send(parameters.refusal());
  const std::string sequence = context.hub.sequence();
  const mesh::CataloguePage page = context.services.catalogue.search(query);
  mesh::JsonWriter json;
  json.begin_object()
      .member("sequence", sequence)
      .member("total", page.total)
      .member("published", page.published)
      .key("hits")
      .begin_array();
  for (const mesh::Hit& hit : page.hits) {
    json.begin_object().key("product");
    write_product(json, *hit.product, context.services.facts);
    json.key("matches").begin_array();
    for (const mesh::Match& match : hit.matches) write_match(json, match);
    json.end_array().end_object();
  }
  json.end_array().key("facets");
  write_facets(json, page.facets);
  json.member("next_cursor", page.next_skip ? std::optional(fmt::format("{}", *page.next_skip)) : std::nullopt)
      .end_object();
  responder.send(with_etag(200, std::move(json), sequence));
}

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
  json.end_object();
  responder.send(with_etag(200, std::move(json), fmt::format("{}", product->version)));
}

}  // namespace

void add_products(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/products", context, list);
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}", context, get);
}

}  // namespace weft::api
