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

  /// A record's key or value for people.
  struct Shown {
    enum class Form { kJson, kText, kBase64 };
    Form form = Form::kText;
    std::string text;                ///< JSON: on one line, every number with all its digits.
    std::optional<std::string> why;  ///< There is a schema id in front, and yet these are the bytes: why.
  };
  /// The JSON of what has a schema id in front or is an object, array or other value of JSON by itself; what is UTF-8
  /// as it is; otherwise base64.
  Shown show(ByteView bytes);
  Result<registry::ParsedSchemaPointer> by_id(schema::SchemaId id);

 private:
  /// A schema and all that it leads to, by name, each after those it needs.
  using References = std::vector<std::pair<std::string, std::string>>;

  Result<registry::ParsedSchemaPointer> parse(const nlohmann::json& described);
  Result<void> collect_references(const nlohmann::json& described, int depth, References& references);

  const ApiClient& api_;
  std::string registry_url_;
  std::map<schema::SchemaId, Result<registry::ParsedSchemaPointer>> known_;
};

}  // namespace weft::server
