#include "mesh/registry_schemas.h"

#include <utility>

#include "registry/service.h"

namespace weft::mesh {

namespace {

SchemaPointer registered(registry::Service& service, const registry::SubjectVersion& found) {
  const registry::Definition& definition = found.schema->definition;
  auto schema = std::make_shared<RegisteredSchema>();
  schema->subject = found.subject;
  schema->version = found.version;
  schema->id = found.id;
  schema->format = std::string(registry::schema_type_name(definition.type));
  schema->text = definition.text;
  for (const registry::Reference& each : definition.references)
    schema->references.push_back({each.name, each.subject, each.version});
  if (definition.type == registry::SchemaType::kAvro) {
    // One that no longer parses still has a text to show.
    if (auto avro = service.avro_schema(found.id); avro.ok()) schema->avro = std::move(*avro);
  }
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
        done(found.ok() ? Result<SchemaPointer>(registered(service_, *found))
                        : Result<SchemaPointer>(std::move(found).error()));
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

void RegistrySchemas::find_id(schema::SchemaId id, Callback<Result<std::shared_ptr<const schema::avro::Schema>>> done) {
  // The cache answers from memory; the read waits until what it saw is durable.
  service_.read_all<std::shared_ptr<const schema::avro::Schema>>(
      [this, id](const registry::Registry&) { return service_.avro_schema(id); }, std::move(done));
}

}  // namespace weft::mesh
