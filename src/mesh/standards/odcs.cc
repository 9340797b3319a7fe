#include "mesh/standards/odcs.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "identity/directory.h"
#include "mesh/json_writer.h"
#include "mesh/web_address.h"
#include "schema/field_tree.h"

namespace weft::mesh {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

void custom(JsonWriter& json, std::string_view property, const auto& value) {
  json.begin_object().member("property", property).member("value", value).end_object();
}

// ---- Servers

std::string_view server_type(const Port& port) {
  switch (port.kind) {
    case PortKind::kStream:
      return "kafka";
    case PortKind::kRest:
    case PortKind::kGraphql:
      return is_web_address(port.address) ? "api" : "custom";
    case PortKind::kObjectStore:
      return port.address.starts_with("s3://") ? "s3" : "custom";
    case PortKind::kGrpc:
    case PortKind::kTable:
      return "custom";
  }
  return "custom";
}

void write_stream(JsonWriter& json, const ExportedProduct::Stream& stream, const ExportPlaces& places) {
  const Port& port = *stream.port;
  json.member("environment", port.environment).member("host", places.kafka);
  if (stream.schema) {
    std::string format = stream.schema->format;
    std::ranges::transform(format, format.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    json.member("format", format);
  }
  json.key("customProperties").begin_array();
  custom(json, "cluster", port.cluster);
  custom(json, "region", port.region);
  custom(json, "topic", port.topic);
  custom(json, "subject", port.subject);
  if (places.registry) custom(json, "schemaRegistryUrl", *places.registry);
  json.end_array();
}

void write_address(JsonWriter& json, const Port& port, std::string_view type) {
  const bool is_uri = port.address.find("://") != std::string::npos;
  json.member(is_uri ? "location" : "path", port.address);
  if (!port.format.empty() && type != "api") json.member("format", port.format);
  json.key("customProperties").begin_array();
  custom(json, "portKind", port_kind_name(port.kind));
  if (!port.format.empty() && type == "api") custom(json, "format", port.format);
  if (port.contract && !port.contract->url.empty()) custom(json, "contractUrl", port.contract->url);
  if (port.contract && !port.contract->media_type.empty())
    custom(json, "contractMediaType", port.contract->media_type);
  json.end_array();
}

void write_servers(JsonWriter& json, const ExportedProduct& exported, const ExportPlaces& places) {
  json.key("servers").begin_array();
  for (const Port& port : exported.product->ports) {
    const std::string_view type = server_type(port);
    json.begin_object().member("server", port.name).member("type", type);
    const auto stream = std::ranges::find(exported.streams, &port, &ExportedProduct::Stream::port);
    if (stream != exported.streams.end()) {
      write_stream(json, *stream, places);
    } else {
      write_address(json, port, type);
    }
    json.end_object();
  }
  json.end_array();
}

// ---- Schema

/// The standard's word for a type as field trees have it: "timestamp-millis (long)", "array of Line".
std::string_view logical_type(const schema::FieldNode& field) {
  const std::string_view type = field.type;
  const auto begins = [&](std::string_view word) { return type.starts_with(word); };
  const auto is_one_of = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) {
      return type == word || (begins(word) && (type[word.size()] == ' ' || type[word.size()] == '('));
    });
  };
  if (begins("array") || begins("repeated ")) return "array";
  if (begins("map")) return "object";
  if (!field.children.empty()) return "object";
  if (is_one_of({"boolean", "bool"})) return "boolean";
  if (is_one_of({"date"})) return "date";
  if (begins("timestamp-") || begins("local-timestamp-") || is_one_of({"date-time", "google.protobuf.Timestamp"}))
    return "timestamp";
  if (begins("time-") || is_one_of({"time"})) return "time";
  if (is_one_of({"int", "long", "integer", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32",
                 "fixed64", "sfixed32", "sfixed64"}))
    return "integer";
  if (is_one_of({"float", "double", "number", "decimal"})) return "number";
  if (is_one_of({"object", "record"})) return "object";
  return "string";
}

std::string_view item_type(std::string_view type) {
  for (const std::string_view before : {"array of ", "repeated "})
    if (type.starts_with(before)) return type.substr(before.size());
  return {};
}

void write_properties(JsonWriter& json, const std::vector<schema::FieldNode>& fields);

void write_property(JsonWriter& json, const schema::FieldNode& field) {
  const std::string_view logical = logical_type(field);
  json.begin_object()
      .member("name", field.name)
      .member("logicalType", logical)
      .member("physicalType", field.type)
      .member("required", !field.nullable);
  if (!field.doc.empty()) json.member("description", field.doc);
  if (!field.tags.empty()) json.member("tags", field.tags);
  if (!field.symbols.empty()) {
    json.key("customProperties").begin_array();
    custom(json, "symbols", field.symbols);
    json.end_array();
  }
  if (logical == "array") {
    schema::FieldNode item;
    item.type = item_type(field.type);
    item.children = field.children;
    json.key("items").begin_object().member("logicalType", logical_type(item)).member("physicalType", item.type);
    if (!item.children.empty()) write_properties(json, item.children);
    json.end_object();
  } else if (!field.children.empty()) {
    write_properties(json, field.children);
  }
  json.end_object();
}

void write_properties(JsonWriter& json, const std::vector<schema::FieldNode>& fields) {
  json.key("properties").begin_array();
  for (const schema::FieldNode& field : fields) write_property(json, field);
  json.end_array();
}

void write_schema(JsonWriter& json, const ExportedProduct& exported) {
  json.key("schema").begin_array();
  for (const ExportedProduct::Stream& stream : exported.streams) {
    if (!stream.schema || !stream.schema->parsed) continue;
    const schema::FieldTree tree = stream.schema->parsed->field_tree();
    json.begin_object()
        .member("name", stream.port->topic)
        .member("physicalName", stream.port->topic)
        .member("physicalType", "topic")
        .member("logicalType", "object");
    if (!tree.doc.empty()) json.member("description", tree.doc);
    write_properties(json, tree.fields);
    json.key("customProperties").begin_array();
    custom(json, "subject", stream.schema->subject);
    custom(json, "schemaVersion", stream.schema->version);
    custom(json, "schemaId", stream.schema->id.get());
    if (tree.truncated) custom(json, "truncated", true);
    json.end_array().end_object();
  }
  json.end_array();
}

// ---- Who, and what is promised

void write_team(JsonWriter& json, const Product& product, const identity::Directory& directory) {
  json.key("team").begin_object().member("name", product.owner);
  if (const identity::Team* team = directory.find_team(product.owner)) {
    json.member("description", team->display_name).key("members").begin_array();
    for (const std::string& name : team->members) {
      const identity::Person* const person = directory.find_person(name);
      json.begin_object().member("username", name);
      if (person != nullptr) json.member("name", person->display_name);
      if (team->on_call == name) json.member("role", "on call");
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

void write_support(JsonWriter& json, const Product& product, const identity::Directory& directory) {
  json.key("support").begin_array();
  if (product.support)
    json.begin_object().member("channel", product.support->title).member("url", product.support->url).end_object();
  if (const identity::Team* team = directory.find_team(product.owner)) {
    if (team->chat)
      json.begin_object().member("channel", team->chat->name).member("url", team->chat->url).end_object();
    if (team->mail)
      json.begin_object()
          .member("channel", *team->mail)
          .member("tool", "email")
          .member("url", "mailto:" + *team->mail)
          .end_object();
  }
  json.end_array();
}

void write_promises(JsonWriter& json, const ExportedProduct& exported) {
  json.key("slaProperties").begin_array();
  for (const ExportedProduct::Stream& stream : exported.streams) {
    if (!stream.facts || !stream.facts->history || !stream.facts->history->retention_ms) continue;
    json.begin_object()
        .member("property", "retention")
        .member("value", static_cast<double>(*stream.facts->history->retention_ms) / kDayMs)
        .member("unit", "d")
        .member("element", stream.port->topic)
        .end_object();
  }
  const Product& product = *exported.product;
  if (product.deprecation && !product.deprecation->ends_on.empty())
    json.begin_object()
        .member("property", "endOfSupport")
        .member("value", product.deprecation->ends_on)
        .end_object();
  json.end_array();
}

void write_custom(JsonWriter& json, const Product& product) {
  json.key("customProperties").begin_array();
  custom(json, "quality", quality_name(product.quality));
  custom(json, "slaTier", product.sla);
  custom(json, "audience", audience_name(product.audience));
  custom(json, "sensitivity", sensitivity_name(product.sensitivity));
  if (product.deprecation) {
    custom(json, "deprecationReason", product.deprecation->reason);
    if (product.deprecation->successor) custom(json, "successor", product.deprecation->successor->to_string());
  }
  for (const auto& [name, value] : product.attributes) custom(json, name, value);
  json.end_array();
}

std::string_view status_of(Lifecycle lifecycle) {
  switch (lifecycle) {
    case Lifecycle::kLive:
      return "active";
    case Lifecycle::kDeprecated:
      return "deprecated";
    case Lifecycle::kRetired:
      return "retired";
  }
  return "active";
}

}  // namespace

std::string odcs_contract(const ExportedProduct& exported, const identity::Directory& directory,
                          const ExportPlaces& places) {
  const Product& product = *exported.product;
  JsonWriter json;
  json.begin_object()
      .member("apiVersion", "v3.1.0")
      .member("kind", "DataContract")
      .member("id", product.id.to_string())
      .member("name", product.id.name)
      .member("version", fmt::format("{}", product.version))
      .member("status", status_of(product.lifecycle))
      .member("domain", product.id.domain)
      .member("dataProduct", product.id.name)
      .member("contractCreatedTs", time_text(product.published_at_ms))
      .key("description")
      .begin_object()
      .member("purpose", product.description);
  if (!product.terms.empty()) json.member("limitations", product.terms);
  json.end_object();
  if (!product.tags.empty()) json.member("tags", product.tags);
  json.key("authoritativeDefinitions")
      .begin_array()
      .begin_object()
      .member("type", "canonical")
      .member("url", fmt::format("{}/products/{}/overview", places.http, product.id.to_string()))
      .end_object();
  for (const Link& link : product.links)
    json.begin_object()
        .member("type", "businessDefinition")
        .member("url", link.url)
        .member("description", link.title)
        .end_object();
  json.end_array();
  write_servers(json, exported, places);
  write_schema(json, exported);
  write_team(json, product, directory);
  write_support(json, product, directory);
  write_promises(json, exported);
  write_custom(json, product);
  json.end_object();
  return std::move(json).take();
}

}  // namespace weft::mesh
