#include "api/product_search.h"

#include "api/context.h"
#include "api/page_cursor.h"
#include "api/parameters.h"
#include "api/product_json.h"
#include "mesh/catalogue.h"
#include "mesh/facts_collector.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

using mesh::Facet;

constexpr std::size_t kTextBytesMax = 200;
constexpr std::int64_t kPageMax = 500;

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

void write_facets(mesh::JsonWriter& json, const mesh::Facets& facets) {
  json.begin_object();
  for (std::size_t facet = 0; facet < mesh::kFacetCount; ++facet) {
    json.key(mesh::facet_name(static_cast<Facet>(facet))).begin_array();
    for (const mesh::FacetCount& count : facets[facet])
      json.begin_object().member("value", count.value).member("count", count.count).end_object();
    json.end_array();
  }
  json.end_object();
}

void write_words(mesh::JsonWriter& json, const std::vector<mesh::WordFound>& words) {
  json.begin_array();
  for (const mesh::WordFound& found : words)
    json.begin_object()
        .member("word", found.word)
        .member("total", found.total)
        .member("near", found.near)
        .end_object();
  json.end_array();
}

std::optional<int> parse_sla(std::string_view text) {
  if (text.size() != 1 || text[0] < '1' || text[0] > '3') return std::nullopt;
  return text[0] - '0';
}

/// The values given for a facet; those of a closed set are checked.
std::vector<std::string> values_of(Parameters& parameters, Facet facet) {
  const std::string_view name = mesh::facet_name(facet);
  switch (facet) {
    case Facet::kMatch:
      parameters.words(name, "name, domain, team, tag, attribute, description, field_name, field_doc", mesh::parse_match);
      break;
    case Facet::kQuality:
      parameters.words(name, "authoritative, curated, raw", mesh::parse_quality);
      break;
    case Facet::kSla:
      parameters.words(name, "1, 2, 3", parse_sla);
      break;
    case Facet::kLifecycle:
      parameters.words(name, "live, deprecated, retired", mesh::parse_lifecycle);
      break;
    case Facet::kHistory:
      parameters.words(name, "everything, recent, latest_per_key", mesh::parse_history);
      break;
    case Facet::kSensitivity:
      parameters.words(name, "public, internal, confidential, personal_data", mesh::parse_sensitivity);
      break;
    case Facet::kDomain:
    case Facet::kOwner:
    case Facet::kTag:
    case Facet::kFormat:
    case Facet::kCluster:
    case Facet::kRegion:
      break;
  }
  return parameters.texts(name);
}

mesh::CatalogueQuery query_of(Parameters& parameters) {
  mesh::CatalogueQuery query;
  query.text = parameters.text("q", kTextBytesMax).value_or("");
  for (std::size_t facet = 0; facet < mesh::kFacetCount; ++facet)
    query.filters[facet] = values_of(parameters, static_cast<Facet>(facet));
  query.sort = parameters.word("sort", "best, name, rate, freshness, newest", mesh::parse_sort);
  query.limit = static_cast<std::size_t>(parameters.integer("limit", 1, kPageMax).value_or(100));
  if (const auto cursor = parameters.text("cursor", kPageCursorBytesMax)) {
    query.after = parse_page_cursor(query, *cursor);
    if (!query.after)
      parameters.fault("cursor", "It is not a place in this search.",
                       "Give next_cursor of an answer to the same q, filters and sort; or begin without one.");
  }
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
      .member("unindexed", page.unindexed)
      .key("words");
  write_words(json, page.words);
  json.key("hits").begin_array();
  for (const mesh::Hit& hit : page.hits) {
    json.begin_object().key("product");
    write_product(json, *hit.product, context.services.facts);
    json.key("matches").begin_array();
    for (const mesh::Match& match : hit.matches) write_match(json, match);
    json.end_array().end_object();
  }
  json.end_array().key("facets");
  write_facets(json, page.facets);
  json.member("next_cursor", page.next ? std::optional(page_cursor(query, *page.next)) : std::nullopt).end_object();
  responder.send(with_etag(200, std::move(json), sequence));
}

}  // namespace

void add_product_search(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/products", context, list);
}

}  // namespace weft::api
