#include "api/context.h"
#include "base/metrics.h"
#include "identity/directory_file.h"
#include "mesh/json_writer.h"
#include "stream/cluster.h"

namespace weft::api {

namespace {

std::optional<std::string> time_or_null(std::optional<std::int64_t> ms) {
  return ms ? std::optional(mesh::time_text(*ms)) : std::nullopt;
}

void server(Context& context, http::Request request, http::Responder responder) {
  const Addresses addresses = context.services.addresses(request.header("host").value_or(""));
  const stream::ClusterIdentity& home = context.services.home.identity();
  const identity::DirectoryFile& directory = context.services.directory;
  mesh::JsonWriter json;
  json.begin_object()
      .member("version", context.services.version)
      .member("started_at", mesh::time_text(context.services.started_at_ms));
  json.key("cluster")
      .begin_object()
      .member("name", home.name)
      .member("environment", home.environment)
      .member("region", home.region)
      .member("cluster_id", home.cluster_id)
      .end_object();
  json.key("addresses")
      .begin_object()
      .member("kafka", addresses.kafka)
      .member("http", addresses.http)
      .member("registry", addresses.registry)
      .member("ksql", addresses.ksql)
      .end_object();
  json.key("directory")
      .begin_object()
      .member("loaded_at", time_or_null(directory.loaded_at_ms()))
      .member("error", directory.fault())
      .end_object();
  json.end_object();
  responder.send(json_response(200, std::move(json)));
}

void settings(Context& context, http::Request, http::Responder responder) {
  mesh::JsonWriter json;
  json.begin_object().key("settings").begin_array();
  for (const SettingValue& setting : context.services.settings()) {
    json.begin_object()
        .member("name", setting.name)
        .member("help", setting.help)
        .member("value", setting.value)
        .member("default", setting.default_value)
        .member("source", setting.source)
        .member("restart_needed", setting.restart_needed)
        .end_object();
  }
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

void metrics(Context& context, http::Request, http::Responder responder) {
  responder.send(
      http::Response::text(200, context.services.metrics.expose(), "text/plain; version=0.0.4; charset=utf-8"));
}

void health(Context&, http::Request, http::Responder responder) { responder.send(http::Response::text(200, "ok\n")); }

void ready(Context& context, http::Request, http::Responder responder) {
  const auto missing = context.services.not_ready();
  responder.send(missing ? http::Response::text(503, fmt::format("starting: {}\n", *missing))
                         : http::Response::text(200, "ready\n"));
}

}  // namespace

void add_server(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/server", context, server);
  add_route(router, http::Method::kGet, "/api/v1/settings", context, settings);
  add_route(router, http::Method::kGet, "/metrics", context, metrics);
  add_route(router, http::Method::kGet, "/healthz", context, health);
  add_route(router, http::Method::kGet, "/readyz", context, ready);
}

}  // namespace weft::api
