#include "registry/schema_case.h"

#include <algorithm>

#include "registry/refusal.h"
#include "schema/avro/compatibility.h"
#include "schema/avro/print.h"

namespace weft::registry {

namespace {

namespace avro = schema::avro;

std::size_t bytes_of(const std::vector<StoredSchemaPointer>& schemas) {
  std::size_t bytes = 0;
  for (const StoredSchemaPointer& each : schemas) bytes += each->definition.text.size();
  return bytes;
}

std::vector<std::string_view> texts_of(const std::vector<StoredSchemaPointer>& schemas) {
  std::vector<std::string_view> texts;
  texts.reserve(schemas.size());
  for (const StoredSchemaPointer& each : schemas) texts.push_back(each->definition.text);
  return texts;
}

std::string reasons_text(const std::vector<avro::Incompatibility>& reasons) {
  std::string text;
  for (const auto& reason : reasons) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{} at {}: {}", incompatibility_name(reason.kind), reason.path, reason.message);
  }
  return text;
}

/// Why `reader` cannot read data of `writer`; empty when it can.
Result<std::string> unreadable(const avro::Schema& reader, const avro::Schema& writer) {
  TRY_ASSIGN(const auto reasons, incompatibilities(reader, writer));
  return reasons_text(reasons);
}

Result<void> check_compatible(const SchemaCase& asked, const avro::Schema& candidate) {
  for (const SchemaCase::Earlier& each : asked.earlier) {
    const auto incompatible = [&](std::string_view which, std::string_view why) {
      return refuse(Refusal::kIncompatible,
                    "Schema being registered is incompatible with an earlier schema for subject \"{}\": under {}, {} "
                    "version {}: {}",
                    asked.subject, level_name(asked.level), which, each.version, why);
    };
    if (each.fault) return incompatible("it must be compared with", *each.fault);
    const auto earlier = parse_avro(each.schema);
    if (!earlier.ok()) return incompatible("it must be compared with", earlier.error().message);
    if (needs_backward(asked.level)) {
      const auto why = unreadable(candidate, **earlier);
      if (!why.ok() || !why->empty()) {
        return incompatible("it must read data of", why.ok() ? *why : why.error().message);
      }
    }
    if (needs_forward(asked.level)) {
      const auto why = unreadable(**earlier, candidate);
      if (!why.ok() || !why->empty()) {
        return incompatible("its data must be readable by", why.ok() ? *why : why.error().message);
      }
    }
  }
  return {};
}

}  // namespace

std::size_t SchemaWithReferences::text_bytes() const { return schema->definition.text.size() + bytes_of(references); }

std::size_t SchemaCase::text_bytes() const {
  std::size_t bytes = text.size() + bytes_of(reference_schemas);
  for (const Earlier& each : earlier) bytes += each.schema.text_bytes();
  return bytes;
}

Result<std::shared_ptr<const avro::Schema>> parse_avro(const SchemaWithReferences& stored) {
  const Definition& definition = stored.schema->definition;
  if (definition.type != SchemaType::kAvro) {
    return error(ErrorCode::kUnsupported, "the schema is {}, not AVRO", schema_type_name(definition.type));
  }
  return avro::Schema::parse(definition.text, avro::ParseRules::kStored, texts_of(stored.references));
}

Result<Verdict> judge(const SchemaCase& asked) {
  const auto parsed = avro::Schema::parse(asked.text, asked.rules, texts_of(asked.reference_schemas));
  if (!parsed.ok()) {
    const Refusal why = parsed.error().code == ErrorCode::kTooLarge ? Refusal::kTooLarge : Refusal::kInvalidSchema;
    return refuse(why, "Invalid schema: {}", parsed.error().message);
  }
  const avro::Schema& candidate = **parsed;
  Verdict verdict;
  verdict.definition.text = asked.normalize ? normalized_text(candidate) : canonical_text(candidate);
  verdict.definition.references = asked.references;
  verdict.guid = guid_of(verdict.definition);
  if (std::find(asked.known.begin(), asked.known.end(), verdict.guid) == asked.known.end()) {
    TRY(check_compatible(asked, candidate));
  }
  return verdict;
}

}  // namespace weft::registry
