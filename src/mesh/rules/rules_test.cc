#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mesh/rules/default_rules.h"
#include "mesh/rules/rule_book.h"
#include "mesh/rules/yaml_map_reader.h"

namespace weft::mesh {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

using Kind = RuleVerdict::Kind;

constexpr std::string_view kToday = "2026-11-23";

schema::JsonNode product(std::string_view json) {
  auto parsed = schema::parse_json(json);
  EXPECT_TRUE(parsed.ok()) << json;
  return parsed.ok() ? std::move(*parsed) : schema::JsonNode{};
}

const char* const kTrades = R"({"domain":"execution","name":"trades","owner":"execution-team","lifecycle":"live",
  "description":"One fill on one venue.","quality":"curated","sla":1,"tags":["trading","eu"],
  "links":[{"title":"Runbook","url":"https://x.example/a"},{"title":"Wiki","url":"http://x.example/b"}],
  "attributes":{"retention_class":"short","review":"2027-01-31","cost":"12.50","pii":false,"regions":["eu","us"]},
  "streams":[{"port":"ports[0]","topic":"trades","subject":"trades-value","internal":false,"has_events":true,
    "schema":{"format":"AVRO","version":3,"fields":5,"fields_without_doc":1},"history":{"kind":"recent","kept":604800000}},
    {"port":"ports[2]","topic":"fills","subject":"fills-value","internal":false,"has_events":false,
     "unknown":{"schema":"the registry is away"},"history":{"kind":"everything","kept":"forever"}}],
  "owner_team":{"exists":true,"contact":null}})";

RuleBookPointer book_of(std::string_view text) {
  ReadRuleBook read = read_rule_book(text);
  for (const Finding& finding : read.findings)
    ADD_FAILURE() << finding.line << ":" << finding.column << " " << finding.field << ": " << finding.message;
  return read.book ? read.book : std::make_shared<const RuleBook>();
}

/// One rule with these further lines, held against kTrades.
RuleVerdict verdict(std::string_view lines) {
  const auto book = book_of(fmt::format("format: 1\nrules:\n  - id: r\n    title: T\n    {}\n", lines));
  return book->rules.empty() ? RuleVerdict{} : book->check(book->rules.front(), product(kTrades), kToday);
}
Kind kind_of(std::string_view lines) { return verdict(lines).kind; }

std::vector<Finding> mistakes_of(std::string_view text) {
  ReadRuleBook read = read_rule_book(text);
  EXPECT_EQ(read.book == nullptr, blocks(read.findings));
  return read.findings;
}

TEST(Rules, RequiredWantsSomethingThatIsNotEmpty) {
  EXPECT_EQ(kind_of("path: description\n    kind: required"), Kind::kPasses);
  EXPECT_EQ(kind_of("path: terms\n    kind: required"), Kind::kFails);
  EXPECT_EQ(kind_of("path: owner_team.contact\n    kind: required"), Kind::kFails);
  EXPECT_EQ(kind_of("path: tags\n    kind: required"), Kind::kPasses);
}

TEST(Rules, LengthCountsCharactersAndTakesNothingAsEmpty) {
  EXPECT_EQ(kind_of("path: description\n    kind: length\n    min: 22\n    max: 22"), Kind::kPasses);
  EXPECT_THAT(verdict("path: description\n    kind: length\n    min: 23").findings,
              ElementsAre(AllOf(Field(&Finding::field, "description"),
                                Field(&Finding::message, "22 of at least 23 characters."))));
  EXPECT_EQ(kind_of("path: terms\n    kind: length\n    min: 1"), Kind::kFails);
}

TEST(Rules, CountCountsElements) {
  EXPECT_EQ(kind_of("path: tags\n    kind: count\n    min: 2\n    max: 2"), Kind::kPasses);
  EXPECT_EQ(kind_of("path: tags\n    kind: count\n    max: 1"), Kind::kFails);
  EXPECT_EQ(kind_of("path: contracts\n    kind: count\n    min: 1"), Kind::kFails);
}

TEST(Rules, RangeIsAboutNumbersAndNotAboutWhatIsMissing) {
  EXPECT_EQ(kind_of("path: sla\n    kind: range\n    max: 1"), Kind::kPasses);
  EXPECT_EQ(kind_of("path: sla\n    kind: range\n    min: 1.5"), Kind::kFails);
  EXPECT_EQ(kind_of("path: attributes.nothing\n    kind: range\n    min: 1"), Kind::kPasses);
  EXPECT_EQ(kind_of("path: description\n    kind: range\n    min: 1"), Kind::kFails) << "a text is no number";
}

TEST(Rules, AMinimumHistoryIsKeptByForeverAndByLongEnough) {
  EXPECT_EQ(kind_of("path: streams[].history.kept\n    kind: duration\n    min: 7d"), Kind::kPasses);
  EXPECT_THAT(verdict("path: streams[].history.kept\n    kind: duration\n    min: 8d").findings,
              ElementsAre(AllOf(Field(&Finding::field, "ports[0]"),
                                Field(&Finding::message, "It is 7d; wanted is at least 8d."))));
  EXPECT_THAT(verdict("path: streams[].history.kept\n    kind: duration\n    max: 30d").findings,
              ElementsAre(Field(&Finding::message, "It is forever; wanted is at most 30d.")));
}

TEST(Rules, APatternIsMatchedByTheWholeText) {
  EXPECT_EQ(kind_of("path: name\n    kind: pattern\n    pattern: '[a-z_]+'"), Kind::kPasses);
  EXPECT_EQ(kind_of("path: name\n    kind: pattern\n    pattern: 'trade'"), Kind::kFails);
  EXPECT_THAT(verdict("path: links[].url\n    kind: pattern\n    pattern: 'https://.*'").findings,
              ElementsAre(Field(&Finding::field, "links[1].url")));
}

TEST(Rules, NoMatchNamesWhatItFound) {
  EXPECT_EQ(kind_of("path: description\n    kind: no_match\n    pattern: '(?i)todo'"), Kind::kPasses);
  EXPECT_THAT(verdict("path: description\n    kind: no_match\n    pattern: 'on \\w+'").findings,
              ElementsAre(Field(&Finding::message, "It holds 'on one'.")));
}

TEST(Rules, OneOfComparesTextsNumbersAndBooleans) {
  EXPECT_EQ(kind_of("path: sla\n    kind: one_of\n    values: [1, 2]"), Kind::kPasses);
  EXPECT_EQ(kind_of("path: sla\n    kind: one_of\n    values: ['1']"), Kind::kFails) << "a text is no number";
  EXPECT_EQ(kind_of("path: attributes.pii\n    kind: one_of\n    values: [false]"), Kind::kPasses);
  EXPECT_THAT(verdict("path: quality\n    kind: one_of\n    values: [authoritative]").findings,
              ElementsAre(Field(&Finding::suggestion, Optional(std::string("authoritative")))));
}

TEST(Rules, TypeKnowsDates) {
  EXPECT_EQ(kind_of("path: attributes.review\n    kind: type\n    type: date"), Kind::kPasses);
  EXPECT_EQ(kind_of("path: name\n    kind: type\n    type: date"), Kind::kFails);
  EXPECT_EQ(kind_of("path: tags\n    kind: type\n    type: list"), Kind::kPasses);
}

TEST(Rules, SeverityDecidesWhatAFindingDoes) {
  const char* const text =
      "format: 1\nrules:\n"
      "  - {id: a, title: A, path: terms, kind: required}\n"
      "  - {id: b, title: B, path: terms, kind: required, severity: warn}\n"
      "  - {id: c, title: C, path: terms, kind: required, severity: off}\n"
      "undefined_attributes: off\n";
  EXPECT_THAT(book_of(text)->check(product(kTrades), kToday),
              ElementsAre(AllOf(Field(&Finding::rule, "a"), Field(&Finding::severity, Severity::kBlocks)),
                          AllOf(Field(&Finding::rule, "b"), Field(&Finding::severity, Severity::kWarns))));
}

TEST(Rules, ScopeSaysWhichProductsARuleIsAbout) {
  const auto with = [](std::string_view scope) {
    return kind_of(fmt::format("path: terms\n    kind: required\n    scope: {}", scope));
  };
  EXPECT_EQ(with("{domains: [execution]}"), Kind::kFails);
  EXPECT_EQ(with("{domains: [analytics]}"), Kind::kOutOfScope);
  EXPECT_EQ(with("{tags: [us, eu]}"), Kind::kFails);
  EXPECT_EQ(with("{tags: [us]}"), Kind::kOutOfScope);
  EXPECT_EQ(with("{lifecycle: [deprecated]}"), Kind::kOutOfScope);
  EXPECT_EQ(with("{where: {sla: [1, 2], quality: [curated]}}"), Kind::kFails);
  EXPECT_EQ(with("{where: {sla: [1, 2], quality: [raw]}}"), Kind::kOutOfScope);
  EXPECT_EQ(with("{where: {'streams[].schema.format': [AVRO]}}"), Kind::kFails);
  EXPECT_EQ(with("{where: {attributes.regions: [us]}}"), Kind::kFails) << "a list holds it";
}

TEST(Rules, WhatCouldNotBeLookedAtIsNotTakenForBad) {
  const RuleVerdict found = verdict("path: streams[].schema.version\n    field: subject\n    kind: required");
  EXPECT_EQ(found.kind, Kind::kUnknown);
  EXPECT_THAT(found.findings, ElementsAre(AllOf(Field(&Finding::field, "ports[2].subject"),
                                                Field(&Finding::message, "Could not look: the registry is away"))));
}

TEST(Rules, MessagesSayWhatIsThere) {
  EXPECT_THAT(verdict("path: streams[].has_events\n    field: topic\n    kind: one_of\n    values: [true]\n"
                      "    message: Topic {streams[].topic} of {owner} is {value}.")
                  .findings,
              ElementsAre(AllOf(Field(&Finding::field, "ports[2].topic"),
                                Field(&Finding::message, "Topic fills of execution-team is false."))));
}

TEST(Rules, AnExceptionHoldsToTheEndOfItsDay) {
  const auto with = [](std::string_view until) {
    const auto book = book_of(
        fmt::format("format: 1\nrules:\n  - {{id: terms, title: T, path: terms, kind: required}}\n"
                    "exceptions:\n  - {{rule: terms, product: execution/trades, until: {}, why: Being written.}}\n",
                    until));
    return book->check(book->rules.front(), product(kTrades), kToday);
  };
  EXPECT_EQ(with("2026-11-23").kind, Kind::kExcepted);
  EXPECT_EQ(with("2026-11-22").kind, Kind::kFails);
  EXPECT_THAT(with("2027-01-31").findings,
              ElementsAre(AllOf(Field(&Finding::severity, Severity::kExcepted),
                                Field(&Finding::excepted_until, Optional(std::string("2027-01-31"))))));
}

TEST(Rules, AttributesAreTypedPerDomain) {
  const auto book = book_of(R"(format: 1
owner: data-governance
attributes:
  - {name: retention_class, type: text, allowed: [short, long], required: true, domains: [execution]}
  - {name: retention_class, type: number, domains: [analytics]}
  - {name: cost, type: number}
  - {name: regions, type: list, allowed: [eu]}
  - {name: steward, type: text, required: true, severity: warn}
  - {name: review, type: date}
)");
  const auto findings = book->check(product(kTrades), kToday);
  const auto finding = [](std::string field, Severity severity) {
    return Contains(AllOf(Field(&Finding::field, "attributes." + field), Field(&Finding::severity, severity),
                          Field(&Finding::owner, Optional(std::string("data-governance")))));
  };
  EXPECT_THAT(findings, finding("retention_class", Severity::kPasses));
  EXPECT_THAT(findings, finding("cost", Severity::kBlocks)) << "'12.50' is a text";
  EXPECT_THAT(findings, finding("regions", Severity::kBlocks)) << "us is not allowed";
  EXPECT_THAT(findings, finding("steward", Severity::kWarns));
  EXPECT_THAT(findings, finding("review", Severity::kPasses));
  EXPECT_THAT(findings,
              Contains(AllOf(Field(&Finding::rule, "attribute-defined"), Field(&Finding::field, "attributes.pii"),
                             Field(&Finding::severity, Severity::kWarns))));
}

TEST(Rules, TheDefaultRulesAreUnderstood) {
  const auto book = book_of(default_rules());
  EXPECT_THAT(book->rules, SizeIs(5));
  EXPECT_THAT(book->check(product(kTrades), kToday),
              Contains(AllOf(Field(&Finding::rule, "field-docs"), Field(&Finding::field, "ports[0].subject"),
                             Field(&Finding::message, "1 of 5 fields have no doc."))));
}

// ---- Documents

TEST(RulesDocument, JsonIsADocumentToo) {
  const auto book =
      book_of(R"({"format": 1, "rules": [{"id": "a", "title": "A", "path": "terms", "kind": "required"}]})");
  EXPECT_THAT(book->rules, SizeIs(1));
}

TEST(RulesDocument, EveryMistakeIsNamedWithItsPlaceAndWhatToDo) {
  const auto mistakes = mistakes_of(R"(format: 1
rules:
  - id: Bad Id
    title: T
    path: description
    kind: length
    minimum: 20
  - id: b
    title: T
    path: 'x..y'
    kind: cel
  - id: b
    path: name
    kind: pattern
    pattern: '('
    severity: fatal
)");
  const auto at = [](std::size_t line, std::size_t column, std::string field, std::string message) {
    return Contains(AllOf(Field(&Finding::line, line), Field(&Finding::column, column), Field(&Finding::field, field),
                          Field(&Finding::message, HasSubstr(message)),
                          Field(&Finding::fix, testing::Ne(std::nullopt))));
  };
  EXPECT_THAT(mistakes, at(3, 9, "rules[0].id", "'Bad Id' is no id"));
  EXPECT_THAT(mistakes, at(3, 5, "rules[0].min", "'min' is missing"));
  EXPECT_THAT(mistakes, at(7, 5, "rules[0].minimum", "'minimum' is no key here"));
  EXPECT_THAT(mistakes, at(10, 11, "rules[1].path", "'x..y' is no path"));
  EXPECT_THAT(mistakes, at(11, 11, "rules[1].kind", "'cel' is no kind of rule"));
  EXPECT_THAT(mistakes, at(12, 9, "rules[2].id", "Two rules have the id 'b'"));
  EXPECT_THAT(mistakes, at(12, 5, "rules[2].title", "'title' is missing"));
  EXPECT_THAT(mistakes, at(15, 14, "rules[2].pattern", "The regular expression is wrong"));
  EXPECT_THAT(mistakes, at(16, 15, "rules[2].severity", "'fatal' is none of them"));
}

TEST(RulesDocument, WeftsOwnRulesCannotBeNamed) {
  EXPECT_THAT(mistakes_of("format: 1\nrules: [{id: owner-member, title: T, path: x, kind: required, severity: off}]"),
              ElementsAre(Field(&Finding::message, HasSubstr("stays on"))));
}

TEST(RulesDocument, TextThatIsNoYamlIsNamedWithItsPlace) {
  EXPECT_THAT(mistakes_of("format: 1\nrules: [\n"), ElementsAre(Field(&Finding::message, HasSubstr("Not YAML"))));
  EXPECT_THAT(mistakes_of("format: \xff"), ElementsAre(Field(&Finding::message, HasSubstr("UTF-8"))));
  EXPECT_THAT(mistakes_of(""), testing::Not(IsEmpty()));
  EXPECT_THAT(mistakes_of("just words"), testing::Not(IsEmpty()));
}

TEST(RulesDocument, HostileTextsAreRefusedWithinBounds) {
  EXPECT_THAT(mistakes_of(std::string(kYamlBytesMax + 1, ' ')), SizeIs(1));
  EXPECT_THAT(mistakes_of("format: " + std::string(100'000, '[')), SizeIs(1));
  EXPECT_THAT(mistakes_of(std::string(100'000, '{')), SizeIs(1));
  std::string nested = "format: 1\nrules: ";
  for (int i = 0; i < 40; ++i) nested += "[";
  for (int i = 0; i < 40; ++i) nested += "]";
  EXPECT_THAT(mistakes_of(nested), Contains(Field(&Finding::message, HasSubstr("nested deeper"))));
  // Ten lists, each ten times the one before.
  std::string laughs = "a0: &a0 [x]\n";
  for (int i = 1; i < 10; ++i) {
    laughs += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 10; ++j) laughs += fmt::format("*a{},", i - 1);
    laughs += "]\n";
  }
  EXPECT_THAT(mistakes_of(laughs), ElementsAre(Field(&Finding::message, HasSubstr("More than 20000 values"))));
  EXPECT_THAT(mistakes_of("format: 1\nrules: &r [*r]"), testing::Not(IsEmpty())) << "a list that holds itself";
  EXPECT_THAT(
      mistakes_of(
          "format: 1\nrules: [{id: a, title: A, path: name, kind: pattern, pattern: '((a{1,900}){1,900}){1,900}'}]"),
      ElementsAre(Field(&Finding::message, HasSubstr("The regular expression is wrong"))));
  std::string many = "format: 1\n";
  for (int i = 0; i < 1000; ++i) many += fmt::format("k{}: 1\n", i);
  EXPECT_THAT(mistakes_of(many), SizeIs(YamlFindings::kMax));
}

TEST(RulesDocument, AttributesOfTheSameDomainAreDefinedOnce) {
  EXPECT_THAT(
      mistakes_of("format: 1\nattributes:\n  - {name: a, type: text}\n  - {name: a, type: number, domains: [x]}\n"),
      ElementsAre(AllOf(Field(&Finding::line, 4U), Field(&Finding::message, HasSubstr("defined in line 3")))));
  EXPECT_THAT(mistakes_of("format: 1\nattributes:\n  - {name: a, type: date, allowed: [soon]}\n"),
              ElementsAre(Field(&Finding::message, HasSubstr("'soon' is not a date"))));
}

TEST(RulesDocument, AnExceptionNamesARuleAProductAndADay) {
  EXPECT_THAT(mistakes_of("format: 1\nexceptions: [{rule: nope, product: trades, until: soon, why: x}]"), SizeIs(3));
}

}  // namespace
}  // namespace weft::mesh
