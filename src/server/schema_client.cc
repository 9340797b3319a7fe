#include "server/schema_client.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/percent_encoding.h"
#include "base/utf8.h"
#include "schema/avro/decode.h"

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
  TRY_ASSIGN(auto schema, parse(*found, 0));
  return std::optional<Subject>({schema::SchemaId((*found)["id"].get<std::int32_t>()), std::move(schema)});
}

std::string SchemaClient::text_of(ByteView bytes) {
  if (const auto frame = schema::parse_frame(bytes); frame.ok()) {
    const auto schema = by_id(frame->id);
    std::string text;
    if (schema.ok() && schema::avro::decode_json(**schema, frame->payload, schema::avro::JsonStyle::kPlain, text).ok()) return text;
  }
  const std::string_view text = as_text(bytes);
  return is_utf8(text) ? std::string(text) : base64(bytes);
}

Result<std::shared_ptr<const schema::avro::Schema>> SchemaClient::by_id(schema::SchemaId id) {
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  const auto fetch = [&]() -> Result<std::shared_ptr<const schema::avro::Schema>> {
    TRY_ASSIGN(const json described, api_.get(fmt::format("{}/schemas/ids/{}", registry_url_, id)));
    return parse(described, 0);
  };
  return known_.emplace(id, fetch()).first->second;
}

Result<std::shared_ptr<const schema::avro::Schema>> SchemaClient::parse(const json& described, int depth) {
  if (described.value("schemaType", "AVRO") != "AVRO")
    return error(ErrorCode::kUnsupported, "schemas of type {} are not decoded yet", described.value("schemaType", ""));
  std::vector<std::string> texts;
  TRY(collect_references(described, depth, texts));
  const std::vector<std::string_view> references(texts.begin(), texts.end());
  return schema::avro::Schema::parse(described["schema"].get<std::string>(), schema::avro::ParseRules::kStored, references);
}

/// Each reference after those it needs, as Schema::parse wants them.
Result<void> SchemaClient::collect_references(const json& described, int depth, std::vector<std::string>& texts) {
  if (depth > kReferenceDepthMax) return error(ErrorCode::kTooLarge, "references are nested deeper than {}", kReferenceDepthMax);
  const auto references = described.find("references");
  if (references == described.end() || !references->is_array()) return {};
  for (const json& reference : *references) {
    TRY_ASSIGN(const json referenced,
               api_.get(fmt::format("{}/subjects/{}/versions/{}", registry_url_, percent_encode(reference["subject"].get<std::string>()),
                                    reference["version"].get<int>())));
    TRY(collect_references(referenced, depth + 1, texts));
    texts.push_back(referenced["schema"].get<std::string>());
  }
  return {};
}

}  // namespace weft::server
