#include <algorithm>
#include <array>
#include <span>

#include "base/check.h"
#include "base/log.h"
#include "registry/md5.h"
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
  unidentified_.clear();
  loading_ = true;
  records_ignored_ = 0;
}

void Registry::loaded() {
  identify();
  loading_ = false;
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
  }
  auto subject = subjects_.lower_bound(record.subject);
  if (subject != subjects_.end() && subject->first == record.subject && subject->second.contains(record.version)) {
    remove(record.subject, record.version);
    if (stored) context.identities.put(stored->guid, id);
    subject = subjects_.lower_bound(record.subject);
  }
  if (!stored) stored = store(std::move(record.value->definition), context, id);
  subject = subjects_.try_emplace(subject, std::move(record.subject));
  for (const Reference& reference : stored->definition.references) {
    referrers_[{in_context_of(subject->first, reference.subject), reference.version}].emplace(&subject->first,
                                                                                              record.version);
  }
  context.id_max = std::max(context.id_max, id.get());
  IdEntry& entry = context.ids.try_emplace(id).first->second;
  if (!entry.schema) entry.schema = stored;
  entry.uses.add({&subject->first, record.version});
  subject->second.emplace(record.version, Version{id, record.value->deleted, timestamp, std::move(stored)});
}

/// The schema, whose GUID leads to the id from now on; while loading, GUIDs are worked out several at a time.
StoredSchemaPointer Registry::store(Definition definition, Context& context, SchemaId id) {
  const auto stored = std::make_shared<StoredSchema>(StoredSchema{std::move(definition), {}});
  if (loading_ && stored->definition.is_only_text()) {
    unidentified_.push_back({stored, &context, id});
    if (unidentified_.size() == kMd5Lanes) identify();
  } else {
    identify();  // Of two ids for one GUID the later one counts.
    stored->guid = guid_of(stored->definition);
    context.identities.put(stored->guid, id);
  }
  return stored;
}

void Registry::identify() {
  std::array<std::string_view, kMd5Lanes> texts;
  std::array<Uuid, kMd5Lanes> guids;
  for (std::size_t i = 0; i < unidentified_.size(); ++i) texts[i] = unidentified_[i].schema->definition.text;
  md5_of_each(std::span(texts).first(unidentified_.size()), std::span(guids).first(unidentified_.size()));
  for (std::size_t i = 0; i < unidentified_.size(); ++i) {
    const Unidentified& each = unidentified_[i];
    each.schema->guid = guids[i];
    each.context->identities.put(guids[i], each.id);
  }
  unidentified_.clear();
}

void Registry::remove(const std::string& subject, std::int32_t version) {
  identify();
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
  entry->second.uses.remove({&versions->first, version});
  if (entry->second.uses.empty()) {
    // The id stays used up (id_max); a schema that comes back later gets a new one, as Confluent's does.
    context.identities.erase(entry->second.schema->guid, entry->first);
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
