#include "schema/tags.h"

#include <algorithm>
#include <map>
#include <unordered_set>

namespace weft::schema {
namespace {

constexpr std::size_t kPathBytesMax = 1'000;
/// Of all paths of one schema: deep nesting repeats the outer names in every inner one.
constexpr std::size_t kPathsBytesMax = std::size_t{16} << 20;
/// Paths that a message lists.
constexpr std::size_t kPathsShown = 20;

using Key = std::pair<EntityKind, std::string_view>;

std::vector<std::string> with_changes(std::vector<std::string> tags, const std::vector<const EntityTags*>& added,
                                      const std::vector<const EntityTags*>& removed) {
  for (const EntityTags* each : added) tags.insert(tags.end(), each->tags.begin(), each->tags.end());
  std::unordered_set<std::string_view> gone;
  for (const EntityTags* each : removed) gone.insert(each->tags.begin(), each->tags.end());
  std::vector<std::string> kept;
  std::unordered_set<std::string_view> seen;
  for (const std::string& tag : tags) {
    if (!gone.contains(tag) && seen.insert(tag).second) kept.push_back(tag);
  }
  return kept;
}

}  // namespace

std::string_view entity_kind_name(EntityKind kind) { return kind == EntityKind::kRecord ? "sr_record" : "sr_field"; }

bool TagPlaces::add(EntityKind kind, std::string path, std::string other_path, std::vector<std::string> tags) {
  if (path.size() > kPathBytesMax || other_path.size() > kPathBytesMax) return false;
  bytes_ += path.size() + other_path.size();
  if (bytes_ > kPathsBytesMax) return false;
  places_.push_back({{{kind, std::move(path)}, std::move(tags)}, std::move(other_path)});
  return true;
}

std::vector<EntityTags> TagPlaces::tagged() const {
  std::vector<EntityTags> tagged;
  for (const Place& place : places_) {
    if (!place.has.tags.empty()) tagged.push_back(place.has);
  }
  return tagged;
}

Result<std::vector<std::pair<std::size_t, std::vector<std::string>>>> TagPlaces::changed(
    const TagChanges& changes) const {
  std::map<Key, std::size_t> by_path, by_other_path;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    by_path.emplace(Key(place.has.entity.kind, place.has.entity.path), i);
    if (!place.other_path.empty()) by_other_path.emplace(Key(place.has.entity.kind, place.other_path), i);
  }
  struct Change {
    std::vector<const EntityTags*> added, removed;
  };
  std::map<std::size_t, Change> by_place;
  for (const auto* const list : {&changes.carried, &changes.add, &changes.remove}) {
    for (const EntityTags& each : *list) {
      std::string_view path = each.entity.path;
      if (path.starts_with('.')) path.remove_prefix(1);
      const Key key(each.entity.kind, path);
      auto at = by_path.find(key);
      if (at == by_path.end()) {
        at = by_other_path.find(key);
        if (at == by_other_path.end()) {
          if (list == &changes.carried) continue;
          return nowhere(each.entity);
        }
      }
      Change& change = by_place[at->second];
      (list == &changes.remove ? change.removed : change.added).push_back(&each);
    }
  }
  std::vector<std::pair<std::size_t, std::vector<std::string>>> changed;
  for (const auto& [index, change] : by_place) {
    changed.emplace_back(index, with_changes(places_[index].has.tags, change.added, change.removed));
  }
  return changed;
}

Error TagPlaces::nowhere(const Entity& wanted) const {
  std::string paths;
  std::size_t count = 0;
  for (const Place& place : places_) {
    if (place.has.entity.kind != wanted.kind || ++count > kPathsShown) continue;
    if (!paths.empty()) paths += ", ";
    paths += place.has.entity.path;
  }
  if (count > kPathsShown) paths += fmt::format(" and {} more", count - kPathsShown);
  return error(ErrorCode::kInvalidArgument, "no {} has the path '{}'; there {} {}", entity_kind_name(wanted.kind),
               wanted.path.substr(0, 200),
               count == 0   ? "is"
               : count == 1 ? "is only"
                            : "are",
               count == 0 ? "none" : paths);
}

}  // namespace weft::schema
