#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "mesh/finding.h"
#include "mesh/history.h"
#include "mesh/product_draft.h"

namespace weft::identity {
class Directory;
}
namespace weft::stream {
struct ClusterIdentity;
}

namespace weft::mesh {

class RuleBook;

/// Bounds of what a product may say, counted in Unicode code points where it is text for people.
inline constexpr std::size_t kProductNameMax = 100;
inline constexpr std::size_t kDescriptionMax = 10'000;
inline constexpr std::size_t kTagsMax = 20;
inline constexpr std::size_t kTagMax = 40;

/// What the outside says about a draft's port at this moment; gathered before rules are asked.
struct PortEvidence {
  struct Schema {
    std::string format;  ///< "AVRO", "JSON", "PROTOBUF"
    std::int32_t version = 0;
    std::size_t fields = 0;
    std::size_t fields_without_doc = 0;
  };
  bool topic_exists = false;
  bool topic_internal = false;
  bool has_events = false;
  std::optional<Schema> schema;
  std::optional<History> history;
  std::optional<std::string> topic_unknown;   ///< Why the cluster could not be asked: a false above may then be true.
  std::optional<std::string> schema_unknown;  ///< Why the registry could not be asked.
  std::optional<std::string> history_unknown;
};

/// Products as the rules need them.
class ProductIndex {
 public:
  virtual ~ProductIndex() = default;
  virtual const Product* find(const ProductId& id) const = 0;
  virtual const Product* find_on_topic(std::string_view cluster, std::string_view topic) const = 0;
  /// A deletion of this topic is under way.
  virtual bool is_being_deleted(std::string_view topic) const = 0;
};

struct RuleContext {
  const access::Principal& principal;
  const identity::Directory& directory;
  const stream::ClusterIdentity& home;
  const ProductIndex& products;
  std::span<const PortEvidence>
      evidence;           ///< Of the draft's ports, one by one; empty ones for those that are no stream.
  const RuleBook& rules;  ///< The governor's.
  std::string today;      ///< "2026-11-23", in UTC.
  bool editing = false;   ///< The product exists and stays itself.
};

/// Asks every rule, weft's own and the governor's: those that block first. Rules that pass answer too.
std::vector<Finding> check_product(const ProductId& id, const ProductDraft& draft, const RuleContext& context);
/// Whether a topic by itself could become a product: the rules about its port only, and only what does not pass.
std::vector<Finding> check_candidate(std::string_view topic, const PortEvidence& evidence, const RuleBook& rules,
                                     std::string_view today);
/// Rules that name no owner belong to the first team of governors.
void name_owners(std::vector<Finding>& findings, const identity::Directory& directory);
/// Rules about rights: when one of them blocks, the refusal is "forbidden".
bool is_right(std::string_view rule);

}  // namespace weft::mesh
