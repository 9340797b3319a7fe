#include <algorithm>

#include "api/context.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "api/snippets/snippets.h"
#include "mesh/facts_collector.h"
#include "mesh/json_writer.h"
#include "mesh/product.h"

namespace weft::api {

namespace {

void write_snippet(mesh::JsonWriter& json, const Snippet& snippet) {
  json.begin_object()
      .member("language", snippet.language)
      .member("name", snippet.name)
      .member("decodes", snippet.decodes)
      .member("note", snippet.note.empty() ? std::nullopt : std::optional(snippet.note))
      .member("output", snippet.output)
      .key("steps")
      .begin_array();
  for (const SnippetStep& step : snippet.steps)
    json.begin_object()
        .member("kind", snippet_step_kind_name(step.kind))
        .member("title", step.title)
        .member("text", step.text)
        .end_object();
  json.end_array().end_object();
}

SnippetNames names_of(const Context& context, const mesh::Product& product, const Addresses& addresses) {
  const mesh::SubjectFactsPointer subject = context.services.facts.subject(product.stream().subject);
  SnippetNames names{.bootstrap = {},
                     .registry = addresses.registry,
                     .http = addresses.http,
                     .topic = product.stream().topic,
                     .domain = product.id.domain,
                     .product = product.id.name,
                     .format = std::nullopt};
  if (subject && subject->schema) names.format = subject->schema->format;
  return names;
}

void get(Context& context, http::Request request, http::Responder responder) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  if (product->stream().topic.empty())
    return responder.send(not_found(product->id.to_string() + " has no stream: see its ports for how it is read."));
  const std::string host(request.header("host").value_or(""));
  const Addresses addresses = context.services.addresses(host);
  Parameters parameters(request);
  const auto listener = parameters.text("listener", 300);
  const auto language = parameters.text("language", 20);
  SnippetNames names = names_of(context, *product, addresses);
  names.bootstrap = listener.value_or(listener_for(addresses.kafka, host));
  if (listener && std::ranges::find(addresses.kafka, *listener) == addresses.kafka.end())
    parameters.fault("listener", "'" + *listener + "' is no Kafka listener of this weft.",
                     "Leave it out, or choose one that /api/v1/server names.");
  std::vector<Snippet> snippets = snippets_for(names);
  if (language) {
    std::erase_if(snippets, [&](const Snippet& each) { return each.language != *language; });
    if (snippets.empty())
      parameters.fault("language", "There is no program in '" + *language + "'.",
                       "Leave it out to see which there are.");
  }
  if (!parameters.fine()) return responder.send(parameters.refusal());

  mesh::JsonWriter json;
  json.begin_object()
      .member("bootstrap", names.bootstrap)
      .member("listeners", addresses.kafka)
      .member("registry", names.registry)
      .member("topic", names.topic)
      .key("snippets")
      .begin_array();
  for (const Snippet& each : snippets) write_snippet(json, each);
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

}  // namespace

void add_product_snippets(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/snippets", context, get);
}

}  // namespace weft::api
