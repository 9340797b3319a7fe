#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "record/ids.h"
#include "registry/definition.h"
#include "registry/schema_case.h"
#include "registry/schemas_topic.h"
#include "schema/avro/schema.h"
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
  Timestamp timestamp = kNoTimestamp;  ///< When it was registered; none in the answer that has just made it.
};

/// What a client wants to register or look up.
struct RegisterRequest {
  std::string subject;
  SchemaType type = SchemaType::kAvro;
  std::string text;
  std::vector<Reference> references;
  std::optional<std::int32_t> id;       ///< Only a registry in mode IMPORT takes it.
  std::optional<std::int32_t> version;  ///< Must be the next one.
  bool normalize = false;
};

/// A version as clients name it: a number, or the latest that is not deleted.
struct VersionName {
  static constexpr std::int32_t kLatest = -1;
  std::int32_t number = kLatest;

  /// 1 to 2^31-1, "latest" in any case, or -1; otherwise kInvalidVersion.
  static Result<VersionName> parse(std::string_view text);
};

/// The machine behind the `_schemas` topic. Handlers are const; refusals carry Confluent's error code (refusal.h).
class Registry final : public state::Machine {
 public:
  // ---- Decisions
  /// What a registration or lookup would be judged by now. Errors: those that need no look at the schema itself.
  enum class Purpose { kRegister, kLookUp };
  Result<SchemaCase> open_case(const RegisterRequest& request, Purpose purpose) const;
  /// The version that has the schema already, or a new one with its records. Errors: kInvalidSchema and others of
  /// refusal.h; kIncompatible says what an older reader or writer would meet. `judged` spares the work when it still
  /// holds.
  Result<state::Decision<SubjectVersion>> register_schema(const RegisterRequest& request,
                                                          const JudgedCase* judged = nullptr) const;

  // ---- Reads
  /// The version of the subject that has this schema.
  Result<SubjectVersion> lookup(const RegisterRequest& request, bool deleted_too = false,
                                const JudgedCase* judged = nullptr) const;
  Result<SubjectVersion> version(std::string_view subject, VersionName name, bool deleted_too = false) const;
  Result<std::vector<std::int32_t>> versions(std::string_view subject, bool deleted_too = false) const;
  /// Subjects whose name begins with `prefix` and that have a version, sorted.
  std::vector<std::string> subjects(std::string_view prefix = {}, bool deleted_too = false) const;
  /// The schema with this id in the context of `beside` (a subject, or empty for the default context).
  Result<StoredSchemaPointer> schema(SchemaId id, std::string_view beside = {}) const;
  /// Where the schema with this id is used, by subject and version.
  Result<std::vector<std::pair<std::string, std::int32_t>>> uses(SchemaId id, std::string_view beside = {},
                                                                 bool deleted_too = false) const;
  /// Whether `accepts` says yes to one of the subjects that use this id, deleted versions included.
  bool any_use(SchemaId id, std::string_view beside, const std::function<bool(const std::string&)>& accepts) const;
  /// The level that holds for a subject: its own, its context's, the global one, BACKWARD. Empty: the global one.
  schema::CompatibilityLevel compatibility_level(std::string_view subject = {}) const;
  /// "READWRITE", "READONLY", … in the same order.
  std::string_view mode(std::string_view subject = {}) const;
  /// A schema of this subject with all that it leads to.
  Result<SchemaWithReferences> with_references(StoredSchemaPointer stored, std::string_view subject) const;

  std::size_t schema_count() const;
  /// Records that were skipped because they are not of the format, or contradict what was there.
  std::size_t records_ignored() const { return records_ignored_; }

  // ---- state::Machine
  void replay(const state::Record& record, Offset offset, Timestamp timestamp) override;
  void reset() override;

 private:
  struct Version {
    SchemaId id;
    bool deleted = false;
    Timestamp timestamp;
    StoredSchemaPointer schema;
  };
  using Versions = std::map<std::int32_t, Version>;
  struct IdEntry {
    StoredSchemaPointer schema;
    std::vector<std::pair<const std::string*, std::int32_t>> uses;  ///< Subject (a key of subjects_) and version.
  };
  struct Context {
    std::int32_t id_max = 0;
    std::unordered_map<SchemaId, IdEntry> ids;
    std::unordered_map<Uuid, SchemaId> identities;
  };
  struct Config {
    std::optional<schema::CompatibilityLevel> level;
    bool normalize = false;
  };

  const Versions* find_subject(std::string_view subject) const;
  const IdEntry* find_id(SchemaId id, std::string_view beside) const;
  Result<const Versions*> require_subject(std::string_view subject, bool deleted_too) const;
  static Result<SchemaId> next_id(const Context& context, const Uuid& guid);
  Result<void> check_writable(const RegisterRequest& request) const;
  Result<std::vector<Reference>> resolve(const RegisterRequest& request) const;
  Result<std::vector<StoredSchemaPointer>> reached_by(const std::vector<Reference>& references,
                                                      std::string_view subject) const;
  SubjectVersion answer(std::string_view subject, std::int32_t number, const Version& version) const;
  std::optional<std::pair<std::int32_t, const Version*>> find_definition(const Versions& versions, const Uuid& guid,
                                                                         bool deleted_too) const;
  bool is_referenced(std::string_view subject, std::int32_t version) const;
  template <class Setting>
  const Setting* effective(const std::map<std::string, Setting, std::less<>>& settings, std::string_view subject) const;

  void apply(SchemaRecord record, Timestamp timestamp);
  void apply(ConfigRecord record, Timestamp timestamp);
  void apply(ModeRecord record, Timestamp timestamp);
  void apply(DeleteSubjectRecord record, Timestamp timestamp);
  void apply(ClearSubjectRecord record, Timestamp timestamp);
  void apply(OtherRecord, Timestamp) {}
  void remove(const std::string& subject, std::int32_t version);
  void count_references(std::string_view subject, const Definition& definition, int by);

  RecordReader reader_;
  std::map<std::string, Versions, std::less<>> subjects_;
  std::map<std::string, Context, std::less<>> contexts_;
  std::map<std::string, Config, std::less<>> configs_;
  std::map<std::string, std::string, std::less<>> modes_;
  /// How many undeleted versions refer to a subject's version.
  std::map<std::pair<std::string, std::int32_t>, int, std::less<>> references_;
  std::size_t records_ignored_ = 0;
};

}  // namespace weft::registry
