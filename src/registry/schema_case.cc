#include "registry/schema_case.h"

#include <algorithm>
#include <tuple>

#include "registry/contract.h"
#include "registry/refusal.h"

namespace weft::registry {
namespace {

std::size_t bytes_of(const std::vector<ReferencedSchema>& schemas) {
  std::size_t bytes = 0;
  for (const ReferencedSchema& each : schemas) bytes += each.schema->definition.text.size();
  return bytes;
}

std::size_t bytes_of(const std::vector<schema::EntityTags>& tags) {
  std::size_t bytes = 0;
  for (const schema::EntityTags& each : tags) {
    bytes += each.entity.path.size();
    for (const std::string& tag : each.tags) bytes += tag.size();
  }
  return bytes;
}

std::vector<ReferencedText> texts_of(const std::vector<ReferencedSchema>& schemas) {
  std::vector<ReferencedText> texts;
  texts.reserve(schemas.size());
  for (const ReferencedSchema& each : schemas) texts.push_back({each.name, each.schema->definition.text});
  return texts;
}

/// Why the candidate and one earlier version do not go together.
struct Conflict {
  const SchemaCase::Earlier* earlier = nullptr;
  bool forward = false;  ///< The earlier schema is the one that cannot read.
  std::vector<Incompatibility> reasons;
};

Result<std::vector<Incompatibility>> unreadable(const ParsedSchema& reader, const ParsedSchema& writer, Policy policy) {
  if (reader.type() != writer.type()) {
    return std::vector<Incompatibility>{
        {"TYPE_MISMATCH", "/",
         fmt::format("{} cannot be read as {}", schema_type_name(writer.type()), schema_type_name(reader.type()))}};
  }
  auto reasons = reader.incompatibilities(writer, policy);
  if (reasons.ok()) return reasons;
  // What cannot be compared is not shown to be safe.
  return std::vector<Incompatibility>{{"NOT_COMPARED", "/", std::move(reasons).error().message}};
}

/// The first conflict, newest version first.
std::optional<Conflict> find_conflict(const SchemaCase& asked, const ParsedSchema& candidate) {
  for (const SchemaCase::Earlier& each : asked.earlier) {
    const auto not_read = [&](std::string why) {
      return Conflict{&each, false, {{"NOT_COMPARED", "/", std::move(why)}}};
    };
    if (each.fault) return not_read(*each.fault);
    const auto earlier = parse_stored(each.schema);
    if (!earlier.ok()) return not_read(earlier.error().message);
    if (needs_backward(asked.level)) {
      auto reasons = unreadable(candidate, **earlier, asked.policy);
      if (!reasons->empty()) return Conflict{&each, false, std::move(*reasons)};
    }
    if (needs_forward(asked.level)) {
      auto reasons = unreadable(**earlier, candidate, asked.policy);
      if (!reasons->empty()) return Conflict{&each, true, std::move(*reasons)};
    }
  }
  return std::nullopt;
}

/// For a person: one line.
Error incompatible(const SchemaCase& asked, const Conflict& conflict) {
  std::string reasons;
  for (const Incompatibility& reason : conflict.reasons) {
    if (!reasons.empty()) reasons += "; ";
    reasons += fmt::format("{} at {}: {}", reason.kind, reason.path, reason.message);
  }
  return refuse(Refusal::kIncompatible,
                "Schema being registered is incompatible with an earlier schema for subject \"{}\": under {}, {} "
                "version {}: {}",
                asked.subject, level_name(asked.level),
                conflict.forward ? "its data must be readable by" : "it must read data of", conflict.earlier->version,
                reasons);
}

/// The list that `verbose=true` answers.
std::vector<std::string> messages_of(const SchemaCase& asked, const Conflict& conflict) {
  std::vector<std::string> messages;
  for (const Incompatibility& reason : conflict.reasons) {
    messages.push_back(
        fmt::format("{{errorType:'{}', description:\"The {} schema cannot read data of the {} one: {}, at path '{}'\", "
                    "additionalInfo:'{}'}}",
                    reason.kind, conflict.forward ? "old" : "new", conflict.forward ? "new" : "old", reason.message,
                    reason.path, reason.message));
  }
  messages.push_back(fmt::format("{{oldSchemaVersion: {}}}", conflict.earlier->version));
  messages.push_back(fmt::format("{{oldSchema: '{}'}}", conflict.earlier->schema.schema->definition.text));
  messages.push_back(
      fmt::format("{{validateFields: '{}', compatibility: '{}'}}", asked.validate_fields, level_name(asked.level)));
  return messages;
}

std::vector<std::string> words_of(const std::optional<std::string>& list) {
  std::vector<std::string> words;
  std::string_view rest = list ? std::string_view(*list) : std::string_view();
  while (!rest.empty()) {
    std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

/// What `validateFields` asks for: names that are reserved stay unused, and stay reserved.
Result<void> check_fields(const SchemaCase& asked, const ParsedSchema& candidate) {
  static const std::string kReserved = "confluent:reserved";
  const std::vector<std::string> names = candidate.field_names();
  const std::vector<std::string> reserved = words_of(property_of(asked.metadata_json, kReserved));
  const auto has = [](const std::vector<std::string>& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  for (const std::string& name : names) {
    if (asked.type == SchemaType::kJson && name.starts_with("$$")) {
      return refuse(Refusal::kInvalidSchema, "Invalid schema: the field '{}' begins with the reserved '$$'", name);
    }
    if (has(reserved, name)) {
      return refuse(Refusal::kInvalidSchema, "Invalid schema: the field '{}' is reserved by the metadata", name);
    }
  }
  if (asked.known.empty()) return {};
  for (const std::string& word : words_of(property_of(asked.known.front()->definition.metadata_json, kReserved))) {
    if (!has(reserved, word)) {
      return refuse(Refusal::kInvalidSchema, "Invalid schema: '{}' was reserved, and is left out of {}", word,
                    kReserved);
    }
  }
  return {};
}

/// Programs that were generated from a schema with references ask for it with all types written out.
std::optional<Uuid> find_inlined(const SchemaCase& asked, const ParsedSchema& candidate) {
  for (const SchemaWithReferences& each : asked.maybe_inlined) {
    const auto stored = parse_stored(each);
    if (!stored.ok()) continue;
    const auto text = (*stored)->text_as("resolved");
    if (text.ok() && *text == candidate.canonical_text()) return each.schema->guid;
  }
  return std::nullopt;
}

Error invalid(const Error& why) {
  const Refusal refusal = why.code == ErrorCode::kTooLarge ? Refusal::kTooLarge : Refusal::kInvalidSchema;
  return refuse(refusal, "Invalid schema: {}", why.message);
}

Result<ParsedSchemaPointer> parse_asked(const SchemaCase& asked) {
  auto parsed = parse_schema(asked.type, asked.text, asked.rules, texts_of(asked.reference_schemas));
  schema::TagChanges tags = asked.tags;
  if (asked.tags_from) {
    const auto before = parse_stored(*asked.tags_from);
    if (before.ok()) tags.carried = (*before)->inline_tags();
  }
  if (parsed.ok() && !tags.empty()) {
    auto text = (*parsed)->retagged_text(tags);
    if (!text.ok()) return invalid(text.error());
    parsed = parse_schema(asked.type, *text, asked.rules, texts_of(asked.reference_schemas));
  }
  if (!parsed.ok()) return invalid(parsed.error());
  if (asked.validate_fields) TRY(check_fields(asked, **parsed));
  return parsed;
}

}  // namespace

std::size_t SchemaWithReferences::text_bytes() const { return schema->definition.text.size() + bytes_of(references); }

std::size_t SchemaCase::text_bytes() const {
  std::size_t bytes = text.size() + bytes_of(reference_schemas) + bytes_of(tags.add) + bytes_of(tags.remove);
  if (tags_from) bytes += tags_from->text_bytes();
  for (const Earlier& each : earlier) bytes += each.schema.text_bytes();
  for (const SchemaWithReferences& each : maybe_inlined) bytes += each.text_bytes();
  return bytes;
}

Result<ParsedSchemaPointer> parse_stored(const SchemaWithReferences& stored) {
  const Definition& definition = stored.schema->definition;
  return parse_schema(definition.type, definition.text, ParseRules::kStored, texts_of(stored.references));
}

bool answers_for(const StoredSchema& stored, const Definition& asked, const Uuid& guid, bool new_version_asked) {
  if (stored.guid == guid) return true;
  const Definition& definition = stored.definition;
  return !new_version_asked && definition.type == asked.type && definition.text == asked.text &&
         definition.references == asked.references && definition.rule_set_json == asked.rule_set_json &&
         with_version_property(definition.metadata_json, {}) == with_version_property(asked.metadata_json, {});
}

Result<Verdict> judge(const SchemaCase& asked) {
  TRY_ASSIGN(const ParsedSchemaPointer candidate, parse_asked(asked));
  Verdict verdict;
  Definition& definition = verdict.definition;
  definition.type = asked.type;
  definition.references = asked.references;
  definition.metadata_json = asked.metadata_json;
  definition.rule_set_json = asked.rule_set_json;
  if (asked.normalize) {
    auto text = candidate->normalized_text();
    if (!text.ok()) return invalid(text.error());
    definition.text = std::move(*text);
    auto& references = definition.references;
    std::sort(references.begin(), references.end(), [](const Reference& a, const Reference& b) {
      return std::tie(a.name, a.subject, a.version) < std::tie(b.name, b.subject, b.version);
    });
    references.erase(std::unique(references.begin(), references.end()), references.end());
  } else {
    definition.text = candidate->canonical_text();
  }
  verdict.guid = guid_of(definition);
  verdict.inlined = find_inlined(asked, *candidate);
  const bool known = std::any_of(asked.known.begin(), asked.known.end(), [&](const StoredSchemaPointer& each) {
    return verdict.is_answered_by(*each, asked.new_version_asked);
  });
  if (known) return verdict;
  if (const auto conflict = find_conflict(asked, *candidate)) return incompatible(asked, *conflict);
  return verdict;
}

Result<std::vector<std::string>> compatibility_messages(const SchemaCase& asked) {
  TRY_ASSIGN(const ParsedSchemaPointer candidate, parse_asked(asked));
  if (asked.normalize) {
    const auto text = candidate->normalized_text();
    if (!text.ok()) return invalid(text.error());
  }
  const auto conflict = find_conflict(asked, *candidate);
  return conflict ? messages_of(asked, *conflict) : std::vector<std::string>();
}

}  // namespace weft::registry
