#include <charconv>

#include "api/context.h"
#include "api/conversation_json.h"
#include "api/json_body.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "identity/directory_file.h"
#include "mesh/catalogue.h"
#include "mesh/conversations.h"
#include "mesh/json_writer.h"

namespace weft::api {

namespace {

using Need = BodyObject::Need;

std::optional<std::string> text_of(const std::optional<mesh::ProductId>& id) {
  return id ? std::optional(id->to_string()) : std::nullopt;
}

std::optional<std::string> maybe_time(const std::optional<std::int64_t>& ms) {
  return ms ? std::optional(mesh::time_text(*ms)) : std::nullopt;
}

void write_ended(mesh::JsonWriter& json, const mesh::Conversation& conversation) {
  json.key("ended");
  if (!conversation.end) {
    json.value(nullptr);
    return;
  }
  json.begin_object()
      .member("how", mesh::conversation_end_name(*conversation.end))
      .member("by", conversation.closed_by)
      .member("display_name", conversation.closed_by_name)
      .member("accepted", conversation.accepted)
      .member("product", text_of(conversation.fulfilled_by))
      .end_object();
}

}  // namespace

void write_conversation(mesh::JsonWriter& json, const mesh::Conversation& conversation, const Context& context,
                        const access::Principal& principal) {
  const mesh::Conversations& conversations = context.services.conversations;
  json.begin_object()
      .member("number", conversation.number)
      .member("kind", mesh::conversation_kind_name(conversation.kind))
      .member("state", mesh::conversation_stage_name(conversation.stage))
      .member("waits_for_you", conversations.waits_for(principal, conversation));
  mesh::write_message_members(json, conversation.opening);
  json.member("changed_at", mesh::time_text(conversation.changed_at_ms))
      .member("domain", conversation.domain.empty() ? std::nullopt : std::optional(conversation.domain))
      .member("product", text_of(conversation.product))
      .member("teams", conversations.teams_of(conversation))
      .member("fields", conversation.fields)
      .member("happens_from", maybe_time(conversation.from_ms))
      .member("happens_until", maybe_time(conversation.until_ms))
      .member("message_count", conversation.messages.size());
  write_ended(json, conversation);
  json.end_object();
}

namespace {

/// The product's own thread, or one of the inbox: head, messages, and what the reader may do.
void write_detail(mesh::JsonWriter& json, const mesh::Conversation& conversation, const Context& context,
                  const access::Principal& principal) {
  const std::vector<std::string> teams = context.services.conversations.teams_of(conversation);
  const bool began = principal.to_string() == conversation.opening.from;
  const bool addressed = std::any_of(teams.begin(), teams.end(),
                                     [&](const std::string& team) { return principal.member_of(team); });
  const bool open = conversation.open();
  const bool signed_in = principal.kind != access::Principal::Kind::kAnonymous;
  const bool announcement = conversation.kind == mesh::ConversationKind::kAnnouncement;
  json.begin_object().member("sequence", context.hub.sequence()).key("conversation");
  write_conversation(json, conversation, context, principal);
  json.key("messages").begin_array();
  std::size_t number = 0;
  for (const mesh::Message& message : conversation.messages) {
    json.begin_object().member("number", ++number);
    mesh::write_message_members(json, message);
    json.end_object();
  }
  json.end_array().key("you_may").begin_array();
  if (signed_in && conversation.stage != mesh::ConversationStage::kClosed) json.value("reply");
  if (open && (began || addressed) && !conversation.messages.empty()) json.value("accept");
  if (open && (began || addressed) && conversation.kind == mesh::ConversationKind::kAsk) json.value("fulfil");
  if (open && addressed) json.value("decline");
  if ((open && began) ||
      (announcement && conversation.stage == mesh::ConversationStage::kStanding && (began || addressed)))
    json.value("withdraw");
  json.end_array().end_object();
}

void answer_change(Context& context, const access::Principal& principal, Result<mesh::ConversationChange> change,
                   http::Responder responder) {
  if (!change.ok()) return responder.send(failed(change.error()));
  if (change->refusal) return responder.send(refused_change(*change->refusal, change->detail, change->findings, {}));
  const bool opened = change->kind == mesh::ConversationChange::Kind::kOpened;
  mesh::JsonWriter json;
  write_detail(json, *change->conversation, context, principal);
  http::Response response = json_response(opened ? 201 : 200, std::move(json));
  if (opened)
    response.headers.emplace_back("Location", fmt::format("/api/v1/inbox/{}", change->conversation->number));
  responder.send(std::move(response));
}

http::Response wrong_body(std::vector<mesh::Finding> findings) {
  return refused(fmt::format("The body has {} mistakes.", findings.size()), std::move(findings));
}

std::optional<std::int64_t> read_time(BodyObject& body, std::string_view name, std::vector<mesh::Finding>& findings) {
  const auto text = body.text(name, Need::kOptional, 100);
  if (!text) return std::nullopt;
  const auto time = mesh::parse_time_text(*text);
  if (!time)
    findings.push_back({std::string(name), "json-type", mesh::Severity::kBlocks,
                        "The body must be of the documented shape", fmt::format("'{}' is no time.", *text),
                        "Write one as 2026-11-24T09:00:00Z.", std::nullopt});
  return time;
}

/// What begins a conversation: the members that its kind has.
std::optional<http::Response> read_draft(const http::Request& request, mesh::ConversationDraft& draft) {
  const auto body = parse_body(request.body);
  if (!body.ok()) return http::problem(body.error());
  std::vector<mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  draft.text = object.text("text", Need::kRequired, 1 << 20).value_or("");
  if (draft.kind == mesh::ConversationKind::kAsk) {
    draft.domain = object.text("domain", Need::kOptional, 200).value_or("");
    draft.fields = object.texts("fields", Need::kOptional, 1000, 1000);
  } else if (draft.kind == mesh::ConversationKind::kAnnouncement) {
    draft.from_ms = read_time(object, "happens_from", findings);
    draft.until_ms = read_time(object, "happens_until", findings);
  }
  object.end();
  if (!findings.empty()) return wrong_body(std::move(findings));
  return std::nullopt;
}

void open(Context& context, http::Request request, mesh::ConversationDraft draft, http::Responder responder) {
  if (auto refusal = read_draft(request, draft)) return responder.send(std::move(*refusal));
  if (!draft.domain.empty() && context.services.directory.current()->find_domain(draft.domain) == nullptr) {
    return responder.send(
        refused("Not sent: 1 finding blocks.",
                {{"domain", "domain-known", mesh::Severity::kBlocks, "The domain must be in the directory",
                  fmt::format("The directory knows no domain '{}'.", draft.domain),
                  "Choose one of GET /api/v1/domains, or leave it out.", std::nullopt}}));
  }
  context.services.conversations.open(
      asked(context, request), std::move(draft),
      [&context, principal = request.principal, responder = std::move(responder)](auto change) mutable {
        answer_change(context, principal, std::move(change), std::move(responder));
      });
}

void ask(Context& context, http::Request request, http::Responder responder) {
  open(context, std::move(request), {.kind = mesh::ConversationKind::kAsk}, std::move(responder));
}

void open_on_product(Context& context, http::Request request, mesh::ConversationKind kind, http::Responder responder) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  open(context, std::move(request), {.kind = kind, .domain = product->id.domain, .product = product->id},
       std::move(responder));
}

void question(Context& context, http::Request request, http::Responder responder) {
  open_on_product(context, std::move(request), mesh::ConversationKind::kQuestion, std::move(responder));
}

void announce(Context& context, http::Request request, http::Responder responder) {
  open_on_product(context, std::move(request), mesh::ConversationKind::kAnnouncement, std::move(responder));
}

void of_product(Context& context, http::Request request, http::Responder responder) {
  const mesh::ProductPointer product = find_product(context, request);
  if (!product) return responder.send(no_product(request));
  mesh::JsonWriter json;
  json.begin_object().member("sequence", context.hub.sequence()).key("conversations").begin_array();
  for (const mesh::ConversationPointer& each : context.services.conversations.of_product(product->id)) {
    json.begin_object().key("conversation");
    write_conversation(json, *each, context, request.principal);
    // The answer, so that a reader of the product need not open every thread.
    json.key("answer");
    if (each->messages.empty()) {
      json.value(nullptr);
    } else {
      const std::size_t number = each->accepted.value_or(each->messages.size());
      json.begin_object().member("number", number);
      mesh::write_message_members(json, each->messages[number - 1]);
      json.end_object();
    }
    json.end_object();
  }
  json.end_array().end_object();
  responder.send(json_response(200, std::move(json)));
}

/// The conversation that {number} names; otherwise it has been answered with 404.
mesh::ConversationPointer find(Context& context, const http::Request& request, http::Responder& responder) {
  const std::string& text = request.parameters.at("number");
  mesh::ConversationNumber number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = fault == std::errc{} && end == text.data() + text.size();
  mesh::ConversationPointer found = is_number ? context.services.conversations.find(number) : nullptr;
  if (!found) responder.send(not_found(fmt::format("There is no {} in the inbox.", text)));
  return found;
}

void list(Context& context, http::Request request, http::Responder responder) {
  Parameters parameters(request);
  mesh::InboxQuery query;
  query.view = parameters.word("view", "for_you, sent, all", mesh::parse_inbox_view).value_or(query.view);
  query.kind = parameters.word("kind", "question, ask, announcement", mesh::parse_conversation_kind);
  query.limit = static_cast<std::size_t>(parameters.integer("limit", 1, 500).value_or(100));
  query.before = parameters.integer("cursor", 1, INT64_MAX);
  if (!parameters.fine()) return responder.send(parameters.refusal());
  const std::string sequence = context.hub.sequence();
  const mesh::InboxPage page = context.services.conversations.inbox(request.principal, query);
  mesh::JsonWriter json;
  json.begin_object()
      .member("sequence", sequence)
      .key("counts")
      .begin_object()
      .member("for_you", page.for_you)
      .member("sent", page.sent)
      .member("all", page.all)
      .end_object();
  json.key("items").begin_array();
  for (const auto& each : page.items) write_conversation(json, *each, context, request.principal);
  json.end_array().key("decided").begin_array();
  for (const auto& each : page.decided) write_conversation(json, *each, context, request.principal);
  json.end_array()
      .member("next_cursor", page.next_before ? std::optional(fmt::format("{}", *page.next_before)) : std::nullopt)
      .end_object();
  responder.send(json_response(200, std::move(json)));
}

void get(Context& context, http::Request request, http::Responder responder) {
  const mesh::ConversationPointer found = find(context, request, responder);
  if (!found) return;
  mesh::JsonWriter json;
  write_detail(json, *found, context, request.principal);
  responder.send(json_response(200, std::move(json)));
}

void reply(Context& context, http::Request request, http::Responder responder) {
  const mesh::ConversationPointer found = find(context, request, responder);
  if (!found) return;
  const auto body = parse_body(request.body);
  if (!body.ok()) return responder.send(http::problem(body.error()));
  std::vector<mesh::Finding> findings;
  BodyObject object(*body, "", findings);
  std::string text = object.text("text", Need::kRequired, 1 << 20).value_or("");
  object.end();
  if (!findings.empty()) return responder.send(wrong_body(std::move(findings)));
  context.services.conversations.reply(
      asked(context, request), found->number, std::move(text),
      [&context, principal = request.principal, responder = std::move(responder)](auto change) mutable {
        answer_change(context, principal, std::move(change), std::move(responder));
      });
}

std::optional<http::Response> read_closing(Context& context, const http::Request& request,
                                           mesh::ConversationClosing& closing) {
  const auto body = parse_body(request.body);
  if (!body.ok()) return http::problem(body.error());
  std::vector<mesh::Finding> findings;
  const auto fault = [&](const char* field, std::string message, std::string fix) {
    findings.push_back({field, "closing-fits", mesh::Severity::kBlocks, "Closing says how it ended",
                        std::move(message), std::move(fix), std::nullopt});
  };
  BodyObject object(*body, "", findings);
  const auto how = object.text("how", Need::kRequired, 100);
  closing.text = object.text("text", Need::kOptional, 1 << 20);
  const auto accepted = object.integer("accepted", Need::kOptional, 1, mesh::kMessagesMax);
  const auto product = object.text("product", Need::kOptional, 500);
  object.end();
  const auto end = how ? mesh::parse_conversation_end(*how) : std::nullopt;
  if (end) closing.end = *end;
  if (how && !end) fault("how", fmt::format("'{}' is none of them.", *how), "Choose accepted, fulfilled, declined or withdrawn.");
  if (accepted) closing.accepted = static_cast<std::size_t>(*accepted);
  if (product) {
    closing.fulfilled_by = mesh::ProductId::parse(*product);
    if (!closing.fulfilled_by || !context.services.catalogue.find(*closing.fulfilled_by))
      fault("product", fmt::format("There is no product '{}'.", *product), "Name one that is published: domain/name.");
  }
  if (!findings.empty()) return wrong_body(std::move(findings));
  return std::nullopt;
}

void close(Context& context, http::Request request, http::Responder responder) {
  const mesh::ConversationPointer found = find(context, request, responder);
  if (!found) return;
  mesh::ConversationClosing closing;
  if (auto refusal = read_closing(context, request, closing)) return responder.send(std::move(*refusal));
  context.services.conversations.close(
      asked(context, request), found->number, std::move(closing),
      [&context, principal = request.principal, responder = std::move(responder)](auto change) mutable {
        answer_change(context, principal, std::move(change), std::move(responder));
      });
}

}  // namespace

void add_inbox(http::Router& router, Context& context) {
  add_route(router, http::Method::kGet, "/api/v1/inbox", context, list);
  add_route(router, http::Method::kGet, "/api/v1/inbox/{number}", context, get);
  add_route(router, http::Method::kPost, "/api/v1/inbox/{number}/messages", context, reply);
  add_route(router, http::Method::kPost, "/api/v1/inbox/{number}/close", context, close);
  add_route(router, http::Method::kPost, "/api/v1/asks", context, ask);
  add_route(router, http::Method::kGet, "/api/v1/products/{domain}/{name}/conversations", context, of_product);
  add_route(router, http::Method::kPost, "/api/v1/products/{domain}/{name}/questions", context, question);
  add_route(router, http::Method::kPost, "/api/v1/products/{domain}/{name}/announcements", context, announce);
}

}  // namespace weft::api
