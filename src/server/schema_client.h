#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
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
  /// The newest version; nothing when there is no such subject.
  Result<std::optional<Subject>> latest(const std::string& subject);

  /// A record's key or value as one line of text: the JSON of framed Avro, UTF-8 as it is, otherwise base64.
  std::string text_of(ByteView bytes);

 private:
  Result<std::shared_ptr<const schema::avro::Schema>> by_id(schema::SchemaId id);
  Result<std::shared_ptr<const schema::avro::Schema>> parse(const nlohmann::json& described, int depth);
  Result<void> collect_references(const nlohmann::json& described, int depth, std::vector<std::string>& texts);

  const ApiClient& api_;
  std::string registry_url_;
  std::map<schema::SchemaId, Result<std::shared_ptr<const schema::avro::Schema>>> known_;
};

}  // namespace weft::server
