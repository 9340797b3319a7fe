// How long a trial of rules over many products takes, and how long it holds the loop and a thread of the pool at a time.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "identity/directory.h"
#include "mesh/catalogue.h"
#include "mesh/rules/default_rules.h"
#include "mesh/rules/trial.h"
#include "mesh/testing/mesh_world.h"
#include "state/testing/manual_loop.h"

namespace {

using namespace weft;
using Clock = std::chrono::steady_clock;

/// The default rules, four of each further kind, and two attributes: as a governor of a large mesh might have it.
std::string rules_of_a_large_mesh() {
  std::string text(mesh::default_rules());
  const auto before = text.find("\n# Attributes are");
  std::string more;
  for (int i = 0; i < 4; ++i) {
    more += fmt::format("  - {{id: name-{0}, title: Name, path: name, kind: pattern, pattern: '[a-z][a-z0-9_.]{{2,80}}'}}\n", i);
    more += fmt::format("  - {{id: words-{0}, title: Words, path: description, kind: no_match, pattern: '(?i)todo|tbd|foo'}}\n", i);
    more += fmt::format("  - {{id: links-{0}, title: Links, path: 'links[].url', kind: pattern, pattern: 'https://.*'}}\n", i);
    more += fmt::format("  - {{id: tier-{0}, title: Tier, path: 'streams[].history.kept', kind: duration, min: 7d, scope: {{where: {{sla: [1, 2]}}}}}}\n", i);
    more += fmt::format("  - {{id: tags-{0}, title: Tags, path: tags, kind: count, min: 1, severity: warn}}\n", i);
  }
  more += "attributes:\n  - {name: retention_class, type: text, allowed: [short, long], required: true}\n"
          "  - {name: steward, type: text, required: true, severity: warn}\n";
  return text.substr(0, before) + "\n" + more;
}

mesh::ProductPointer product_of(int number) {
  auto product = std::make_shared<mesh::Product>();
  product->id = {fmt::format("domain{}", number % 40), fmt::format("product_{:05}", number)};
  product->version = 1;
  product->owner = "execution-team";
  product->description = fmt::format("One event of kind {} as the source sees it, within a second of its happening.", number);
  product->tags = {"alpha", "beta", fmt::format("tag{}", number % 50)};
  product->sla = 1 + number % 3;
  product->links = {{"Runbook", "https://wiki.example/runbook"}, {"Dashboard", "http://dash.example/d"}};
  if (number % 2 == 0) product->attributes["retention_class"] = mesh::AttributeValue::of_text("short");
  mesh::Port port;
  port.name = "stream";
  port.cluster = "local";
  port.topic = fmt::format("topic_{}", number % 500);
  port.subject = port.topic + "-value";
  product->ports = {port};
  return product;
}

double ms(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

}  // namespace

int main(int argc, char** argv) {
  const int products = argc > 1 ? std::atoi(argv[1]) : 10'000;
  mesh::testing::WrittenFacts facts;
  for (int i = 0; i < 500; ++i) {
    auto topic = std::make_shared<mesh::TopicFacts>();
    topic->measured_at_ms = 1;
    topic->offsets_held = 10;
    topic->history = mesh::History{mesh::History::Kind::kRecent, (i % 10) * 86'400'000LL, std::nullopt, std::nullopt};
    auto subject = std::make_shared<mesh::SubjectFacts>();
    subject->schema = std::make_shared<mesh::RegisteredSchema>();
    for (int field = 0; field < 20; ++field) subject->fields.push_back({fmt::format("f{}", field), "string", "Meaning."});
    facts.topics.emplace(fmt::format("topic_{}", i), topic);
    facts.subjects.emplace(fmt::format("topic_{}-value", i), subject);
  }
  mesh::Catalogue catalogue(facts);
  for (int i = 0; i < products; ++i) catalogue.put(product_of(i));
  const auto directory = std::make_shared<const identity::Directory>(
      *identity::Directory::parse(mesh::testing::kDirectoryYaml, "directory.yaml", identity::Directory::Names::kMayBeElsewhere));
  const mesh::ReadRuleBook read = mesh::read_rule_book(rules_of_a_large_mesh());
  if (!read.book) {
    for (const mesh::Finding& finding : read.findings) fmt::print("{}: {}\n", finding.line, finding.message);
    return 1;
  }
  for (int round = 0; round < 5; ++round) {
    state::testing::ManualLoop loop, pool;
    Clock::duration loop_max{}, pool_max{}, loop_sum{}, pool_sum{};
    const auto step = [](state::testing::ManualLoop& of, Clock::duration& max, Clock::duration& sum) {
      const auto began = Clock::now();
      if (!of.run_one()) return false;
      max = std::max(max, Clock::now() - began);
      sum += Clock::now() - began;
      return true;
    };
    std::optional<mesh::TrialResult> result;
    mesh::TrialQuery query;
    query.book = query.in_force = read.book;
    query.today = "2026-11-23";
    const auto began = Clock::now();
    mesh::try_rules(loop, pool, catalogue, facts, directory, query, [&](mesh::TrialResult done) { result = std::move(done); });
    while (step(loop, loop_max, loop_sum) || step(pool, pool_max, pool_sum)) {
    }
    fmt::print("{} products, {} rules: {:.0f} ms in all; loop {:.1f} ms, at most {:.2f} ms at a time; pool {:.0f} ms, at most "
               "{:.2f} ms at a time; {} blocked\n",
               result->products, read.book->rules.size(), ms(Clock::now() - began), ms(loop_sum), ms(loop_max),
               ms(pool_sum), ms(pool_max), result->blocked);
  }
  return 0;
}
