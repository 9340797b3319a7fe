#include "mesh/mesh_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "identity/directory.h"
#include "mesh/json_writer.h"

namespace weft::mesh {

namespace {

constexpr Logger kLog("mesh");
constexpr std::string_view kProductKey = "product/";
constexpr std::string_view kAuditKey = "audit/";

std::string product_key(const ProductId& id) { return fmt::format("{}{}", kProductKey, id.to_string()); }
/// Fixed width, so that keys sort as they count.
std::string audit_key(AuditNumber number) { return fmt::format("{}{:010}", kAuditKey, number); }

std::string subject_of(const ProductId& id) { return "product:" + id.to_string(); }

std::string_view verb(AuditAction action) {
  switch (action) {
    case AuditAction::kProductPublish:
      return "publish";
    case AuditAction::kProductEdit:
      return "edit";
    case AuditAction::kProductUnpublish:
      return "unpublish";
    case AuditAction::kProductDeprecate:
      return "deprecate";
    case AuditAction::kProductRetire:
      return "retire";
    case AuditAction::kProductRestore:
      return "restore";
    case AuditAction::kTopicCreate:
      return "create";
    case AuditAction::kTopicDelete:
      return "delete";
    case AuditAction::kSchemaRegister:
      return "register";
    case AuditAction::kSchemaDelete:
      return "delete";
    case AuditAction::kSchemaConfigure:
      return "configure";
    case AuditAction::kProductOwner:
    case AuditAction::kConversationOpen:
    case AuditAction::kConversationReply:
    case AuditAction::kConversationClose:
    case AuditAction::kDirectoryChange:
    case AuditAction::kRulesChange:
      break;
  }
  return "change";
}

/// "published", "deprecated": the past of verb().
std::string done(AuditAction action) {
  const std::string_view word = verb(action);
  return fmt::format("{}{}", word, word.ends_with('e') ? "d" : "ed");
}

std::string how_many_block(const std::vector<Finding>& findings) {
  const std::size_t blocking = count(findings, Severity::kBlocks);
  return fmt::format("{} finding{}", blocking, blocking == 1 ? " blocks" : "s block");
}

}  // namespace

// ---- Replay

void MeshState::replay(const state::Record& record, Offset offset, Timestamp) {
  const std::uint64_t ignored = ignored_records_;
  if (record.key.starts_with(kProductKey)) {
    replay_product(record);
  } else if (record.key.starts_with(kAuditKey)) {
    replay_audit(record);
  } else if (record.key.starts_with(ProductHistory::kKey)) {
    ignored_records_ += history_.replay(record.key, record.value) ? 0 : 1;
  } else if (record.key.starts_with(RulesHistory::kKey)) {
    if (!rules_.replay(record)) ++ignored_records_;
  } else {
    ++ignored_records_;
  }
  if (ignored_records_ != ignored)
    kLog.warn("a record of _weft_mesh is not understood; it stays as it is",
              {{"key", record.key}, {"offset", offset.get()}});
}

void MeshState::replay_product(const state::Record& record) {
  const auto id = ProductId::parse(std::string_view(record.key).substr(kProductKey.size()));
  if (!id) {
    ++ignored_records_;
    return;
  }
  if (!record.value) return products_.erase(*id);
  auto product = parse_product_record(*record.value);
  if (!product.ok() || product->id != *id) {
    ++ignored_records_;
    return;
  }
  products_.put(std::make_shared<const Product>(std::move(*product)));
}

void MeshState::replay_audit(const state::Record& record) {
  const auto number = parse_audit_id("a" + record.key.substr(kAuditKey.size()));
  if (!number) {
    ++ignored_records_;
  } else if (!record.value) {
    unread_audit_.erase(*number);
    audit_.erase(*number);
    deleting_.erase(*number);
  } else if (loading_) {
    // Most entries of a log have a tombstone behind them: only what is left at its end is worth reading.
    unread_audit_.insert_or_assign(*number, *record.value);
  } else {
    read_audit(*number, *record.value);
  }
}

void MeshState::read_audit(AuditNumber number, std::string_view value) {
  auto entry = parse_audit_record(value);
  if (!entry.ok() || entry->number != number) {
    ++ignored_records_;
    return;
  }
  if (entry->action == AuditAction::kTopicDelete && entry->outcome == AuditOutcome::kStarted) {
    deleting_.insert_or_assign(number, entry->subject.substr(entry->subject.find(':') + 1));
  } else {
    deleting_.erase(number);
  }
  audit_.insert_or_assign(number, std::make_shared<const AuditEntry>(std::move(*entry)));
  last_audit_ = std::max(last_audit_, number);
}

void MeshState::reset() {
  products_.clear();
  history_.clear();
  rules_.reset();
  audit_.clear();
  unread_audit_.clear();
  loading_ = true;
  deleting_.clear();
  last_audit_ = 0;
  ignored_records_ = 0;
}

void MeshState::loaded() {
  loading_ = false;
  for (const auto& [number, value] : std::exchange(unread_audit_, {})) read_audit(number, value);
  if (on_loaded_) on_loaded_();
}

// ---- What is

const Product* MeshState::find(const ProductId& id) const { return products_.find(id).get(); }

const Product* MeshState::find_on_topic(std::string_view cluster, std::string_view topic) const {
  return products_.find_on_topic(cluster, topic).get();
}

bool MeshState::is_being_deleted(std::string_view topic) const {
  return std::any_of(deleting_.begin(), deleting_.end(), [&](const auto& each) { return each.second == topic; });
}

// ---- Decisions

AuditPointer MeshState::audited(const Asked& asked, std::int64_t now_ms, AuditEntry entry,
                                std::vector<state::Record>& records) const {
  entry.number = last_audit_ + 1;
  entry.time_ms = now_ms;
  entry.principal = asked.principal.to_string();
  entry.display_name = asked.display_name;
  entry.call = asked.call;
  records.push_back({audit_key(entry.number), to_json(entry)});
  if (const AuditNumber oldest = entry.number - kAuditEntriesMax; audit_.contains(oldest))
    records.push_back({audit_key(oldest), std::nullopt});
  return std::make_shared<const AuditEntry>(std::move(entry));
}

state::Decision<Change> MeshState::refuse(const Asked& asked, std::int64_t now_ms, AuditAction action, Change change,
                                          std::string summary) const {
  state::Decision<Change> decision{std::move(change), {}};
  decision.response.kind = Change::Kind::kRefused;
  AuditEntry entry{.action = action,
                   .subject = subject_of(decision.response.id),
                   .outcome = AuditOutcome::kRefused,
                   .summary = std::move(summary)};
  entry.findings = decision.response.findings;
  decision.response.audit = audited(asked, now_ms, std::move(entry), decision.records);
  return decision;
}

namespace {

Refusal refusal_of(const access::Principal& principal, const std::vector<Finding>& findings) {
  if (principal.kind == access::Principal::Kind::kAnonymous) return Refusal::kUnauthenticated;
  const auto blocks_by = [&](auto rule) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.severity == Severity::kBlocks && rule(finding.rule);
    });
  };
  if (blocks_by([](const std::string& rule) { return is_right(rule); })) return Refusal::kForbidden;
  if (blocks_by([](const std::string& rule) { return rule == "name-free"; })) return Refusal::kTaken;
  return Refusal::kFindings;
}

}  // namespace

state::Decision<Change> MeshState::put(const Asked& asked, std::int64_t now_ms, const ProductId& id,
                                       std::optional<std::int64_t> expected_version, std::vector<Finding> findings,
                                       Function<Product()> make) const {
  const ProductPointer current = products_.find(id);
  const AuditAction action = expected_version ? AuditAction::kProductEdit : AuditAction::kProductPublish;
  std::erase_if(findings, [](const Finding& finding) { return finding.severity == Severity::kPasses; });
  Change change{.id = id, .product = current, .findings = std::move(findings)};

  if (expected_version && !current) {
    change.refusal = Refusal::kNotFound;
    return refuse(asked, now_ms, action, std::move(change),
                  fmt::format("Not edited: there is no product {}", id.to_string()));
  }
  if (expected_version && *expected_version != current->version) {
    change.refusal = Refusal::kStale;
    change.current_version = current->version;
    return refuse(
        asked, now_ms, action, std::move(change),
        fmt::format("{} not edited: version {} is newer than {}", id.to_string(), current->version, *expected_version));
  }
  if (current && current->is_retired() && expected_version) {
    change.findings.push_back({"lifecycle", "lifecycle-step", Severity::kBlocks, "Retired products stay as they are",
                               fmt::format("{} is retired.", id.to_string()), "Bring it back first: to live.",
                               std::nullopt});
  }
  if (blocks(change.findings) || asked.principal.kind == access::Principal::Kind::kAnonymous) {
    change.refusal = refusal_of(asked.principal, change.findings);
    std::string summary = fmt::format("{} not {}: {}", id.to_string(), done(action), how_many_block(change.findings));
    return refuse(asked, now_ms, action, std::move(change), std::move(summary));
  }

  Product product = make();
  if (current) {
    product.lifecycle = current->lifecycle;
    product.deprecation = current->deprecation;
    if (product.says_the_same_as(*current)) {
      change.kind = Change::Kind::kUnchanged;
      return {std::move(change), {}};
    }
  }
  return commit(asked, now_ms, action, std::move(change), std::move(product), current ? "Edited" : "Published");
}

state::Decision<Change> MeshState::commit(const Asked& asked, std::int64_t now_ms, AuditAction action, Change change,
                                          Product product, std::string_view done) const {
  const ProductPointer current = products_.find(product.id);
  product.version = current ? current->version + 1 : 1;
  product.published_at_ms = current ? current->published_at_ms : now_ms;
  product.updated_at_ms = now_ms;
  product.updated_by = asked.principal.to_string();

  state::Decision<Change> decision{std::move(change), {}};
  decision.response.kind = current ? Change::Kind::kEdited : Change::Kind::kPublished;
  decision.records.push_back({product_key(product.id), product_record(product)});
  if (current) {
    decision.records.push_back({ProductHistory::key(product.id, current->version), product_record(*current)});
    const ProductHistory::Versions& before = history_.versions(product.id);
    if (const auto oldest = before.find(current->version - kVersionsMax); oldest != before.end())
      decision.records.push_back({ProductHistory::key(product.id, oldest->first), std::nullopt});
  }
  AuditEntry entry{.action = action, .subject = subject_of(product.id), .outcome = AuditOutcome::kDone};
  entry.summary = fmt::format("{} {} version {}", done, product.id.to_string(), product.version);
  entry.findings = decision.response.findings;
  decision.response.audit = audited(asked, now_ms, std::move(entry), decision.records);
  decision.response.product = std::make_shared<const Product>(std::move(product));
  return decision;
}

std::optional<state::Decision<Change>> MeshState::refuse_change(const Asked& asked, std::int64_t now_ms,
                                                                AuditAction action, const Change& wanted,
                                                                std::int64_t expected_version,
                                                                const identity::Directory& directory) const {
  Change change = wanted;
  const std::string id = change.id.to_string();
  if (!change.product) {
    change.refusal = Refusal::kNotFound;
    return refuse(asked, now_ms, action, std::move(change),
                  fmt::format("Not {}: there is no product {}", done(action), id));
  }
  const Product& current = *change.product;
  if (!asked.principal.member_of(current.owner)) {
    const identity::Team* team = directory.find_team(current.owner);
    const bool anonymous = asked.principal.kind == access::Principal::Kind::kAnonymous;
    change.refusal = anonymous ? Refusal::kUnauthenticated : Refusal::kForbidden;
    change.findings.push_back(
        {"owner", "owner-member", Severity::kBlocks, "Only members of the owner team may",
         anonymous ? "Nobody is signed in."
                   : fmt::format("{} is not a member of {}.", asked.principal.name, current.owner),
         team == nullptr ? fmt::format("The directory no longer knows {}: add it, with its members.", current.owner)
                         : fmt::format("Act as a member: {}.", fmt::join(team->members, ", ")),
         std::nullopt});
    return refuse(asked, now_ms, action, std::move(change),
                  fmt::format("{} not {}: only members of {} may", id, done(action), current.owner));
  }
  if (current.version != expected_version) {
    change.refusal = Refusal::kStale;
    change.current_version = current.version;
    return refuse(asked, now_ms, action, std::move(change),
                  fmt::format("{} not {}: version {} is newer than {}", id, done(action), current.version,
                              expected_version));
  }
  return std::nullopt;
}

state::Decision<Change> MeshState::remove(const Asked& asked, std::int64_t now_ms, const ProductId& id,
                                          std::int64_t expected_version, const identity::Directory& directory) const {
  constexpr AuditAction kAction = AuditAction::kProductUnpublish;
  Change change{.id = id, .product = products_.find(id)};
  if (auto refused = refuse_change(asked, now_ms, kAction, change, expected_version, directory))
    return std::move(*refused);
  change.kind = Change::Kind::kUnpublished;
  state::Decision<Change> decision{std::move(change), {}};
  decision.records.push_back({product_key(id), std::nullopt});
  for (const auto& [version, text] : history_.versions(id))
    decision.records.push_back({ProductHistory::key(id, version), std::nullopt});
  AuditEntry entry{.action = kAction, .subject = subject_of(id), .outcome = AuditOutcome::kDone};
  entry.summary =
      fmt::format("Unpublished {} version {}; topics and records stay", id.to_string(), expected_version);
  decision.response.audit = audited(asked, now_ms, std::move(entry), decision.records);
  return decision;
}

state::Decision<Change> MeshState::set_lifecycle(const Asked& asked, std::int64_t now_ms, const ProductId& id,
                                                 std::int64_t expected_version, const LifecycleChange& wanted,
                                                 std::vector<Finding> findings,
                                                 const identity::Directory& directory) const {
  const AuditAction action = wanted.to == lifecycle_name(Lifecycle::kRetired)  ? AuditAction::kProductRetire
                             : wanted.to == lifecycle_name(Lifecycle::kLive) ? AuditAction::kProductRestore
                                                                             : AuditAction::kProductDeprecate;
  Change change{.id = id, .product = products_.find(id)};
  if (auto refused = refuse_change(asked, now_ms, action, change, expected_version, directory))
    return std::move(*refused);
  std::erase_if(findings, [](const Finding& finding) { return finding.severity == Severity::kPasses; });
  change.findings = std::move(findings);
  if (blocks(change.findings)) {
    change.refusal = refusal_of(asked.principal, change.findings);
    std::string summary = fmt::format("{} not {}: {}", id.to_string(), done(action), how_many_block(change.findings));
    return refuse(asked, now_ms, action, std::move(change), std::move(summary));
  }
  Product product = with_lifecycle(*change.product, wanted);
  if (product.says_the_same_as(*change.product)) {
    change.kind = Change::Kind::kUnchanged;
    return {std::move(change), {}};
  }
  const std::string_view said = action == AuditAction::kProductRetire    ? "Retired"
                                : action == AuditAction::kProductRestore ? "Brought back"
                                                                         : "Deprecated";
  return commit(asked, now_ms, action, std::move(change), std::move(product), said);
}

state::Decision<TopicChange> MeshState::start_topic_change(const Asked& asked, std::int64_t now_ms, AuditAction action,
                                                           const std::string& cluster, const std::string& topic,
                                                           const std::optional<std::string>& denied) const {
  state::Decision<TopicChange> decision{{.topic = topic}, {}};
  TopicChange& change = decision.response;
  const Product* on = action == AuditAction::kTopicDelete ? find_on_topic(cluster, topic) : nullptr;
  if (denied) {
    change.refusal = Refusal::kForbidden;
    change.findings.push_back({"topic", "topic-right", Severity::kBlocks, "A right is missing", *denied,
                               "Ask an administrator for it.", std::nullopt});
  } else if (on != nullptr) {
    change.refusal = Refusal::kInUse;
    change.findings.push_back({"topic", "topic-unused", Severity::kBlocks, "No product may be on it",
                               fmt::format("{} is on topic {}.", on->id.to_string(), topic), "Unpublish it first.",
                               std::nullopt});
  }
  AuditEntry entry{.action = action, .subject = "topic:" + topic};
  entry.outcome = change.refusal ? AuditOutcome::kRefused : AuditOutcome::kStarted;
  entry.findings = change.findings;
  entry.summary = change.refusal
                      ? fmt::format("Topic {} not {}d: {}", topic, verb(action), change.findings.front().message)
                      : fmt::format("Topic {}: {} started", topic, verb(action));
  change.audit = audited(asked, now_ms, std::move(entry), decision.records);
  return decision;
}

state::Decision<TopicChange> MeshState::finish_topic_change(AuditNumber number, AuditOutcome outcome,
                                                            std::string summary) const {
  state::Decision<TopicChange> decision;
  const auto at = audit_.find(number);
  if (at == audit_.end()) return decision;  // pushed out by ten thousand newer ones
  AuditEntry entry = *at->second;
  entry.outcome = outcome;
  entry.summary = std::move(summary);
  decision.response.topic = entry.subject.substr(entry.subject.find(':') + 1);
  decision.records.push_back({audit_key(number), to_json(entry)});
  decision.response.audit = std::make_shared<const AuditEntry>(std::move(entry));
  return decision;
}

state::Decision<AuditPointer> MeshState::note(const Asked& asked, std::int64_t now_ms, AuditEntry entry) const {
  state::Decision<AuditPointer> decision;
  decision.response = audited(asked, now_ms, std::move(entry), decision.records);
  return decision;
}

}  // namespace weft::mesh
