#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "registry/config.h"
#include "registry/definition.h"
#include "schema/wire_format.h"
#include "state/shard.h"

/// Keys and values of the `_schemas` topic as Confluent's registry writes them: compact JSON, members in Jackson's
/// order.
namespace weft::registry {

using schema::SchemaId;

/// A version of a subject, or, without a value, that it is gone for good.
struct SchemaRecord {
  struct Value {
    SchemaId id;
    Definition definition;
    bool deleted = false;

    bool operator==(const Value&) const = default;
  };
  std::string subject;
  std::int32_t version = 0;
  std::optional<Value> value;

  bool operator==(const SchemaRecord&) const = default;
};
/// Settings of a subject, of a context or, with an empty subject, of all.
struct ConfigRecord {
  std::string subject;
  std::optional<Config> config;
};
struct ModeRecord {
  std::string subject;
  std::optional<std::string> mode;
};
/// Versions 1 to `version` of a subject are deleted (softly).
struct DeleteSubjectRecord {
  std::string subject;
  std::optional<std::int32_t> version;  ///< A tombstone says nothing.
};
/// Deleted versions of a subject, a context or all are gone for good.
struct ClearSubjectRecord {
  std::string subject;
};
/// A context exists, or, without `present`, no longer.
struct ContextRecord {
  std::string context;
  bool present = false;
};
/// Well-formed and of a kind that we do not use (NOOP, ASSOC, whatever comes): it stays in the log.
struct OtherRecord {
  std::string keytype;
};

using TopicRecord = std::variant<SchemaRecord, ConfigRecord, ModeRecord, DeleteSubjectRecord, ClearSubjectRecord,
                                 ContextRecord, OtherRecord>;

/// Reads records; keeps its parser's memory from one to the next.
class RecordReader {
 public:
  RecordReader();
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  /// Error: kCorrupt when key or value is not of the format; the record is to be skipped.
  Result<TopicRecord> read(const state::Record& record);
  /// The same without a short cut for the usual form: tests compare the two.
  Result<TopicRecord> read_any_form(const state::Record& record);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

state::Record schema_record(std::string_view subject, std::int32_t version, SchemaId id, const Definition& definition,
                            bool deleted);
/// The version is gone for good.
state::Record schema_tombstone(std::string_view subject, std::int32_t version);
state::Record context_record(std::string_view context);
state::Record context_tombstone(std::string_view context);
/// The settings of a subject, a context or all (""); without a value there are none any more.
state::Record config_record(std::string_view subject, const std::optional<Config>& config);
state::Record mode_record(std::string_view subject, std::optional<std::string_view> mode);
/// Versions 1 to `version` are deleted (softly).
state::Record delete_subject_record(std::string_view subject, std::int32_t version);
state::Record clear_subject_record(std::string_view subject);

}  // namespace weft::registry
