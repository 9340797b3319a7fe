#include "registry/registry.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "registry/contract.h"
#include "registry/refusal.h"
#include "registry/subject_name.h"

namespace weft::registry {
namespace {

using schema::CompatibilityLevel;

/// A record of the topic must fit Kafka's default of 1 MiB with key and batch around it.
constexpr std::size_t kRecordBytesMax = 1'000'000;
/// Schemas that one schema may need, its references' references included.
constexpr std::size_t kReferencesMax = 1'000;
constexpr std::size_t kReferenceTextBytesMax = std::size_t{16} << 20;
/// Texts that one registration may have to read: itself, what it is compared with, and all their references. About five
/// seconds of another thread.
constexpr std::size_t kCaseBytesMax = std::size_t{64} << 20;

/// Versions that one request is compared with for being the same without references.
constexpr std::size_t kInlinedMax = 10;

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

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

// ---- What a schema is judged by

/// All but what it is compared with.
Result<SchemaCase> Registry::open_asked(const RegisterRequest& request, std::string_view subject, bool is_new) const {
  SchemaCase asked{.subject = std::string(subject), .type = request.type, .text = request.text};
  const Versions* const versions = find_subject(subject);
  const auto* const before = versions == nullptr ? nullptr : latest(*versions, false);
  if (!is_blank(request.text)) {
    TRY_ASSIGN(asked.references, resolve(subject, request.references));
  } else if (before == nullptr || !is_new) {
    return refuse(Refusal::kInvalidSchema, "Empty schema: \"schema\" holds the schema's text");
  } else {
    const Definition& definition = before->second.schema->definition;
    asked.type = definition.type;
    asked.text = definition.text;
    asked.references = definition.references;
  }
  TRY_ASSIGN(asked.reference_schemas, reached_by(asked.references, subject));
  const Config settings = config(subject);
  asked.tags = request.tags;
  if (request.propagate_tags && before != nullptr && before->second.schema->definition.type == asked.type) {
    auto whole = with_references(before->second.schema, subject);
    if (whole.ok()) asked.tags_from = std::move(*whole);
  }
  asked.metadata_json = request.metadata_json.value_or("");
  asked.rule_set_json = request.rule_set_json.value_or("");
  asked.normalize = request.normalize || settings.is_true(ConfigMember::kNormalize);
  const bool strict = is_new && settings.is_true(ConfigMember::kValidateNewSchemas, true);
  asked.rules = strict ? ParseRules::kNew : ParseRules::kStored;
  asked.validate_fields = is_new && settings.is_true(ConfigMember::kValidateFields);
  asked.policy = settings.policy();
  asked.new_version_asked = property_of(asked.metadata_json, std::string(kVersionProperty)).has_value();
  return asked;
}

/// Metadata and rules: the request's own or those of the version before, between the defaults and the overrides of the
/// subject's settings.
void Registry::fill_contract(const RegisterRequest& request, std::string_view subject, std::int32_t next_version,
                             SchemaCase& asked) const {
  const Versions* const versions = find_subject(subject);
  const auto* const before = versions == nullptr ? nullptr : latest(*versions, false);
  const Config settings = config(subject);
  if (before != nullptr) {
    const Definition& definition = before->second.schema->definition;
    if (!request.metadata_json) asked.metadata_json = definition.metadata_json;
    if (!request.rule_set_json) asked.rule_set_json = definition.rule_set_json;
  }
  asked.metadata_json =
      merged_metadata(merged_metadata(settings.text(ConfigMember::kDefaultMetadata), asked.metadata_json),
                      settings.text(ConfigMember::kOverrideMetadata));
  asked.rule_set_json =
      merged_rule_set(merged_rule_set(settings.text(ConfigMember::kDefaultRuleSet), asked.rule_set_json),
                      settings.text(ConfigMember::kOverrideRuleSet));
  const bool new_version = request.version || !request.tags.empty();
  asked.new_version_asked = asked.new_version_asked || new_version;
  if (new_version || property_of(asked.metadata_json, std::string(kVersionProperty))) {
    asked.metadata_json = with_version_property(asked.metadata_json, next_version);
  }
}

/// Versions with references that are otherwise what is asked for: only Avro schemas can say the same without them.
void Registry::add_maybe_inlined(const Versions& versions, bool deleted_too, SchemaCase& asked) const {
  if (asked.type != SchemaType::kAvro || !asked.references.empty() || asked.new_version_asked) return;
  for (auto at = versions.rbegin(); at != versions.rend(); ++at) {
    const Definition& definition = at->second.schema->definition;
    if (at->second.deleted && !deleted_too) continue;
    if (definition.type != asked.type || definition.references.empty()) continue;
    if (definition.metadata_json != asked.metadata_json || definition.rule_set_json != asked.rule_set_json) continue;
    auto whole = with_references(at->second.schema, asked.subject);
    if (whole.ok()) asked.maybe_inlined.push_back(std::move(*whole));
    if (asked.maybe_inlined.size() == kInlinedMax) return;
  }
}

SchemaCase::Earlier Registry::earlier_version(std::string_view subject, std::int32_t number,
                                              const Version& version) const {
  auto whole = with_references(version.schema, subject);
  if (whole.ok()) return {number, std::move(*whole), std::nullopt};
  return {number, {version.schema, {}}, whole.error().message};
}

/// The versions that the case's level names, newest first; with a compatibility group only those of the same one.
void Registry::add_earlier(const Versions& versions, std::string_view subject, SchemaCase& asked) const {
  if (asked.level == CompatibilityLevel::kNone) return;
  const std::string group = config(subject).text(ConfigMember::kCompatibilityGroup);
  for (auto at = versions.rbegin(); at != versions.rend(); ++at) {
    const auto& [number, version] = *at;
    if (version.deleted) continue;
    if (!group.empty() &&
        property_of(version.schema->definition.metadata_json, group) != property_of(asked.metadata_json, group)) {
      continue;
    }
    asked.earlier.push_back(earlier_version(subject, number, version));
    if (!is_transitive(asked.level)) return;
  }
}

namespace {

Result<void> check_size(const SchemaCase& asked) {
  const std::size_t bytes = asked.text_bytes();
  if (bytes <= kCaseBytesMax) return {};
  return refuse(Refusal::kTooLarge, "Under {} the schema is compared with {} bytes of others, and the limit is {}",
                level_name(asked.level), bytes, kCaseBytesMax);
}

}  // namespace

Result<SchemaCase> Registry::open_lookup(const RegisterRequest& request, std::string_view subject) const {
  TRY_ASSIGN(SchemaCase asked, open_asked(request, subject, false));
  if (const Versions* const versions = find_subject(subject)) add_maybe_inlined(*versions, true, asked);
  TRY(check_size(asked));
  return asked;
}

Result<SchemaCase> Registry::open_case(const RegisterRequest& request, Purpose purpose) const {
  const std::string subject = meant(request.subject);
  TRY(check_subject(subject));
  if (purpose == Purpose::kLookUp) return open_lookup(request, subject);

  TRY(check_writable(request, subject));
  if (mode(subject) == "IMPORT") {
    TRY_ASSIGN(SchemaCase asked, open_asked(request, subject, false));
    asked.normalize = false;
    return asked;
  }
  TRY_ASSIGN(SchemaCase asked, open_asked(request, subject, true));
  const Versions* const versions = find_subject(subject);
  const std::int32_t next_version = versions == nullptr || versions->empty() ? 1 : versions->rbegin()->first + 1;
  fill_contract(request, subject, next_version, asked);
  if (versions == nullptr) return asked;
  for (auto at = versions->rbegin(); at != versions->rend(); ++at) {
    if (!at->second.deleted) asked.known.push_back(at->second.schema);
  }
  add_maybe_inlined(*versions, false, asked);
  asked.level = request.force ? CompatibilityLevel::kNone : compatibility_level(subject);
  add_earlier(*versions, subject, asked);
  TRY(check_size(asked));
  return asked;
}

Result<SchemaCase> Registry::open_comparison(const RegisterRequest& request, std::optional<VersionName> with) const {
  const std::string subject = meant(request.subject);
  TRY(check_subject(subject));
  TRY_ASSIGN(SchemaCase asked, open_asked(request, subject, true));
  const Versions* const versions = find_subject(subject);
  fill_contract(request, subject, versions == nullptr ? 1 : versions->rbegin()->first + 1, asked);
  asked.level = compatibility_level(subject);
  if (!with) {
    if (versions != nullptr) add_earlier(*versions, subject, asked);
    TRY(check_size(asked));
    return asked;
  }
  const auto found = version(subject, *with);
  if (!found.ok() && with->number != VersionName::kLatest) {
    return refuse(Refusal::kVersionNotFound, "Version {} not found.", with->number);
  }
  if (found.ok() && asked.level != CompatibilityLevel::kNone) {
    asked.earlier.push_back(earlier_version(subject, found->version, versions->at(found->version)));
  }
  TRY(check_size(asked));
  return asked;
}

// ---- Registering

namespace {

/// The verdict made ahead, when that was on the same case; judged now otherwise.
Result<Verdict> verdict_on(const SchemaCase& asked, const JudgedCase* judged) {
  if (judged != nullptr && judged->asked == asked) return judged->verdict;
  return judge(asked);
}

}  // namespace

Result<state::Decision<SubjectVersion>> Registry::register_schema(const RegisterRequest& request,
                                                                  const JudgedCase* judged) const {
  TRY_ASSIGN(const SchemaCase asked, open_case(request, Purpose::kRegister));
  TRY_ASSIGN(Verdict verdict, verdict_on(asked, judged));
  const std::string& subject = asked.subject;

  static const Versions kNoVersions;
  const Versions* const found = find_subject(subject);
  const Versions& versions = found == nullptr ? kNoVersions : *found;
  if (auto known = find_registered(request, asked, verdict, versions)) {
    return state::Decision<SubjectVersion>{std::move(*known), {}};
  }
  TRY_ASSIGN(const SchemaId id, choose_id(request, subject, verdict));
  TRY_ASSIGN(const std::int32_t number, choose_version(request, subject, versions, id));

  state::Decision<SubjectVersion> decision;
  const std::string_view context_name = context_of(subject);
  const auto context = contexts_.find(context_name);
  if (context_name != kDefaultContext && (context == contexts_.end() || !context->second.recorded)) {
    decision.records.push_back(context_record(context_name));
  }
  StoredSchemaPointer stored;
  const IdEntry* const entry = find_id_in(context_name, id);
  if (entry != nullptr && entry->schema->guid == verdict.guid) stored = entry->schema;
  if (!stored) stored = std::make_shared<const StoredSchema>(StoredSchema{std::move(verdict.definition), verdict.guid});
  for (const auto& [older, version] : versions) {
    // A deleted version with the same id gives way to the new one, unless another schema still needs it.
    if (older != number && version.deleted && version.id == id && !is_referenced(subject, older, true, true)) {
      decision.records.push_back(schema_tombstone(subject, older));
    }
  }
  decision.records.push_back(schema_record(subject, number, id, stored->definition, false));
  const state::Record& record = decision.records.back();
  if (const std::size_t bytes = record.key.size() + record.value->size(); bytes > kRecordBytesMax) {
    return refuse(Refusal::kTooLarge, "The schema is too large: its record has {} bytes, and the limit is {}", bytes,
                  kRecordBytesMax);
  }
  decision.response = {subject, number, id, std::move(stored), false, kNoTimestamp};
  return decision;
}

/// The live version that has the schema already.
std::optional<SubjectVersion> Registry::find_registered(const RegisterRequest& request, const SchemaCase& asked,
                                                        const Verdict& verdict, const Versions& versions) const {
  for (auto at = versions.rbegin(); at != versions.rend(); ++at) {
    const auto& [number, version] = *at;
    if (version.deleted || (request.id && version.id.get() != *request.id)) continue;
    // Who names a version asks for a new one, unless it is that one.
    const bool named = request.version == number;
    if (request.id && request.version && !named) continue;
    if (verdict.is_answered_by(*version.schema, asked.new_version_asked && !named)) {
      return answer(asked.subject, number, version);
    }
  }
  return std::nullopt;
}

/// The one that was asked for, or the one the schema has in this context already, or the first one never used.
Result<SchemaId> Registry::choose_id(const RegisterRequest& request, std::string_view subject,
                                     const Verdict& verdict) const {
  const auto context = contexts_.find(context_of(subject));
  if (request.id) {
    const IdEntry* const entry = find_id_in(context_of(subject), SchemaId(*request.id));
    if (entry != nullptr && entry->schema->definition.text != verdict.definition.text) {
      return refuse(Refusal::kOperationNotPermitted,
                    "Overwrite new schema with id {} is not permitted: it has another one", *request.id);
    }
    return SchemaId(*request.id);
  }
  if (context == contexts_.end()) return SchemaId(1);
  return next_id(context->second, verdict.guid);
}

Result<std::int32_t> Registry::choose_version(const RegisterRequest& request, std::string_view subject,
                                              const Versions& versions, SchemaId id) const {
  const std::int32_t next = versions.empty() ? 1 : versions.rbegin()->first + 1;
  if (!request.version || *request.version == next) return next;
  if (!request.id) {
    return refuse(Refusal::kInvalidSchema, "Version {} is not the next one of subject '{}', which is {}",
                  *request.version, subject, next);
  }
  const auto taken = versions.find(*request.version);
  if (taken != versions.end() && !taken->second.deleted) {
    return refuse(Refusal::kOperationNotPermitted, "Overwrite version {} of subject '{}' with id {} is not permitted",
                  *request.version, subject, id);
  }
  return *request.version;
}

/// The id that the schema has in this context already, or the first one that was never used.
Result<SchemaId> Registry::next_id(const Context& context, const Uuid& guid) {
  const auto known = context.identities.find(guid);
  if (known && context.ids.contains(*known)) return *known;
  if (context.id_max == INT32_MAX) return refuse(Refusal::kStore, "All 2^31-1 schema ids are used up");
  return SchemaId(context.id_max + 1);
}

Result<void> Registry::check_not_read_only(std::string_view subject) const {
  const std::string_view mode_now = mode(subject);
  if (mode_now == "READONLY" || mode_now == "READONLY_OVERRIDE" || mode_now == "FORWARD") {
    return refuse(Refusal::kOperationNotPermitted, "Subject {} is in read-only mode", subject);
  }
  return {};
}

Result<void> Registry::check_writable(const RegisterRequest& request, std::string_view subject) const {
  TRY(check_not_read_only(subject));
  const bool importing = mode(subject) == "IMPORT";
  if (importing && !request.id) {
    return refuse(Refusal::kOperationNotPermitted, "Subject {} is in import mode: give the schema's \"id\"", subject);
  }
  if (!importing && request.id) {
    return refuse(Refusal::kOperationNotPermitted,
                  "Subject {} is not in import mode: the registry chooses the id, leave \"id\" out", subject);
  }
  return {};
}

// ---- References

/// References with real versions in place of "latest"; every one exists.
Result<std::vector<Reference>> Registry::resolve(std::string_view subject, std::vector<Reference> references) const {
  for (Reference& reference : references) {
    const std::string named = in_context_of(subject, reference.subject);
    const bool is_latest = reference.version == VersionName::kLatest;
    const auto target = version(named, VersionName{reference.version}, !is_latest);
    if (!target.ok()) {
      return refuse(Refusal::kInvalidSchema, "Invalid schema: its reference \"{}\" names subject '{}', version {}: {}",
                    reference.name, reference.subject, reference.version, target.error().message);
    }
    reference.version = target->version;
  }
  return references;
}

/// All schemas that `references` lead to, each after those it needs itself. A name means the same wherever it stands.
Result<std::vector<ReferencedSchema>> Registry::reached_by(const std::vector<Reference>& references,
                                                           std::string_view subject) const {
  struct Open {
    const std::vector<Reference>* list;
    std::size_t next;
    std::string subject;      // whose references these are
    ReferencedSchema schema;  // to be added after them
  };
  std::vector<ReferencedSchema> reached;
  std::set<std::string_view> seen;
  std::size_t bytes = 0;
  std::vector<Open> open;
  open.push_back({&references, 0, std::string(subject), {}});
  while (!open.empty()) {
    Open& innermost = open.back();
    if (innermost.next == innermost.list->size()) {
      if (open.size() > 1) reached.push_back(std::move(innermost.schema));
      open.pop_back();
      continue;
    }
    const Reference& reference = (*innermost.list)[innermost.next++];
    std::string target = in_context_of(innermost.subject, reference.subject);
    if (!seen.insert(reference.name).second) continue;
    TRY_ASSIGN(const SubjectVersion found, version(target, VersionName{reference.version}, true));
    const Definition& definition = found.schema->definition;
    bytes += definition.text.size();
    if (seen.size() > kReferencesMax || bytes > kReferenceTextBytesMax) {
      return refuse(Refusal::kTooLarge, "The schema refers to more than {} others, or to more than {} bytes of them",
                    kReferencesMax, kReferenceTextBytesMax);
    }
    open.push_back({&definition.references, 0, std::move(target), {reference.name, found.schema}});
  }
  return reached;
}

Result<SchemaWithReferences> Registry::with_references(StoredSchemaPointer stored, std::string_view subject) const {
  TRY_ASSIGN(auto references, reached_by(stored->definition.references, subject));
  return SchemaWithReferences{std::move(stored), std::move(references)};
}

bool Registry::is_referenced(std::string_view subject, std::int32_t version, bool deleted_too,
                             bool by_itself_too) const {
  const auto at = referrers_.find(std::pair(std::string(subject), version));
  if (at == referrers_.end()) return false;
  return std::any_of(at->second.begin(), at->second.end(), [&](const VersionOf& referrer) {
    if (!by_itself_too && *referrer.first == subject) return false;
    return deleted_too || !subjects_.find(*referrer.first)->second.at(referrer.second).deleted;
  });
}

// ---- Looking up

Result<SubjectVersion> Registry::lookup(const RegisterRequest& request, bool deleted_too,
                                        const JudgedCase* judged) const {
  const std::string subject = meant(request.subject);
  auto found = lookup_in(request, subject, deleted_too, judged);
  if (found.ok() || context_of(subject) != kDefaultContext) return found;
  const int why = found.error().detail;
  const bool absent =
      why == static_cast<int>(Refusal::kSubjectNotFound) || why == static_cast<int>(Refusal::kSchemaNotFound);
  if (!absent) return found;
  for (const auto& [name, context] : contexts_) {
    const std::string other = context_subject(name) + subject;
    if (name == kDefaultContext || find_subject(other) == nullptr) continue;
    auto elsewhere = lookup_in(request, other, deleted_too, nullptr);
    if (elsewhere.ok()) return elsewhere;
  }
  return found;
}

Result<SubjectVersion> Registry::lookup_in(const RegisterRequest& request, const std::string& subject, bool deleted_too,
                                           const JudgedCase* judged) const {
  TRY_ASSIGN(const Versions* const versions, require_subject(subject, deleted_too));
  TRY_ASSIGN(SchemaCase asked, open_lookup(request, subject));
  TRY_ASSIGN(Verdict verdict, verdict_on(asked, judged));
  const auto find = [&]() -> std::optional<SubjectVersion> {
    for (auto at = versions->rbegin(); at != versions->rend(); ++at) {
      if (at->second.deleted && !deleted_too) continue;
      if (verdict.is_answered_by(*at->second.schema, asked.new_version_asked)) {
        return answer(subject, at->first, at->second);
      }
    }
    return std::nullopt;
  };
  if (auto found = find()) return *found;
  // What the registry filled in when it was registered, the client need not know.
  fill_contract(request, subject, 0, asked);
  verdict.definition.metadata_json = asked.metadata_json;
  verdict.definition.rule_set_json = asked.rule_set_json;
  verdict.guid = guid_of(verdict.definition);
  if (auto found = find()) return *found;
  return refuse(Refusal::kSchemaNotFound, "Schema not found");
}

}  // namespace weft::registry
