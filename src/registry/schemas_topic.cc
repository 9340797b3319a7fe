#include "registry/schemas_topic.h"

#include <simdjson.h>

#include "schema/json_text.h"
#include "schema/json_tree.h"

namespace weft::registry {
namespace {

using schema::JsonObjectText;
namespace dom = simdjson::dom;

std::string schema_key(std::string_view subject, std::int32_t version) {
  return JsonObjectText()
      .text("keytype", "SCHEMA")
      .text("subject", subject)
      .number("version", version)
      .number("magic", 1)
      .take();
}

/// A value's first member; the global scope has none.
JsonObjectText subject_value(std::string_view subject) {
  JsonObjectText value;
  if (!subject.empty()) value.text("subject", subject);
  return value;
}

std::string subject_key(std::string_view keytype, std::string_view subject) {
  JsonObjectText key;
  key.text("keytype", keytype);
  if (!subject.empty()) key.text("subject", subject);
  return key.number("magic", 0).take();
}

std::string context_key(std::string_view context) {
  return JsonObjectText()
      .text("keytype", "CONTEXT")
      .text("tenant", "default")
      .text("context", context)
      .number("magic", 0)
      .take();
}

/// A text member; empty when absent or null.
Result<std::string> text_member(const dom::object& object, std::string_view name) {
  dom::element element;
  if (object[name].get(element) != simdjson::SUCCESS || element.is_null()) return std::string();
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) return error(ErrorCode::kCorrupt, "\"{}\" is not a string", name);
  return std::string(text);
}

Result<std::int32_t> number_member(const dom::object& object, std::string_view name) {
  std::int64_t number = 0;
  if (object[name].get(number) != simdjson::SUCCESS || number < INT32_MIN || number > INT32_MAX) {
    return error(ErrorCode::kCorrupt, "\"{}\" is missing or not a number of 32 bits", name);
  }
  return static_cast<std::int32_t>(number);
}

bool true_member(const dom::object& object, std::string_view name) {
  bool value = false;
  return object[name].get(value) == simdjson::SUCCESS && value;
}

/// A member that is an object, as compact JSON; empty when absent or null.
std::string json_member(const dom::object& object, std::string_view name) {
  dom::element element;
  if (object[name].get(element) != simdjson::SUCCESS || !element.is_object()) return {};
  return simdjson::to_string(element);
}

Result<std::vector<Reference>> references_member(const dom::object& object) {
  std::vector<Reference> references;
  dom::array list;
  if (object["references"].get(list) != simdjson::SUCCESS) return references;
  for (const dom::element element : list) {
    dom::object entry;
    if (element.get(entry) != simdjson::SUCCESS) return error(ErrorCode::kCorrupt, "a reference is not an object");
    Reference reference;
    TRY_ASSIGN(reference.name, text_member(entry, "name"));
    TRY_ASSIGN(reference.subject, text_member(entry, "subject"));
    TRY_ASSIGN(reference.version, number_member(entry, "version"));
    references.push_back(std::move(reference));
  }
  return references;
}

Result<SchemaRecord::Value> schema_value(const dom::object& object) {
  SchemaRecord::Value value;
  TRY_ASSIGN(const std::int32_t id, number_member(object, "id"));
  if (id < 1) return error(ErrorCode::kCorrupt, "the schema id {} is not positive", id);
  value.id = SchemaId(id);
  TRY_ASSIGN(const std::string type, text_member(object, "schemaType"));
  const auto known = type.empty() ? SchemaType::kAvro : parse_schema_type(type);
  if (!known) return error(ErrorCode::kCorrupt, "the schema type {} is unknown", type);
  value.definition.type = *known;
  TRY_ASSIGN(value.definition.text, text_member(object, "schema"));
  TRY_ASSIGN(value.definition.references, references_member(object));
  value.definition.metadata_json = json_member(object, "metadata");
  value.definition.rule_set_json = json_member(object, "ruleSet");
  value.deleted = true_member(object, "deleted");
  return value;
}

Result<TopicRecord> read_schema(const dom::object& key, std::string subject, const std::optional<dom::object>& value) {
  TRY_ASSIGN(const std::int32_t magic, number_member(key, "magic"));
  if (magic != 0 && magic != 1) return error(ErrorCode::kCorrupt, "magic {} of a SCHEMA key is unknown", magic);
  SchemaRecord record{std::move(subject), 0, std::nullopt};
  TRY_ASSIGN(record.version, number_member(key, "version"));
  if (record.version < 1) return error(ErrorCode::kCorrupt, "version {} is not positive", record.version);
  if (value) {
    TRY_ASSIGN(record.value, schema_value(*value));
  }
  return TopicRecord(std::move(record));
}

Result<TopicRecord> read_config(std::string subject, const std::optional<dom::object>& value) {
  ConfigRecord record{std::move(subject), std::nullopt};
  if (value) {
    TRY_ASSIGN(const schema::JsonNode tree, schema::parse_json(simdjson::to_string(*value)));
    record.config = Config::of(tree);
  }
  return TopicRecord(std::move(record));
}

Result<TopicRecord> read_mode(std::string subject, const std::optional<dom::object>& value) {
  ModeRecord record{std::move(subject), std::nullopt};
  if (value) {
    TRY_ASSIGN(record.mode, text_member(*value, "mode"));
  }
  return TopicRecord(std::move(record));
}

Result<TopicRecord> read_deletion(std::string subject, const std::optional<dom::object>& value) {
  DeleteSubjectRecord record{std::move(subject), std::nullopt};
  if (value) {
    TRY_ASSIGN(record.version, number_member(*value, "version"));
  }
  return TopicRecord(std::move(record));
}

}  // namespace

struct RecordReader::Parser {
  dom::parser key;
  dom::parser value;

  static Result<dom::object> object(dom::parser& parser, std::string_view json, std::string_view what) {
    dom::object object;
    // Copies into memory of its own that has the padding simdjson reads ahead into.
    if (parser.parse(json.data(), json.size(), true).get(object) != simdjson::SUCCESS) {
      return error(ErrorCode::kCorrupt, "the {} is not a JSON object", what);
    }
    return object;
  }
};

RecordReader::RecordReader() : parser_(std::make_unique<Parser>()) {}
RecordReader::~RecordReader() = default;

Result<TopicRecord> RecordReader::read(const state::Record& record) {
  TRY_ASSIGN(const dom::object key, Parser::object(parser_->key, record.key, "key"));
  TRY_ASSIGN(std::string keytype, text_member(key, "keytype"));
  TRY_ASSIGN(std::string subject, text_member(key, "subject"));
  std::optional<dom::object> value;
  if (record.value) {
    TRY_ASSIGN(value, Parser::object(parser_->value, *record.value, "value"));
  }
  if (keytype == "SCHEMA") return read_schema(key, std::move(subject), value);
  if (keytype == "CONFIG") return read_config(std::move(subject), value);
  if (keytype == "MODE") return read_mode(std::move(subject), value);
  if (keytype == "DELETE_SUBJECT") return read_deletion(std::move(subject), value);
  if (keytype == "CLEAR_SUBJECT") return TopicRecord(ClearSubjectRecord{std::move(subject)});
  if (keytype == "CONTEXT") {
    TRY_ASSIGN(std::string context, text_member(key, "context"));
    return TopicRecord(ContextRecord{std::move(context), value.has_value()});
  }
  return TopicRecord(OtherRecord{std::move(keytype)});
}

state::Record schema_record(std::string_view subject, std::int32_t version, SchemaId id, const Definition& definition,
                            bool deleted) {
  JsonObjectText value;
  value.text("subject", subject).number("version", version).number("id", id.get());
  value.text("schemaType", schema_type_name(definition.type));
  if (!definition.references.empty()) value.json("references", references_json(definition.references));
  if (!definition.metadata_json.empty()) value.json("metadata", definition.metadata_json);
  if (!definition.rule_set_json.empty()) value.json("ruleSet", definition.rule_set_json);
  value.text("schema", definition.text).boolean("deleted", deleted);
  return {schema_key(subject, version), value.take()};
}

state::Record schema_tombstone(std::string_view subject, std::int32_t version) {
  return {schema_key(subject, version), std::nullopt};
}

state::Record context_record(std::string_view context) {
  return {context_key(context), JsonObjectText().text("tenant", "default").text("context", context).take()};
}
state::Record context_tombstone(std::string_view context) { return {context_key(context), std::nullopt}; }

state::Record config_record(std::string_view subject, const std::optional<Config>& config) {
  std::optional<std::string> value;
  if (config) value = config->json(subject);
  return {subject_key("CONFIG", subject), std::move(value)};
}

state::Record mode_record(std::string_view subject, std::optional<std::string_view> mode) {
  if (!mode) return {subject_key("MODE", subject), std::nullopt};
  return {subject_key("MODE", subject), subject_value(subject).text("mode", *mode).take()};
}

state::Record delete_subject_record(std::string_view subject, std::int32_t version) {
  return {subject_key("DELETE_SUBJECT", subject), subject_value(subject).number("version", version).take()};
}

state::Record clear_subject_record(std::string_view subject) {
  return {subject_key("CLEAR_SUBJECT", subject), subject_value(subject).take()};
}

}  // namespace weft::registry
