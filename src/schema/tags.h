#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

/// Tags that stand inside a schema's text (`confluent:tags`, `(confluent.field_meta).tags`), such as PII: on records
/// and on fields, which are called by paths as Confluent's registry calls them.
namespace weft::schema {

enum class EntityKind : std::uint8_t { kRecord, kField };
/// "sr_record" or "sr_field".
std::string_view entity_kind_name(EntityKind kind);

/// What a tag can stand on. Avro: "acme.Order", "acme.Order.mail". JSON Schema: "object", "object.mail",
/// "object.lines.array.object.price", "object.definitions.Money.object". Protobuf: "Order", "Order.Line.price", without
/// the package.
struct Entity {
  EntityKind kind = EntityKind::kRecord;
  std::string path;

  bool operator==(const Entity&) const = default;
};

struct EntityTags {
  Entity entity;
  std::vector<std::string> tags;

  bool operator==(const EntityTags&) const = default;
};

/// What is to become of a schema's tags. What is added and removed at once is removed.
struct TagChanges {
  std::vector<EntityTags> add;
  std::vector<EntityTags> remove;
  std::vector<EntityTags> carried = {};  ///< Of another version: added where the path leads somewhere.

  bool empty() const { return add.empty() && remove.empty() && carried.empty(); }
  bool operator==(const TagChanges&) const = default;
};

/// Everything in one schema that tags can stand on, in the order in which it stands there.
class TagPlaces {
 public:
  /// False for what the bounds leave out: paths that are too long, and all that comes when there are too many.
  /// `other_path` is a second name for it, shorter or longer; may be empty.
  bool add(EntityKind kind, std::string path, std::string other_path, std::vector<std::string> tags);

  /// Those that have tags.
  std::vector<EntityTags> tagged() const;
  /// What the changes make of them: the index of each place that is named, ascending, and its tags afterwards. A path
  /// may begin with a point. Error: kInvalidArgument naming a path that leads nowhere, and those that there are.
  Result<std::vector<std::pair<std::size_t, std::vector<std::string>>>> changed(const TagChanges& changes) const;

 private:
  struct Place {
    EntityTags has;
    std::string other_path;
  };
  Error nowhere(const Entity& wanted) const;

  std::vector<Place> places_;
  std::size_t bytes_ = 0;
};

}  // namespace weft::schema
