#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "registry/registry.h"
#include "registry/subject_name.h"

// How records change the state: the rules of Confluent's reader, strictly in offset order.
namespace weft::registry {
namespace {

constexpr Logger kLog("registry");

}  // namespace

void Registry::replay(const state::Record& record, Offset offset, Timestamp timestamp) {
  auto read = reader_.read(record);
  if (!read.ok()) {
    ++records_ignored_;
    kLog.warn("record of _schemas is skipped", {{"offset", offset.get()}, {"why", read.error()}});
    return;
  }
  std::visit([&](auto& known) { apply(std::move(known), timestamp); }, *read);
}

void Registry::reset() {
  subjects_.clear();
  contexts_.clear();
  configs_.clear();
  modes_.clear();
  referrers_.clear();
  records_ignored_ = 0;
}

void Registry::apply(SchemaRecord record, Timestamp timestamp) {
  if (!record.value) return remove(record.subject, record.version);
  const SchemaId id = record.value->id;
  Context& context = contexts_.try_emplace(std::string(context_of(record.subject))).first->second;
  const auto known = context.ids.find(id);
  if (known != context.ids.end() && known->second.schema->definition.text != record.value->definition.text) {
    // The id already means something else: Confluent's readers leave such a record out, and so must we.
    ++records_ignored_;
    kLog.warn("record of _schemas is skipped: its schema id belongs to another schema",
              {{"subject", record.subject}, {"version", record.version}, {"id", id.get()}});
    return;
  }
  StoredSchemaPointer stored;
  if (known != context.ids.end() && known->second.schema->definition == record.value->definition) {
    stored = known->second.schema;
  } else {
    Definition definition = std::move(record.value->definition);
    const Uuid guid = guid_of(definition);
    stored = std::make_shared<const StoredSchema>(StoredSchema{std::move(definition), guid});
  }
  if (const Versions* versions = find_subject(record.subject);
      versions != nullptr && versions->contains(record.version)) {
    remove(record.subject, record.version);
  }
  const auto subject = subjects_.try_emplace(record.subject).first;
  for (const Reference& reference : stored->definition.references) {
    referrers_[{in_context_of(subject->first, reference.subject), reference.version}].emplace(&subject->first,
                                                                                              record.version);
  }
  context.id_max = std::max(context.id_max, id.get());
  context.identities[stored->guid] = id;
  IdEntry& entry = context.ids[id];
  if (!entry.schema) entry.schema = stored;
  entry.uses.emplace_back(&subject->first, record.version);
  subject->second.emplace(record.version, Version{id, record.value->deleted, timestamp, std::move(stored)});
}

void Registry::remove(const std::string& subject, std::int32_t version) {
  const auto versions = subjects_.find(subject);
  if (versions == subjects_.end()) return;
  const auto at = versions->second.find(version);
  if (at == versions->second.end()) return;
  for (const Reference& reference : at->second.schema->definition.references) {
    const auto target = referrers_.find({in_context_of(subject, reference.subject), reference.version});
    if (target == referrers_.end()) continue;  // named twice
    target->second.erase({&versions->first, version});
    if (target->second.empty()) referrers_.erase(target);
  }
  Context& context = contexts_.find(context_of(subject))->second;
  const auto entry = context.ids.find(at->second.id);
  CHECK(entry != context.ids.end(), "every version's id is known");
  std::erase(entry->second.uses, std::pair(&versions->first, version));
  if (entry->second.uses.empty()) {
    // The id stays used up (id_max); a schema that comes back later gets a new one, as Confluent's does.
    context.identities.erase(entry->second.schema->guid);
    context.ids.erase(entry);
  }
  versions->second.erase(at);
  if (versions->second.empty()) subjects_.erase(versions);
}

void Registry::apply(ConfigRecord record, Timestamp) {
  if (record.config) {
    configs_[plain_subject(record.subject)] = std::move(*record.config);
  } else {
    configs_.erase(plain_subject(record.subject));
  }
}

void Registry::apply(ContextRecord record, Timestamp) {
  if (record.context.empty() || record.context == kDefaultContext) return;
  if (record.present) {
    contexts_[std::move(record.context)].recorded = true;
    return;
  }
  // The highest id stays known, as long as this process lives.
  if (const auto at = contexts_.find(record.context); at != contexts_.end()) at->second.recorded = false;
}

void Registry::apply(ModeRecord record, Timestamp) {
  if (record.mode && !record.mode->empty()) {
    modes_[plain_subject(record.subject)] = std::move(*record.mode);
  } else {
    modes_.erase(plain_subject(record.subject));
  }
}

void Registry::apply(DeleteSubjectRecord record, Timestamp) {
  const auto versions = subjects_.find(record.subject);
  if (!record.version || versions == subjects_.end()) return;
  for (auto& [number, version] : versions->second) {
    if (number <= *record.version) version.deleted = true;
  }
}

void Registry::apply(ClearSubjectRecord record, Timestamp) {
  std::vector<std::pair<std::string, std::int32_t>> gone;
  for (const auto& [subject, versions] : subjects_) {
    if (!is_in_scope(record.subject, subject)) continue;
    for (const auto& [number, version] : versions) {
      if (version.deleted) gone.emplace_back(subject, number);
    }
  }
  for (const auto& [subject, number] : gone) remove(subject, number);
}

}  // namespace weft::registry
