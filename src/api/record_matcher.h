#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/record_filter.h"
#include "base/result.h"
#include "registry/parsed_schema.h"
#include "schema/wire_format.h"
#include "stream/batch.h"

namespace weft::api {

/// Schemas by id, as far as they have been asked for; that there is none is known, too.
using KnownSchemas = std::map<schema::SchemaId, Result<registry::ParsedSchemaPointer>>;
/// More different ids than any sane topic has; what has yet another one is not readable.
inline constexpr std::size_t kKnownSchemasMax = 1'000;

/// Holds records against a filter, one after the other; decodes only what the filter asks about. One thread at a time.
class RecordMatcher {
 public:
  enum class Verdict {
    kMatches,
    kDiffers,
    kUnreadable,     ///< The filter asks for a field of bytes that do not decode: nobody knows.
    kSchemaMissing,  ///< Ask for the schema `missing_schema()`, then judge again.
  };

  RecordMatcher(std::shared_ptr<const RecordFilter> filter, std::shared_ptr<const KnownSchemas> schemas);

  Verdict judge(const stream::RecordView& record);
  schema::SchemaId missing_schema() const { return missing_; }

 private:
  /// The comparisons with one part of a record.
  struct Asked {
    std::vector<const RecordFilter::Term*> terms;
    std::vector<JsonPath> paths;
  };
  class Findings;

  static bool judge_headers(const Asked& asked, const std::vector<stream::Header>& headers);
  Verdict judge_payload(const Asked& asked, const std::optional<ByteView>& bytes);
  Verdict judge_framed(const Asked& asked, ByteView bytes, const schema::Frame& frame);
  /// kUnreadable when `json` is none.
  static Verdict judge_json(const Asked& asked, std::string_view json);
  static Verdict judge_bytes(const Asked& asked, std::string_view bytes);
  static Verdict judge_text(const Asked& asked, std::string_view text);

  std::shared_ptr<const RecordFilter> filter_;
  std::shared_ptr<const KnownSchemas> schemas_;
  Asked headers_, key_, value_;
  std::string decoded_;  ///< Kept for its memory.
  schema::SchemaId missing_{0};
};

}  // namespace weft::api
