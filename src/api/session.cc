#include <set>

#include "api/context.h"
#include "api/json_body.h"
#include "api/problem.h"
#include "identity/directory_file.h"
#include "identity/sessions.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

void write_me(mesh::JsonWriter& json, const Context& context, const access::Principal& principal, bool loopback) {
  using Kind = access::Principal::Kind;
  const auto directory = context.services.directory.current();
  const identity::Person* person = principal.kind == Kind::kPerson ? directory->find_person(principal.name) : nullptr;
  std::set<std::string> domains;
  for (const std::string& team : principal.teams)
    for (std::string& domain : directory->domains_of_team(team)) domains.insert(std::move(domain));
  constexpr std::string_view kKinds[] = {"anonymous", "person", "application", "system"};
  json.begin_object()
      .member("principal", principal.to_string())
      .member("kind", kKinds[static_cast<std::size_t>(principal.kind)])
      .member("name", principal.kind == Kind::kAnonymous ? std::nullopt : std::optional(principal.name))
      .member("display_name", directory->display_name(principal))
      .member("mail", person == nullptr ? std::nullopt : person->mail)
      .member("teams", principal.teams)
      .member("domains", std::vector<std::string>(domains.begin(), domains.end()))
      .member("can_act_as", loopback)
      .end_object();
}

void me(Context& context, http::Request request, http::Responder responder) {
  mesh::JsonWriter json;
  write_me(json, context, request.principal, request.peer.is_loopback());
  responder.send(json_response(200, std::move(json)));
}

void end_session(Context& context, const http::Request& request) {
  if (const auto cookie = request.cookie(kSessionCookie)) context.services.sessions.close(*cookie);
}

void act_as(Context& context, http::Request request, http::Responder responder) {
  if (!request.peer.is_loopback()) {
    return responder.send(http::problem(
        error(ErrorCode::kForbidden,
              "Acting as somebody is open to this machine only, until there is sign-in; you come from {}.",
              request.peer.host)));
  }
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  const auto person = object.text("person", BodyObject::Need::kRequired, 200);
  object.end();
  const auto directory = context.services.directory.current();
  const auto principal = person ? directory->principal_of(*person) : std::nullopt;
  if (person && !principal) {
    findings.push_back({"person", "person-known", mesh::Severity::kBlocks, "The person must be in the directory",
                        fmt::format("The directory knows no '{}'.", *person), "Choose one of GET /api/v1/people.",
                        std::nullopt});
  }
  if (!findings.empty()) return responder.send(refused("No session was opened.", std::move(findings)));

  end_session(context, request);
  mesh::JsonWriter json;
  write_me(json, context, *principal, true);
  http::Response response = json_response(200, std::move(json));
  response.headers.emplace_back("Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict", kSessionCookie,
                                                          context.services.sessions.open(*person)));
  responder.send(std::move(response));
}

void be_anonymous(Context& context, http::Request request, http::Responder responder) {
  end_session(context, request);
  http::Response response{.status = 204};
  response.headers.emplace_back("Set-Cookie",
                                fmt::format("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", kSessionCookie));
  responder.send(std::move(response));
}

}  // namespace

void add_session(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/me", context, me);
  add_route(router, http::Method::kPost, "/api/v1/session", context, act_as);
  add_route(router, http::Method::kDelete, "/api/v1/session", context, be_anonymous);
}

}  // namespace weft::api
