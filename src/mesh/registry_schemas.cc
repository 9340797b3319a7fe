#include "mesh/registry_schemas.h"

#include <fmt/format.h>

#include <utility>

#include "base/percent_encoding.h"
#include "mesh/json_writer.h"
#include "mesh/products.h"
#include "registry/service.h"

namespace weft::mesh {

namespace {

std::shared_ptr<RegisteredSchema> registered(const registry::SubjectVersion& found) {
  const registry::Definition& definition = found.schema->definition;
  auto schema = std::make_shared<RegisteredSchema>();
  schema->subject = found.subject;
  schema->version = found.version;
  schema->id = found.id;
  schema->format = std::string(registry::schema_type_name(definition.type));
  schema->text = definition.text;
  for (const registry::Reference& each : definition.references)
    schema->references.push_back({each.name, each.subject, each.version});
  return schema;
}

}  // namespace

void RegistrySchemas::find(std::string subject, std::optional<std::int32_t> version,
                           Callback<Result<SchemaPointer>> done) {
  const registry::VersionName name{version.value_or(registry::VersionName::kLatest)};
  service_.read_all<registry::SubjectVersion>(
      [subject = std::move(subject), name](const registry::Registry& registry) {
        return registry.version(subject, name);
      },
      [this, done = std::move(done)](Result<registry::SubjectVersion> found) mutable {
        if (!found.ok()) return done(std::move(found).error());
        auto schema = registered(*found);
        service_.parse(found->schema, found->subject,
                       [schema = std::move(schema), done = std::move(done)](auto parsed) mutable {
                         // One that no longer parses still has a text to show.
                         if (parsed.ok()) schema->parsed = std::move(*parsed);
                         done(SchemaPointer(std::move(schema)));
                       });
      });
}

void RegistrySchemas::list_versions(std::string subject, Callback<Result<SubjectVersions>> done) {
  service_.read_all<SubjectVersions>(
      [subject = std::move(subject)](const registry::Registry& registry) -> Result<SubjectVersions> {
        TRY_ASSIGN(const std::vector<std::int32_t> numbers, registry.versions(subject));
        SubjectVersions out;
        for (const std::int32_t number : numbers) {
          TRY_ASSIGN(const registry::SubjectVersion version, registry.version(subject, {number}));
          out.versions.push_back({number, version.id});
        }
        out.compatibility = std::string(schema::level_name(registry.compatibility_level(subject)));
        return out;
      },
      std::move(done));
}

void RegistrySchemas::find_id(schema::SchemaId id, Callback<Result<registry::ParsedSchemaPointer>> done) {
  service_.read_all<registry::StoredSchemaPointer>(
      [id](const registry::Registry& registry) { return registry.schema(id); },
      [this, done = std::move(done)](Result<registry::StoredSchemaPointer> found) mutable {
        if (!found.ok()) return done(std::move(found).error());
        service_.parse(std::move(*found), {}, std::move(done));
      });
}

namespace {

constexpr std::size_t kAuditedSchemaMax = 16 << 10;

ApiCall registration_call(const registry::RegisterRequest& request) {
  ApiCall call{"POST", fmt::format("/subjects/{}/versions", percent_encode(request.subject)), {}, std::nullopt};
  if (request.text.size() > kAuditedSchemaMax) return call;
  JsonWriter json;
  json.begin_object()
      .member("schemaType", registry::schema_type_name(request.type))
      .member("schema", request.text)
      .key("references")
      .begin_array();
  for (const registry::Reference& each : request.references)
    json.begin_object()
        .member("name", each.name)
        .member("subject", each.subject)
        .member("version", each.version)
        .end_object();
  json.end_array().end_object();
  call.body = std::move(json).take();
  return call;
}

}  // namespace

void audit_registrations(registry::Service& service, Products& products) {
  service.observe([&products](const access::Principal& principal, const registry::RegisterRequest& request,
                              const Result<registry::SubjectVersion>& outcome) {
    // Serializers register at every start; a version that was there already (it has a time) is no change.
    if (outcome.ok() && outcome->timestamp != kNoTimestamp) return;
    if (!outcome.ok() && outcome.error().code == ErrorCode::kCancelled) return;
    AuditEntry entry{.action = AuditAction::kSchemaRegister, .subject = "subject:" + request.subject};
    if (outcome.ok()) {
      entry.outcome = AuditOutcome::kDone;
      entry.summary = fmt::format("Registered {} version {}, id {}", request.subject, outcome->version, outcome->id);
    } else {
      entry.outcome = AuditOutcome::kRefused;
      entry.summary = fmt::format("Schema of {} not registered: {}", request.subject, outcome.error().message);
    }
    products.note(principal, registration_call(request), std::move(entry));
  });
}

void audit_registry_change(Products& products, const access::Principal& principal, AuditAction action, ApiCall call,
                           const std::string& scope, const Result<void>& outcome) {
  const bool deletes = action == AuditAction::kSchemaDelete;
  const std::string of = scope.empty() ? "all subjects" : scope;
  AuditEntry entry{.action = action, .subject = "subject:" + scope};
  if (outcome.ok()) {
    entry.outcome = AuditOutcome::kDone;
    entry.summary = deletes ? fmt::format("Deleted schemas of {}", of) : fmt::format("Changed registry settings of {}", of);
  } else {
    entry.outcome = AuditOutcome::kRefused;
    entry.summary = fmt::format("{} of {} not {}: {}", deletes ? "Schemas" : "Registry settings", of,
                                deletes ? "deleted" : "changed", outcome.error().message);
  }
  products.note(principal, std::move(call), std::move(entry));
}

}  // namespace weft::mesh
