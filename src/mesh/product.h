#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weft::mesh {

class JsonWriter;

/// "execution/stocktrades"
struct ProductId {
  std::string domain;
  std::string name;

  auto operator<=>(const ProductId&) const = default;
  std::string to_string() const { return domain + "/" + name; }
  /// Nothing when there is not exactly one slash with something on both sides.
  static std::optional<ProductId> parse(std::string_view text);
};

enum class Quality { kAuthoritative, kCurated, kRaw };
std::string_view quality_name(Quality quality);
std::optional<Quality> parse_quality(std::string_view name);

enum class Lifecycle { kLive, kDeprecated };
std::string_view lifecycle_name(Lifecycle lifecycle);
std::optional<Lifecycle> parse_lifecycle(std::string_view name);

/// Where the records are: always with the cluster's name, environment and region.
struct Port {
  std::string cluster;
  std::string environment;
  std::string region;
  std::string topic;
  std::string subject;  ///< Of the value schema.

  bool operator==(const Port&) const = default;
};

/// A topic, its schema and what its owner promises.
struct Product {
  ProductId id;
  std::int64_t version = 0;  ///< 1 when published, one more with every edit.
  std::string owner;         ///< A team of the directory.
  std::string description;   ///< What one event means.
  Quality quality = Quality::kRaw;
  int sla = 3;  ///< Tier 1 (best) to 3.
  std::vector<std::string> tags;
  Lifecycle lifecycle = Lifecycle::kLive;
  Port port;
  std::int64_t published_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::string updated_by;  ///< A principal: "User:mkovac".

  /// Whether an edit would change nothing: all but version, times and who.
  bool says_the_same_as(const Product& other) const;
};

using ProductPointer = std::shared_ptr<const Product>;

/// What somebody wants to publish, perhaps not finished; words are not yet checked.
struct ProductDraft {
  std::optional<std::string> owner;
  std::optional<std::string> description;
  std::optional<std::string> quality;
  std::optional<std::int64_t> sla;
  std::vector<std::string> tags;
  std::optional<std::string> lifecycle;  ///< None: live.
  std::optional<std::string> cluster;    ///< None: the home cluster.
  std::optional<std::string> topic;
  std::optional<std::string> subject;  ///< None: <topic>-value.

  std::string subject_or_default() const { return subject.value_or(topic.value_or("") + "-value"); }
};

/// The value of a record of `_weft_mesh` with key "product/<domain>/<name>"; `format` 1.
std::string product_record(const Product& product);
/// kCorrupt names the member. Members of later versions are ignored; a later `format` is kUnsupported.
Result<Product> parse_product_record(std::string_view value);

}  // namespace weft::mesh
