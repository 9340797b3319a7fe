#include "api/context.h"
#include "api/json_body.h"
#include "api/problem.h"
#include "mesh/catalogue.h"
#include "mesh/json_writer.h"
#include "mesh/news.h"
#include "mesh/personal.h"

namespace weft::api {

namespace {

/// Whose things these are; nobody's are kept for the anonymous, who have been answered with 401.
std::optional<std::string> person_of(const http::Request& request, http::Responder& responder) {
  if (request.principal.kind != access::Principal::Kind::kAnonymous) return request.principal.to_string();
  responder.send(refused_change(mesh::Refusal::kUnauthenticated,
                                "Nobody is signed in: act as a person of the directory first.", {}, {}));
  return std::nullopt;
}

void list(Context& context, http::Request request, http::Responder responder) {
  const auto person = person_of(request, responder);
  if (!person) return;
  mesh::JsonWriter json;
  json.begin_object().member("sequence", context.hub.sequence()).key("follows").begin_array();
  for (const auto& [name, entry] : context.services.personal.entries(*person, mesh::PersonalKind::kFollow)) {
    const auto id = mesh::ProductId::parse(name);
    json.begin_object()
        .member("product", name)
        .member("since", mesh::time_text(entry.changed_at_ms))
        .member("published", id && context.services.catalogue.find(*id) != nullptr)
        .end_object();
  }
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

Callback<Result<mesh::PersonalChange>> answer(Context& context, std::string product, bool following,
                                              http::Responder responder) {
  return [&context, product = std::move(product), following,
          responder = std::move(responder)](Result<mesh::PersonalChange> change) mutable {
    if (!change.ok() && change.error().code == ErrorCode::kExhausted)
      return responder.send(refused_change(mesh::Refusal::kInUse, change.error().message, {}, {}));
    if (!change.ok()) return responder.send(failed(change.error()));
    mesh::JsonWriter json;
    json.begin_object()
        .member("product", product)
        .member("following", following)
        .member("followers", context.services.personal.count(mesh::PersonalKind::kFollow, product))
        .end_object();
    responder.send(json_response(200, std::move(json)));
  };
}

void follow(Context& context, http::Request request, http::Responder responder) {
  const auto person = person_of(request, responder);
  if (!person) return;
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  const std::string id = product->id.to_string();
  context.services.personal.put(*person, mesh::PersonalKind::kFollow, id, "",
                                answer(context, id, true, std::move(responder)));
}

/// Of a product that is gone as well.
void unfollow(Context& context, http::Request request, http::Responder responder) {
  const auto person = person_of(request, responder);
  if (!person) return;
  const std::string id = mesh::ProductId{request.parameters.at("domain"), request.parameters.at("name")}.to_string();
  context.services.personal.erase(*person, mesh::PersonalKind::kFollow, id,
                                  answer(context, id, false, std::move(responder)));
}

void write_item(mesh::JsonWriter& json, const mesh::NewsItem& item) {
  json.begin_object()
      .member("kind", mesh::news_kind_name(item.kind))
      .member("product", item.product.to_string())
      .member("time", mesh::time_text(item.time_ms))
      .member("display_name", item.who)
      .member("summary", item.summary)
      .member("audit_id", item.audit ? std::optional(mesh::audit_id(*item.audit)) : std::nullopt)
      .member("inbox", item.conversation)
      .end_object();
}

void news(Context& context, http::Request request, http::Responder responder) {
  const auto person = person_of(request, responder);
  if (!person) return;
  const Services& services = context.services;
  const std::string sequence = context.hub.sequence();
  const mesh::News news =
      mesh::news_for(*person, services.personal, services.products, services.catalogue, services.conversations);
  mesh::JsonWriter json;
  json.begin_object()
      .member("sequence", sequence)
      .member("as_of", mesh::time_text(services.loop.clock().wall_ms()))
      .member("since", news.since_ms == 0 ? std::nullopt : std::optional(mesh::time_text(news.since_ms)))
      .member("products", news.products)
      .member("total", news.total)
      .key("items")
      .begin_array();
  for (const mesh::NewsItem& item : news.items) write_item(json, item);
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

void seen(Context& context, http::Request request, http::Responder responder) {
  const auto person = person_of(request, responder);
  if (!person) return;
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  const auto text = object.text("until", BodyObject::Need::kRequired, 100);
  object.end();
  const auto until_ms = text ? mesh::parse_time_text(*text) : std::nullopt;
  if (text && (!until_ms || *until_ms > context.services.loop.clock().wall_ms()))
    findings.push_back({"until", "until-past", mesh::Severity::kBlocks, "Only what was can have been seen",
                        fmt::format("'{}' is no time up to now.", *text),
                        "Send as_of of the news that were shown.", std::nullopt});
  if (!findings.empty()) return responder.send(refused("Nothing is marked.", std::move(findings)));
  context.services.personal.put(*person, mesh::PersonalKind::kMark, std::string(mesh::kNewsMark),
                                fmt::format("{}", *until_ms),
                                [responder = std::move(responder), until_ms](Result<mesh::PersonalChange> change) mutable {
                                  if (!change.ok()) return responder.send(failed(change.error()));
                                  mesh::JsonWriter json;
                                  json.begin_object().member("since", mesh::time_text(*until_ms)).end_object();
                                  responder.send(json_response(200, std::move(json)));
                                });
}

}  // namespace

void add_follows(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/me/follows", context, list);
  add_route(router, http::Method::kGet, "/api/v1/me/news", context, news);
  add_route(router, http::Method::kPost, "/api/v1/me/news/seen", context, seen);
  add_route(router, http::Method::kPut, "/api/v1/products/{domain}/{name}/follow", context, follow);
  add_route(router, http::Method::kDelete, "/api/v1/products/{domain}/{name}/follow", context, unfollow);
}

}  // namespace weft::api
