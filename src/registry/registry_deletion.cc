#include <algorithm>

#include "registry/refusal.h"
#include "registry/registry.h"
#include "registry/subject_name.h"

// Deleting: softly first, which marks, then for good, which leaves tombstones.
namespace weft::registry {

Result<void> Registry::check_unreferenced(std::string_view subject, std::int32_t version, bool permanent,
                                          bool by_itself_too) const {
  if (!is_referenced(subject, version, permanent, by_itself_too)) return {};
  return refuse(Refusal::kReferenceExists,
                "One or more references exist to the schema {{magic=1,keytype=SCHEMA,subject={},version={}}}.", subject,
                version);
}

/// With a subject's last version go its settings.
void Registry::forget_settings(std::string_view subject, std::vector<state::Record>& records) const {
  if (own_mode(subject) != nullptr) records.push_back(mode_record(subject, std::nullopt));
  if (own_config(subject) != nullptr) records.push_back(config_record(subject, std::nullopt));
}

Result<PartialDecision<std::vector<std::int32_t>>> Registry::delete_subject(std::string_view subject,
                                                                            bool permanent) const {
  TRY_ASSIGN(const Versions* const versions, require_subject(subject, true));
  const bool live = latest(*versions, false) != nullptr;
  if (!permanent && !live) {
    return refuse(Refusal::kSubjectSoftDeleted,
                  "Subject '{}' was soft deleted.Set permanent=true to delete permanently", subject);
  }
  TRY(check_not_read_only(subject));
  if (permanent && live) {
    return refuse(Refusal::kSubjectNotSoftDeleted,
                  "Subject '{}' was not deleted first before being permanently deleted", subject);
  }
  PartialDecision<std::vector<std::int32_t>> decision;
  for (auto at = versions->rbegin(); at != versions->rend(); ++at) {
    const auto& [number, version] = *at;
    if (!permanent && version.deleted) continue;
    TRY(check_unreferenced(subject, number, permanent, false));
    if (permanent) decision.add(schema_tombstone(subject, number));
    if (!decision.more) decision.response.push_back(number);
  }
  if (!permanent) {
    decision.records.push_back(delete_subject_record(subject, decision.response.front()));
  } else if (!decision.more) {
    forget_settings(subject, decision.records);
  }
  return decision;
}

Result<state::Decision<std::int32_t>> Registry::delete_version(std::string_view subject, VersionName name,
                                                               bool permanent) const {
  TRY_ASSIGN(const Versions* const versions, require_subject(subject, true));
  const bool is_latest = name.number == VersionName::kLatest;
  TRY_ASSIGN(const SubjectVersion found, version(subject, name, !is_latest));
  const std::int32_t number = found.version;
  if (!permanent && found.deleted) {
    return refuse(Refusal::kVersionSoftDeleted,
                  "Subject '{}' Version {} was soft deleted.Set permanent=true to delete permanently", subject, number);
  }
  TRY(check_not_read_only(subject));
  if (permanent && !found.deleted) {
    return refuse(Refusal::kVersionNotSoftDeleted,
                  "Subject '{}' Version {} was not deleted first before being permanently deleted", subject, number);
  }
  TRY(check_unreferenced(subject, number, permanent, true));
  state::Decision<std::int32_t> decision{number, {}};
  if (permanent) {
    decision.records.push_back(schema_tombstone(subject, number));
    if (versions->size() == 1) forget_settings(subject, decision.records);
  } else {
    decision.records.push_back(schema_record(subject, number, found.id, found.schema->definition, true));
  }
  return decision;
}

Result<state::Decision<std::string>> Registry::delete_context(std::string_view context) const {
  const std::string prefix = context_subject(context);
  if (prefix.empty()) return refuse(Refusal::kContextNotEmpty, "The default context cannot be deleted");
  const auto first = subjects_.lower_bound(prefix);
  if (first != subjects_.end() && first->first.starts_with(prefix)) {
    return refuse(Refusal::kContextNotEmpty, "Context '{}' is not empty: subject '{}' is in it", context, first->first);
  }
  state::Decision<std::string> decision{std::string(context), {}};
  const auto known = contexts_.find(context);
  if (known != contexts_.end() && known->second.recorded) decision.records.push_back(context_tombstone(context));
  return decision;
}

}  // namespace weft::registry
