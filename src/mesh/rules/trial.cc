#include "mesh/rules/trial.h"

#include <utility>

#include "env/executor.h"
#include "identity/directory.h"
#include "mesh/catalogue.h"
#include "mesh/facts.h"
#include "mesh/product_draft.h"
#include "mesh/rules/product_document.h"

namespace weft::mesh {

namespace {

/// Products of one slice: some hundred microseconds on the loop, some milliseconds on the pool.
constexpr std::size_t kSliceMax = 200;

/// A product with what was measured of it, to be judged on another thread.
struct Subject {
  ProductPointer product;
  std::vector<PortEvidence> evidence;
};

struct Trial : std::enable_shared_from_this<Trial> {
  Trial(env::EventLoop& on, env::Executor& judges, const Catalogue& of, const Facts& measured)
      : loop(on), pool(judges), catalogue(of), facts(measured) {}

  void next_slice() {
    std::vector<Subject> slice = gather();
    if (slice.empty()) return done(std::move(result));
    pool.post([self = shared_from_this(), slice = std::move(slice)] {
      for (const Subject& subject : slice) {
        if (self->full()) break;
        self->judge(subject);
      }
      self->loop.post([self] { self->full() ? self->done(std::move(self->result)) : self->next_slice(); });
    });
  }

  std::vector<Subject> gather() {
    std::vector<Subject> slice;
    const auto& products = catalogue.products();
    for (auto at = last ? products.upper_bound(*last) : products.begin(); at != products.end(); ++at) {
      if (slice.size() == kSliceMax) break;
      last = at->first;
      if (at->second->is_retired()) continue;
      Subject subject{at->second, {}};
      for (const Port& port : subject.product->ports) {
        subject.evidence.push_back(port.is_stream() ? evidence_of(facts.topic(port.topic).get(),
                                                                  facts.subject(port.subject).get())
                                                    : PortEvidence{});
      }
      slice.push_back(std::move(subject));
    }
    return slice;
  }

  bool full() const { return query.only_page && result.next.has_value(); }

  void judge(const Subject& subject) {
    const Product& product = *subject.product;
    const schema::JsonNode document = product_document(product.id, ProductDraft::of(product),
                                                       lifecycle_name(product.lifecycle), subject.evidence, *directory);
    std::vector<Finding> findings;
    for (std::size_t i = 0; i < query.book->rules.size(); ++i) {
      const Rule& rule = query.book->rules[i];
      if (query.rule && rule.id != *query.rule) continue;
      RuleVerdict verdict = query.book->check(rule, document, query.today);
      count(result.rules[i], verdict.kind);
      if (verdict.kind == RuleVerdict::Kind::kPasses || (rule.severity == RuleSeverity::kOff && !query.rule)) continue;
      for (Finding& finding : verdict.findings) findings.push_back(std::move(finding));
    }
    if (!query.rule) {
      for (Finding& finding : query.book->check_undefined_attributes(document)) findings.push_back(std::move(finding));
    }
    ++result.products;
    if (findings.empty()) return;
    const bool blocked = blocks(findings);
    const bool before = query.in_force && blocks(query.in_force->check(document, query.today));
    result.blocked += blocked;
    result.warned += !blocked && mesh::count(findings, Severity::kWarns) > 0;
    result.newly_blocked += blocked && !before;
    page(subject.product, std::move(findings), before);
  }

  void page(const ProductPointer& product, std::vector<Finding> findings, bool blocked_now) {
    if (query.after && product->id <= *query.after) return;
    if (result.hits.size() < query.hits_max) {
      result.hits.push_back({product, std::move(findings), blocked_now});
    } else if (!result.next && !result.hits.empty()) {
      result.next = result.hits.back().product->id;
    }
  }

  static void count(RuleCounts& counts, RuleVerdict::Kind kind) {
    switch (kind) {
      case RuleVerdict::Kind::kOutOfScope:
        break;
      case RuleVerdict::Kind::kPasses:
        ++counts.passes;
        break;
      case RuleVerdict::Kind::kFails:
        ++counts.fails;
        break;
      case RuleVerdict::Kind::kExcepted:
        ++counts.excepted;
        break;
      case RuleVerdict::Kind::kUnknown:
        ++counts.unknown;
        break;
    }
  }

  // Set once, before the first slice.
  env::EventLoop& loop;
  env::Executor& pool;
  const Catalogue& catalogue;
  const Facts& facts;
  std::shared_ptr<const identity::Directory> directory;
  TrialQuery query;
  Callback<TrialResult> done;

  std::optional<ProductId> last;  ///< Gathered; of the loop.
  TrialResult result;             ///< Of whoever has the slice.
};

}  // namespace

void try_rules(env::EventLoop& loop, env::Executor& pool, const Catalogue& catalogue, const Facts& facts,
               std::shared_ptr<const identity::Directory> directory, TrialQuery query, Callback<TrialResult> done) {
  auto trial = std::make_shared<Trial>(loop, pool, catalogue, facts);
  trial->directory = std::move(directory);
  trial->result.rules.resize(query.book->rules.size());
  if (query.only_page) trial->last = query.after;
  trial->query = std::move(query);
  trial->done = std::move(done);
  trial->next_slice();
}

}  // namespace weft::mesh
