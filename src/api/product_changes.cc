#include <charconv>

#include "api/context.h"
#include "api/json_body.h"
#include "api/problem.h"
#include "api/product_input.h"
#include "api/product_json.h"
#include "base/percent_encoding.h"
#include "mesh/facts_collector.h"
#include "mesh/json_writer.h"
#include "mesh/products.h"

namespace weft::api {

namespace {

using Need = BodyObject::Need;
constexpr std::size_t kNameBytesMax = 500;

/// The version in `If-Match: "3"`; nothing when the header is absent.
Result<std::optional<std::int64_t>> if_match(const http::Request& request) {
  const auto header = request.header("if-match");
  if (!header) return std::optional<std::int64_t>{};
  const std::string_view text = *header;
  std::int64_t version = 0;
  if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
    const auto [end, fault] = std::from_chars(text.data() + 1, text.data() + text.size() - 1, version);
    if (fault == std::errc{} && end == text.data() + text.size() - 1 && version > 0) return std::optional(version);
  }
  return error(ErrorCode::kInvalidArgument,
               "If-Match is {}; it must be the version in quotes, as the ETag has it: \"3\".", text);
}

std::string how_many_block(const std::vector<mesh::Finding>& findings) {
  const std::size_t blocking = mesh::count(findings, mesh::Severity::kBlocks);
  return fmt::format("{} finding{}", blocking, blocking == 1 ? " blocks" : "s block");
}

std::string refusal_detail(const mesh::Change& change, std::string_view verb) {
  switch (change.refusal.value_or(mesh::Refusal::kFindings)) {
    case mesh::Refusal::kUnauthenticated:
      return fmt::format("Not {}: nobody is signed in. Act as a person of the directory first.", verb);
    case mesh::Refusal::kStale: {
      const std::int64_t current = change.current_version.value_or(0);
      return fmt::format("Not {}: version {} is newer. Look at both, then send If-Match: \"{}\".", verb, current,
                         current);
    }
    case mesh::Refusal::kTaken:
      return fmt::format("Not {}: {} is published already. To edit it, send If-Match with its version.", verb,
                         change.id.to_string());
    case mesh::Refusal::kNotFound:
      return fmt::format("Not {}: there is no product {}.", verb, change.id.to_string());
    case mesh::Refusal::kForbidden:
    case mesh::Refusal::kFindings:
    case mesh::Refusal::kInUse:
      break;
  }
  return fmt::format("Not {}: {}.", verb, how_many_block(change.findings));
}

void answer_change(Context& context, const mesh::Change& change, http::Responder responder) {
  const bool created = change.kind == mesh::Change::Kind::kPublished;
  mesh::JsonWriter json;
  json.begin_object().member("sequence", context.hub.sequence()).key("product");
  write_product(json, *change.product, context.services.facts);
  json.member("audit_id", change.audit ? std::optional(mesh::audit_id(change.audit->number)) : std::nullopt)
      .member("findings", change.findings)
      .end_object();
  http::Response response = with_etag(created ? 201 : 200, std::move(json), fmt::format("{}", change.product->version));
  if (created) {
    response.headers.emplace_back("Location",
                                  fmt::format("/api/v1/products/{}/{}", percent_encode(change.id.domain),
                                              percent_encode(change.id.name)));
  }
  responder.send(std::move(response));
}

void put(Context& context, http::Request request, http::Responder responder) {
  const auto version = if_match(request);
  if (!version.ok()) return responder.send(http::problem(version.error()));
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  mesh::ProductDraft draft = read_draft(object, Need::kRequired);
  object.end();
  // Of another shape: no attempt at a change, so nothing to audit.
  if (!findings.empty())
    return responder.send(refused(fmt::format("The body has {} mistakes.", findings.size()), std::move(findings)));

  const mesh::ProductId id{request.parameters.at("domain"), request.parameters.at("name")};
  const bool editing = version->has_value();
  context.services.products.put(
      asked(context, request), id, std::move(draft), *version,
      [&context, editing, responder = std::move(responder)](Result<mesh::Change> change) mutable {
        if (!change.ok()) return responder.send(failed(change.error()));
        if (change->refusal) {
          return responder.send(refused_change(*change->refusal,
                                               refusal_detail(*change, editing ? "saved" : "published"),
                                               change->findings, change->audit, change->current_version));
        }
        // The page that comes next shows facts: have them, even of a subject nobody followed before.
        const mesh::Port stream = change->product->stream();
        context.services.facts.refresh(
            stream.topic, {stream.subject},
            [&context, change = std::move(*change), responder = std::move(responder)]() mutable {
              answer_change(context, change, std::move(responder));
            });
      });
}

http::Response version_wanted(std::string_view verb) {
  return Problem{.status = 428,
                 .code = "version_wanted",
                 .title = "Say which version",
                 .detail =
                     fmt::format("Not {}: send If-Match with the version you saw, as the ETag has it.", verb)}
      .response();
}

/// A change of what is published: refused, or the product as it is now.
void answer_edit(Context& context, Result<mesh::Change> change, std::string_view verb, http::Responder responder) {
  if (!change.ok()) return responder.send(failed(change.error()));
  if (change->refusal) {
    return responder.send(refused_change(*change->refusal, refusal_detail(*change, verb), change->findings,
                                         change->audit, change->current_version));
  }
  answer_change(context, *change, std::move(responder));
}

void set_lifecycle(Context& context, http::Request request, http::Responder responder) {
  const auto version = if_match(request);
  if (!version.ok()) return responder.send(http::problem(version.error()));
  if (!version->has_value()) return responder.send(version_wanted("changed"));
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  mesh::LifecycleChange change{.to = object.text("to", Need::kRequired, kNameBytesMax).value_or("")};
  change.reason = object.text("reason", Need::kOptional, 16 << 10);
  change.ends_on = object.text("ends_on", Need::kOptional, kNameBytesMax);
  change.successor = object.text("successor", Need::kOptional, kNameBytesMax);
  object.end();
  if (!findings.empty())
    return responder.send(refused(fmt::format("The body has {} mistakes.", findings.size()), std::move(findings)));
  const mesh::ProductId id{request.parameters.at("domain"), request.parameters.at("name")};
  context.services.products.set_lifecycle(
      asked(context, request), id, **version, std::move(change),
      [&context, responder = std::move(responder)](Result<mesh::Change> changed) mutable {
        answer_edit(context, std::move(changed), "changed", std::move(responder));
      });
}

void remove(Context& context, http::Request request, http::Responder responder) {
  const auto version = if_match(request);
  if (!version.ok()) return responder.send(http::problem(version.error()));
  if (!version->has_value()) return responder.send(version_wanted("unpublished"));
  const mesh::ProductId id{request.parameters.at("domain"), request.parameters.at("name")};
  context.services.products.remove(
      asked(context, request), id, **version,
      [&context, responder = std::move(responder)](Result<mesh::Change> change) mutable {
        if (!change.ok()) return responder.send(failed(change.error()));
        if (change->refusal) {
          return responder.send(refused_change(*change->refusal, refusal_detail(*change, "unpublished"),
                                               change->findings, change->audit, change->current_version));
        }
        mesh::JsonWriter json;
        json.begin_object()
            .member("sequence", context.hub.sequence())
            .member("audit_id", mesh::audit_id(change->audit->number))
            .end_object();
        responder.send(json_response(200, std::move(json)));
      });
}

void check(Context& context, http::Request request, http::Responder responder) {
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> mistakes;
  BodyObject object(*body, "", mistakes);
  mesh::ProductId id{object.text("domain", Need::kOptional, kNameBytesMax).value_or(""),
                     object.text("name", Need::kOptional, kNameBytesMax).value_or("")};
  const auto version = object.integer("version", Need::kOptional, 1, std::int64_t{1} << 53);
  mesh::ProductDraft draft = read_draft(object, Need::kOptional);
  object.end();
  if (!mistakes.empty())
    return responder.send(refused(fmt::format("The body has {} mistakes.", mistakes.size()), std::move(mistakes)));

  context.services.products.check(
      request.principal, std::move(id), std::move(draft), version.has_value(),
      [responder = std::move(responder)](Result<std::vector<mesh::Finding>> findings) mutable {
        if (!findings.ok()) return responder.send(failed(findings.error()));
        mesh::JsonWriter json;
        json.begin_object()
            .member("publishable", !mesh::blocks(*findings))
            .member("blocks", mesh::count(*findings, mesh::Severity::kBlocks))
            .member("warns", mesh::count(*findings, mesh::Severity::kWarns))
            .member("passes", mesh::count(*findings, mesh::Severity::kPasses))
            .member("findings", *findings)
            .end_object();
        responder.send(json_response(200, std::move(json)));
      });
}

void hand_over(Context& context, http::Request request, http::Responder responder) {
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> mistakes;
  BodyObject object(*body, "", mistakes);
  const auto team = object.text("team", BodyObject::Need::kRequired, 200);
  object.end();
  if (!mistakes.empty())
    return responder.send(refused(fmt::format("The body has {} mistakes.", mistakes.size()), std::move(mistakes)));
  context.services.products.hand_over(
      asked(context, request), {request.parameters.at("domain"), request.parameters.at("name")}, *team,
      [&context, responder = std::move(responder)](Result<mesh::Change> change) mutable {
        if (!change.ok()) return responder.send(failed(change.error()));
        if (change->refusal)
          return responder.send(refused_change(*change->refusal, refusal_detail(*change, "handed over"),
                                               change->findings, change->audit, change->current_version));
        answer_change(context, *change, std::move(responder));
      });
}

}  // namespace

void add_product_changes(http::Router& router, Context& context) {
  add_route(router, http::Method::kPost, "/api/v1/products/check", context, check);
  add_route(router, http::Method::kPut, "/api/v1/products/{domain}/{name}", context, put);
  add_route(router, http::Method::kPost, "/api/v1/products/{domain}/{name}/lifecycle", context, set_lifecycle);
  add_route(router, http::Method::kDelete, "/api/v1/products/{domain}/{name}", context, remove);
  add_route(router, http::Method::kPost, "/api/v1/products/{domain}/{name}/owner", context, hand_over);
}

}  // namespace weft::api
