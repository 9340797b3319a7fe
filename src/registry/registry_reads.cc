#include <algorithm>
#include <set>

#include "registry/contract.h"
#include "registry/refusal.h"
#include "registry/registry.h"
#include "registry/subject_name.h"

// What can be asked of the state.
namespace weft::registry {

const Versions* Registry::find_subject(std::string_view subject) const {
  const auto at = subjects_.find(subject);
  return at == subjects_.end() ? nullptr : &at->second;
}

const Registry::IdEntry* Registry::find_id_in(std::string_view context, SchemaId id) const {
  const auto known = contexts_.find(context);
  if (known == contexts_.end()) return nullptr;
  const auto at = known->second.ids.find(id);
  return at == known->second.ids.end() ? nullptr : &at->second;
}

const Registry::IdEntry* Registry::find_id(SchemaId id, std::string_view beside) const {
  const std::string subject = meant(beside);
  const IdEntry* const entry = find_id_in(context_of(subject), id);
  if (context_of(subject) != kDefaultContext || subject.empty() || contexts_.size() == 1) return entry;
  if (entry != nullptr && find_use(id, subject) != nullptr) return entry;
  for (const auto& [name, context] : contexts_) {
    const IdEntry* const other = find_id_in(name, id);
    if (other != nullptr && find_use(id, context_subject(name) + subject) != nullptr) return other;
  }
  return entry;
}

/// The newest version of exactly this subject that has the id. A subject has few versions; an id may have many
/// subjects.
const Versions::value_type* Registry::find_use(SchemaId id, std::string_view subject) const {
  const Versions* const versions = find_subject(subject);
  if (versions == nullptr) return nullptr;
  const auto at =
      std::find_if(versions->rbegin(), versions->rend(), [&](const auto& version) { return version.second.id == id; });
  return at == versions->rend() ? nullptr : &*at;
}

const Versions::value_type* Registry::latest(const Versions& versions, bool deleted_too) {
  for (auto at = versions.rbegin(); at != versions.rend(); ++at) {
    if (deleted_too || !at->second.deleted) return &*at;
  }
  return nullptr;
}

Result<const Versions*> Registry::require_subject(std::string_view subject, bool deleted_too) const {
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

Result<SubjectVersion> Registry::version(std::string_view subject, VersionName name, bool deleted_too) const {
  TRY_ASSIGN(const Versions* const versions, require_subject(subject, deleted_too));
  if (name.number == VersionName::kLatest) {
    if (const auto* const last = latest(*versions, deleted_too)) return answer(subject, last->first, last->second);
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

Result<SubjectVersion> Registry::version_with(std::string_view subject,
                                              const std::vector<std::pair<std::string, std::string>>& properties,
                                              bool deleted_too) const {
  TRY_ASSIGN(const Versions* const found, require_subject(subject, deleted_too));
  for (auto at = found->rbegin(); at != found->rend(); ++at) {
    if (at->second.deleted && !deleted_too) continue;
    const std::string& metadata = at->second.schema->definition.metadata_json;
    const bool has_all = std::all_of(properties.begin(), properties.end(), [&](const auto& property) {
      return property_of(metadata, property.first) == property.second;
    });
    if (has_all) return answer(subject, at->first, at->second);
  }
  return refuse(Refusal::kSchemaNotFound, "Schema not found");
}

std::vector<std::string> Registry::subjects(std::string_view prefix, bool deleted_too) const {
  std::vector<std::string> names;
  visit_versions(prefix, deleted_too, true, [&](const SubjectVersion& newest) {
    names.push_back(newest.subject);
    return true;
  });
  return names;
}

void Registry::visit_versions(std::string_view prefix, bool deleted_too, bool latest_only,
                              const std::function<bool(const SubjectVersion&)>& take) const {
  const bool everywhere = prefix.starts_with(kAllContexts);
  if (everywhere) prefix.remove_prefix(kAllContexts.size());
  const std::string plain = plain_subject(prefix);
  for (auto at = everywhere ? subjects_.begin() : subjects_.lower_bound(plain); at != subjects_.end(); ++at) {
    const auto& [subject, versions] = *at;
    if (everywhere) {
      if (!name_in_context(subject).starts_with(plain)) continue;
    } else {
      if (!subject.starts_with(plain)) return;
      if (context_of(subject) != context_of(plain)) continue;
    }
    if (latest_only) {
      const auto* const newest = latest(versions, deleted_too);
      if (newest != nullptr && !take(answer(subject, newest->first, newest->second))) return;
      continue;
    }
    for (const auto& [number, version] : versions) {
      if ((deleted_too || !version.deleted) && !take(answer(subject, number, version))) return;
    }
  }
}

std::vector<std::string> Registry::contexts() const {
  std::vector<std::string> names{std::string(kDefaultContext)};
  for (const auto& [name, context] : contexts_) {
    if (name != kDefaultContext && (context.recorded || !context.ids.empty())) names.push_back(name);
  }
  return names;
}

std::multimap<std::string, std::string> Registry::aliases() const {
  std::multimap<std::string, std::string> found;
  for (const auto& [scope, config] : configs_) {
    if (const std::string target = meant(scope); target != scope) found.emplace(target, scope);
  }
  return found;
}

Result<std::vector<SchemaId>> Registry::referenced_by(std::string_view subject, VersionName name,
                                                      bool deleted_too) const {
  TRY_ASSIGN(const SubjectVersion found, version(subject, name, true));
  std::set<SchemaId> ids;
  const auto at = referrers_.find(std::pair(std::string(subject), found.version));
  if (at != referrers_.end()) {
    for (const auto& [referrer, number] : at->second) {
      const Version& version = subjects_.find(*referrer)->second.at(number);
      if (deleted_too || !version.deleted) ids.insert(version.id);
    }
  }
  return std::vector<SchemaId>(ids.begin(), ids.end());
}

std::vector<std::pair<std::string, SchemaId>> Registry::find_guid(const Uuid& guid) const {
  std::vector<std::pair<std::string, SchemaId>> places;
  for (const auto& [name, context] : contexts_) {
    const auto at = context.identities.find(guid);
    if (at && context.ids.contains(*at)) places.emplace_back(context_subject(name), *at);
  }
  return places;
}

Result<StoredSchemaPointer> Registry::schema(SchemaId id, std::string_view beside) const {
  const IdEntry* const entry = find_id(id, beside);
  if (entry == nullptr) return refuse(Refusal::kSchemaNotFound, "Schema {} not found", id);
  return entry->schema;
}

Result<SubjectVersion> Registry::use(SchemaId id, std::string_view beside) const {
  TRY_ASSIGN(StoredSchemaPointer stored, schema(id, beside));
  const std::string subject = meant(beside);
  if (const auto* const found = find_use(id, subject)) return answer(subject, found->first, found->second);
  if (context_of(subject) == kDefaultContext && !subject.empty()) {
    for (const auto& [name, context] : contexts_) {
      const std::string other = context_subject(name) + subject;
      const auto* const found = find_use(id, other);
      if (found != nullptr) return answer(other, found->first, found->second);
    }
  }
  return SubjectVersion{subject, 0, id, std::move(stored), false, kNoTimestamp};
}

Result<std::vector<std::pair<std::string, std::int32_t>>> Registry::uses(SchemaId id, std::string_view beside,
                                                                         bool deleted_too) const {
  const IdEntry* const entry = find_id(id, beside);
  if (entry == nullptr) return refuse(Refusal::kSchemaNotFound, "Schema {} not found", id);
  std::vector<std::pair<std::string, std::int32_t>> found;
  entry->uses.any([&](const Uses::Use& use) {
    const auto& [subject, version] = use;
    if (deleted_too || !subjects_.find(*subject)->second.at(version).deleted) found.emplace_back(*subject, version);
    return false;
  });
  std::sort(found.begin(), found.end());
  return found;
}

bool Registry::any_use(SchemaId id, std::string_view beside,
                       const std::function<bool(const std::string&)>& accepts) const {
  const IdEntry* const entry = find_id(id, beside);
  return entry != nullptr && entry->uses.any([&](const Uses::Use& use) { return accepts(*use.first); });
}

std::int32_t Registry::id_max(std::string_view beside) const {
  const auto context = contexts_.find(context_of(beside));
  return context == contexts_.end() ? 0 : context->second.id_max;
}

std::size_t Registry::schema_count() const {
  std::size_t count = 0;
  for (const auto& [name, context] : contexts_) count += context.ids.size();
  return count;
}

}  // namespace weft::registry
