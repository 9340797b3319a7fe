#include "mesh/standards/asyncapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "identity/directory.h"
#include "mesh/json_writer.h"

namespace weft::mesh {
namespace {

constexpr std::string_view kBindingVersion = "0.5.0";

/// Keys of the document's maps: letters, digits, '.', '-' and '_' only (Components Object).
std::string key_of(std::string_view text) {
  std::string key(text);
  std::ranges::replace_if(
      key,
      [](unsigned char c) {
        return !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' ||
                 c == '_');
      },
      '_');
  return key;
}

std::string channel_key(const ExportedProduct& exported, const ExportedProduct::Stream& stream) {
  return key_of(fmt::format("{}.{}.{}", exported.product->id.domain, exported.product->id.name, stream.port->name));
}

void reference(JsonWriter& json, const std::string& to) { json.begin_object().member("$ref", to).end_object(); }

void write_tags(JsonWriter& json, const std::vector<std::string>& tags) {
  if (tags.empty()) return;
  json.key("tags").begin_array();
  for (const std::string& tag : tags) json.begin_object().member("name", tag).end_object();
  json.end_array();
}

void write_contact(JsonWriter& json, const std::string& owner, const identity::Directory& directory) {
  const identity::Team* const team = directory.find_team(owner);
  json.key("contact").begin_object().member("name", team == nullptr ? owner : team->display_name);
  if (team != nullptr && team->chat) json.member("url", team->chat->url);
  if (team != nullptr && team->mail) json.member("email", *team->mail);
  json.end_object();
}

void write_servers(JsonWriter& json, std::span<const ExportedProduct> all, const ExportPlaces& places) {
  std::set<std::string> written;
  json.key("servers").begin_object();
  for (const ExportedProduct& exported : all) {
    for (const ExportedProduct::Stream& stream : exported.streams) {
      const Port& port = *stream.port;
      if (!written.insert(port.cluster).second) continue;
      json.key(key_of(port.cluster))
          .begin_object()
          .member("host", places.kafka)
          .member("protocol", "kafka")
          .member("title", port.cluster)
          .member("description", fmt::format("Environment {}, region {}.", port.environment, port.region));
      json.key("bindings").begin_object().key("kafka").begin_object();
      if (places.registry)
        json.member("schemaRegistryUrl", *places.registry).member("schemaRegistryVendor", "confluent");
      json.member("bindingVersion", kBindingVersion).end_object().end_object().end_object();
    }
  }
  json.end_object();
}

void write_topic_binding(JsonWriter& json, const ExportedProduct::Stream& stream) {
  json.key("bindings").begin_object().key("kafka").begin_object().member("topic", stream.port->topic);
  if (stream.facts && stream.facts->partitions > 0) json.member("partitions", stream.facts->partitions);
  if (stream.facts && stream.facts->history) {
    const History& history = *stream.facts->history;
    const bool compacted = history.kind == History::Kind::kLatestPerKey;
    json.key("topicConfiguration").begin_object().key("cleanup.policy").begin_array();
    json.value(compacted ? "compact" : "delete").end_array();
    if (!compacted) json.member("retention.ms", history.retention_ms.value_or(-1));
    if (!compacted) json.member("retention.bytes", history.retention_bytes.value_or(-1));
    json.end_object();
  }
  json.member("bindingVersion", kBindingVersion).end_object().end_object();
}

void write_channels(JsonWriter& json, std::span<const ExportedProduct> all) {
  json.key("channels").begin_object();
  for (const ExportedProduct& exported : all) {
    for (const ExportedProduct::Stream& stream : exported.streams) {
      const std::string key = channel_key(exported, stream);
      json.key(key)
          .begin_object()
          .member("address", stream.port->topic)
          .member("title", exported.product->id.to_string())
          .member("description", exported.product->description);
      json.key("servers").begin_array();
      reference(json, "#/servers/" + key_of(stream.port->cluster));
      json.end_array().key("messages").begin_object().key("event");
      reference(json, "#/components/messages/" + key);
      json.end_object();
      write_tags(json, exported.product->tags);
      write_topic_binding(json, stream);
      json.end_object();
    }
  }
  json.end_object();
}

void write_operations(JsonWriter& json, std::span<const ExportedProduct> all) {
  json.key("operations").begin_object();
  for (const ExportedProduct& exported : all) {
    for (const ExportedProduct::Stream& stream : exported.streams) {
      const std::string key = channel_key(exported, stream);
      // A document describes the application that serves it: the product sends, its consumers receive.
      json.key("send." + key).begin_object().member("action", "send").key("channel");
      reference(json, "#/channels/" + key);
      json.member("summary", exported.product->summary()).end_object();
    }
  }
  json.end_object();
}

/// A schema in its own language: JSON languages as JSON, Protobuf as text.
void write_payload(JsonWriter& json, const RegisteredSchema& schema) {
  std::string text = schema.text;
  if (schema.parsed && !schema.references.empty()) text = schema.parsed->text_as("resolved").value_or(std::move(text));
  json.key("payload").begin_object();
  if (schema.format == "PROTOBUF") {
    json.member("schemaFormat", "application/vnd.google.protobuf;version=3").member("schema", text);
  } else {
    json.member("schemaFormat", schema.format == "AVRO" ? "application/vnd.apache.avro+json;version=1.9.0"
                                                        : "application/schema+json;version=draft-07")
        .key("schema")
        .raw(text);
  }
  json.end_object();
}

void write_messages(JsonWriter& json, std::span<const ExportedProduct> all) {
  json.key("components").begin_object().key("messages").begin_object();
  for (const ExportedProduct& exported : all) {
    for (const ExportedProduct::Stream& stream : exported.streams) {
      json.key(channel_key(exported, stream)).begin_object().member("name", stream.port->topic);
      if (stream.schema) {
        write_payload(json, *stream.schema);
        json.key("bindings").begin_object().key("kafka").begin_object();
        json.member("schemaIdLocation", "payload")
            .member("schemaIdPayloadEncoding", "confluent")
            .member("schemaLookupStrategy", "TopicIdStrategy")
            .member("bindingVersion", kBindingVersion)
            .end_object()
            .end_object();
      }
      json.end_object();
    }
  }
  json.end_object().end_object();
}

void write_streams(JsonWriter& json, std::span<const ExportedProduct> all, const ExportPlaces& places) {
  write_servers(json, all, places);
  write_channels(json, all);
  write_operations(json, all);
  write_messages(json, all);
}

}  // namespace

std::string asyncapi_of_product(const ExportedProduct& exported, const identity::Directory& directory,
                                const ExportPlaces& places) {
  const Product& product = *exported.product;
  JsonWriter json;
  json.begin_object().member("asyncapi", "3.0.0").key("info").begin_object();
  json.member("title", product.id.to_string())
      .member("version", fmt::format("{}", product.version))
      .member("description", product.description);
  write_contact(json, product.owner, directory);
  write_tags(json, product.tags);
  json.key("externalDocs")
      .begin_object()
      .member("description", "The product's page")
      .member("url", fmt::format("{}/products/{}/overview", places.http, product.id.to_string()))
      .end_object()
      .end_object();
  write_streams(json, std::span(&exported, 1), places);
  json.end_object();
  return std::move(json).take();
}

std::string asyncapi_of_domain(std::string_view domain, std::span<const ExportedProduct> exported,
                               const identity::Directory& directory, const ExportPlaces& places) {
  const identity::Domain* const found = directory.find_domain(domain);
  std::int64_t version = 0;
  for (const ExportedProduct& each : exported) version += each.product->version;
  JsonWriter json;
  json.begin_object().member("asyncapi", "3.0.0").key("info").begin_object();
  json.member("title", found == nullptr ? std::string(domain) : found->display_name);
  // Rises with every change of a product in it.
  json.member("version", fmt::format("{}", version));
  if (found != nullptr && found->description) json.member("description", *found->description);
  json.key("externalDocs")
      .begin_object()
      .member("description", "The domain's products")
      .member("url", fmt::format("{}/explore?domain={}", places.http, domain))
      .end_object()
      .end_object();
  write_streams(json, exported, places);
  json.end_object();
  return std::move(json).take();
}

}  // namespace weft::mesh
