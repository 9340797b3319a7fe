#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mesh/finding.h"

namespace weft::mesh {

/// The call that does the same: method, path, headers that matter (never a cookie), JSON body.
struct ApiCall {
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers;
  std::optional<std::string> body;
};

enum class AuditAction {
  kProductPublish,
  kProductEdit,
  kProductUnpublish,
  kProductOwner,
  kProductDeprecate,
  kProductRetire,
  kProductRestore,
  kTopicCreate,
  kTopicDelete,
  kSchemaRegister,
  kSchemaDelete,
  kSchemaConfigure,
  kConversationOpen,
  kConversationReply,
  kConversationClose,
  kDirectoryChange,
  kRulesChange
};
std::string_view audit_action_name(AuditAction action);
std::optional<AuditAction> parse_audit_action(std::string_view name);

/// kStarted: an effect outside our log is under way; after a crash it is settled by looking at what is there.
enum class AuditOutcome { kDone, kRefused, kFailed, kStarted };
std::string_view audit_outcome_name(AuditOutcome outcome);
std::optional<AuditOutcome> parse_audit_outcome(std::string_view name);

/// Entries count up from 1.
using AuditNumber = std::int64_t;
/// "a1042": what people quote.
std::string audit_id(AuditNumber number);
std::optional<AuditNumber> parse_audit_id(std::string_view id);

/// Who did or wanted what, when, and what came of it.
struct AuditEntry {
  AuditNumber number = 0;
  std::int64_t time_ms = 0;
  std::string principal;     ///< "User:mkovac"
  std::string display_name;  ///< "Mara Kovač", as it was then.
  AuditAction action = AuditAction::kProductPublish;
  std::string subject;  ///< "product:execution/stocktrades", "topic:fills_raw"
  AuditOutcome outcome = AuditOutcome::kDone;
  std::string summary;  ///< "Published execution/stocktrades version 1"
  std::vector<Finding> findings;
  ApiCall call;
};

void write(JsonWriter& json, const ApiCall& call);
/// As /api/v1 shows it, which is also the value of its record in `_weft_mesh`, key "audit/<number, ten digits>".
void write(JsonWriter& json, const AuditEntry& entry);
Result<AuditEntry> parse_audit_record(std::string_view value);

}  // namespace weft::mesh
