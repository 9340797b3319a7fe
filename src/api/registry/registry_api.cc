#include "api/registry/registry_api.h"

#include <memory>
#include <string>

#include "api/registry/exchange.h"
#include "api/registry/resources.h"
#include "schema/json_text.h"

namespace weft::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

void add_server_routes(RegistryRoutes& routes, const std::string& version) {
  routes.add_once(Method::kGet, "/", [](Request&, Exchange out) { out.send("{}"); });
  routes.add_once(Method::kGet, "/v1/metadata/id", [](Request&, Exchange out) {
    out.send(R"({"id":"","scope":{"path":[],"clusters":{"kafka-cluster":"weft","schema-registry-cluster":"weft"}}})");
  });
  const std::string told = schema::JsonObjectText().text("version", version).text("commitId", "").take();
  routes.add_once(Method::kGet, "/v1/metadata/version", [told](Request&, Exchange out) { out.send(told); });
  routes.add_once(Method::kGet, "/v1/metadata/deployment",
                  [](Request&, Exchange out) { out.send(R"({"attributes":[]})"); });
}

}  // namespace

http::Router registry_router(registry::Service& service, RegistryApiOptions options) {
  http::Router router;
  const std::string version = options.version;
  RegistryRoutes routes(router, std::make_shared<const RegistryApiOptions>(std::move(options)));
  add_server_routes(routes, version);
  add_subject_routes(routes, service);
  add_tag_routes(routes, service);
  add_schema_routes(routes, service);
  add_setting_routes(routes, service);
  router.refuse_as([](const Request& request, const Error& why, int status) {
    return Response::text(status, registry_error_json(status, fmt::format("HTTP {}: {}", status, why.message)),
                          registry_answer_type(request).value_or("application/vnd.schemaregistry.v1+json"));
  });
  return router;
}

}  // namespace weft::api
