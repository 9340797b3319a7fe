#include "server/schema_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/percent_encoding.h"
#include "base/utf8.h"
#include "schema/json_tree.h"

namespace weft::server {
namespace {

using nlohmann::json;

constexpr int kReferenceDepthMax = 32;

}  // namespace

Result<std::optional<SchemaClient::Subject>> SchemaClient::latest(const std::string& subject) {
  const auto found = api_.get(fmt::format("{}/subjects/{}/versions/latest", registry_url_, percent_encode(subject)));
  if (!found.ok()) {
    if (found.error().code == ErrorCode::kNotFound) return std::optional<Subject>();
    return found.error();
  }
  TRY_ASSIGN(const auto schema, parse(*found));
  if (schema->avro() == nullptr)
    return error(ErrorCode::kUnsupported,
                 "the schema of {} is {}: only Avro is encoded here; produce with --raw, or with a serializer", subject,
                 registry::schema_type_name(schema->type()));
  return std::optional<Subject>({schema::SchemaId((*found)["id"].get<std::int32_t>()), schema->avro()});
}

SchemaClient::Shown SchemaClient::show(ByteView bytes) {
  Shown shown;
  const std::string_view text = as_text(bytes);
  if (const auto frame = schema::parse_frame(bytes); frame.ok() && frame->id.get() > 0) {
    const auto schema = by_id(frame->id);
    if (!schema.ok()) {
      shown.why = fmt::format("schema {}: {}", frame->id, schema.error().message);
    } else if (const auto decoded = (*schema)->decode_json(frame->payload, shown.text); !decoded.ok()) {
      shown.why = fmt::format("does not decode with schema {}: {}", frame->id, decoded.error().message);
    } else {
      shown.form = Shown::Form::kJson;
    }
  } else if (schema::parse_json(text).ok()) {
    shown.form = Shown::Form::kJson;
    shown.text = text;
  }
  if (shown.form == Shown::Form::kJson) {
    // Line breaks in JSON stand between its words, never in them.
    std::replace_if(shown.text.begin(), shown.text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return shown;
  }
  shown.form = is_utf8(text) ? Shown::Form::kText : Shown::Form::kBase64;
  shown.text = shown.form == Shown::Form::kText ? std::string(text) : base64(bytes);
  return shown;
}

Result<registry::ParsedSchemaPointer> SchemaClient::by_id(schema::SchemaId id) {
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  const auto fetch = [&]() -> Result<registry::ParsedSchemaPointer> {
    TRY_ASSIGN(const json described, api_.get(fmt::format("{}/schemas/ids/{}", registry_url_, id)));
    return parse(described);
  };
  return known_.emplace(id, fetch()).first->second;
}

Result<registry::ParsedSchemaPointer> SchemaClient::parse(const json& described) {
  const std::string name = described.value("schemaType", "AVRO");
  const auto type = registry::parse_schema_type(name);
  if (!type) return error(ErrorCode::kUnsupported, "schemas of type {} are not known here", name);
  References given;
  TRY(collect_references(described, 0, given));
  std::vector<registry::ReferencedText> references;
  for (const auto& [called, text] : given) references.push_back({called, text});
  return registry::parse_schema(*type, described["schema"].get<std::string>(), registry::ParseRules::kStored,
                                references);
}

Result<void> SchemaClient::collect_references(const json& described, int depth, References& references) {
  if (depth > kReferenceDepthMax)
    return error(ErrorCode::kTooLarge, "references are nested deeper than {}", kReferenceDepthMax);
  const auto listed = described.find("references");
  if (listed == described.end() || !listed->is_array()) return {};
  for (const json& reference : *listed) {
    TRY_ASSIGN(const json referenced, api_.get(fmt::format("{}/subjects/{}/versions/{}", registry_url_,
                                                           percent_encode(reference["subject"].get<std::string>()),
                                                           reference["version"].get<int>())));
    TRY(collect_references(referenced, depth + 1, references));
    references.emplace_back(reference["name"].get<std::string>(), referenced["schema"].get<std::string>());
  }
  return {};
}

}  // namespace weft::server
