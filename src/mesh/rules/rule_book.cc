#include "mesh/rules/rule_book.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace weft::mesh {

namespace {

using schema::JsonNode;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view text_of(const JsonNode& product, std::string_view member) {
  const JsonNode* node = product.find(member);
  return node == nullptr ? std::string_view() : std::string_view(node->text);
}

bool same(const JsonNode& one, const JsonNode& other) {
  if (one.kind != other.kind) return false;
  if (one.is_boolean()) return one.boolean == other.boolean;
  return one.text == other.text || (one.is_number() && one.number() == other.number());
}

bool holds_one_of(const JsonNode* value, const std::vector<JsonNode>& wanted) {
  if (value == nullptr) return false;
  const auto is_wanted = [&](const JsonNode& each) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const JsonNode& one) { return same(each, one); });
  };
  if (!value->is_array()) return is_wanted(*value);
  return std::any_of(value->elements.begin(), value->elements.end(), is_wanted);
}

bool has_one_of(const JsonNode& product, std::string_view list, const std::vector<std::string>& wanted) {
  const JsonNode* values = product.find(list);
  return values != nullptr && std::any_of(values->elements.begin(), values->elements.end(),
                                          [&](const JsonNode& each) { return contains(wanted, each.text); });
}

/// The stream that a path leads into, at these indexes.
const JsonNode* stream_of(const DocumentPath& path, const JsonNode& product, const std::vector<std::size_t>& indexes) {
  if (path.step(0) != "streams" || indexes.empty()) return nullptr;
  const JsonNode* streams = product.find("streams");
  return streams == nullptr || indexes[0] >= streams->elements.size() ? nullptr : &streams->elements[indexes[0]];
}

/// Where a form shows it: what a rule says of a stream is about the port that it is.
std::string field_of(const Rule& rule, const JsonNode& product, const std::vector<std::size_t>& indexes) {
  if (const JsonNode* stream = stream_of(rule.path, product, indexes)) {
    const std::string port(text_of(*stream, "port"));
    return rule.field.empty() ? port : fmt::format("{}.{}", port, rule.field);
  }
  return rule.field.empty() ? rule.path.place(indexes) : rule.field;
}

Severity severity_of(RuleSeverity severity) {
  return severity == RuleSeverity::kWarn ? Severity::kWarns : Severity::kBlocks;
}

/// "{value}" becomes what is there, "{owner}" and "{streams[].topic}" what the product says at that path.
std::string filled(std::string_view text, const JsonNode* value, const JsonNode& product,
                   const std::vector<std::size_t>& indexes) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    const std::size_t close = text.find('}');
    if (close == text.npos) break;
    const std::string_view name = text.substr(1, close - 1);
    const JsonNode* named = value;
    if (name != "value") {
      const auto path = DocumentPath::parse(name);
      named = path ? path->find(product, indexes) : nullptr;
    }
    out += named == nullptr ? "nothing" : shown(*named);
    text.remove_prefix(close + 1);
  }
  return out;
}

Finding finding_of(const Rule& rule, std::string field, Severity severity) {
  Finding finding{.field = std::move(field), .rule = rule.id, .severity = severity, .title = rule.title};
  finding.owner = rule.owner;
  return finding;
}

}  // namespace

std::string_view rule_severity_name(RuleSeverity severity) {
  switch (severity) {
    case RuleSeverity::kBlock:
      return "block";
    case RuleSeverity::kWarn:
      return "warn";
    case RuleSeverity::kOff:
      return "off";
  }
  return "off";
}

std::optional<RuleSeverity> parse_rule_severity(std::string_view name) {
  for (const RuleSeverity severity : {RuleSeverity::kBlock, RuleSeverity::kWarn, RuleSeverity::kOff})
    if (rule_severity_name(severity) == name) return severity;
  return std::nullopt;
}

bool RuleScope::holds(const JsonNode& product) const {
  if (!domains.empty() && !contains(domains, text_of(product, "domain"))) return false;
  if (!lifecycles.empty() && !contains(lifecycles, text_of(product, "lifecycle"))) return false;
  if (!tags.empty() && !has_one_of(product, "tags", tags)) return false;
  return std::all_of(where.begin(), where.end(), [&](const Where& each) {
    bool any = false;
    each.path.each(product, [&](const JsonNode* value, const auto&) {
      any = holds_one_of(value, each.values);
      return !any;
    });
    return any;
  });
}

std::string RuleScope::text() const {
  std::vector<std::string> parts;
  if (!domains.empty()) parts.push_back(fmt::format("in {}", fmt::join(domains, ", ")));
  if (!tags.empty()) parts.push_back(fmt::format("tagged {}", fmt::join(tags, ", ")));
  if (!lifecycles.empty()) parts.push_back(fmt::format("{}", fmt::join(lifecycles, ", ")));
  for (const Where& each : where) {
    std::vector<std::string> values;
    for (const JsonNode& value : each.values) values.push_back(shown(value));
    parts.push_back(fmt::format("{} is {}", each.path.text(), fmt::join(values, " or ")));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

bool AttributeDefinition::applies_to(std::string_view domain) const {
  return domains.empty() || contains(domains, domain);
}

const Rule* RuleBook::find_rule(std::string_view id) const {
  const auto at = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == id; });
  return at == rules.end() ? nullptr : &*at;
}

const RuleException* RuleBook::exception_for(const Rule& rule, const JsonNode& product, std::string_view today) const {
  if (exceptions.empty()) return nullptr;
  const std::string id = fmt::format("{}/{}", text_of(product, "domain"), text_of(product, "name"));
  const auto at = std::find_if(exceptions.begin(), exceptions.end(), [&](const RuleException& each) {
    return each.rule == rule.id && each.product == id && each.until >= today;
  });
  return at == exceptions.end() ? nullptr : &*at;
}

RuleVerdict RuleBook::check(const Rule& rule, const JsonNode& product, std::string_view today) const {
  RuleVerdict verdict;
  if (!rule.scope.holds(product)) return verdict;
  rule.path.each(product, [&](const JsonNode* value, const std::vector<std::size_t>& indexes) {
    if (verdict.kind == RuleVerdict::Kind::kOutOfScope) verdict.kind = RuleVerdict::Kind::kPasses;
    Finding finding = finding_of(rule, {}, severity_of(rule.severity));
    const JsonNode* stream = stream_of(rule.path, product, indexes);
    const JsonNode* unknown = stream == nullptr ? nullptr : stream->find("unknown");
    if (const JsonNode* why = unknown == nullptr ? nullptr : unknown->find(rule.path.step(1))) {
      if (verdict.kind == RuleVerdict::Kind::kPasses) verdict.kind = RuleVerdict::Kind::kUnknown;
      finding.message = fmt::format("Could not look: {}", why->text);
      finding.fix = "Try again.";
    } else if (const auto violation = rule.condition->check(value)) {
      verdict.kind = RuleVerdict::Kind::kFails;
      finding.message = rule.message ? filled(*rule.message, value, product, indexes) : violation->message;
      finding.fix = rule.fix ? filled(*rule.fix, value, product, indexes) : violation->fix;
      finding.suggestion = rule.suggest ? rule.suggest : violation->suggestion;
    } else {
      return true;
    }
    finding.field = field_of(rule, product, indexes);
    verdict.findings.push_back(std::move(finding));
    return verdict.findings.size() < RuleVerdict::kFindingsMax;
  });
  // A rule about streams says nothing about a product that has none.
  if (verdict.kind == RuleVerdict::Kind::kOutOfScope) return verdict;
  if (verdict.kind == RuleVerdict::Kind::kPasses) {
    Finding finding = finding_of(rule, field_of(rule, product, {0}), Severity::kPasses);
    if (!rule.passes.empty()) finding.title = rule.passes;
    finding.message = rule.condition->text();
    verdict.findings.push_back(std::move(finding));
  } else if (const RuleException* exception = exception_for(rule, product, today)) {
    verdict.kind = RuleVerdict::Kind::kExcepted;
    for (Finding& finding : verdict.findings) {
      finding.severity = Severity::kExcepted;
      finding.excepted_until = exception->until;
    }
  }
  return verdict;
}

std::vector<Finding> RuleBook::check(const JsonNode& product, std::string_view today) const {
  std::vector<Finding> out;
  for (const Rule& rule : rules) {
    if (rule.severity == RuleSeverity::kOff) continue;
    for (Finding& finding : check(rule, product, today).findings) out.push_back(std::move(finding));
  }
  for (Finding& finding : check_undefined_attributes(product)) out.push_back(std::move(finding));
  return out;
}

std::vector<Finding> RuleBook::check_undefined_attributes(const JsonNode& product) const {
  std::vector<Finding> findings;
  const JsonNode* given = product.find("attributes");
  if (given == nullptr || undefined_attributes == RuleSeverity::kOff) return findings;
  const std::string_view domain = text_of(product, "domain");
  for (const JsonNode::Member& attribute : given->members) {
    std::vector<std::string_view> known;
    for (const AttributeDefinition& definition : attributes)
      if (definition.applies_to(domain)) known.push_back(definition.name);
    if (std::find(known.begin(), known.end(), attribute.name) != known.end()) continue;
    findings.push_back({.field = "attributes." + attribute.name,
                        .rule = "attribute-defined",
                        .severity = severity_of(undefined_attributes),
                        .title = "Attributes are defined by a governor",
                        .message = fmt::format("Nobody has defined '{}' for {}.", attribute.name, domain),
                        .fix = known.empty() ? std::string("Ask a governor to define it, or remove it.")
                                             : fmt::format("Ask a governor to define it, or use one of: {}.",
                                                           fmt::join(known, ", "))});
  }
  return findings;
}

}  // namespace weft::mesh
