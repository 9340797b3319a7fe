#include "registry/registry.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "registry/refusal.h"
#include "registry/subject_name.h"
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
/// Texts that one registration may have to read: itself, what it is compared with, and all their references. About five
/// seconds of another thread.
constexpr std::size_t kCaseBytesMax = std::size_t{64} << 20;

constexpr std::string_view kGlobalContext = ":.__GLOBAL:";

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

// ---- Registering

Result<SchemaCase> Registry::open_case(const RegisterRequest& request, Purpose purpose) const {
  TRY(check_subject(request.subject));
  if (purpose == Purpose::kRegister) TRY(check_writable(request));
  if (request.type != SchemaType::kAvro) {
    return refuse(Refusal::kInvalidSchema, "Invalid schema type {}: this registry understands AVRO",
                  schema_type_name(request.type));
  }
  SchemaCase asked{.subject = request.subject, .text = request.text};
  TRY_ASSIGN(asked.references, resolve(request));
  TRY_ASSIGN(asked.reference_schemas, reached_by(asked.references, request.subject));
  const Config* const config = effective(configs_, request.subject);
  asked.normalize = request.normalize || (config != nullptr && config->normalize);
  asked.rules = purpose == Purpose::kRegister ? avro::ParseRules::kNew : avro::ParseRules::kStored;
  const Versions* const versions = find_subject(request.subject);
  if (purpose == Purpose::kLookUp || versions == nullptr) return asked;

  asked.level = compatibility_level(request.subject);
  for (auto at = versions->rbegin(); at != versions->rend(); ++at) {
    const auto& [number, version] = *at;
    if (version.deleted) continue;
    asked.known.push_back(version.schema->guid);
    const bool compared = asked.level != CompatibilityLevel::kNone && (is_transitive(asked.level) || asked.earlier.empty());
    if (!compared) continue;
    auto earlier = with_references(version.schema, request.subject);
    asked.earlier.push_back({number, {version.schema, {}}, std::nullopt});
    if (earlier.ok()) {
      asked.earlier.back().schema = std::move(*earlier);
    } else {
      asked.earlier.back().fault = earlier.error().message;
    }
  }
  if (const std::size_t bytes = asked.text_bytes(); bytes > kCaseBytesMax) {
    return refuse(Refusal::kTooLarge, "Under {} the schema is compared with {} bytes of others, and the limit is {}",
                  level_name(asked.level), bytes, kCaseBytesMax);
  }
  return asked;
}

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

  static const Versions kNoVersions;
  const Versions* const found = find_subject(request.subject);
  const Versions& versions = found == nullptr ? kNoVersions : *found;
  if (const auto known = find_definition(versions, verdict.guid, false)) {
    return state::Decision<SubjectVersion>{answer(request.subject, known->first, *known->second), {}};
  }

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
    TRY_ASSIGN(id, next_id(context->second, verdict.guid));
    if (const IdEntry* known = find_id(id, request.subject); known != nullptr && known->schema->guid == verdict.guid) {
      stored = known->schema;
    }
  }
  if (!stored)
    stored = std::make_shared<const StoredSchema>(StoredSchema{std::move(verdict.definition), verdict.guid});
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

/// All schemas that `references` lead to, each after those it needs itself.
Result<std::vector<StoredSchemaPointer>> Registry::reached_by(const std::vector<Reference>& references,
                                                              std::string_view subject) const {
  struct Open {
    const std::vector<Reference>* list;
    std::size_t next;
    std::string subject;         // whose references these are
    StoredSchemaPointer schema;  // to be added after them
  };
  std::vector<StoredSchemaPointer> reached;
  std::set<std::pair<std::string, std::int32_t>> seen;
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
    if (!seen.emplace(target, reference.version).second) continue;
    TRY_ASSIGN(const SubjectVersion found, version(target, VersionName{reference.version}, true));
    const Definition& definition = found.schema->definition;
    bytes += definition.text.size();
    if (seen.size() > kReferencesMax || bytes > kReferenceTextBytesMax) {
      return refuse(Refusal::kTooLarge, "The schema refers to more than {} others, or to more than {} bytes of them",
                    kReferencesMax, kReferenceTextBytesMax);
    }
    open.push_back({&definition.references, 0, std::move(target), found.schema});
  }
  return reached;
}

Result<SchemaWithReferences> Registry::with_references(StoredSchemaPointer stored, std::string_view subject) const {
  TRY_ASSIGN(auto references, reached_by(stored->definition.references, subject));
  return SchemaWithReferences{std::move(stored), std::move(references)};
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

Result<SubjectVersion> Registry::lookup(const RegisterRequest& request, bool deleted_too,
                                        const JudgedCase* judged) const {
  TRY_ASSIGN(const Versions* const versions, require_subject(request.subject, deleted_too));
  TRY_ASSIGN(const SchemaCase asked, open_case(request, Purpose::kLookUp));
  TRY_ASSIGN(const Verdict verdict, verdict_on(asked, judged));
  const auto found = find_definition(*versions, verdict.guid, deleted_too);
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
