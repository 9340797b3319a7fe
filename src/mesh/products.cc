#include "mesh/products.h"

#include <fmt/format.h>

#include "base/log.h"
#include "identity/directory_file.h"
#include "mesh/json_writer.h"
#include "mesh/port_evidence.h"
#include "mesh/schemas.h"
#include "mesh/state_topic.h"

namespace weft::mesh {

namespace {
constexpr Logger kLog("mesh");
constexpr env::Duration kClusterTimeout = std::chrono::seconds(15);
}  // namespace

struct Products::PutRequest {
  Asked asked;
  ProductId id;
  ProductDraft draft;
  std::optional<std::int64_t> expected_version;
  bool editing = false;
  std::vector<PortEvidence> evidence;
  Callback<Result<Change>> done;
};

struct Products::TopicRequest {
  Asked asked;
  AuditAction action;
  std::string topic;
  stream::TopicSpec spec;
  Callback<Result<TopicOutcome>> done;
  TopicOutcome outcome;
};

Products::Products(Parts parts)
    : parts_(std::move(parts)),
      alive_(std::make_shared<bool>(true)),
      shard_(parts_.loop, parts_.home, state_, {.partition = {parts_.topic, PartitionIndex{0}}}) {
  rules_ = state_.rules().current();
  state_.on_loaded([this] { rebuild(); });
  parts_.directory.on_change([this, alive = alive_] {
    if (*alive && shard_.ready()) follow_teams();
  });
}

Products::~Products() { *alive_ = false; }

// ---- Loading

void Products::load(Callback<Result<void>> done) {
  load_state_topic(parts_.loop, parts_.home, parts_.topic, shard_, alive_,
                   [this, done = std::move(done)](Result<void> loaded) mutable {
                     if (loaded.ok()) {
                       settle_interrupted();
                       follow_teams();
                     }
                     done(std::move(loaded));
                   });
}

void Products::rebuild() {
  parts_.catalogue.load(state_.products());
  rules_ = state_.rules().current();
  durable_audit_ = state_.audit().empty() ? 0 : state_.audit().rbegin()->first;
  for (MeshListener* listener : listeners_) listener->reloaded();
}

/// Teams that were renamed keep their products.
void Products::follow_teams() {
  const auto directory = parts_.directory.current();
  for (const auto& [id, product] : state_.products()) {
    const identity::Team* team = directory->find_team_by_id(product->owner_id);
    if (team == nullptr || team->name == product->owner) continue;
    shard_.submit<Change>(
        [this, id = id]() -> Result<state::Decision<Change>> {
          const Asked asked{access::Principal::system("directory"), "weft", {"POST", "/api/v1/products/" + id.to_string() + "/owner", {}, {}}};
          return state_.follow_team(asked, now_ms(), id, *parts_.directory.current());
        },
        [this, id = id](Result<Change> change) {
          if (change.ok()) return apply(*change);
          kLog.warn("a renamed team does not own its product yet", {{"product", id.to_string()}, {"why", change.error()}});
        });
  }
}

/// A crash between a topic change and its end: what the cluster shows now is how it ended.
void Products::settle_interrupted() {
  for (const auto& [number, entry] : state_.audit()) {
    if (entry->outcome != AuditOutcome::kStarted || under_way_.contains(number)) continue;
    settle(number, entry->action, entry->subject.substr(entry->subject.find(':') + 1));
  }
}

void Products::settle(AuditNumber number, AuditAction action, const std::string& topic) {
  std::vector<std::string> names{topic};
  const auto deadline = parts_.loop.clock().monotonic() + kClusterTimeout;
  parts_.home.describe_topics(std::move(names), deadline, [this, alive = alive_, number, action, topic](auto found) {
    if (!*alive) return;
    if (!found.ok())
      return kLog.warn("an interrupted topic change stays open until the next start",
                       {{"topic", topic}, {"why", found.error()}});
    const bool done = (action == AuditAction::kTopicCreate) == !found->empty();
    std::string summary =
        fmt::format("Topic {}: interrupted by a restart; it is {}", topic, found->empty() ? "not there" : "there");
    shard_.submit<TopicChange>(
        [this, number, done, summary = std::move(summary)]() -> Result<state::Decision<TopicChange>> {
          return state_.finish_topic_change(number, done ? AuditOutcome::kDone : AuditOutcome::kFailed, summary);
        },
        [topic](Result<TopicChange> settled) {
          if (!settled.ok())
            kLog.warn("an interrupted topic change stays open until the next start",
                      {{"topic", topic}, {"why", settled.error()}});
        });
  });
}

// ---- Products

std::vector<Finding> Products::findings_of(const PutRequest& request) const {
  const auto directory = parts_.directory.current();
  return check_product(request.id, request.draft,
                       {.principal = request.asked.principal,
                        .directory = *directory,
                        .home = parts_.home.identity(),
                        .products = state_,
                        .evidence = request.evidence,
                        .rules = *state_.rules().current()->book,
                        .today = day_text(now_ms()),
                        .editing = request.editing});
}

void Products::put(Asked asked, ProductId id, ProductDraft draft, std::optional<std::int64_t> expected_version,
                   Callback<Result<Change>> done) {
  auto request = std::make_shared<PutRequest>(PutRequest{.asked = std::move(asked),
                                                         .id = std::move(id),
                                                         .draft = std::move(draft),
                                                         .expected_version = expected_version,
                                                         .editing = expected_version.has_value(),
                                                         .evidence = {},
                                                         .done = std::move(done)});
  gather_evidence(parts_.loop, parts_.home, parts_.schemas, request->draft.ports,
                  [this, alive = alive_, request](std::vector<PortEvidence> evidence) {
                    if (!*alive) return;
                    request->evidence = std::move(evidence);
                    decide_put(request);
                  });
}

void Products::decide_put(std::shared_ptr<PutRequest> request) {
  shard_.submit<Change>(
      [this, request]() -> Result<state::Decision<Change>> {
        return state_.put(request->asked, now_ms(), request->id, request->expected_version, findings_of(*request),
                          [&] {
                            Product product = product_of(request->id, request->draft, parts_.home.identity());
                            const auto directory = parts_.directory.current();
                            if (const identity::Team* team = directory->find_team(product.owner))
                              product.owner_id = team->id;
                            return product;
                          });
      },
      [this, request](Result<Change> change) {
        if (change.ok()) apply(*change);
        request->done(std::move(change));
      });
}

void Products::remove(Asked asked, ProductId id, std::int64_t expected_version, Callback<Result<Change>> done) {
  shard_.submit<Change>(
      [this, asked = std::move(asked), id = std::move(id), expected_version]() -> Result<state::Decision<Change>> {
        return state_.remove(asked, now_ms(), id, expected_version, *parts_.directory.current());
      },
      [this, done = std::move(done)](Result<Change> change) mutable {
        if (change.ok()) apply(*change);
        done(std::move(change));
      });
}

void Products::set_lifecycle(Asked asked, ProductId id, std::int64_t expected_version, LifecycleChange change,
                             Callback<Result<Change>> done) {
  struct Request {
    PutRequest rules;  ///< What becomes live again is judged as if it were published.
    std::int64_t expected_version;
    LifecycleChange change;
  };
  auto request = std::make_shared<Request>();
  request->rules.asked = std::move(asked);
  request->rules.id = std::move(id);
  request->rules.editing = true;
  request->rules.done = std::move(done);
  request->expected_version = expected_version;
  request->change = std::move(change);
  const bool judged = request->change.to == lifecycle_name(Lifecycle::kLive);
  if (const Product* product = state_.find(request->rules.id); product != nullptr && judged)
    request->rules.draft = ProductDraft::of(*product);
  auto decide = [this, request, judged]() -> Result<state::Decision<Change>> {
    std::vector<Finding> findings;
    if (const Product* product = state_.find(request->rules.id)) {
      findings = check_lifecycle(*product, request->change, state_);
      // Of another version than the draft is of: refused as stale, whatever is found.
      if (judged) {
        std::vector<Finding> rules = findings_of(request->rules);
        findings.insert(findings.end(), rules.begin(), rules.end());
      }
    }
    return state_.set_lifecycle(request->rules.asked, now_ms(), request->rules.id, request->expected_version,
                                request->change, std::move(findings), *parts_.directory.current());
  };
  gather_evidence(parts_.loop, parts_.home, parts_.schemas, request->rules.draft.ports,
                  [this, alive = alive_, request, decide](std::vector<PortEvidence> evidence) {
                    if (!*alive) return;
                    request->rules.evidence = std::move(evidence);
                    shard_.submit<Change>(decide, [this, request](Result<Change> changed) {
                      if (changed.ok()) apply(*changed);
                      request->rules.done(std::move(changed));
                    });
                  });
}

void Products::list_versions(ProductId id, std::optional<std::int64_t> before, std::size_t limit,
                             Callback<Result<std::vector<ProductPointer>>> done) {
  using Versions = std::vector<ProductPointer>;
  shard_.submit<Versions>(
      [this, id = std::move(id), before, limit]() -> Result<state::Decision<Versions>> {
        Versions versions;
        const ProductPointer current = state_.find_pointer(id);
        if (current && (!before || current->version < *before)) versions.push_back(current);
        const ProductHistory::Versions& held = state_.history().versions(id);
        auto at = before ? held.lower_bound(*before) : held.end();
        while (at != held.begin() && versions.size() <= limit) {
          --at;
          if (auto version = state_.history().find(id, at->first)) versions.push_back(std::move(version));
        }
        return state::Decision<Versions>{std::move(versions), {}};
      },
      [done = std::move(done)](Result<Versions> versions) mutable { done(std::move(versions)); });
}

void Products::find_version(ProductId id, std::int64_t version, Callback<Result<ProductPointer>> done) {
  shard_.submit<ProductPointer>(
      [this, id = std::move(id), version]() -> Result<state::Decision<ProductPointer>> {
        const ProductPointer current = state_.find_pointer(id);
        const bool wanted = current && current->version == version;
        return state::Decision<ProductPointer>{wanted ? current : state_.history().find(id, version), {}};
      },
      [done = std::move(done)](Result<ProductPointer> found) mutable { done(std::move(found)); });
}

void Products::hand_over(Asked asked, ProductId id, std::string team, Callback<Result<Change>> done) {
  shard_.submit<Change>(
      [this, asked = std::move(asked), id = std::move(id), team = std::move(team)]() -> Result<state::Decision<Change>> {
        return state_.hand_over(asked, now_ms(), id, team, *parts_.directory.current());
      },
      [this, done = std::move(done)](Result<Change> change) mutable {
        if (change.ok()) apply(*change);
        done(std::move(change));
      });
}

void Products::check(access::Principal principal, ProductId id, ProductDraft draft, bool editing,
                     Callback<Result<std::vector<Finding>>> done) {
  auto request = std::make_shared<PutRequest>(PutRequest{.asked = {std::move(principal), {}, {}},
                                                         .id = std::move(id),
                                                         .draft = std::move(draft),
                                                         .editing = editing,
                                                         .evidence = {}});
  auto answer = std::make_shared<Callback<Result<std::vector<Finding>>>>(std::move(done));
  gather_evidence(parts_.loop, parts_.home, parts_.schemas, request->draft.ports,
                  [this, alive = alive_, request, answer](std::vector<PortEvidence> evidence) {
                    if (!*alive) return;
                    request->evidence = std::move(evidence);
                    shard_.submit<std::vector<Finding>>(
                        [this, request]() -> Result<state::Decision<std::vector<Finding>>> {
                          return state::Decision<std::vector<Finding>>{findings_of(*request), {}};
                        },
                        [answer](Result<std::vector<Finding>> findings) { (*answer)(std::move(findings)); });
                  });
}

void Products::apply(const Change& change) {
  switch (change.kind) {
    case Change::Kind::kPublished:
    case Change::Kind::kEdited:
      parts_.catalogue.put(change.product);
      break;
    case Change::Kind::kUnpublished:
      parts_.catalogue.erase(change.id);
      break;
    case Change::Kind::kUnchanged:
    case Change::Kind::kRefused:
      break;
  }
  if (change.audit) note_audit(change.audit);
  if (change.kind == Change::Kind::kRefused || change.kind == Change::Kind::kUnchanged) return;
  for (MeshListener* listener : listeners_) listener->product_changed(change);
}

// ---- Rules

void Products::put_rules(Asked asked, std::int64_t expected_version, std::string text, ReadRuleBook read,
                         Callback<Result<RulesChange>> done) {
  shard_.submit<RulesChange>(
      [this, asked = std::move(asked), expected_version, text = std::move(text),
       read = std::move(read)]() -> Result<state::Decision<RulesChange>> {
        return state_.put_rules(asked, now_ms(), expected_version, text, read, *parts_.directory.current());
      },
      [this, done = std::move(done)](Result<RulesChange> change) mutable {
        if (change.ok()) {
          if (change->changed) rules_ = change->rules;
          if (change->audit) note_audit(change->audit);
          if (change->changed)
            for (MeshListener* listener : listeners_) listener->rules_changed(*rules_);
        }
        done(std::move(change));
      });
}

std::vector<RulesVersionPointer> Products::list_rules() const {
  std::vector<RulesVersionPointer> out;
  for (auto at = state_.rules().versions().rbegin(); at != state_.rules().versions().rend(); ++at)
    if (at->first <= rules_->number) out.push_back(at->second);
  return out;
}

// ---- Topics

void Products::create_topic(Asked asked, stream::TopicSpec spec, Callback<Result<TopicOutcome>> done) {
  std::string topic = spec.name;
  change_topic(std::make_shared<TopicRequest>(TopicRequest{
      std::move(asked), AuditAction::kTopicCreate, std::move(topic), std::move(spec), std::move(done), {}}));
}

void Products::delete_topic(Asked asked, std::string topic, Callback<Result<TopicOutcome>> done) {
  change_topic(std::make_shared<TopicRequest>(
      TopicRequest{std::move(asked), AuditAction::kTopicDelete, std::move(topic), {}, std::move(done), {}}));
}

void Products::change_topic(std::shared_ptr<TopicRequest> request) {
  shard_.submit<TopicChange>(
      [this, request]() -> Result<state::Decision<TopicChange>> {
        const bool create = request->action == AuditAction::kTopicCreate;
        const Result<void> allowed =
            parts_.authorizer.check(request->asked.principal, create ? access::Right::kCreate : access::Right::kDelete,
                                    {access::ResourceType::kTopic, request->topic});
        return state_.start_topic_change(request->asked, now_ms(), request->action, parts_.home.identity().name,
                                         request->topic,
                                         allowed.ok() ? std::nullopt : std::optional(allowed.error().message));
      },
      [this, request](Result<TopicChange> started) {
        if (!started.ok()) return request->done(std::move(started).error());
        request->outcome.change = std::move(*started);
        note_audit(request->outcome.change.audit);
        if (request->outcome.change.refusal) return request->done(std::move(request->outcome));
        under_way_.insert(request->outcome.change.audit->number);
        const auto deadline = parts_.loop.clock().monotonic() + kClusterTimeout;
        auto ended = [this, alive = alive_, request](Result<void> result) {
          if (*alive) finish_topic(request, std::move(result));
        };
        if (request->action == AuditAction::kTopicDelete)
          return parts_.home.delete_topic(request->topic, deadline, std::move(ended));
        parts_.home.create_topic(std::move(request->spec), deadline, [ended = std::move(ended)](auto created) mutable {
          ended(created.ok() ? Result<void>() : Result<void>(std::move(created).error()));
        });
      });
}

void Products::finish_topic(std::shared_ptr<TopicRequest> request, Result<void> result) {
  const bool create = request->action == AuditAction::kTopicCreate;
  const AuditNumber number = request->outcome.change.audit->number;
  std::string summary = fmt::format("{} topic {}", create ? "Created" : "Deleted", request->topic);
  if (!result.ok()) {
    summary =
        fmt::format("Topic {} not {}: {}", request->topic, create ? "created" : "deleted", result.error().message);
    request->outcome.failure = result.error();
  }
  shard_.submit<TopicChange>(
      [this, number, ok = result.ok(), summary = std::move(summary)]() -> Result<state::Decision<TopicChange>> {
        return state_.finish_topic_change(number, ok ? AuditOutcome::kDone : AuditOutcome::kFailed, summary);
      },
      [this, request, number](Result<TopicChange> finished) {
        under_way_.erase(number);
        if (!finished.ok()) return request->done(std::move(finished).error());
        if (finished->audit) {
          request->outcome.change.audit = finished->audit;
          note_audit(finished->audit);
        }
        request->done(std::move(request->outcome));
      });
}

// ---- Audit

void Products::note_audit(const AuditPointer& entry) {
  durable_audit_ = std::max(durable_audit_, entry->number);
  // An intent is heard of when it has ended.
  if (entry->outcome == AuditOutcome::kStarted) return;
  for (MeshListener* listener : listeners_) listener->audited(*entry);
}

void Products::note(access::Principal principal, ApiCall call, AuditEntry entry) {
  Asked asked{std::move(principal), {}, std::move(call)};
  asked.display_name = parts_.directory.current()->display_name(asked.principal);
  shard_.submit<AuditPointer>(
      [this, asked = std::move(asked), entry = std::move(entry)]() -> Result<state::Decision<AuditPointer>> {
        return state_.note(asked, now_ms(), entry);
      },
      [this](Result<AuditPointer> noted) {
        if (noted.ok()) return note_audit(*noted);
        if (noted.error().code != ErrorCode::kCancelled) kLog.error("an audit entry is lost", {{"why", noted.error()}});
      });
}

AuditPage Products::list_audit(const AuditFilter& filter) const {
  AuditPage page;
  for (auto at = state_.audit().rbegin(); at != state_.audit().rend(); ++at) {
    const auto& [number, entry] = *at;
    if (number > durable_audit_) continue;
    if (filter.subject && entry->subject != *filter.subject) continue;
    if (filter.principal && entry->principal != *filter.principal) continue;
    if (filter.action && entry->action != *filter.action) continue;
    if (filter.outcome && entry->outcome != *filter.outcome) continue;
    ++page.total;
    if (filter.before && number >= *filter.before) continue;
    if (page.entries.size() < filter.limit) {
      page.entries.push_back(entry);
    } else if (!page.next_before) {
      page.next_before = page.entries.back()->number;
    }
  }
  return page;
}

AuditPointer Products::find_audit(AuditNumber number) const {
  const auto at = state_.audit().find(number);
  return at == state_.audit().end() || number > durable_audit_ ? nullptr : at->second;
}

}  // namespace weft::mesh
