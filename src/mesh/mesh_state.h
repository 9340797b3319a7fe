#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "base/function.h"
#include "mesh/audit.h"
#include "mesh/lifecycle_change.h"
#include "mesh/product.h"
#include "mesh/product_history.h"
#include "mesh/product_rules.h"
#include "mesh/product_table.h"
#include "mesh/rules/rules_history.h"
#include "state/shard.h"

namespace weft::identity {
class Directory;
}

namespace weft::mesh {

using AuditPointer = std::shared_ptr<const AuditEntry>;

/// Audit entries held; an older one is deleted with the entry that takes its place.
inline constexpr AuditNumber kAuditEntriesMax = 10'000;

/// Why a change was refused; the API maps it to a status.
enum class Refusal { kUnauthenticated, kForbidden, kFindings, kTaken, kStale, kNotFound, kInUse };

/// Who wants something, and how they asked.
struct Asked {
  access::Principal principal;
  std::string display_name;
  ApiCall call;
};

/// What came of a request to change a product.
struct Change {
  enum class Kind { kPublished, kEdited, kUnchanged, kUnpublished, kRefused };
  Kind kind = Kind::kRefused;
  ProductId id;
  ProductPointer product;  ///< As it is now; when unpublished, as it was.
  std::optional<Refusal> refusal;
  std::vector<Finding> findings;                ///< Those that do not pass.
  std::optional<std::int64_t> current_version;  ///< With kStale.
  AuditPointer audit;                           ///< None when nothing changed.
};

/// What came of a request to create or delete a topic: first the intent, then its end.
struct TopicChange {
  std::string topic;
  std::optional<Refusal> refusal;
  std::vector<Finding> findings;
  AuditPointer audit;
};

/// What came of a request to change the rules.
struct RulesChange {
  RulesVersionPointer rules;  ///< In force now.
  bool changed = false;
  std::optional<Refusal> refusal;
  std::vector<Finding> findings;
  AuditPointer audit;  ///< None when nothing changed.
};

/// Products and the audit of all changes: the state of `_weft_mesh`. Decisions are const; replay alone changes it.
///
/// Records: "product/<domain>/<name>" → product_record, deleted when unpublished; "version/<domain>/<name>/<number>" → the
/// record that a newer version has replaced; "audit/<number>" → the entry as JSON; "rules/<number>" →
/// RulesHistory.
class MeshState final : public state::Machine, public ProductIndex {
 public:
  // ---- Machine
  void replay(const state::Record& record, Offset offset, Timestamp timestamp) override;
  void reset() override;
  void loaded() override;
  /// Runs after every replay of the whole log.
  void on_loaded(Function<void()> loaded) { on_loaded_ = std::move(loaded); }

  // ---- What is
  const Product* find(const ProductId& id) const override;
  ProductPointer find_pointer(const ProductId& id) const { return products_.find(id); }
  const Product* find_on_topic(std::string_view cluster, std::string_view topic) const override;
  bool is_being_deleted(std::string_view topic) const override;
  const std::map<ProductId, ProductPointer>& products() const { return products_.all(); }
  const ProductHistory& history() const { return history_; }
  const std::map<AuditNumber, AuditPointer>& audit() const { return audit_; }
  const RulesHistory& rules() const { return rules_; }
  /// Records that could not be understood, since the last reset.
  std::uint64_t ignored_records() const { return ignored_records_; }

  // ---- Decisions
  /// Publishes, or with `expected_version` edits that version. `findings` are those of check_product on this state.
  state::Decision<Change> put(const Asked& asked, std::int64_t now_ms, const ProductId& id,
                              std::optional<std::int64_t> expected_version, std::vector<Finding> findings,
                              Function<Product()> make) const;
  state::Decision<Change> remove(const Asked& asked, std::int64_t now_ms, const ProductId& id,
                                 std::int64_t expected_version, const identity::Directory& directory) const;
  /// Deprecates, retires or brings back. `findings` are those of check_lifecycle, and for what becomes live again of
  /// check_product.
  state::Decision<Change> set_lifecycle(const Asked& asked, std::int64_t now_ms, const ProductId& id,
                                        std::int64_t expected_version, const LifecycleChange& wanted,
                                        std::vector<Finding> findings, const identity::Directory& directory) const;
  /// Gives a product to another team of its domain: by its owner, a governor, or, when the directory no longer knows the
  /// owner, any team of the domain.
  state::Decision<Change> hand_over(const Asked& asked, std::int64_t now_ms, const ProductId& id,
                                    const std::string& team, const identity::Directory& directory) const;
  /// Calls the owner what the directory calls the team with its id now; nothing changes when it is called so already.
  state::Decision<Change> follow_team(const Asked& asked, std::int64_t now_ms, const ProductId& id,
                                      const identity::Directory& directory) const;
  /// The intent, before the cluster is asked. Refused when `denied` says why, and a deletion while a product is on the
  /// topic.
  state::Decision<TopicChange> start_topic_change(const Asked& asked, std::int64_t now_ms, AuditAction action,
                                                  const std::string& cluster, const std::string& topic,
                                                  const std::optional<std::string>& denied) const;
  /// How it ended; `summary` replaces the intent's.
  state::Decision<TopicChange> finish_topic_change(AuditNumber number, AuditOutcome outcome, std::string summary) const;

  /// Puts other rules into force; `read` is what read_rule_book said of `text`. Only governors may.
  state::Decision<RulesChange> put_rules(const Asked& asked, std::int64_t now_ms, std::int64_t expected_version,
                                         std::string text, ReadRuleBook read,
                                         const identity::Directory& directory) const;

  /// What happened elsewhere, as an entry: action, subject, outcome, summary and findings are given.
  state::Decision<AuditPointer> note(const Asked& asked, std::int64_t now_ms, AuditEntry entry) const;

 private:
  void replay_product(const state::Record& record);
  void replay_audit(const state::Record& record);
  void read_audit(AuditNumber number, std::string_view value);
  /// Fills number, time and who, and appends the records that hold it.
  AuditPointer audited(const Asked& asked, std::int64_t now_ms, AuditEntry entry,
                       std::vector<state::Record>& records) const;
  state::Decision<Change> refuse(const Asked& asked, std::int64_t now_ms, AuditAction action, Change change,
                                 std::string summary) const;

  /// Refuses when there is no such product, who asks is not of its team, or it has another version.
  std::optional<state::Decision<Change>> refuse_change(const Asked& asked, std::int64_t now_ms, AuditAction action,
                                                       const Change& change, std::int64_t expected_version,
                                                       const identity::Directory& directory) const;
  /// The records that make `product` the next version of itself.
  state::Decision<Change> commit(const Asked& asked, std::int64_t now_ms, AuditAction action, Change change,
                                 Product product, std::string_view done) const;

  ProductTable products_;
  ProductHistory history_;
  RulesHistory rules_;
  std::map<AuditNumber, AuditPointer> audit_;
  bool loading_ = false;                             ///< Since reset, until the log's end.
  std::map<AuditNumber, std::string> unread_audit_;  ///< Entries met while loading.
  std::map<AuditNumber, std::string> deleting_;      ///< Topics whose deletion is started.
  AuditNumber last_audit_ = 0;
  std::uint64_t ignored_records_ = 0;
  Function<void()> on_loaded_;
};

}  // namespace weft::mesh
