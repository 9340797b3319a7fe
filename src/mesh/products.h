#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "access/authorizer.h"
#include "base/function.h"
#include "base/result.h"
#include "mesh/catalogue.h"
#include "mesh/mesh_state.h"
#include "state/shard.h"
#include "stream/cluster.h"

namespace weft::identity {
class DirectoryFile;
}

namespace weft::mesh {

class Schemas;

/// Hears of changes once they are durable, on the loop of mesh.
class MeshListener {
 public:
  virtual ~MeshListener() = default;
  virtual void product_changed(const Change&) {}
  virtual void audited(const AuditEntry&) {}
  virtual void rules_changed(const RulesVersion&) {}
  /// Everything may be different: the state was replayed from the start.
  virtual void reloaded() {}
};

struct AuditFilter {
  std::optional<std::string> subject;
  std::optional<std::string> principal;
  std::optional<AuditAction> action;
  std::optional<AuditOutcome> outcome;
  std::size_t limit = 100;
  std::optional<AuditNumber> before;  ///< Only older ones.
};

struct AuditPage {
  std::vector<AuditPointer> entries;  ///< Newest first.
  std::size_t total = 0;              ///< How many match, `before` aside.
  std::optional<AuditNumber> next_before;
};

/// What came of asking the cluster to create or delete a topic.
struct TopicOutcome {
  TopicChange change;
  std::optional<Error> failure;  ///< The cluster's answer, when it said no.
};

/// Publishing, editing and unpublishing, and topics made or deleted through weft: rules, state, audit and the view that
/// searches use. Nothing is answered or visible in the view before it is durable. Lives on one loop.
class Products {
 public:
  struct Parts {
    env::EventLoop& loop;
    stream::Cluster& home;
    Schemas& schemas;
    identity::DirectoryFile& directory;
    const access::Authorizer& authorizer;
    Catalogue& catalogue;
    std::string topic = "_weft_mesh";
  };

  explicit Products(Parts parts);
  ~Products();

  /// Makes the topic if it is not there, and replays it.
  void load(Callback<Result<void>> done);
  bool ready() const { return shard_.ready(); }

  void put(Asked asked, ProductId id, ProductDraft draft, std::optional<std::int64_t> expected_version,
           Callback<Result<Change>> done);
  void remove(Asked asked, ProductId id, std::int64_t expected_version, Callback<Result<Change>> done);
  /// Deprecates, retires or brings back to live, which asks every rule again.
  void set_lifecycle(Asked asked, ProductId id, std::int64_t expected_version, LifecycleChange change,
                     Callback<Result<Change>> done);
  /// The versions held of a product from `before` (none: the newest) downwards, newest first: at most `limit` of them and
  /// one more, which the last of them can be compared with. Empty when there is no such product.
  void list_versions(ProductId id, std::optional<std::int64_t> before, std::size_t limit,
                     Callback<Result<std::vector<ProductPointer>>> done);
  /// One version; null when it is not held.
  void find_version(ProductId id, std::int64_t version, Callback<Result<ProductPointer>> done);
  /// What put would say; changes nothing.
  void check(access::Principal principal, ProductId id, ProductDraft draft, bool editing,
             Callback<Result<std::vector<Finding>>> done);

  /// Gives a product to another team of its domain; see MeshState::hand_over.
  void hand_over(Asked asked, ProductId id, std::string team, Callback<Result<Change>> done);

  /// `read` is what read_rule_book said of `text`.
  void put_rules(Asked asked, std::int64_t expected_version, std::string text, ReadRuleBook read,
                 Callback<Result<RulesChange>> done);
  /// In force; as durable as what answers show.
  const RulesVersionPointer& rules() const { return rules_; }
  /// Newest first.
  std::vector<RulesVersionPointer> list_rules() const;

  void create_topic(Asked asked, stream::TopicSpec spec, Callback<Result<TopicOutcome>> done);
  void delete_topic(Asked asked, std::string topic, Callback<Result<TopicOutcome>> done);

  /// Adds an entry about what happened elsewhere; `entry` says action, subject, outcome, summary and findings.
  void note(access::Principal principal, ApiCall call, AuditEntry entry);
  AuditPage list_audit(const AuditFilter& filter) const;
  AuditPointer find_audit(AuditNumber number) const;

  /// Until forget(): a listener that goes first says so.
  void listen(MeshListener& listener) { listeners_.push_back(&listener); }
  void forget(MeshListener& listener) { std::erase(listeners_, &listener); }

 private:
  struct PutRequest;
  struct TopicRequest;
  std::vector<Finding> findings_of(const PutRequest& request) const;
  void decide_put(std::shared_ptr<PutRequest> request);
  void change_topic(std::shared_ptr<TopicRequest> request);
  void finish_topic(std::shared_ptr<TopicRequest> request, Result<void> result);
  void apply(const Change& change);
  void note_audit(const AuditPointer& entry);
  void rebuild();
  void settle_interrupted();
  void follow_teams();
  void settle(AuditNumber number, AuditAction action, const std::string& topic);
  std::int64_t now_ms() const { return parts_.loop.clock().wall_ms(); }

  Parts parts_;
  MeshState state_;
  AuditNumber durable_audit_ = 0;
  RulesVersionPointer rules_;        ///< Durable.
  std::set<AuditNumber> under_way_;  ///< Topic changes of this process that have not ended.
  std::vector<MeshListener*> listeners_;
  std::shared_ptr<bool> alive_;
  state::Shard shard_;  ///< Last: what still waits is refused while the rest is there.
};

}  // namespace weft::mesh
