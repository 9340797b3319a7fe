#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "record/ids.h"
#include "registry/config.h"
#include "registry/definition.h"
#include "registry/identity_index.h"
#include "registry/schema_case.h"
#include "registry/schemas_topic.h"
#include "registry/subject_name.h"
#include "registry/uses.h"
#include "registry/versions.h"
#include "schema/compatibility_level.h"
#include "state/shard.h"

namespace weft::registry {

/// One version of a subject, as an answer.
struct SubjectVersion {
  std::string subject;
  std::int32_t version = 0;
  SchemaId id;
  StoredSchemaPointer schema;
  bool deleted = false;
  Timestamp timestamp = kNoTimestamp;    ///< When it was registered; none in the answer that has just made it.
  std::vector<schema::EntityTags> tags;  ///< Those in its text, where they were asked for.
};

/// What a client wants to register or look up.
struct RegisterRequest {
  std::string subject;
  SchemaType type = SchemaType::kAvro;
  std::string text;  ///< Empty: that of the version before.
  std::vector<Reference> references;
  schema::TagChanges tags;                   ///< In the text, before it is registered; any makes a version of its own.
  std::optional<std::string> metadata_json;  ///< contract.h; absent: that of the version before.
  std::optional<std::string> rule_set_json;
  std::optional<std::int32_t> id;       ///< Only a registry in mode IMPORT takes it.
  std::optional<std::int32_t> version;  ///< Must be the next one, unless in mode IMPORT.
  bool normalize = false;
  bool force = false;           ///< Compatible or not.
  bool propagate_tags = false;  ///< Those in the text of the version before are added, where its fields still are.
};

/// A version as clients name it: a number, or the latest that is not deleted.
struct VersionName {
  static constexpr std::int32_t kLatest = -1;
  std::int32_t number = kLatest;

  /// 1 to 2^31-1, "latest" in any case, or -1; otherwise kInvalidVersion.
  static Result<VersionName> parse(std::string_view text);
};

/// A decision whose records are as many as one batch takes: with `more`, the same is to be asked again.
template <class T>
struct PartialDecision : state::Decision<T> {
  bool more = false;

  /// Adds the record, or sets `more` when the batch would be larger than Kafka's default of 1 MiB by far allows.
  void add(state::Record record) {
    constexpr std::size_t kBytesMax = std::size_t{512} << 10, kBytesAround = 32;
    bytes_ += record.key.size() + (record.value ? record.value->size() : 0) + kBytesAround;
    more = more || (bytes_ > kBytesMax && !this->records.empty());
    if (!more) this->records.push_back(std::move(record));
  }

 private:
  std::size_t bytes_ = 0;
};

/// The machine behind the `_schemas` topic. Handlers are const; refusals carry Confluent's error code (refusal.h).
class Registry final : public state::Machine {
 public:
  // ---- Decisions. Errors carry a code of refusal.h.
  /// What a registration or lookup would be judged by now. Errors: those that need no look at the schema itself.
  enum class Purpose { kRegister, kLookUp };
  Result<SchemaCase> open_case(const RegisterRequest& request, Purpose purpose) const;
  /// The same for a question after compatibility: with one version, or with all that the subject's level names.
  Result<SchemaCase> open_comparison(const RegisterRequest& request, std::optional<VersionName> with) const;
  /// The version that has the schema already, or a new one with its records. kIncompatible says what an older reader or
  /// writer would meet. `judged` spares the work when it still holds.
  Result<state::Decision<SubjectVersion>> register_schema(const RegisterRequest& request,
                                                          const JudgedCase* judged = nullptr) const;
  /// Softly: they can still be read by id. For good (`permanent`): only what was deleted softly before. The versions,
  /// the newest first.
  Result<PartialDecision<std::vector<std::int32_t>>> delete_subject(std::string_view subject, bool permanent) const;
  Result<state::Decision<std::int32_t>> delete_version(std::string_view subject, VersionName name,
                                                       bool permanent) const;
  Result<state::Decision<Config>> put_config(std::string_view scope, const ConfigUpdate& update) const;
  /// The settings there were.
  Result<state::Decision<Config>> delete_config(std::string_view scope) const;
  /// An empty mode is that of the scope around. `force`: IMPORT although there are schemas.
  Result<PartialDecision<std::string>> put_mode(std::string_view scope, std::string_view mode, bool force) const;
  /// The mode there was. `recursive`: those of the context's subjects too.
  Result<PartialDecision<std::string>> delete_mode(std::string_view scope, bool recursive) const;
  /// Only an empty one.
  Result<state::Decision<std::string>> delete_context(std::string_view context) const;

  // ---- Reads
  /// The version of the subject that has this schema; without one in the default context, that of the first other.
  Result<SubjectVersion> lookup(const RegisterRequest& request, bool deleted_too = false,
                                const JudgedCase* judged = nullptr) const;
  Result<SubjectVersion> version(std::string_view subject, VersionName name, bool deleted_too = false) const;
  Result<std::vector<std::int32_t>> versions(std::string_view subject, bool deleted_too = false) const;
  /// The newest version whose metadata has all these properties.
  Result<SubjectVersion> version_with(std::string_view subject,
                                      const std::vector<std::pair<std::string, std::string>>& properties,
                                      bool deleted_too = false) const;
  /// Subjects whose name begins with `prefix` and that have a version, sorted. A prefix lies in the default context
  /// unless it names one, or begins with kAllContexts.
  std::vector<std::string> subjects(std::string_view prefix = kAllContexts, bool deleted_too = false) const;
  /// Versions of the subjects with this prefix, in order, until `take` says false.
  void visit_versions(std::string_view prefix, bool deleted_too, bool latest_only,
                      const std::function<bool(const SubjectVersion&)>& take) const;
  /// "." and all others that have or had a schema.
  std::vector<std::string> contexts() const;
  /// The subjects that stand for another one, by that one's name.
  std::multimap<std::string, std::string> aliases() const;
  /// Ids of schemas that refer to this version.
  Result<std::vector<SchemaId>> referenced_by(std::string_view subject, VersionName name,
                                              bool deleted_too = false) const;
  /// Where a schema is: a name for the context (context_subject), and the id there.
  std::vector<std::pair<std::string, SchemaId>> find_guid(const Uuid& guid) const;
  /// The schema with this id in the context of `beside`: a subject, or empty for the default context. An unqualified
  /// subject that does not use the id is looked for in other contexts.
  Result<StoredSchemaPointer> schema(SchemaId id, std::string_view beside = {}) const;
  /// The same as the subject has it: the newest such version, or version 0 when it has none.
  Result<SubjectVersion> use(SchemaId id, std::string_view beside) const;
  /// Where the schema with this id is used, by subject and version.
  Result<std::vector<std::pair<std::string, std::int32_t>>> uses(SchemaId id, std::string_view beside = {},
                                                                 bool deleted_too = false) const;
  /// Whether `accepts` says yes to one of the subjects that use this id, deleted versions included.
  bool any_use(SchemaId id, std::string_view beside, const std::function<bool(const std::string&)>& accepts) const;
  /// The level that holds for a subject: its own, its context's, the global one, BACKWARD. Empty: the global one.
  schema::CompatibilityLevel compatibility_level(std::string_view subject = {}) const;
  /// "READWRITE", "READONLY", … in the same order.
  std::string_view mode(std::string_view subject = {}) const;
  /// What a scope has set itself: a subject, a context (":.eu:"), "" for all. Null when nothing.
  const Config* own_config(std::string_view scope) const;
  const std::string* own_mode(std::string_view scope) const;
  /// What holds there: its own, filled from the scopes around.
  Config config(std::string_view scope) const;
  /// The subject that requests for this one mean: its alias, or itself; plain (subject_name.h).
  std::string meant(std::string_view subject) const;
  /// The highest id that was ever given in the context of `beside`.
  std::int32_t id_max(std::string_view beside = {}) const;
  /// A schema of this subject with all that it leads to.
  Result<SchemaWithReferences> with_references(StoredSchemaPointer stored, std::string_view subject) const;

  std::size_t schema_count() const;
  /// Records that were skipped because they are not of the format, or contradict what was there.
  std::size_t records_ignored() const { return records_ignored_; }

  // ---- state::Machine
  void replay(const state::Record& record, Offset offset, Timestamp timestamp) override;
  void reset() override;
  void loaded() override;

 private:
  struct IdEntry {
    StoredSchemaPointer schema;
    Uses uses;  ///< Keys of subjects_.
  };
  struct Context {
    bool recorded = false;  ///< By a record of its own.
    std::int32_t id_max = 0;
    std::unordered_map<SchemaId, IdEntry> ids;
    IdentityIndex identities;
  };
  using VersionOf = Uses::Use;

  const Versions* find_subject(std::string_view subject) const;
  const IdEntry* find_id(SchemaId id, std::string_view beside) const;
  const IdEntry* find_id_in(std::string_view context, SchemaId id) const;
  const Versions::value_type* find_use(SchemaId id, std::string_view subject) const;
  Result<const Versions*> require_subject(std::string_view subject, bool deleted_too) const;
  static const Versions::value_type* latest(const Versions& versions, bool deleted_too);
  static Result<SchemaId> next_id(const Context& context, const Uuid& guid);
  Result<void> check_not_read_only(std::string_view subject) const;
  Result<void> check_writable(const RegisterRequest& request, std::string_view subject) const;
  Result<SchemaCase> open_asked(const RegisterRequest& request, std::string_view subject, bool is_new) const;
  Result<SchemaCase> open_lookup(const RegisterRequest& request, std::string_view subject) const;
  void fill_contract(const RegisterRequest& request, std::string_view subject, std::int32_t next_version,
                     SchemaCase& asked) const;
  void add_maybe_inlined(const Versions& versions, bool deleted_too, SchemaCase& asked) const;
  void add_earlier(const Versions& versions, std::string_view subject, SchemaCase& asked) const;
  SchemaCase::Earlier earlier_version(std::string_view subject, std::int32_t number, const Version& version) const;
  Result<std::vector<Reference>> resolve(std::string_view subject, std::vector<Reference> references) const;
  Result<std::vector<ReferencedSchema>> reached_by(const std::vector<Reference>& references,
                                                   std::string_view subject) const;
  Result<SchemaId> choose_id(const RegisterRequest& request, std::string_view subject, const Verdict& verdict) const;
  Result<std::int32_t> choose_version(const RegisterRequest& request, std::string_view subject,
                                      const Versions& versions, SchemaId id) const;
  std::optional<SubjectVersion> find_registered(const RegisterRequest& request, const SchemaCase& asked,
                                                const Verdict& verdict, const Versions& versions) const;
  Result<SubjectVersion> lookup_in(const RegisterRequest& request, const std::string& subject, bool deleted_too,
                                   const JudgedCase* judged) const;
  SubjectVersion answer(std::string_view subject, std::int32_t number, const Version& version) const;
  bool is_referenced(std::string_view subject, std::int32_t version, bool deleted_too, bool by_itself_too) const;
  Result<void> check_unreferenced(std::string_view subject, std::int32_t version, bool permanent,
                                  bool by_itself_too) const;
  void forget_settings(std::string_view subject, std::vector<state::Record>& records) const;

  void apply(SchemaRecord record, Timestamp timestamp);
  void apply(ConfigRecord record, Timestamp timestamp);
  void apply(ModeRecord record, Timestamp timestamp);
  void apply(DeleteSubjectRecord record, Timestamp timestamp);
  void apply(ClearSubjectRecord record, Timestamp timestamp);
  void apply(ContextRecord record, Timestamp timestamp);
  void apply(OtherRecord, Timestamp) {}
  void remove(const std::string& subject, std::int32_t version);
  StoredSchemaPointer store(Definition definition, Context& context, SchemaId id);
  void identify();

  RecordReader reader_;
  std::map<std::string, Versions, std::less<>> subjects_;
  std::map<std::string, Context, std::less<>> contexts_;
  std::map<std::string, Config, std::less<>> configs_;
  std::map<std::string, std::string, std::less<>> modes_;
  /// Which versions, deleted ones too, refer to a subject's version.
  std::map<std::pair<std::string, std::int32_t>, std::set<VersionOf>, std::less<>> referrers_;
  /// Stored while loading, and so few that nothing asks for their GUIDs before they have them.
  struct Unidentified {
    std::shared_ptr<StoredSchema> schema;
    Context* context;
    SchemaId id;
  };
  std::vector<Unidentified> unidentified_;
  bool loading_ = false;  ///< Since reset, until the log's end.
  std::size_t records_ignored_ = 0;
};

}  // namespace weft::registry
