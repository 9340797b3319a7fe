#include "api/record_renderer.h"

#include <fmt/format.h>

#include <map>
#include <memory>

#include "base/base64.h"
#include "base/utf8.h"
#include "mesh/json_writer.h"
#include "schema/json_tree.h"

namespace weft::api {

namespace {

/// More different ids in one answer than any sane topic has; the rest stays bytes.
constexpr std::size_t kSchemaIdsMax = 50;

struct PayloadSchema {
  std::int32_t id = 0;
  std::optional<std::int32_t> version;
};

void write_payload(mesh::JsonWriter& json, std::string_view format, std::string_view text, bool cut, std::size_t bytes,
                   const std::optional<PayloadSchema>& schema, const std::optional<std::string>& why) {
  json.begin_object()
      .member("format", format)
      .member("text", text)
      .member("bytes", bytes)
      .member("cut", cut)
      .key("schema");
  if (schema) {
    json.begin_object().member("id", schema->id).member("version", schema->version).end_object();
  } else {
    json.value(nullptr);
  }
  json.member("why", why).end_object();
}

/// One rendering under way; kept by the calls that still owe it an answer.
class Rendering : public std::enable_shared_from_this<Rendering> {
 public:
  Rendering(std::vector<RawRecord> records, std::size_t text_bytes_max, Callback<std::vector<std::string>> done)
      : records_(std::move(records)), text_bytes_max_(text_bytes_max), done_(std::move(done)) {}
  ~Rendering() {
    std::vector<std::string> out;
    out.reserve(records_.size());
    for (const RawRecord& record : records_) out.push_back(render(record));
    done_(std::move(out));
  }

  void ask(mesh::Schemas& schemas, std::string subject) {
    for (const RawRecord& record : records_) {
      ask_for(schemas, record.value);
      ask_for(schemas, record.key);
    }
    if (asked_.empty()) return;
    schemas.list_versions(std::move(subject), [self = shared_from_this()](Result<mesh::SubjectVersions> versions) {
      if (!versions.ok()) return;
      for (const auto& each : versions->versions) self->versions_.emplace(each.id.get(), each.version);
    });
  }

 private:
  static std::optional<schema::Frame> frame_of(const std::optional<std::string>& bytes) {
    if (!bytes) return std::nullopt;
    auto frame = schema::parse_frame(as_bytes(*bytes));
    return frame.ok() && frame->id.get() > 0 ? std::optional(*frame) : std::nullopt;
  }

  void ask_for(mesh::Schemas& schemas, const std::optional<std::string>& bytes) {
    const auto frame = frame_of(bytes);
    if (!frame || asked_.size() >= kSchemaIdsMax || asked_.contains(frame->id.get())) return;
    asked_.emplace(frame->id.get(), error(ErrorCode::kUnavailable, "the registry has not answered"));
    schemas.find_id(frame->id,
                    [self = shared_from_this(), id = frame->id.get()](Result<registry::ParsedSchemaPointer> schema) {
                      self->asked_.insert_or_assign(id, std::move(schema));
                    });
  }

  static std::string_view format_of(registry::SchemaType type) {
    switch (type) {
      case registry::SchemaType::kAvro:
        return "avro";
      case registry::SchemaType::kJson:
        return "json";
      case registry::SchemaType::kProtobuf:
        return "protobuf";
    }
    return "text";
  }

  /// A JSON object or array that nobody registered a schema for is still worth showing as one.
  static bool is_json(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (text[first] == '{' || text[first] == '[') &&
           schema::parse_json(text).ok();
  }

  void write_bytes(mesh::JsonWriter& json, const std::string& bytes, std::optional<PayloadSchema> schema,
                   std::optional<std::string> why) const {
    if (is_utf8(bytes)) {
      const std::string_view text = utf8_prefix(bytes, text_bytes_max_);
      const bool cut = text.size() < bytes.size();
      const std::string_view format = !schema && !cut && is_json(text) ? "json" : "text";
      return write_payload(json, format, text, cut, bytes.size(), schema, why);
    }
    // Three bytes become four characters.
    const std::size_t kept = std::min(bytes.size(), text_bytes_max_ / 4 * 3);
    write_payload(json, "base64", base64(as_bytes(bytes).first(kept)), kept < bytes.size(), bytes.size(), schema, why);
  }

  void write_framed(mesh::JsonWriter& json, const std::string& bytes, const schema::Frame& frame) const {
    PayloadSchema schema{frame.id.get(), std::nullopt};
    if (const auto version = versions_.find(schema.id); version != versions_.end()) schema.version = version->second;
    const auto found = asked_.find(schema.id);
    if (found == asked_.end())
      return write_bytes(json, bytes, schema, "Too many different schemas among these records.");
    if (!found->second.ok())
      return write_bytes(json, bytes, schema, fmt::format("Schema {}: {}", schema.id, found->second.error().message));
    std::string text;
    const registry::ParsedSchema& parsed = **found->second;
    const auto decoded = parsed.decode_json(frame.payload, text);
    if (!decoded.ok())
      return write_bytes(json, bytes, schema,
                         fmt::format("Does not decode with schema {}: {}", schema.id, decoded.error().message));
    const std::string_view shown = utf8_prefix(text, text_bytes_max_);
    write_payload(json, format_of(parsed.type()), shown, shown.size() < text.size(), bytes.size(), schema,
                  std::nullopt);
  }

  void write_value(mesh::JsonWriter& json, const std::optional<std::string>& bytes, bool wants_schema) const {
    if (!bytes) {
      json.value(nullptr);
    } else if (const auto frame = frame_of(bytes)) {
      write_framed(json, *bytes, *frame);
    } else {
      write_bytes(json, *bytes, std::nullopt,
                  wants_schema
                      ? std::optional<std::string>("No schema id in front: not written by a registry's serializer.")
                      : std::nullopt);
    }
  }

  std::string render(const RawRecord& record) const {
    mesh::JsonWriter json;
    json.begin_object()
        .member("partition", record.partition)
        .member("offset", record.offset)
        .member("timestamp", mesh::time_text(record.timestamp_ms))
        .key("key");
    write_value(json, record.key, false);
    json.key("value");
    write_value(json, record.value, true);
    json.key("headers").begin_array();
    for (const auto& [key, value] : record.headers) {
      json.begin_object().member("key", key).key("value");
      if (value) {
        write_bytes(json, *value, std::nullopt, std::nullopt);
      } else {
        json.value(nullptr);
      }
      json.end_object();
    }
    json.end_array().end_object();
    return std::move(json).take();
  }

  std::vector<RawRecord> records_;
  std::size_t text_bytes_max_;
  Callback<std::vector<std::string>> done_;
  std::map<std::int32_t, Result<registry::ParsedSchemaPointer>> asked_;
  std::map<std::int32_t, std::int32_t> versions_;
};

}  // namespace

std::size_t RawRecord::bytes() const {
  std::size_t sum = (key ? key->size() : 0) + (value ? value->size() : 0);
  for (const auto& [name, text] : headers) sum += name.size() + (text ? text->size() : 0);
  return sum;
}

void render_records(mesh::Schemas& schemas, std::string subject, std::vector<RawRecord> records,
                    std::size_t text_bytes_max, Callback<std::vector<std::string>> done) {
  std::make_shared<Rendering>(std::move(records), text_bytes_max, std::move(done))->ask(schemas, std::move(subject));
}

}  // namespace weft::api
