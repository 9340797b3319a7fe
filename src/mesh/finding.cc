#include "mesh/finding.h"

#include <algorithm>

#include "mesh/json_reader.h"
#include "mesh/json_writer.h"

namespace weft::mesh {

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kBlocks:
      return "blocks";
    case Severity::kWarns:
      return "warns";
    case Severity::kPasses:
      return "passes";
    case Severity::kExcepted:
      return "excepted";
  }
  return "blocks";
}

std::size_t count(std::span<const Finding> findings, Severity severity) {
  return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(),
                                                [&](const Finding& finding) { return finding.severity == severity; }));
}

bool blocks(std::span<const Finding> findings) { return count(findings, Severity::kBlocks) > 0; }

void write(JsonWriter& json, const Finding& finding) {
  json.begin_object()
      .member("field", finding.field)
      .member("rule", finding.rule)
      .member("severity", severity_name(finding.severity))
      .member("title", finding.title)
      .member("message", finding.message)
      .member("fix", finding.fix);
  if (finding.suggestion) json.member("suggestion", *finding.suggestion);
  if (finding.owner && !finding.owner->empty()) json.member("owner", *finding.owner);
  if (finding.excepted_until) json.member("excepted_until", *finding.excepted_until);
  if (finding.line > 0) json.member("line", finding.line).member("column", finding.column);
  json.end_object();
}

namespace {
std::size_t place_number(const schema::JsonNode& node, std::string_view name) {
  const schema::JsonNode* number = node.find(name);
  return number == nullptr ? 0 : static_cast<std::size_t>(std::max<std::int64_t>(number->integer().value_or(0), 0));
}
}  // namespace

Result<std::vector<Finding>> parse_findings(const schema::JsonNode& node) {
  std::vector<Finding> out;
  for (const schema::JsonNode& element : node.elements) {
    const JsonReader reader(element);
    Finding finding;
    TRY_ASSIGN(finding.field, reader.text("field"));
    TRY_ASSIGN(finding.rule, reader.text("rule"));
    TRY_ASSIGN(const std::string severity, reader.text("severity"));
    finding.severity = severity == "warns"      ? Severity::kWarns
                       : severity == "passes"   ? Severity::kPasses
                       : severity == "excepted" ? Severity::kExcepted
                                                : Severity::kBlocks;
    TRY_ASSIGN(finding.title, reader.text("title"));
    TRY_ASSIGN(finding.message, reader.text("message"));
    TRY_ASSIGN(finding.fix, reader.maybe_text("fix"));
    TRY_ASSIGN(finding.suggestion, reader.maybe_text("suggestion"));
    TRY_ASSIGN(finding.owner, reader.maybe_text("owner"));
    TRY_ASSIGN(finding.excepted_until, reader.maybe_text("excepted_until"));
    finding.line = place_number(element, "line");
    finding.column = place_number(element, "column");
    out.push_back(std::move(finding));
  }
  return out;
}

}  // namespace weft::mesh
