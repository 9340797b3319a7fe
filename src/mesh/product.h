#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mesh/attribute_value.h"
#include "mesh/port.h"

namespace weft::mesh {

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

/// Drafts are no products yet: see product_draft.h. Retired ones keep their name, page and history; searches leave them
/// out unless asked, and their topics are free.
enum class Lifecycle { kLive, kDeprecated, kRetired };
std::string_view lifecycle_name(Lifecycle lifecycle);
std::optional<Lifecycle> parse_lifecycle(std::string_view name);

/// Who may read the records: the owner's team, whom it lets, the teams of its domain, everybody.
enum class Audience { kPrivate, kByRequest, kDomain, kOpen };
std::string_view audience_name(Audience audience);
std::optional<Audience> parse_audience(std::string_view name);

enum class Sensitivity { kPublic, kInternal, kConfidential, kPersonalData };
std::string_view sensitivity_name(Sensitivity sensitivity);
std::optional<Sensitivity> parse_sensitivity(std::string_view name);

/// A place on the web, http or https.
struct Link {
  std::string title;
  std::string url;

  bool operator==(const Link&) const = default;
};

/// Why and until when a product is still there, and what to read instead.
struct Deprecation {
  std::string reason;
  std::string ends_on;                 ///< A day, 2027-03-31; empty when none is set.
  std::optional<ProductId> successor;

  bool operator==(const Deprecation&) const = default;
};

/// What an owner offers under one name: records and other ways to read them, and what is promised about them.
struct Product {
  ProductId id;
  std::int64_t version = 0;  ///< 1 when published, one more with every change.
  std::string owner;         ///< A team of the directory; an orphan when it knows no such team.
  std::string owner_id;      ///< The team's id, by which a renamed one is found again; empty when it has none.
  std::string description;   ///< What one event means. Markdown.
  Quality quality = Quality::kRaw;
  int sla = 3;  ///< Tier 1 (best) to 3.
  std::vector<std::string> tags;
  Lifecycle lifecycle = Lifecycle::kLive;
  std::optional<Deprecation> deprecation;  ///< Of a deprecated one; a retired one keeps it.
  Audience audience = Audience::kOpen;
  Sensitivity sensitivity = Sensitivity::kInternal;
  std::vector<Link> links;      ///< Documentation.
  std::optional<Link> support;  ///< Where questions are answered.
  std::string terms;            ///< What readers agree to. Markdown; may be empty.
  Attributes attributes;
  std::vector<Port> ports;  ///< At least one.
  std::int64_t published_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::string updated_by;  ///< A principal: "User:mkovac".

  /// The first port that is a stream, which samples, facts and tails are about; one without a topic when there is none.
  const Port& stream() const;
  /// The description's first sentence, without Markdown.
  std::string summary() const;
  bool is_retired() const { return lifecycle == Lifecycle::kRetired; }
  /// Whether an edit would change nothing: all but version, times and who.
  bool says_the_same_as(const Product& other) const;
};

using ProductPointer = std::shared_ptr<const Product>;

void write(JsonWriter& json, const Link& link);
void write(JsonWriter& json, const Deprecation& deprecation);
/// What the owner says, into an object that is open: description, owner, …, ports. The same in records and in the API.
void write_members(JsonWriter& json, const Product& product);

/// The value of a record of `_weft_mesh` with key "product/<domain>/<name>"; `format` 2.
std::string product_record(const Product& product);
/// kCorrupt names the member. Reads format 1 too. Members of later versions are ignored; a later `format` is
/// kUnsupported.
Result<Product> parse_product_record(std::string_view value);

}  // namespace weft::mesh
