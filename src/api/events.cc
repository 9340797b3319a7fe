#include "api/context.h"
#include "api/json_body.h"
#include "api/problem.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

void open(Context& context, http::Request request, http::Responder responder) {
  context.hub.open(request.principal, std::move(responder));
}

void put(Context& context, http::Request request, http::Responder responder) {
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  const auto since = object.text("since", BodyObject::Need::kOptional, 100);
  const auto subjects = object.texts("subjects", BodyObject::Need::kRequired, EventHub::kSubjectsMax, EventHub::kSubjectBytesMax);
  object.end();
  if (!findings.empty())
    return responder.send(refused(fmt::format("The body has {} mistakes.", findings.size()), std::move(findings)));

  const std::string& stream = request.parameters.at("stream");
  const std::string sequence = context.hub.sequence();
  const auto subscribed = context.hub.subscribe(stream, request.principal, since, subjects);
  if (!subscribed.ok()) return responder.send(failed(subscribed.error()));
  mesh::JsonWriter json;
  json.begin_object()
      .member("stream", stream)
      .member("sequence", sequence)
      .member("subjects", subscribed->subjects)
      .key("refused")
      .begin_array();
  for (const auto& [subject, why] : subscribed->refused)
    json.begin_object().member("subject", subject).member("why", why).end_object();
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

}  // namespace

void add_events(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/events", context, open);
  add_route(router, http::Method::kPut, "/api/v1/events/{stream}/subscriptions", context, put);
}

}  // namespace weft::api
