#include <fmt/format.h>

#include <memory>

#include "access/authorizer.h"
#include "api/context.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "identity/directory_file.h"
#include "mesh/catalogue.h"
#include "mesh/facts_collector.h"
#include "mesh/json_writer.h"
#include "mesh/standards/asyncapi.h"
#include "mesh/standards/odcs.h"
#include "mesh/standards/yaml_text.h"
#include "schema/json_tree.h"

// Products in the words of standards: ODCS 3.1 and AsyncAPI 3.

namespace weft::api {

namespace {

constexpr std::size_t kDomainProductsMax = 2'000;

enum class Notation { kJson, kYaml };

std::optional<Notation> parse_notation(std::string_view name) {
  if (name == "json") return Notation::kJson;
  if (name == "yaml") return Notation::kYaml;
  return std::nullopt;
}

/// As the query says, or the Accept header.
Notation notation_of(Parameters& parameters, const http::Request& request) {
  const bool yaml = !request.accepts("application/json") && request.accepts("application/yaml");
  return parameters.word("format", "json, yaml", parse_notation).value_or(yaml ? Notation::kYaml : Notation::kJson);
}

http::Response document(std::string json, Notation notation, const std::string& file_name) {
  if (notation == Notation::kJson) return http::Response::json(200, std::move(json));
  const auto tree = schema::parse_json(json, {.text_bytes_max = json.size()});
  if (!tree.ok()) return failed(tree.error());
  http::Response response = http::Response::text(200, mesh::yaml_text(*tree), "application/yaml");
  response.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}.yaml\"", file_name));
  return response;
}

mesh::ExportPlaces places_of(Services& services, const http::Request& request) {
  Addresses addresses = services.addresses(request.header("host").value_or(""));
  return {.kafka = addresses.kafka.empty() ? "" : std::move(addresses.kafka.front()),
          .registry = std::move(addresses.registry),
          .http = std::move(addresses.http)};
}

using Exported = std::vector<mesh::ExportedProduct>;

/// Asks for the newest schema of every stream that who asks may see, all at once.
void gather(Context& context, const http::Request& request, const std::vector<mesh::ProductPointer>& products,
            Callback<Exported> done) {
  struct Gathering {
    Exported exported;
    std::size_t waiting = 1;
    Callback<Exported> done;
    void answered() {
      if (--waiting == 0) done(std::move(exported));
    }
  };
  const auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  for (const mesh::ProductPointer& product : products) {
    mesh::ExportedProduct& exported = gathering->exported.emplace_back(mesh::ExportedProduct{product, {}});
    for (const mesh::Port& port : product->ports)
      if (port.is_stream())
        exported.streams.push_back({&port, nullptr, context.services.facts.topic(port.topic)});
  }
  for (std::size_t at = 0; at < gathering->exported.size(); ++at) {
    for (std::size_t stream = 0; stream < gathering->exported[at].streams.size(); ++stream) {
      const std::string& subject = gathering->exported[at].streams[stream].port->subject;
      const access::Resource resource{access::ResourceType::kSubject, subject};
      if (!context.services.authorizer.check(request.principal, access::Right::kRead, resource).ok()) continue;
      ++gathering->waiting;
      context.services.schemas.find(subject, std::nullopt,
                                    [gathering, at, stream](Result<mesh::SchemaPointer> found) {
                                      if (found.ok())
                                        gathering->exported[at].streams[stream].schema = std::move(*found);
                                      gathering->answered();
                                    });
    }
  }
  gathering->answered();
}

enum class Standard { kOdcs, kAsyncApi };

void export_product(Context& context, http::Request request, http::Responder responder, Standard standard) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  Parameters parameters(request);
  const Notation notation = notation_of(parameters, request);
  if (!parameters.fine()) return responder.send(parameters.refusal());
  if (standard == Standard::kAsyncApi && !product->stream().is_stream())
    return responder.send(not_found("AsyncAPI describes streams, and this product has no port of that kind."));
  gather(context, request, {product},
         [&context, standard, notation, places = places_of(context.services, request),
          responder = std::move(responder)](Exported exported) mutable {
           const auto directory = context.services.directory.current();
           const mesh::ProductId& id = exported.front().product->id;
           const bool odcs = standard == Standard::kOdcs;
           std::string json = odcs ? mesh::odcs_contract(exported.front(), *directory, places)
                                   : mesh::asyncapi_of_product(exported.front(), *directory, places);
           responder.send(document(std::move(json), notation,
                                   fmt::format("{}.{}.{}", id.domain, id.name,
                                               odcs ? "odcs" : "asyncapi")));
         });
}

void odcs(Context& context, http::Request request, http::Responder responder) {
  export_product(context, std::move(request), std::move(responder), Standard::kOdcs);
}

void asyncapi(Context& context, http::Request request, http::Responder responder) {
  export_product(context, std::move(request), std::move(responder), Standard::kAsyncApi);
}

void domain_asyncapi(Context& context, http::Request request, http::Responder responder) {
  const std::string name = request.parameters.at("domain");
  const auto directory = context.services.directory.current();
  if (directory->find_domain(name) == nullptr)
    return responder.send(not_found(fmt::format("The directory knows no domain {}.", name)));
  Parameters parameters(request);
  const Notation notation = notation_of(parameters, request);
  std::vector<mesh::ProductPointer> products;
  for (const auto& [id, product] : context.services.catalogue.products())
    if (id.domain == name && !product->is_retired() && product->stream().is_stream()) products.push_back(product);
  if (products.size() > kDomainProductsMax)
    parameters.fault("domain", fmt::format("The domain has {} products.", products.size()),
                     fmt::format("Export them one by one: a document holds {} at most.", kDomainProductsMax));
  if (!parameters.fine()) return responder.send(parameters.refusal());
  gather(context, request, products,
         [name, directory, notation, places = places_of(context.services, request),
          responder = std::move(responder)](Exported exported) mutable {
           responder.send(document(mesh::asyncapi_of_domain(name, exported, *directory, places), notation,
                                   name + ".asyncapi"));
         });
}

}  // namespace

void add_exports(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/odcs", context, odcs);
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/asyncapi", context, asyncapi);
  add_route(router, http::Method::kGet, "/api/v1/domains/{domain}/asyncapi", context, domain_asyncapi);
}

}  // namespace weft::api
