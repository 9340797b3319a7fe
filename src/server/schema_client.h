#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "registry/parsed_schema.h"
#include "schema/avro/schema.h"
#include "schema/wire_format.h"
#include "server/api_client.h"

namespace weft::server {

/// Schemas of a registry by id and subject, each asked for once. Blocking; one thread.
class SchemaClient {
 public:
  SchemaClient(const ApiClient& api, std::string registry_url) : api_(api), registry_url_(std::move(registry_url)) {}

  struct Subject {
    schema::SchemaId id;
    std::shared_ptr<const schema::avro::Schema> schema;
  };
  /// The newest version; nothing when there is no such subject. kUnsupported when it is not Avro: only that is encoded.
  Result<std::optional<Subject>> latest(const std::string& subject);

  /// A record's key or value as one line of text: the JSON of what has a schema id in front, UTF-8 as it is, otherwise
  /// base64.
  std::string text_of(ByteView bytes);

 private:
  /// A schema and all that it leads to, by name, each after those it needs.
  using References = std::vector<std::pair<std::string, std::string>>;

  Result<registry::ParsedSchemaPointer> by_id(schema::SchemaId id);
  Result<registry::ParsedSchemaPointer> parse(const nlohmann::json& described);
  Result<void> collect_references(const nlohmann::json& described, int depth, References& references);

  const ApiClient& api_;
  std::string registry_url_;
  std::map<schema::SchemaId, Result<registry::ParsedSchemaPointer>> known_;
};

}  // namespace weft::server
