#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "env/executor.h"
#include "mesh/schemas.h"
#include "schema/avro/schema.h"

namespace weft::mesh::testing {

/// A registry in memory for tests: ids count up from 1; every answer is a task of its own.
class MemorySchemas final : public Schemas {
 public:
  explicit MemorySchemas(env::EventLoop& loop) : loop_(loop) {}

  std::optional<Error> fails;  ///< While set, every call answers it.

  /// The id it got.
  schema::SchemaId put(const std::string& subject, const std::string& text, const std::string& format = "AVRO") {
    const auto parsed = registry::parse_schema(*registry::parse_schema_type(format), text, registry::ParseRules::kNew);
    CHECK(parsed.ok(), parsed.ok() ? "" : parsed.error().message);
    auto& versions = subjects_[subject];
    const schema::SchemaId id{static_cast<std::int32_t>(ids_.size()) + 1};
    versions.push_back(std::make_shared<const RegisteredSchema>(RegisteredSchema{
        subject, static_cast<std::int32_t>(versions.size()) + 1, id, format, text, {}, *parsed}));
    ids_.push_back(versions.back());
    return id;
  }

  void find(std::string subject, std::optional<std::int32_t> version, Callback<Result<SchemaPointer>> done) override {
    complete(std::move(done), find_now(subject, version));
  }
  void list_versions(std::string subject, Callback<Result<SubjectVersions>> done) override {
    const auto at = subjects_.find(subject);
    if (at == subjects_.end()) return complete(std::move(done), Result<SubjectVersions>(not_found(subject)));
    SubjectVersions versions{{}, "BACKWARD"};
    for (const SchemaPointer& each : at->second) versions.versions.push_back({each->version, each->id});
    complete(std::move(done), Result<SubjectVersions>(std::move(versions)));
  }
  void find_id(schema::SchemaId id, Callback<Result<registry::ParsedSchemaPointer>> done) override {
    complete(std::move(done), find_id_now(id));
  }

 private:
  Result<registry::ParsedSchemaPointer> find_id_now(schema::SchemaId id) const {
    const auto index = static_cast<std::size_t>(id.get() - 1);
    if (index >= ids_.size()) return error(ErrorCode::kNotFound, "no schema has id {}", id);
    const auto type = registry::parse_schema_type(ids_[index]->format);
    return registry::parse_schema(type.value(), ids_[index]->text, registry::ParseRules::kStored);
  }
  static Error not_found(const std::string& subject) { return error(ErrorCode::kNotFound, "no subject {}", subject); }
  Result<SchemaPointer> find_now(const std::string& subject, std::optional<std::int32_t> version) const {
    const auto at = subjects_.find(subject);
    if (at == subjects_.end()) return not_found(subject);
    if (!version) return at->second.back();
    if (*version < 1 || static_cast<std::size_t>(*version) > at->second.size())
      return error(ErrorCode::kNotFound, "{} has no version {}", subject, *version);
    return at->second[static_cast<std::size_t>(*version - 1)];
  }
  template <class T>
  void complete(Callback<Result<T>> done, Result<T> result) {
    loop_.post([done = std::move(done), result = fails ? Result<T>(*fails) : std::move(result)]() mutable {
      done(std::move(result));
    });
  }

  env::EventLoop& loop_;
  std::map<std::string, std::vector<SchemaPointer>> subjects_;
  std::vector<SchemaPointer> ids_;
};

}  // namespace weft::mesh::testing
