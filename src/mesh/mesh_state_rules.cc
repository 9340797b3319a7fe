#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "identity/directory.h"
#include "mesh/mesh_state.h"
#include "mesh/rules/rule_names.h"

namespace weft::mesh {

namespace {

Finding not_a_governor(const access::Principal& principal, const identity::Directory& directory) {
  const bool anonymous = principal.kind == access::Principal::Kind::kAnonymous;
  Finding finding{.field = "",
                  .rule = "rules-governor",
                  .severity = Severity::kBlocks,
                  .title = "Only governors may change the rules",
                  .message = anonymous ? "Nobody is signed in."
                                       : fmt::format("{} belongs to no team of governors.", principal.name)};
  finding.fix = directory.governors().empty()
                    ? std::string("The directory names no governors: add `governors: [TEAM]` to it.")
                    : fmt::format("Act as a member of {}.", fmt::join(directory.governors(), ", "));
  return finding;
}

}  // namespace

state::Decision<RulesChange> MeshState::put_rules(const Asked& asked, std::int64_t now_ms,
                                                  std::int64_t expected_version, std::string text, ReadRuleBook read,
                                                  const identity::Directory& directory) const {
  const RulesVersion& current = *rules_.current();
  state::Decision<RulesChange> decision{{.rules = rules_.current(), .findings = std::move(read.findings)}, {}};
  RulesChange& change = decision.response;
  if (read.book) check_names(*read.book, directory, change.findings);

  std::string why;
  if (!directory.is_governor(asked.principal)) {
    const bool anonymous = asked.principal.kind == access::Principal::Kind::kAnonymous;
    change.refusal = anonymous ? Refusal::kUnauthenticated : Refusal::kForbidden;
    change.findings = {not_a_governor(asked.principal, directory)};
    why = "only governors may";
  } else if (expected_version != current.number) {
    change.refusal = Refusal::kStale;
    why = fmt::format("version {} is newer than {}", current.number, expected_version);
  } else if (blocks(change.findings)) {
    change.refusal = Refusal::kFindings;
    const std::size_t blocking = count(change.findings, Severity::kBlocks);
    why = fmt::format("{} finding{}", blocking, blocking == 1 ? " blocks" : "s block");
  }
  AuditEntry entry{.action = AuditAction::kRulesChange, .subject = "rules", .outcome = AuditOutcome::kRefused};
  entry.findings = change.findings;
  if (change.refusal) {
    entry.summary = fmt::format("Rules not saved: {}", why);
    change.audit = audited(asked, now_ms, std::move(entry), decision.records);
    return decision;
  }
  if (text == current.text) return decision;

  RulesVersion version{.number = current.number + 1,
                       .saved_at_ms = now_ms,
                       .saved_by = asked.principal.to_string(),
                       .saved_by_name = asked.display_name,
                       .text = std::move(text),
                       .book = std::move(read.book)};
  decision.records = rules_.records_of(version);
  entry.outcome = AuditOutcome::kDone;
  entry.summary = fmt::format("Saved rules version {}", version.number);
  change.audit = audited(asked, now_ms, std::move(entry), decision.records);
  change.rules = std::make_shared<const RulesVersion>(std::move(version));
  change.changed = true;
  return decision;
}

}  // namespace weft::mesh
