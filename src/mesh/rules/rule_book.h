#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mesh/finding.h"
#include "mesh/rules/condition.h"
#include "mesh/rules/document_path.h"
#include "mesh/rules/yaml_tree.h"

namespace weft::mesh {

inline constexpr std::size_t kRulesMax = 500;
inline constexpr std::size_t kAttributeDefinitionsMax = 200;
inline constexpr std::size_t kExceptionsMax = 5'000;

/// What a failing product meets. kOff: nothing; a trial says what it would.
enum class RuleSeverity { kBlock, kWarn, kOff };
std::string_view rule_severity_name(RuleSeverity severity);
std::optional<RuleSeverity> parse_rule_severity(std::string_view name);

/// Which products a rule is about: those that are in every list that is not empty.
struct RuleScope {
  struct Where {
    DocumentPath path;
    std::vector<schema::JsonNode> values;  ///< One of them; for a list: it holds one of them.
  };
  std::vector<std::string> domains;
  std::vector<std::string> tags;
  std::vector<std::string> lifecycles;
  std::vector<Where> where;

  bool holds(const schema::JsonNode& product) const;
  bool empty() const { return domains.empty() && tags.empty() && lifecycles.empty() && where.empty(); }
  /// "in execution, sla is 1"; empty for all products.
  std::string text() const;
};

struct Rule {
  std::string id;
  std::string title;   ///< As a demand: "Say what one event means".
  std::string passes;  ///< As a fact: "Says what one event means".
  std::string owner;   ///< A team; may be empty.
  RuleSeverity severity = RuleSeverity::kBlock;
  RuleScope scope;
  DocumentPath path;  ///< What it reads.
  std::string field;  ///< Where the finding is shown; empty: at what it read. Of a stream: a member of its port.
  std::string kind;
  ConditionPointer condition;
  std::optional<std::string> message;  ///< Instead of the condition's; {value} and {paths} are filled in.
  std::optional<std::string> fix;      ///< The same.
  std::optional<std::string> suggest;  ///< A value that would pass.
  bool of_attribute = false;           ///< Made from an attribute's definition.
  TextPlace place;
};

/// What the rule book says about one attribute, for forms and documents; the check is a rule "attribute.<name>".
struct AttributeDefinition {
  std::string name;
  std::string title;
  std::string description;
  std::string owner;
  AttributeType type = AttributeType::kText;
  bool required = false;
  std::vector<schema::JsonNode> allowed;
  std::vector<std::string> domains;  ///< Empty: all.
  RuleSeverity severity = RuleSeverity::kBlock;
  TextPlace place;

  bool applies_to(std::string_view domain) const;
};

/// A product that need not keep a rule until the end of a day (UTC).
struct RuleException {
  std::string rule;
  std::string product;  ///< "execution/stocktrades"
  std::string until;    ///< "2027-01-31"
  std::string why;
  TextPlace place;
};

/// What came of holding one rule against one product.
struct RuleVerdict {
  enum class Kind { kOutOfScope, kPasses, kFails, kExcepted, kUnknown };
  Kind kind = Kind::kOutOfScope;
  std::vector<Finding> findings;  ///< One for each value that fails, at most kFindingsMax; one when it passes.

  static constexpr std::size_t kFindingsMax = 20;
};

/// A document of rules that was understood. Immutable; any thread.
class RuleBook {
 public:
  std::vector<AttributeDefinition> attributes;
  std::vector<Rule> rules;  ///< The document's, then those of its attributes.
  std::vector<RuleException> exceptions;
  RuleSeverity undefined_attributes = RuleSeverity::kWarn;

  const Rule* find_rule(std::string_view id) const;
  /// `product` is a product_document, `today` is "2026-11-23" in UTC.
  RuleVerdict check(const Rule& rule, const schema::JsonNode& product, std::string_view today) const;
  /// Every rule that is on, passing ones too; in the order of the book.
  std::vector<Finding> check(const schema::JsonNode& product, std::string_view today) const;
  /// Attributes of the product that nobody has defined for its domain.
  std::vector<Finding> check_undefined_attributes(const schema::JsonNode& product) const;

 private:
  const RuleException* exception_for(const Rule& rule, const schema::JsonNode& product, std::string_view today) const;
};
using RuleBookPointer = std::shared_ptr<const RuleBook>;

/// A text as a book, or every mistake in it. `findings` may warn beside a book.
struct ReadRuleBook {
  RuleBookPointer book;  ///< Null when a finding blocks.
  std::vector<Finding> findings;
};
ReadRuleBook read_rule_book(std::string_view text);

}  // namespace weft::mesh
