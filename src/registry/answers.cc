#include "registry/answers.h"

#include "schema/json_text.h"

namespace weft::registry {
namespace {

using schema::JsonObjectText;

void add_definition(JsonObjectText& object, const StoredSchema& schema) {
  const Definition& definition = schema.definition;
  object.text("guid", guid_text(schema.guid)).text("schemaType", schema_type_name(definition.type));
  if (!definition.references.empty()) object.json("references", references_json(definition.references));
  if (!definition.metadata_json.empty()) object.json("metadata", definition.metadata_json);
  if (!definition.rule_set_json.empty()) object.json("ruleSet", definition.rule_set_json);
  object.text("schema", definition.text);
}

}  // namespace

std::string schema_json(const StoredSchema& schema) {
  JsonObjectText object;
  add_definition(object, schema);
  return object.take();
}

std::string schema_json(const SubjectVersion& use, std::optional<std::int32_t> id_max) {
  JsonObjectText object;
  if (use.version != 0) object.text("subject", use.subject).number("version", use.version);
  add_definition(object, *use.schema);
  if (id_max) object.number("maxId", *id_max);
  return object.take();
}

std::string registered_json(const SubjectVersion& version) {
  JsonObjectText object;
  object.number("id", version.id.get()).number("version", version.version);
  add_definition(object, *version.schema);
  return object.take();
}

std::string subject_version_json(const SubjectVersion& version) { return subject_version_json(version, {}); }

std::string subject_version_json(const SubjectVersion& version, const std::vector<std::string>& aliases) {
  JsonObjectText object;
  object.text("subject", version.subject).number("version", version.version).number("id", version.id.get());
  add_definition(object, *version.schema);
  if (version.timestamp != kNoTimestamp) object.number("ts", version.timestamp.get());
  if (version.deleted) object.boolean("deleted", true);
  if (!aliases.empty()) {
    std::string list = "[";
    for (const std::string& alias : aliases) {
      if (list.size() > 1) list += ',';
      schema::append_json_string(list, alias);
    }
    object.json("aliases", list += ']');
  }
  return object.take();
}

}  // namespace weft::registry
