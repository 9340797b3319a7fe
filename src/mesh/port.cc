#include "mesh/port.h"

#include "mesh/json_reader.h"
#include "mesh/json_writer.h"
#include "mesh/words.h"

namespace weft::mesh {

namespace {
constexpr Words<PortKind, 6> kPortKinds({{{PortKind::kStream, "stream"},
                                          {PortKind::kRest, "rest"},
                                          {PortKind::kGrpc, "grpc"},
                                          {PortKind::kGraphql, "graphql"},
                                          {PortKind::kTable, "table"},
                                          {PortKind::kObjectStore, "object_store"}}});
constexpr Words<Probe::Kind, 2> kProbeKinds({{{Probe::Kind::kHttp, "http"}, {Probe::Kind::kTcp, "tcp"}}});
}  // namespace

std::string_view port_kind_name(PortKind kind) { return kPortKinds.name(kind); }
std::optional<PortKind> parse_port_kind(std::string_view name) { return kPortKinds.parse(name); }
std::string_view probe_kind_name(Probe::Kind kind) { return kProbeKinds.name(kind); }
std::optional<Probe::Kind> parse_probe_kind(std::string_view name) { return kProbeKinds.parse(name); }

void write(JsonWriter& json, const Contract& contract) {
  json.begin_object()
      .member("media_type", contract.media_type)
      .member("text", contract.text)
      .member("url", contract.url)
      .end_object();
}

void write(JsonWriter& json, const Probe& probe) {
  json.begin_object()
      .member("kind", probe_kind_name(probe.kind))
      .member("target", probe.target)
      .member("interval_seconds", probe.interval_seconds)
      .end_object();
}

namespace {

void write_service(JsonWriter& json, const Port& port) {
  json.member("address", port.address)
      .member("format", port.format)
      .member("contract", port.contract)
      .member("probe", port.probe);
}

Result<void> read_service(const schema::JsonNode& node, Port& port) {
  const JsonReader reader(node);
  TRY_ASSIGN(port.address, reader.text("address"));
  TRY_ASSIGN(port.format, reader.text("format"));
  if (const schema::JsonNode* contract = node.find("contract"); contract != nullptr && !contract->is_null()) {
    const JsonReader members(*contract);
    port.contract.emplace();
    TRY_ASSIGN(port.contract->media_type, members.text("media_type"));
    TRY_ASSIGN(port.contract->text, members.text("text"));
    TRY_ASSIGN(port.contract->url, members.text("url"));
  }
  if (const schema::JsonNode* probe = node.find("probe"); probe != nullptr && !probe->is_null()) {
    const JsonReader members(*probe);
    port.probe.emplace();
    TRY_ASSIGN(const std::string kind, members.text("kind"));
    if (!parse_probe_kind(kind)) return error(ErrorCode::kCorrupt, "probe kind '{}' is none of ours", kind);
    port.probe->kind = *parse_probe_kind(kind);
    TRY_ASSIGN(port.probe->target, members.text("target"));
    TRY_ASSIGN(port.probe->interval_seconds, members.integer("interval_seconds"));
  }
  return {};
}

}  // namespace

void write_members(JsonWriter& json, const Port& port) {
  json.member("name", port.name).member("kind", port_kind_name(port.kind));
  if (!port.is_stream()) return write_service(json, port);
  json.member("cluster", port.cluster)
      .member("environment", port.environment)
      .member("region", port.region)
      .member("topic", port.topic)
      .member("subject", port.subject);
}

void write(JsonWriter& json, const Port& port) {
  json.begin_object();
  write_members(json, port);
  json.end_object();
}

Result<Port> parse_port(const schema::JsonNode& node) {
  const JsonReader reader(node);
  Port port;
  TRY_ASSIGN(port.name, reader.text("name"));
  TRY_ASSIGN(const std::string kind, reader.text("kind"));
  if (!parse_port_kind(kind)) return error(ErrorCode::kCorrupt, "port kind '{}' is none of ours", kind);
  port.kind = *parse_port_kind(kind);
  if (!port.is_stream()) {
    TRY(read_service(node, port));
    return port;
  }
  TRY_ASSIGN(port.cluster, reader.text("cluster"));
  TRY_ASSIGN(port.environment, reader.text("environment"));
  TRY_ASSIGN(port.region, reader.text("region"));
  TRY_ASSIGN(port.topic, reader.text("topic"));
  TRY_ASSIGN(port.subject, reader.text("subject"));
  return port;
}

}  // namespace weft::mesh
