#include "registry/answers.h"

#include "schema/json_text.h"

namespace weft::registry {
namespace {

using schema::JsonObjectText;

/// `[{"schemaEntity":{"entityPath","entityType"},"tags":[…]}]`.
void add_tags(JsonObjectText& object, const std::vector<schema::EntityTags>& tags) {
  if (tags.empty()) return;
  std::string list = "[";
  for (const schema::EntityTags& each : tags) {
    std::string texts = "[";
    for (const std::string& tag : each.tags) {
      if (texts.size() > 1) texts += ',';
      schema::append_json_string(texts, tag);
    }
    if (list.size() > 1) list += ',';
    list += JsonObjectText()
                .json("schemaEntity", JsonObjectText()
                                          .text("entityPath", each.entity.path)
                                          .text("entityType", entity_kind_name(each.entity.kind))
                                          .take())
                .json("tags", texts += ']')
                .take();
  }
  object.json("schemaTags", list += ']');
}

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
  add_tags(object, use.tags);
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
  add_tags(object, version.tags);
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
