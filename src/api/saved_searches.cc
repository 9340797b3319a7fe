#include "api/context.h"
#include "api/json_body.h"
#include "api/problem.h"
#include "api/product_search.h"
#include "mesh/json_writer.h"
#include "mesh/personal.h"

namespace weft::api {

namespace {

constexpr std::size_t kNameBytesMax = 80;
constexpr std::size_t kSearchBytesMax = 2'000;

/// Whose searches these are; the anonymous have been answered with 401.
std::optional<std::string> person_of(const http::Request& request, http::Responder& responder) {
  if (request.principal.kind != access::Principal::Kind::kAnonymous) return request.principal.to_string();
  responder.send(refused_change(mesh::Refusal::kUnauthenticated,
                                "Searches are saved for a person: act as one of the directory first.", {}, {}));
  return std::nullopt;
}

void write_search(mesh::JsonWriter& json, const std::string& name, const mesh::PersonalEntry& entry) {
  json.begin_object()
      .member("name", name)
      .member("search", entry.value)
      .member("saved_at", mesh::time_text(entry.changed_at_ms))
      .end_object();
}

void list(Context& context, http::Request request, http::Responder responder) {
  const auto person = person_of(request, responder);
  if (!person) return;
  mesh::JsonWriter json;
  json.begin_object().key("searches").begin_array();
  for (const auto& [name, entry] : context.services.personal.entries(*person, mesh::PersonalKind::kSearch))
    write_search(json, name, entry);
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

void save(Context& context, http::Request request, http::Responder responder) {
  const auto person = person_of(request, responder);
  if (!person) return;
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  const std::string name = request.parameters.at("search");
  std::vector<mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  const auto search = object.text("search", BodyObject::Need::kRequired, kSearchBytesMax);
  object.end();
  if (name.size() > kNameBytesMax)
    findings.push_back({"name", "name-length", mesh::Severity::kBlocks, "A name must be short",
                        fmt::format("It has {} bytes; at most {}.", name.size(), kNameBytesMax), "Shorten it.",
                        std::nullopt});
  if (search && (search->starts_with('?') || search->find_first_of("#\n\r ") != std::string::npos))
    findings.push_back({"search", "search-query", mesh::Severity::kBlocks, "A search is the query of GET /api/v1/products",
                        "It is no query: it begins with '?', or has a space or '#' in it.",
                        "Write it as in an address, such as q=quantity&domain=execution.", std::nullopt});
  if (!findings.empty()) return responder.send(refused("The search was not saved.", std::move(findings)));
  context.services.personal.put(
      *person, mesh::PersonalKind::kSearch, name, *search,
      [name, responder = std::move(responder)](Result<mesh::PersonalChange> change) mutable {
        if (!change.ok()) return responder.send(failed(change.error()));
        mesh::JsonWriter json;
        write_search(json, name, change->entry);
        responder.send(json_response(200, std::move(json)));
      });
}

void forget(Context& context, http::Request request, http::Responder responder) {
  const auto person = person_of(request, responder);
  if (!person) return;
  const std::string name = request.parameters.at("search");
  context.services.personal.erase(
      *person, mesh::PersonalKind::kSearch, name,
      [name, responder = std::move(responder)](Result<mesh::PersonalChange> change) mutable {
        if (!change.ok()) return responder.send(failed(change.error()));
        if (!change->changed) return responder.send(not_found(fmt::format("You have no saved search '{}'.", name)));
        responder.send(http::Response{.status = 204});
      });
}

}  // namespace

void add_saved_searches(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/me/searches", context, list);
  add_route(router, http::Method::kPut, "/api/v1/me/searches/{search}", context, save);
  add_route(router, http::Method::kDelete, "/api/v1/me/searches/{search}", context, forget);
}

}  // namespace weft::api
