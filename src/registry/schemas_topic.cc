#include "registry/schemas_topic.h"

#include <simdjson.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstring>

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

// ---- Schemas as we write them

namespace {

/// Reads JSON of a known form from its front; false, and nothing more to be had, as soon as it is another.
class KnownForm {
 public:
  explicit KnownForm(std::string_view json) : rest_(json) {}

  bool skip(std::string_view literal) {
    if (!rest_.starts_with(literal)) return false;
    rest_.remove_prefix(literal.size());
    return true;
  }
  bool is_over() const { return rest_.empty(); }
  /// A number from 1, of at most nine digits.
  bool number(std::int32_t& into) {
    const auto [end, failed] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), into);
    const auto digits = static_cast<std::size_t>(end - rest_.data());
    if (failed != std::errc{} || digits > 9 || rest_.front() == '0' || into < 1) return false;
    rest_.remove_prefix(digits);
    return true;
  }
  /// A string's characters and the quote behind them, without escapes. In ASCII only, and no \u: what it is then has to
  /// be looked at more closely than here. `scratch` grows to what is needed, and stays so.
  bool text(std::string& scratch, std::string& into) {
    if (scratch.size() < rest_.size() + sizeof(std::uint64_t)) scratch.resize(rest_.size() + sizeof(std::uint64_t));
    char* out = scratch.data();
    const char* at = rest_.data();
    const char* const end = at + rest_.size();
    while (end - at >= std::ptrdiff_t{sizeof(std::uint64_t)}) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, sizeof word);
      std::memcpy(out, at, sizeof word);
      const auto plain = std::countr_zero(special_bytes(word)) / 8;
      at += plain;
      out += plain;
      if (plain == sizeof word) continue;
      if (*at == '"') return finish(at, scratch, out, into);
      if (!unescape(at, end, out)) return false;
    }
    while (at < end && *at != '"') {
      const auto c = static_cast<unsigned char>(*at);
      if (c == '\\') {
        if (!unescape(at, end, out)) return false;
      } else if (c < 0x20 || c >= 0x80) {
        return false;
      } else {
        *out++ = *at++;
      }
    }
    return at < end && finish(at, scratch, out, into);
  }

 private:
  /// A high bit in the lowest byte, and perhaps some above it, that is a quote, a backslash, below 0x20 or above 0x7F.
  static std::uint64_t special_bytes(std::uint64_t word) {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = kOnes * 0x80;
    const auto below = [](std::uint64_t bytes, std::uint64_t limit) { return (bytes - kOnes * limit) & ~bytes; };
    return (below(word ^ (kOnes * '"'), 1) | below(word ^ (kOnes * '\\'), 1) | below(word, 0x20) | word) & kHigh;
  }
  static bool unescape(const char*& at, const char* end, char*& out) {
    static constexpr std::array<char, 256> kMeant = [] {
      std::array<char, 256> meant{};
      constexpr std::string_view kEscapes = R"("\/bfnrt)", kAs = "\"\\/\b\f\n\r\t";
      for (std::size_t i = 0; i < kEscapes.size(); ++i) meant[static_cast<unsigned char>(kEscapes[i])] = kAs[i];
      return meant;
    }();
    if (*at != '\\' || end - at < 2) return false;
    const char meant = kMeant[static_cast<unsigned char>(at[1])];
    if (meant == 0) return false;
    *out++ = meant;
    at += 2;
    return true;
  }
  bool finish(const char* quote, const std::string& scratch, const char* out, std::string& into) {
    rest_.remove_prefix(static_cast<std::size_t>(quote + 1 - rest_.data()));
    into.assign(scratch.data(), out);
    return true;
  }

  std::string_view rest_;
};

/// A schema without references, metadata and rules, in exactly our form: nearly every record of a large registry, five
/// times as fast as by any parser. Nothing when it is anything else, even if only to be refused.
std::optional<SchemaRecord> read_known_form(const state::Record& record, std::string& scratch) {
  if (!record.value) return std::nullopt;
  SchemaRecord read;
  KnownForm key(record.key);
  if (!key.skip(R"({"keytype":"SCHEMA","subject":")") || !key.text(scratch, read.subject)) return std::nullopt;
  if (!key.skip(R"(,"version":)") || !key.number(read.version)) return std::nullopt;
  if (!key.skip(R"(,"magic":1})") || !key.is_over()) return std::nullopt;

  KnownForm value(*record.value);
  read.value = SchemaRecord::Value{};
  SchemaRecord::Value& of = *read.value;
  std::string named;
  std::int32_t number = 0;
  if (!value.skip(R"({"subject":")") || !value.text(scratch, named)) return std::nullopt;
  if (!value.skip(R"(,"version":)") || !value.number(number)) return std::nullopt;
  if (!value.skip(R"(,"id":)") || !value.number(number)) return std::nullopt;
  of.id = SchemaId(number);
  if (value.skip(R"(,"schemaType":")")) {
    if (!value.text(scratch, named)) return std::nullopt;
    const auto type = parse_schema_type(named);
    if (!type) return std::nullopt;
    of.definition.type = *type;
  }
  if (!value.skip(R"(,"schema":")") || !value.text(scratch, of.definition.text)) return std::nullopt;
  of.deleted = value.skip(R"(,"deleted":true})");
  if (!of.deleted && !value.skip(R"(,"deleted":false})")) return std::nullopt;
  if (!value.is_over()) return std::nullopt;
  return read;
}

}  // namespace

struct RecordReader::Parser {
  dom::parser key;
  dom::parser value;
  std::string scratch;

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
  if (auto known = read_known_form(record, parser_->scratch)) return TopicRecord(std::move(*known));
  return read_any_form(record);
}

Result<TopicRecord> RecordReader::read_any_form(const state::Record& record) {
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
