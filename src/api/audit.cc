#include "api/context.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "mesh/json_writer.h"
#include "mesh/products.h"

namespace weft::api {

namespace {

void list(Context& context, http::Request request, http::Responder responder) {
  Parameters parameters(request);
  mesh::AuditFilter filter;
  filter.subject = parameters.text("subject");
  filter.principal = parameters.text("principal");
  filter.action = parameters.word(
      "action",
      "product.publish, product.edit, product.unpublish, product.deprecate, product.retire, product.restore, product.owner, topic.create, topic.delete, schema.register, "
      "schema.delete, schema.configure, conversation.open, conversation.reply, conversation.close, directory.change, rules.change",
      mesh::parse_audit_action);
  filter.outcome = parameters.word("outcome", "done, refused, failed, started", mesh::parse_audit_outcome);
  filter.limit = static_cast<std::size_t>(parameters.integer("limit", 1, 500).value_or(100));
  filter.before = parameters.word("cursor", "the next_cursor of an answer", mesh::parse_audit_id);
  if (!parameters.fine()) return responder.send(parameters.refusal());

  const mesh::AuditPage page = context.services.products.list_audit(filter);
  mesh::JsonWriter json;
  json.begin_object()
      .member("sequence", context.hub.sequence())
      .member("total", page.total)
      .key("entries")
      .begin_array();
  for (const mesh::AuditPointer& entry : page.entries) json.value(*entry);
  json.end_array()
      .member("next_cursor", page.next_before ? std::optional(mesh::audit_id(*page.next_before)) : std::nullopt)
      .end_object();
  responder.send(json_response(200, std::move(json)));
}

void get(Context& context, http::Request request, http::Responder responder) {
  const std::string& id = request.parameters.at("id");
  const auto number = mesh::parse_audit_id(id);
  const mesh::AuditPointer entry = number ? context.services.products.find_audit(*number) : nullptr;
  if (!entry)
    return responder.send(
        not_found(fmt::format("There is no audit entry {}; the newest {} are kept.", id, mesh::kAuditEntriesMax)));
  responder.send(http::Response::json(200, mesh::to_json(*entry)));
}

}  // namespace

void add_audit(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/audit", context, list);
  add_route(router, http::Method::kGet, "/api/v1/audit/{id}", context, get);
}

}  // namespace weft::api
