#include "registry/registry.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "registry/answers.h"
#include "registry/refusal.h"
#include "registry/subject_name.h"
#include "schema/avro/compatibility.h"
#include "schema/avro/print.h"
#include "schema/json_text.h"

namespace weft::registry {
namespace {

namespace avro = schema::avro;
using schema::CompatibilityLevel;

/// A record of the topic must fit Kafka's default of 1 MiB with key and batch around it.
constexpr std::size_t kRecordBytesMax = 1'000'000;
/// Schemas that one schema may need, its references' references included.
constexpr std::size_t kReferencesMax = 1'000;
constexpr std::size_t kReferenceTextBytesMax = std::size_t{16} << 20;

constexpr std::string_view kGlobalContext = ":.__GLOBAL:";

}  // namespace

/// A request's schema, read and in the form in which it is stored.
struct Registry::Prepared {
  Definition definition;
  Uuid guid;
  std::shared_ptr<const avro::Schema> schema;
};

Result<VersionName> VersionName::parse(std::string_view text) {
  const auto is_latest = [&] {
    constexpr std::string_view kWord = "latest";
    return std::equal(text.begin(), text.end(), kWord.begin(), kWord.end(),
                      [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
  };
  if (text == "-1" || is_latest()) return VersionName{};
  VersionName name{0};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), name.number);
  if (failed == std::errc{} && end == text.data() + text.size() && name.number >= 1) return name;
  return refuse(
      Refusal::kInvalidVersion,
      "The specified version '{}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "
      "\"latest\"",
      text.substr(0, 100));
}

// ---- Registering

Result<state::Decision<SubjectVersion>> Registry::register_schema(const RegisterRequest& request) const {
  TRY(check_subject(request.subject));
  TRY(check_writable(request));
  TRY_ASSIGN(Prepared prepared, prepare(request, avro::ParseRules::kNew));

  static const Versions kNoVersions;
  const Versions* const found = find_subject(request.subject);
  const Versions& versions = found == nullptr ? kNoVersions : *found;
  if (const auto known = find_definition(versions, prepared.guid, false)) {
    return state::Decision<SubjectVersion>{answer(request.subject, known->first, *known->second), {}};
  }
  TRY(check_compatible(request, *prepared.schema, versions));

  const std::int32_t number = versions.empty() ? 1 : versions.rbegin()->first + 1;
  if (request.version && *request.version != number) {
    return refuse(Refusal::kInvalidSchema, "Version {} is not the next one of subject '{}', which is {}",
                  *request.version, request.subject, number);
  }
  state::Decision<SubjectVersion> decision;
  const std::string_view context_name = context_of(request.subject);
  const auto context = contexts_.find(context_name);
  if (context == contexts_.end() && context_name != kDefaultContext) {
    decision.records.push_back(context_record(context_name));
  }
  SchemaId id{1};
  StoredSchemaPointer stored;
  if (context != contexts_.end()) {
    TRY_ASSIGN(id, next_id(context->second, prepared.guid));
    if (const IdEntry* known = find_id(id, request.subject); known != nullptr && known->schema->guid == prepared.guid) {
      stored = known->schema;
    }
  }
  if (!stored)
    stored = std::make_shared<const StoredSchema>(StoredSchema{std::move(prepared.definition), prepared.guid});
  for (const auto& [older, version] : versions) {
    // A deleted version with the same id gives way to the new one, unless another schema still needs it.
    if (version.deleted && version.id == id && !is_referenced(request.subject, older)) {
      decision.records.push_back(schema_tombstone(request.subject, older));
    }
  }
  decision.records.push_back(schema_record(request.subject, number, id, stored->definition, false));
  const state::Record& record = decision.records.back();
  if (const std::size_t bytes = record.key.size() + record.value->size(); bytes > kRecordBytesMax) {
    return refuse(Refusal::kTooLarge, "The schema is too large: its record has {} bytes, and the limit is {}", bytes,
                  kRecordBytesMax);
  }
  decision.response = {request.subject, number, id, std::move(stored), false, kNoTimestamp};
  return decision;
}

/// The id that the schema has in this context already, or the first one that was never used.
Result<SchemaId> Registry::next_id(const Context& context, const Uuid& guid) {
  const auto known = context.identities.find(guid);
  if (known != context.identities.end() && context.ids.contains(known->second)) return known->second;
  if (context.id_max == INT32_MAX) return refuse(Refusal::kStore, "All 2^31-1 schema ids are used up");
  return SchemaId(context.id_max + 1);
}

Result<void> Registry::check_writable(const RegisterRequest& request) const {
  const std::string_view mode_now = mode(request.subject);
  if (mode_now == "READONLY" || mode_now == "READONLY_OVERRIDE" || mode_now == "FORWARD") {
    return refuse(Refusal::kOperationNotPermitted, "Subject {} is in read-only mode", request.subject);
  }
  if (mode_now == "IMPORT") {
    return refuse(Refusal::kOperationNotPermitted, "Subject {} is in import mode, and this registry cannot import yet",
                  request.subject);
  }
  if (request.id) {
    return refuse(Refusal::kOperationNotPermitted,
                  "Subject {} is not in import mode: the registry chooses the id, leave \"id\" out", request.subject);
  }
  return {};
}

Result<Registry::Prepared> Registry::prepare(const RegisterRequest& request, avro::ParseRules rules) const {
  if (request.type != SchemaType::kAvro) {
    return refuse(Refusal::kInvalidSchema, "Invalid schema type {}: this registry understands AVRO",
                  schema_type_name(request.type));
  }
  Prepared prepared;
  TRY_ASSIGN(prepared.definition.references, resolve(request));
  TRY_ASSIGN(const auto references, reference_texts(prepared.definition.references, request.subject));
  auto parsed = avro::Schema::parse(request.text, rules, references);
  if (!parsed.ok()) {
    const Refusal why = parsed.error().code == ErrorCode::kTooLarge ? Refusal::kTooLarge : Refusal::kInvalidSchema;
    return refuse(why, "Invalid schema: {}", parsed.error().message);
  }
  prepared.schema = std::move(*parsed);
  const Config* const config = effective(configs_, request.subject);
  const bool normalize = request.normalize || (config != nullptr && config->normalize);
  prepared.definition.text = normalize ? normalized_text(*prepared.schema) : canonical_text(*prepared.schema);
  prepared.guid = guid_of(prepared.definition);
  return prepared;
}

/// References with real versions in place of "latest"; every one exists.
Result<std::vector<Reference>> Registry::resolve(const RegisterRequest& request) const {
  std::vector<Reference> resolved = request.references;
  for (Reference& reference : resolved) {
    const std::string subject = in_context_of(request.subject, reference.subject);
    const bool latest = reference.version == VersionName::kLatest;
    const auto target = version(subject, VersionName{reference.version}, !latest);
    if (!target.ok()) {
      return refuse(Refusal::kInvalidSchema, "Invalid schema: its reference \"{}\" names subject '{}', version {}: {}",
                    reference.name, reference.subject, reference.version, target.error().message);
    }
    reference.version = target->version;
  }
  return resolved;
}

/// Texts of all schemas that `references` lead to, each after those it needs itself.
Result<std::vector<std::string_view>> Registry::reference_texts(const std::vector<Reference>& references,
                                                                std::string_view subject) const {
  struct Open {
    const std::vector<Reference>* list;
    std::size_t next;
    std::string subject;    // whose references these are
    std::string_view text;  // to be added after them
  };
  std::vector<std::string_view> texts;
  std::set<std::pair<std::string, std::int32_t>> seen;
  std::size_t bytes = 0;
  std::vector<Open> open;
  open.push_back({&references, 0, std::string(subject), {}});
  while (!open.empty()) {
    Open& innermost = open.back();
    if (innermost.next == innermost.list->size()) {
      if (open.size() > 1) texts.push_back(innermost.text);
      open.pop_back();
      continue;
    }
    const Reference& reference = (*innermost.list)[innermost.next++];
    std::string target = in_context_of(innermost.subject, reference.subject);
    if (!seen.emplace(target, reference.version).second) continue;
    TRY_ASSIGN(const SubjectVersion found, version(target, VersionName{reference.version}, true));
    const Definition& definition = found.schema->definition;
    bytes += definition.text.size();
    if (seen.size() > kReferencesMax || bytes > kReferenceTextBytesMax) {
      return refuse(Refusal::kTooLarge, "The schema refers to more than {} others, or to more than {} bytes of them",
                    kReferencesMax, kReferenceTextBytesMax);
    }
    open.push_back({&definition.references, 0, std::move(target), definition.text});
  }
  return texts;
}

Result<std::shared_ptr<const avro::Schema>> Registry::parse_avro(const StoredSchema& stored,
                                                                 std::string_view subject) const {
  if (stored.definition.type != SchemaType::kAvro) {
    return error(ErrorCode::kUnsupported, "the schema is {}, not AVRO", schema_type_name(stored.definition.type));
  }
  TRY_ASSIGN(const auto references, reference_texts(stored.definition.references, subject));
  return avro::Schema::parse(stored.definition.text, avro::ParseRules::kStored, references);
}

namespace {

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

}  // namespace

Result<void> Registry::check_compatible(const RegisterRequest& request, const avro::Schema& candidate,
                                        const Versions& versions) const {
  const CompatibilityLevel level = compatibility_level(request.subject);
  if (level == CompatibilityLevel::kNone) return {};
  const auto incompatible = [&](std::int32_t number, std::string_view which, std::string_view why) {
    return refuse(Refusal::kIncompatible,
                  "Schema being registered is incompatible with an earlier schema for subject \"{}\": under {}, {} "
                  "version {}: {}",
                  request.subject, level_name(level), which, number, why);
  };
  for (auto at = versions.rbegin(); at != versions.rend(); ++at) {
    const auto& [number, version] = *at;
    if (version.deleted) continue;
    const auto earlier = parse_avro(*version.schema, request.subject);
    if (!earlier.ok()) return incompatible(number, "it must be compared with", earlier.error().message);
    if (needs_backward(level)) {
      const auto why = unreadable(candidate, **earlier);
      if (!why.ok() || !why->empty()) {
        return incompatible(number, "it must read data of", why.ok() ? *why : why.error().message);
      }
    }
    if (needs_forward(level)) {
      const auto why = unreadable(**earlier, candidate);
      if (!why.ok() || !why->empty()) {
        return incompatible(number, "its data must be readable by", why.ok() ? *why : why.error().message);
      }
    }
    if (!is_transitive(level)) break;
  }
  return {};
}

bool Registry::is_referenced(std::string_view subject, std::int32_t version) const {
  return references_.contains(std::pair(std::string(subject), version));
}

// ---- Reads

const Registry::Versions* Registry::find_subject(std::string_view subject) const {
  const auto at = subjects_.find(subject);
  return at == subjects_.end() ? nullptr : &at->second;
}

const Registry::IdEntry* Registry::find_id(SchemaId id, std::string_view beside) const {
  const auto context = contexts_.find(context_of(beside));
  if (context == contexts_.end()) return nullptr;
  const auto at = context->second.ids.find(id);
  return at == context->second.ids.end() ? nullptr : &at->second;
}

Result<const Registry::Versions*> Registry::require_subject(std::string_view subject, bool deleted_too) const {
  TRY(check_subject(subject));
  const Versions* const versions = find_subject(subject);
  const auto counts = [&](const auto& entry) { return deleted_too || !entry.second.deleted; };
  if (versions == nullptr || std::none_of(versions->begin(), versions->end(), counts)) {
    return refuse(Refusal::kSubjectNotFound, "Subject '{}' not found.", subject);
  }
  return versions;
}

SubjectVersion Registry::answer(std::string_view subject, std::int32_t number, const Version& version) const {
  return {std::string(subject), number, version.id, version.schema, version.deleted, version.timestamp};
}

std::optional<std::pair<std::int32_t, const Registry::Version*>> Registry::find_definition(const Versions& versions,
                                                                                           const Uuid& guid,
                                                                                           bool deleted_too) const {
  for (auto at = versions.rbegin(); at != versions.rend(); ++at) {
    if ((deleted_too || !at->second.deleted) && at->second.schema->guid == guid)
      return std::pair(at->first, &at->second);
  }
  return std::nullopt;
}

Result<SubjectVersion> Registry::lookup(const RegisterRequest& request, bool deleted_too) const {
  TRY_ASSIGN(const Versions* const versions, require_subject(request.subject, deleted_too));
  TRY_ASSIGN(const Prepared prepared, prepare(request, avro::ParseRules::kStored));
  const auto found = find_definition(*versions, prepared.guid, deleted_too);
  if (!found) return refuse(Refusal::kSchemaNotFound, "Schema not found");
  return answer(request.subject, found->first, *found->second);
}

Result<SubjectVersion> Registry::version(std::string_view subject, VersionName name, bool deleted_too) const {
  TRY_ASSIGN(const Versions* const versions, require_subject(subject, deleted_too));
  if (name.number == VersionName::kLatest) {
    for (auto at = versions->rbegin(); at != versions->rend(); ++at) {
      if (deleted_too || !at->second.deleted) return answer(subject, at->first, at->second);
    }
  }
  const auto at = versions->find(name.number);
  if (at == versions->end() || (at->second.deleted && !deleted_too)) {
    return refuse(Refusal::kVersionNotFound, "Version {} not found.", name.number);
  }
  return answer(subject, at->first, at->second);
}

Result<std::vector<std::int32_t>> Registry::versions(std::string_view subject, bool deleted_too) const {
  TRY_ASSIGN(const Versions* const found, require_subject(subject, deleted_too));
  std::vector<std::int32_t> numbers;
  for (const auto& [number, version] : *found) {
    if (deleted_too || !version.deleted) numbers.push_back(number);
  }
  return numbers;
}

std::vector<std::string> Registry::subjects(std::string_view prefix, bool deleted_too) const {
  std::vector<std::string> names;
  for (auto at = subjects_.lower_bound(prefix); at != subjects_.end() && at->first.starts_with(prefix); ++at) {
    const auto counts = [&](const auto& entry) { return deleted_too || !entry.second.deleted; };
    if (std::any_of(at->second.begin(), at->second.end(), counts)) names.push_back(at->first);
  }
  return names;
}

Result<StoredSchemaPointer> Registry::schema(SchemaId id, std::string_view beside) const {
  const IdEntry* const entry = find_id(id, beside);
  if (entry == nullptr) return refuse(Refusal::kSchemaNotFound, "Schema {} not found", id);
  return entry->schema;
}

Result<std::vector<std::pair<std::string, std::int32_t>>> Registry::uses(SchemaId id, std::string_view beside,
                                                                         bool deleted_too) const {
  const IdEntry* const entry = find_id(id, beside);
  if (entry == nullptr) return refuse(Refusal::kSchemaNotFound, "Schema {} not found", id);
  std::vector<std::pair<std::string, std::int32_t>> found;
  for (const auto& [subject, version] : entry->uses) {
    if (deleted_too || !subjects_.find(*subject)->second.at(version).deleted) found.emplace_back(*subject, version);
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool Registry::any_use(SchemaId id, std::string_view beside,
                       const std::function<bool(const std::string&)>& accepts) const {
  const IdEntry* const entry = find_id(id, beside);
  return entry != nullptr &&
         std::any_of(entry->uses.begin(), entry->uses.end(), [&](const auto& use) { return accepts(*use.first); });
}

Result<SharedBytes> Registry::schema_body(SchemaId id, std::string_view beside) const {
  const IdEntry* const entry = find_id(id, beside);
  if (entry == nullptr) return refuse(Refusal::kSchemaNotFound, "Schema {} not found", id);
  if (entry->body.empty()) entry->body = SharedBytes(schema_json(*entry->schema));
  return entry->body;
}

template <class Setting>
const Setting* Registry::effective(const std::map<std::string, Setting, std::less<>>& settings,
                                   std::string_view subject) const {
  const std::string context = context_subject(context_of(subject));
  for (const std::string_view scope : {subject, std::string_view(context), std::string_view(), kGlobalContext}) {
    if (const auto at = settings.find(scope); at != settings.end()) return &at->second;
  }
  return nullptr;
}

CompatibilityLevel Registry::compatibility_level(std::string_view subject) const {
  // Confluent gives a subject whose own settings lack a level the server's default; here it has the level around it.
  const std::string context = context_subject(context_of(subject));
  for (const std::string_view scope : {subject, std::string_view(context), std::string_view(), kGlobalContext}) {
    if (const auto at = configs_.find(scope); at != configs_.end() && at->second.level) return *at->second.level;
  }
  return CompatibilityLevel::kBackward;
}

std::string_view Registry::mode(std::string_view subject) const {
  const std::string* const set = effective(modes_, subject);
  return set == nullptr ? std::string_view("READWRITE") : *set;
}

std::size_t Registry::schema_count() const {
  std::size_t count = 0;
  for (const auto& [name, context] : contexts_) count += context.ids.size();
  return count;
}

}  // namespace weft::registry
