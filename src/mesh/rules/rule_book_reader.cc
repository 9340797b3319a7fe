#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "mesh/product.h"
#include "mesh/rules/rule_book.h"
#include "mesh/rules/yaml_map_reader.h"

namespace weft::mesh {

namespace {

constexpr std::uint64_t kFormat = 1;
constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kTextBytesMax = 1000;
constexpr std::size_t kIdBytesMax = 60;
constexpr std::size_t kScopeMax = 200;

/// Rules of weft itself, which no document can name or switch off (product_rules.cc).
constexpr std::array<std::string_view, 21> kReserved = {
    "name-grammar",      "name-free",      "domain-exists",   "owner-team", "owner-domain", "owner-member",
    "topic-exists",      "topic-public",   "topic-stays",     "topic-free", "topic-domain", "cluster-known",
    "quality-set",       "sla-set",        "tag-grammar",     "tag-once",   "tags-count",   "lifecycle-known",
    "attribute-defined", "rules-document", "description-text"};

bool is_rule_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax && text.front() != '-' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool is_attribute_name(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

schema::JsonNode json_scalar(const YamlNode& node, std::optional<AttributeType> type) {
  schema::JsonNode out;
  out.kind = schema::JsonNode::Kind::kString;
  out.text = node.text;
  const bool as_written = !type || *type == AttributeType::kNumber || *type == AttributeType::kBoolean;
  if (as_written && node.kind == YamlNode::Kind::kNumber) out.kind = schema::JsonNode::Kind::kNumber;
  if (as_written && node.kind == YamlNode::Kind::kBoolean) {
    out.kind = schema::JsonNode::Kind::kBoolean;
    out.boolean = node.text == "true";
  }
  return out;
}

class BookReader {
 public:
  explicit BookReader(const YamlNode& root) : root_(root, "", findings_) {}

  ReadRuleBook read() && {
    if (const auto format = root_.count("format", 1'000'000); !format) {
      if (!root_.has("format")) root_.fault("format", "'format' is missing.", "Begin with `format: 1`.");
    } else if (*format != kFormat) {
      root_.fault("format", fmt::format("This is format {}.", *format), "This weft reads format 1.");
    }
    owner_ = root_.text("owner", kNameBytesMax).value_or("");
    if (const auto severity = root_.word("undefined_attributes", "block, warn, off", parse_rule_severity))
      book_->undefined_attributes = *severity;
    for (YamlMapReader& each : root_.maps("rules", kRulesMax)) rule(each);
    for (YamlMapReader& each : root_.maps("attributes", kAttributeDefinitionsMax)) attribute(each);
    for (YamlMapReader& each : root_.maps("exceptions", kExceptionsMax)) exception(each);
    root_.end();
    ReadRuleBook out{nullptr, std::move(findings_).take()};
    if (!blocks(out.findings)) out.book = std::move(book_);
    return out;
  }

 private:
  void common(YamlMapReader& map, std::string& owner, RuleSeverity& severity) {
    owner = map.text("owner", kNameBytesMax).value_or(owner_);
    severity = map.word("severity", "block, warn, off", parse_rule_severity).value_or(RuleSeverity::kBlock);
  }

  void rule(YamlMapReader& map) {
    Rule rule{.place = map.place()};
    rule.id = map.required_text("id", kNameBytesMax).value_or("");
    if (!rule.id.empty()) check_id(map, rule.id);
    rule.title = map.required_text("title", kNameBytesMax).value_or("");
    rule.passes = map.text("passes", kNameBytesMax).value_or("");
    common(map, rule.owner, rule.severity);
    scope(map, rule.scope);
    rule.path = path(map, "path", true);
    rule.field = map.text("field", DocumentPath::kBytesMax).value_or("");
    rule.message = template_text(map, "message");
    rule.fix = template_text(map, "fix");
    rule.suggest = map.text("suggest", kTextBytesMax);
    rule.kind = map.required_text("kind", kNameBytesMax).value_or("");
    if (!rule.kind.empty()) condition(map, rule);
    map.end();
    if (rule.condition) book_->rules.push_back(std::move(rule));
  }

  void check_id(YamlMapReader& map, const std::string& id) {
    if (!is_rule_id(id)) {
      map.fault("id", fmt::format("'{}' is no id.", id.substr(0, kIdBytesMax)),
                fmt::format("Use lower case letters, digits and '-', at most {}.", kIdBytesMax));
    } else if (std::find(kReserved.begin(), kReserved.end(), id) != kReserved.end()) {
      map.fault("id", fmt::format("'{}' is a rule of weft itself, which stays on.", id), "Choose another id.");
    } else if (!ids_.insert(id).second) {
      map.fault("id", fmt::format("Two rules have the id '{}'.", id), "Choose another id.");
    }
  }

  void condition(YamlMapReader& map, Rule& rule) {
    const auto& kinds = condition_kinds();
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const ConditionKind& each) { return each.name == rule.kind; });
    if (kind != kinds.end()) {
      rule.condition = kind->read(map);
      return;
    }
    std::vector<std::string_view> names;
    for (const ConditionKind& each : kinds) names.push_back(each.name);
    map.fault("kind", fmt::format("'{}' is no kind of rule.", rule.kind.substr(0, 60)),
              fmt::format("Write one of: {}.", fmt::join(names, ", ")));
    // Whatever else stands there belongs to a kind that nobody knows.
    for (const char* key : {"min", "max", "pattern", "values", "type"}) map.has(key);
  }

  DocumentPath path(YamlMapReader& map, std::string_view key, bool required) {
    const auto text =
        required ? map.required_text(key, DocumentPath::kBytesMax) : map.text(key, DocumentPath::kBytesMax);
    if (!text) return {};
    if (auto path = DocumentPath::parse(*text)) return *path;
    map.fault(
        key, fmt::format("'{}' is no path.", *text),
        "Write names with dots, and [] for each element of a list: description, tags[], streams[].schema.format.");
    return {};
  }

  /// Text with {places} of the product in it.
  std::optional<std::string> template_text(YamlMapReader& map, std::string_view key) {
    auto text = map.text(key, kTextBytesMax);
    for (std::size_t open = text ? text->find('{') : std::string::npos; open != std::string::npos;
         open = text->find('{', open + 1)) {
      const std::size_t close = text->find('}', open);
      const std::string inner = close == text->npos ? std::string() : text->substr(open + 1, close - open - 1);
      if (!inner.empty() && DocumentPath::parse(inner)) continue;
      map.fault(key, fmt::format("'{}' is no place of a product.", text->substr(open, 60)),
                "Between { and } write value, or a path such as owner or streams[].topic.");
      return std::nullopt;
    }
    return text;
  }

  void scope(YamlMapReader& map, RuleScope& scope) {
    const YamlNode* node = map.map("scope");
    if (node == nullptr) return;
    YamlMapReader inner(*node, map.path() + ".scope", findings_);
    scope.domains = inner.texts("domains", kScopeMax, kNameBytesMax);
    scope.tags = inner.texts("tags", kScopeMax, kNameBytesMax);
    scope.lifecycles = inner.texts("lifecycle", kScopeMax, kNameBytesMax);
    for (const std::string& word : scope.lifecycles)
      if (word != "draft" && !parse_lifecycle(word))
        inner.fault("lifecycle", fmt::format("'{}' is none of them.", word), "Write some of: draft, live, deprecated.");
    if (const YamlNode* where = inner.map("where")) read_where(*where, inner.path() + ".where", scope);
    inner.end();
  }

  void read_where(const YamlNode& node, const std::string& at, RuleScope& scope) {
    YamlMapReader where(node, at, findings_);
    if (node.members.size() > DocumentPath::kStepsMax)
      return where.fault("", fmt::format("{} conditions.", node.members.size()),
                         fmt::format("At most {}.", DocumentPath::kStepsMax));
    for (const YamlNode::Member& member : node.members) {
      const auto path = DocumentPath::parse(member.name);
      if (!path || member.name.empty()) {
        where.fault(member.name, fmt::format("'{}' is no path.", member.name.substr(0, 60)),
                    "Write a path and the values it may have: `sla: [1, 2]`.");
        continue;
      }
      RuleScope::Where condition{*path, {}};
      for (const YamlNode* value : where.scalars(member.name, kScopeMax))
        condition.values.push_back(json_scalar(*value, std::nullopt));
      if (!condition.values.empty()) scope.where.push_back(std::move(condition));
    }
  }

  void attribute(YamlMapReader& map) {
    AttributeDefinition definition{.place = map.place()};
    definition.name = map.required_text("name", kNameBytesMax).value_or("");
    if (!definition.name.empty() && !is_attribute_name(definition.name))
      map.fault("name", fmt::format("'{}' is no name of an attribute.", definition.name.substr(0, kIdBytesMax)),
                fmt::format("Use letters, digits, '.', '_' and '-', at most {}.", kIdBytesMax));
    definition.title = map.text("title", kNameBytesMax).value_or(definition.name);
    definition.description = map.text("description", kTextBytesMax).value_or("");
    common(map, definition.owner, definition.severity);
    if (!map.has("type")) map.missing("type");
    const auto type = map.word("type", "text, number, boolean, date, list", parse_attribute_type);
    definition.type = type.value_or(AttributeType::kText);
    definition.required = map.flag("required").value_or(false);
    definition.domains = map.texts("domains", kScopeMax, kNameBytesMax);
    allowed(map, definition);
    check_twice(map, definition);
    Rule rule = rule_of(definition);
    AttributeConstraints constraints{definition.type, definition.required, definition.allowed,
                                     further(map, definition)};
    rule.fix = template_text(map, "fix");
    map.end();
    rule.condition = attribute_condition(std::move(constraints));
    book_->rules.push_back(std::move(rule));
    book_->attributes.push_back(std::move(definition));
  }

  void allowed(YamlMapReader& map, AttributeDefinition& definition) {
    const Condition* typed = nullptr;
    const ConditionPointer of_type = attribute_condition({definition.type, false, {}, nullptr});
    typed = of_type.get();
    for (const YamlNode* value : map.scalars("allowed", kScopeMax)) {
      schema::JsonNode node = json_scalar(*value, definition.type);
      schema::JsonNode list;
      if (definition.type == AttributeType::kList) {
        list.kind = schema::JsonNode::Kind::kArray;
        list.elements.push_back(node);
      }
      if (typed->check(definition.type == AttributeType::kList ? &list : &node)) {
        findings_.blocks(value->place, map.path() + ".allowed",
                         fmt::format("'{}' is not {}.", value->text, typed->text()), "Correct the value or the type.");
      } else {
        definition.allowed.push_back(std::move(node));
      }
    }
  }

  /// A pattern of texts, or bounds of numbers.
  ConditionPointer further(YamlMapReader& map, const AttributeDefinition& definition) {
    const auto read = [&](std::string_view kind) -> ConditionPointer {
      for (const ConditionKind& each : condition_kinds())
        if (each.name == kind) return each.read(map);
      return nullptr;
    };
    const bool text = definition.type == AttributeType::kText || definition.type == AttributeType::kList;
    if (text && map.has("pattern")) return read("pattern");
    if (definition.type == AttributeType::kNumber && (map.has("min") || map.has("max"))) return read("range");
    return nullptr;
  }

  /// The same name may be defined again for other domains, not for the same ones.
  void check_twice(YamlMapReader& map, const AttributeDefinition& definition) {
    for (const AttributeDefinition& other : book_->attributes) {
      if (other.name != definition.name) continue;
      const bool everywhere = other.domains.empty() || definition.domains.empty();
      if (!everywhere && std::none_of(definition.domains.begin(), definition.domains.end(),
                                      [&](const std::string& domain) { return other.applies_to(domain); }))
        continue;
      map.fault("name", fmt::format("'{}' is defined in line {} already.", definition.name, other.place.line),
                "Give each definition domains of its own.");
      return;
    }
  }

  static Rule rule_of(const AttributeDefinition& definition) {
    Rule rule{.id = "attribute." + definition.name,
              .title = definition.required ? "State: " + definition.title : definition.title,
              .passes = definition.title,
              .owner = definition.owner,
              .severity = definition.severity,
              .path = DocumentPath::attribute(definition.name),
              .kind = "attribute",
              .of_attribute = true,
              .place = definition.place};
    rule.scope.domains = definition.domains;
    return rule;
  }

  void exception(YamlMapReader& map) {
    RuleException exception{.place = map.place()};
    exception.rule = map.required_text("rule", kNameBytesMax).value_or("");
    exception.product = map.required_text("product", kNameBytesMax).value_or("");
    exception.until = map.required_text("until", kNameBytesMax).value_or("");
    exception.why = map.required_text("why", kTextBytesMax).value_or("");
    map.end();
    if (!exception.rule.empty() && book_->find_rule(exception.rule) == nullptr)
      map.fault("rule", fmt::format("No rule has the id '{}'.", exception.rule.substr(0, 60)),
                "Name a rule of this document; those of weft itself have no exceptions.");
    if (!exception.product.empty() && !ProductId::parse(exception.product))
      map.fault("product", fmt::format("'{}' is no product's name.", exception.product.substr(0, 60)),
                "Write domain/name.");
    if (!exception.until.empty() && !is_date(exception.until))
      map.fault("until", fmt::format("'{}' is no day.", exception.until.substr(0, 60)),
                "Write a day such as 2027-01-31.");
    book_->exceptions.push_back(std::move(exception));
  }

  YamlFindings findings_;
  YamlMapReader root_;
  std::string owner_;
  std::set<std::string> ids_;
  std::shared_ptr<RuleBook> book_ = std::make_shared<RuleBook>();
};

}  // namespace

ReadRuleBook read_rule_book(std::string_view text) {
  std::variant<YamlNode, YamlFault> parsed = parse_yaml(text);
  if (const YamlFault* fault = std::get_if<YamlFault>(&parsed)) {
    YamlFindings findings;
    findings.blocks(fault->place, "", fault->message, "Correct the text at that place.");
    return {nullptr, std::move(findings).take()};
  }
  const YamlNode& root = std::get<YamlNode>(parsed);
  return BookReader(root).read();
}

}  // namespace weft::mesh
