#include "mesh/audit.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "mesh/json_reader.h"
#include "mesh/json_writer.h"

namespace weft::mesh {

namespace {
constexpr std::array kActions = {AuditAction::kProductPublish,   AuditAction::kProductEdit,
                                 AuditAction::kProductUnpublish, AuditAction::kProductDeprecate,
                                 AuditAction::kProductRetire,    AuditAction::kProductRestore,
                                 AuditAction::kProductOwner, AuditAction::kTopicCreate,
                                 AuditAction::kTopicDelete,      AuditAction::kSchemaRegister,
                                 AuditAction::kSchemaDelete,     AuditAction::kSchemaConfigure,
                                 AuditAction::kConversationOpen, AuditAction::kConversationReply,
                                 AuditAction::kConversationClose, AuditAction::kDirectoryChange,
                                 AuditAction::kRulesChange};
constexpr std::array kOutcomes = {AuditOutcome::kDone, AuditOutcome::kRefused, AuditOutcome::kFailed,
                                  AuditOutcome::kStarted};
}  // namespace

std::string_view audit_action_name(AuditAction action) {
  switch (action) {
    case AuditAction::kProductPublish:
      return "product.publish";
    case AuditAction::kProductEdit:
      return "product.edit";
    case AuditAction::kProductUnpublish:
      return "product.unpublish";
    case AuditAction::kProductOwner:
      return "product.owner";
    case AuditAction::kProductDeprecate:
      return "product.deprecate";
    case AuditAction::kProductRetire:
      return "product.retire";
    case AuditAction::kProductRestore:
      return "product.restore";
    case AuditAction::kTopicCreate:
      return "topic.create";
    case AuditAction::kTopicDelete:
      return "topic.delete";
    case AuditAction::kSchemaRegister:
      return "schema.register";
    case AuditAction::kSchemaDelete:
      return "schema.delete";
    case AuditAction::kSchemaConfigure:
      return "schema.configure";
    case AuditAction::kConversationOpen:
      return "conversation.open";
    case AuditAction::kConversationReply:
      return "conversation.reply";
    case AuditAction::kConversationClose:
      return "conversation.close";
    case AuditAction::kDirectoryChange:
      return "directory.change";
    case AuditAction::kRulesChange:
      return "rules.change";
  }
  return "product.publish";
}

std::optional<AuditAction> parse_audit_action(std::string_view name) {
  for (const AuditAction action : kActions)
    if (audit_action_name(action) == name) return action;
  return std::nullopt;
}

std::string_view audit_outcome_name(AuditOutcome outcome) {
  switch (outcome) {
    case AuditOutcome::kDone:
      return "done";
    case AuditOutcome::kRefused:
      return "refused";
    case AuditOutcome::kFailed:
      return "failed";
    case AuditOutcome::kStarted:
      return "started";
  }
  return "done";
}

std::optional<AuditOutcome> parse_audit_outcome(std::string_view name) {
  for (const AuditOutcome outcome : kOutcomes)
    if (audit_outcome_name(outcome) == name) return outcome;
  return std::nullopt;
}

std::string audit_id(AuditNumber number) { return fmt::format("a{}", number); }

std::optional<AuditNumber> parse_audit_id(std::string_view id) {
  AuditNumber number = 0;
  if (!id.starts_with('a')) return std::nullopt;
  const auto [end, fault] = std::from_chars(id.data() + 1, id.data() + id.size(), number);
  if (fault != std::errc{} || end != id.data() + id.size() || number < 1) return std::nullopt;
  return number;
}

void write(JsonWriter& json, const ApiCall& call) {
  json.begin_object().member("method", call.method).member("path", call.path).key("headers").begin_object();
  for (const auto& [name, value] : call.headers) json.member(name, value);
  json.end_object().member("body", call.body).end_object();
}

void write(JsonWriter& json, const AuditEntry& entry) {
  json.begin_object()
      .member("id", audit_id(entry.number))
      .member("time", time_text(entry.time_ms))
      .member("principal", entry.principal)
      .member("display_name", entry.display_name)
      .member("action", audit_action_name(entry.action))
      .member("subject", entry.subject)
      .member("outcome", audit_outcome_name(entry.outcome))
      .member("summary", entry.summary)
      .member("findings", entry.findings)
      .member("call", entry.call)
      .end_object();
}

namespace {

Result<ApiCall> parse_call(const schema::JsonNode& node) {
  const JsonReader reader(node);
  ApiCall call;
  TRY_ASSIGN(call.method, reader.text("method"));
  TRY_ASSIGN(call.path, reader.text("path"));
  TRY_ASSIGN(const schema::JsonNode* headers, reader.object("headers"));
  for (const auto& member : headers->members) call.headers.emplace(member.name, member.value.text);
  TRY_ASSIGN(call.body, reader.maybe_text("body"));
  return call;
}

}  // namespace

Result<AuditEntry> parse_audit_record(std::string_view value) {
  TRY_ASSIGN(const schema::JsonNode root, schema::parse_json(value, {.text_bytes_max = std::size_t{8} << 20}));
  const JsonReader reader(root);
  AuditEntry entry;
  TRY_ASSIGN(const std::string id, reader.text("id"));
  TRY_ASSIGN(const std::string time, reader.text("time"));
  TRY_ASSIGN(entry.principal, reader.text("principal"));
  TRY_ASSIGN(entry.display_name, reader.text("display_name"));
  TRY_ASSIGN(const std::string action, reader.text("action"));
  TRY_ASSIGN(entry.subject, reader.text("subject"));
  TRY_ASSIGN(const std::string outcome, reader.text("outcome"));
  TRY_ASSIGN(entry.summary, reader.text("summary"));
  const auto number = parse_audit_id(id);
  const auto time_ms = parse_time_text(time);
  if (!number || !time_ms || !parse_audit_action(action) || !parse_audit_outcome(outcome))
    return error(ErrorCode::kCorrupt, "audit entry '{}' of '{}', '{}', '{}' can't be understood", id, time, action,
                 outcome);
  entry.number = *number;
  entry.time_ms = *time_ms;
  entry.action = *parse_audit_action(action);
  entry.outcome = *parse_audit_outcome(outcome);
  if (const schema::JsonNode* findings = root.find("findings")) {
    TRY_ASSIGN(entry.findings, parse_findings(*findings));
  }
  TRY_ASSIGN(const schema::JsonNode* call, reader.object("call"));
  TRY_ASSIGN(entry.call, parse_call(*call));
  return entry;
}

}  // namespace weft::mesh
