#include <algorithm>

#include "api/context.h"
#include "api/directory_json.h"
#include "api/problem.h"
#include "identity/directory_file.h"
#include "mesh/json_writer.h"

namespace weft::api {

void write_person(mesh::JsonWriter& json, const identity::Person& person, const identity::Directory& directory) {
  json.begin_object()
      .member("name", person.name)
      .member("display_name", person.display_name)
      .member("mail", person.mail)
      .member("teams", directory.teams_of_person(person.name))
      .end_object();
}

bool is_orphan(const mesh::Product& product, const identity::Directory& directory) {
  return directory.find_team(product.owner) == nullptr;
}

void write_team(mesh::JsonWriter& json, const identity::Team& team, const identity::Directory& directory,
                const mesh::Catalogue& catalogue) {
  json.begin_object()
      .member("name", team.name)
      .member("display_name", team.display_name)
      .member("mail", team.mail)
      .key("chat");
  if (team.chat) {
    json.begin_object().member("name", team.chat->name).member("url", team.chat->url).end_object();
  } else {
    json.value(nullptr);
  }
  json.key("on_call");
  if (const identity::Person* person = team.on_call ? directory.find_person(*team.on_call) : nullptr) {
    json.begin_object().member("person", person->name).member("display_name", person->display_name).end_object();
  } else {
    json.value(nullptr);
  }
  json.key("members").begin_array();
  for (const std::string& member : team.members)
    if (const identity::Person* person = directory.find_person(member)) write_person(json, *person, directory);
  const auto owned = std::count_if(catalogue.products().begin(), catalogue.products().end(),
                                   [&](const auto& each) { return each.second->owner == team.name; });
  json.end_array().member("domains", directory.domains_of_team(team.name)).member("products", owned).end_object();
}

void write_domain(mesh::JsonWriter& json, const identity::Domain& domain, const identity::Directory& directory,
                  const mesh::Catalogue& catalogue) {
  const auto orphans = std::count_if(catalogue.products().begin(), catalogue.products().end(), [&](const auto& each) {
    return each.first.domain == domain.name && is_orphan(*each.second, directory);
  });
  const auto held = std::count_if(catalogue.products().begin(), catalogue.products().end(),
                                  [&](const auto& each) { return each.first.domain == domain.name; });
  json.begin_object()
      .member("name", domain.name)
      .member("display_name", domain.display_name)
      .member("description", domain.description)
      .member("teams", domain.teams)
      .member("products", held)
      .member("orphans", orphans)
      .end_object();
}

namespace {

void people(Context& context, http::Request, http::Responder responder) {
  const auto directory = context.services.directory.current();
  mesh::JsonWriter json;
  json.begin_object().key("people").begin_array();
  for (const auto& [name, person] : directory->people()) write_person(json, person, *directory);
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

void domains(Context& context, http::Request, http::Responder responder) {
  mesh::JsonWriter json;
  json.begin_object().key("domains").begin_array();
  const auto directory = context.services.directory.current();
  for (const auto& [name, domain] : directory->domains())
    write_domain(json, domain, *directory, context.services.catalogue);
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

void domain(Context& context, http::Request request, http::Responder responder) {
  const auto directory = context.services.directory.current();
  const mesh::Catalogue& catalogue = context.services.catalogue;
  const std::string& name = request.parameters.at("domain");
  const identity::Domain* found = directory->find_domain(name);
  if (found == nullptr) return responder.send(not_found(fmt::format("The directory knows no domain {}.", name)));
  mesh::JsonWriter json;
  json.begin_object().key("domain");
  write_domain(json, *found, *directory, catalogue);
  json.key("teams").begin_array();
  for (const std::string& team : found->teams) write_team(json, *directory->find_team(team), *directory, catalogue);
  json.end_array().key("products").begin_array();
  for (const auto& [id, product] : catalogue.products())
    if (id.domain == name) json.value(id.to_string());
  json.end_array().key("orphans").begin_array();
  for (const auto& [id, product] : catalogue.products()) {
    if (id.domain != name || !is_orphan(*product, *directory)) continue;
    json.begin_object().member("product", id.to_string()).member("owner", product->owner).end_object();
  }
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

void teams(Context& context, http::Request, http::Responder responder) {
  const auto directory = context.services.directory.current();
  mesh::JsonWriter json;
  json.begin_object().key("teams").begin_array();
  for (const auto& [name, team] : directory->teams()) write_team(json, team, *directory, context.services.catalogue);
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

void team(Context& context, http::Request request, http::Responder responder) {
  const auto directory = context.services.directory.current();
  const std::string& name = request.parameters.at("team");
  const identity::Team* found = directory->find_team(name);
  if (found == nullptr) return responder.send(not_found(fmt::format("The directory knows no team {}.", name)));
  mesh::JsonWriter json;
  write_team(json, *found, *directory, context.services.catalogue);
  responder.send(json_response(200, std::move(json)));
}

}  // namespace

void add_directory(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/people", context, people);
  add_route(router, http::Method::kGet, "/api/v1/domains", context, domains);
  add_route(router, http::Method::kGet, "/api/v1/domains/{domain}", context, domain);
  add_route(router, http::Method::kGet, "/api/v1/teams", context, teams);
  add_route(router, http::Method::kGet, "/api/v1/teams/{team}", context, team);
}

}  // namespace weft::api
