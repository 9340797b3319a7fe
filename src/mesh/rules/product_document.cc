#include "mesh/rules/product_document.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "identity/directory.h"
#include "mesh/json_writer.h"
#include "mesh/product_draft.h"
#include "mesh/product_rules.h"

namespace weft::mesh {

namespace {

constexpr std::size_t kDocumentBytesMax = 64 << 20;

void write_unknown(JsonWriter& json, const PortEvidence& evidence) {
  json.key("unknown").begin_object();
  if (evidence.topic_unknown) json.member("has_events", *evidence.topic_unknown);
  if (evidence.schema_unknown) json.member("schema", *evidence.schema_unknown);
  if (evidence.history_unknown) json.member("history", *evidence.history_unknown);
  json.end_object();
}

void write_stream(JsonWriter& json, std::size_t index, const PortDraft& port, const PortEvidence& evidence) {
  json.begin_object()
      .member("port", fmt::format("ports[{}]", index))
      .member("topic", *port.topic)
      .member("subject", port.subject_or_default())
      .member("internal", evidence.topic_internal)
      .member("has_events", evidence.has_events);
  if (const auto& schema = evidence.schema) {
    json.key("schema")
        .begin_object()
        .member("format", schema->format)
        .member("version", schema->version)
        .member("fields", schema->fields)
        .member("fields_without_doc", schema->fields_without_doc)
        .end_object();
  }
  if (const auto& history = evidence.history) {
    json.key("history").begin_object().member("kind", history_name(history->kind)).key("kept");
    const bool ends = history->kind == History::Kind::kRecent && history->retention_ms;
    if (ends) {
      json.value(*history->retention_ms);
    } else {
      json.value("forever");
    }
    json.end_object();
  }
  write_unknown(json, evidence);
  json.end_object();
}

void write_team(JsonWriter& json, const identity::Team* team) {
  json.begin_object().member("exists", team != nullptr).key("contact");
  if (team == nullptr) {
    json.value(nullptr);
  } else {
    json.value(team->mail ? team->mail : team->chat ? std::optional(team->chat->name) : team->on_call);
  }
  json.end_object();
}

}  // namespace

schema::JsonNode product_document(const ProductId& id, const ProductDraft& draft, std::string_view lifecycle,
                                  std::span<const PortEvidence> evidence, const identity::Directory& directory) {
  JsonWriter json;
  // Of members that stand twice the last one counts: defaults first, then what the owner says.
  json.begin_object()
      .member("domain", id.domain)
      .member("name", id.name)
      .member("lifecycle", lifecycle)
      .member("audience", "open")
      .member("sensitivity", "internal");
  write_members(json, draft);
  json.key("streams").begin_array();
  for (std::size_t i = 0; i < std::min(draft.ports.size(), evidence.size()); ++i) {
    const PortDraft& port = draft.ports[i];
    const bool there = evidence[i].topic_exists || evidence[i].topic_unknown;
    if (port.is_stream() && port.topic && there) write_stream(json, i, port, evidence[i]);
  }
  json.end_array().key("owner_team");
  write_team(json, draft.owner ? directory.find_team(*draft.owner) : nullptr);
  json.end_object();
  // All of it came through bounds of its own.
  auto document = schema::parse_json(std::move(json).take(), {.text_bytes_max = kDocumentBytesMax});
  CHECK(document.ok(), document.error().message);
  return std::move(*document);
}

}  // namespace weft::mesh
