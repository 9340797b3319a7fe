#include "schema/protobuf/compatibility.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

namespace weft::schema::protobuf {
namespace {

struct KindEntry {
  DifferenceKind kind;
  std::string_view name;
  bool compatible;
  std::string_view text;
};
using enum DifferenceKind;
constexpr std::array kKinds = {
    KindEntry{kPackageChanged, "PACKAGE_CHANGED", false, "the package is another one"},
    KindEntry{kMessageAdded, "MESSAGE_ADDED", true, "the message is new"},
    KindEntry{kMessageRemoved, "MESSAGE_REMOVED", false, "the message is gone"},
    KindEntry{kMessageMoved, "MESSAGE_MOVED", true, "the message stands elsewhere in its scope"},
    KindEntry{kEnumAdded, "ENUM_ADDED", true, "the enum is new"},
    KindEntry{kEnumRemoved, "ENUM_REMOVED", true, "the enum is gone"},
    KindEntry{kEnumConstAdded, "ENUM_CONST_ADDED", true, "the enum has a new constant"},
    KindEntry{kEnumConstChanged, "ENUM_CONST_CHANGED", true, "the enum's constant has another name"},
    KindEntry{kEnumConstRemoved, "ENUM_CONST_REMOVED", true, "a constant of the enum is gone"},
    KindEntry{kFieldAdded, "FIELD_ADDED", true, "the field is new"},
    KindEntry{kFieldRemoved, "FIELD_REMOVED", true, "the field is gone"},
    KindEntry{kFieldNameChanged, "FIELD_NAME_CHANGED", true, "the field has another name"},
    KindEntry{kFieldKindChanged, "FIELD_KIND_CHANGED", false,
              "the field changes between scalar, message and map, which are written differently"},
    KindEntry{kFieldScalarKindChanged, "FIELD_SCALAR_KIND_CHANGED", false,
              "the field's new type reads the old one's bytes as something else"},
    KindEntry{kFieldNamedTypeChanged, "FIELD_NAMED_TYPE_CHANGED", false, "the field holds another message"},
    KindEntry{kFieldNumericLabelChanged, "FIELD_NUMERIC_LABEL_CHANGED", false,
              "a numeric field changes between singular and repeated"},
    KindEntry{kFieldStringOrBytesLabelChanged, "FIELD_STRING_OR_BYTES_LABEL_CHANGED", true,
              "the field changes between singular and repeated"},
    KindEntry{kRequiredFieldAdded, "REQUIRED_FIELD_ADDED", false,
              "the required field is new: old data does not have it"},
    KindEntry{kRequiredFieldRemoved, "REQUIRED_FIELD_REMOVED", false,
              "the required field is gone: old programs demand it"},
    KindEntry{kOneofAdded, "ONEOF_ADDED", true, "the oneof is new"},
    KindEntry{kOneofRemoved, "ONEOF_REMOVED", true, "the oneof is gone"},
    KindEntry{kOneofFieldAdded, "ONEOF_FIELD_ADDED", true, "the oneof has a new member"},
    KindEntry{kOneofFieldRemoved, "ONEOF_FIELD_REMOVED", false,
              "a member of the oneof is gone: data that holds it seems to hold none"},
    KindEntry{kOneofFieldMovedToTopLevel, "ONEOF_FIELD_MOVED_TO_TOP_LEVEL", true, "the field left its oneof"},
    KindEntry{kMultipleFieldsMovedToOneof, "MULTIPLE_FIELDS_MOVED_TO_ONEOF", false,
              "fields that could be set together exclude each other now"},
    KindEntry{kFieldMovedToExistingOneof, "FIELD_MOVED_TO_EXISTING_ONEOF", false,
              "a field joined others in a oneof that it could be set with before"},
};
const KindEntry& entry(DifferenceKind kind) {
  const KindEntry& found = kKinds[static_cast<std::size_t>(kind)];
  CHECK(found.kind == kind);
  return found;
}

/// Scalars of one group read each other's bytes; 0 for what is no scalar.
char scalar_group(std::string_view type) {
  if (type == "int32" || type == "int64" || type == "uint32" || type == "uint64" || type == "bool") return 'n';
  if (type == "sint32" || type == "sint64") return 's';
  if (type == "string" || type == "bytes") return 't';
  if (type == "fixed32" || type == "sfixed32") return '4';
  if (type == "fixed64" || type == "sfixed64") return '8';
  if (type == "float") return 'f';
  if (type == "double") return 'd';
  return 0;
}

/// A field's type, looked up.
struct FieldType {
  enum class Kind { kScalar, kMessage, kMap };
  Kind kind = Kind::kMessage;
  char group = 0;                     ///< Of kScalar.
  std::string name;                   ///< As written.
  const NamedType* named = nullptr;   ///< Of kMessage; null when nothing declares it.
  const Message* own_body = nullptr;  ///< Of a proto2 group.
  std::string key, value;             ///< Of kMap: types as written.
};

/// One version, while messages of both are compared.
struct Side {
  const Schema& schema;

  FieldType type(const std::string& name, const std::string& scope) const {
    FieldType type;
    type.name = name;
    if ((type.group = scalar_group(name)) != 0) {
      type.kind = FieldType::Kind::kScalar;
      return type;
    }
    type.named = schema.types().type(name, scope);
    if (type.named == nullptr) return type;
    if (type.named->enumeration != nullptr) {
      type.kind = FieldType::Kind::kScalar;
      type.group = 'n';
    } else if (type.named->message->map_entry) {
      const Field* key = find_field(*type.named->message, "key");
      const Field* value = find_field(*type.named->message, "value");
      if (key != nullptr && value != nullptr) {
        type.kind = FieldType::Kind::kMap;
        type.key = key->type;
        type.value = value->type;
      }
    }
    return type;
  }
  FieldType type(const Field& field, const std::string& scope) const {
    FieldType found;
    if (field.is_map()) {
      found.kind = FieldType::Kind::kMap;
      found.key = field.map_key_type;
      found.value = field.type;
      return found;
    }
    found = type(field.type, scope);
    if (field.is_group()) found.own_body = &field.group.front();
    return found;
  }
  bool is_own(const NamedType& type) const { return type.file == &schema.file(); }
};

class Comparer {
 public:
  Comparer(const Schema& original, const Schema& update) : old_{original}, new_{update} {}

  std::vector<Difference> compare() {
    const ProtoFile& original = old_.schema.file();
    const ProtoFile& update = new_.schema.file();
    pairs_.push_back({});  // the files themselves
    if (original.package != update.package) add(kPackageChanged, "");
    compare_types(original.messages, original.enums, update.messages, update.enums,
                  {"", original.package, update.package});
    // Imported messages wait in line instead of being compared where they are met: chains of them may be long.
    for (std::size_t next = 1; next < pairs_.size(); ++next) {
      current_ = next;
      const Pair pair = pairs_[next];
      compare_messages(*pair.original->message, *pair.update->message,
                       {std::string(pair.original->local_name()), pair.original->full_name, pair.update->full_name});
    }
    mark_fields_of_incompatible_types();
    return std::move(found_);
  }

 private:
  struct Pair {
    const NamedType* original = nullptr;
    const NamedType* update = nullptr;
    bool incompatible = false;
  };
  /// A field of one pair's messages that leads to another pair.
  struct Edge {
    std::size_t from, to;
    std::string path;
  };
  /// Where two messages (or files) that are compared stand.
  struct Place {
    std::string path;                  ///< "Outer.Inner", for differences.
    std::string old_scope, new_scope;  ///< Full names, for lookups.

    Place inside(const std::string& name) const {
      return {join_name(path, name), join_name(old_scope, name), join_name(new_scope, name)};
    }
  };
  struct Member {
    const Field* field = nullptr;
    const Oneof* oneof = nullptr;
  };
  using Members = std::map<std::int32_t, Member>;

  void add(DifferenceKind kind, std::string path) {
    constexpr int kShownMax = 1'000;
    const KindEntry& what = entry(kind);
    if (!what.compatible) pairs_[current_].incompatible = true;
    if (++count_[what.compatible ? 1 : 0] > kShownMax) return;
    std::replace(path.begin(), path.end(), '.', '/');
    found_.push_back({kind, "#/" + path, std::string(what.text)});
  }

  // --- Messages and enums of one scope

  void compare_types(const std::vector<Message>& old_messages, const std::vector<Enum>& old_enums,
                     const std::vector<Message>& new_messages, const std::vector<Enum>& new_enums, const Place& place) {
    const auto originals = by_name(old_messages), updates = by_name(new_messages);
    for (const auto& [name, index] : originals) {
      const Message& original = old_messages[index];
      const auto update = updates.find(name);
      if (update != updates.end()) {
        const Place inside = place.inside(original.name);
        compare_messages(original, new_messages[update->second], inside);
        if (update->second != index) add(kMessageMoved, inside.path);
      } else if (!original.map_entry) {
        add(kMessageRemoved, join_name(place.path, original.name));
      }
    }
    for (const auto& [name, index] : updates) {
      if (originals.count(name) == 0 && !new_messages[index].map_entry) {
        add(kMessageAdded, join_name(place.path, name));
      }
    }
    const auto old_by_name = by_name(old_enums), new_by_name = by_name(new_enums);
    for (const auto& [name, index] : old_by_name) {
      const auto update = new_by_name.find(name);
      const std::string path = join_name(place.path, name);
      if (update == new_by_name.end()) {
        add(kEnumRemoved, path);
      } else {
        compare_enums(old_enums[index], new_enums[update->second], path);
      }
    }
    for (const auto& [name, index] : new_by_name) {
      if (old_by_name.count(name) == 0) add(kEnumAdded, join_name(place.path, name));
    }
  }

  template <class Types>
  static std::map<std::string_view, std::size_t> by_name(const Types& types) {
    std::map<std::string_view, std::size_t> names;
    for (std::size_t i = 0; i < types.size(); ++i) names.insert_or_assign(types[i].name, i);
    return names;
  }

  void compare_enums(const Enum& original, const Enum& update, const std::string& path) {
    std::map<std::int32_t, std::string_view> old_names, new_names;
    for (const EnumConstant& constant : original.constants) old_names.insert_or_assign(constant.number, constant.name);
    for (const EnumConstant& constant : update.constants) new_names.insert_or_assign(constant.number, constant.name);
    for (const auto& [number, name] : old_names) {
      const auto at = new_names.find(number);
      if (at == new_names.end()) {
        add(kEnumConstRemoved, join_name(path, std::to_string(number)));
      } else if (at->second != name) {
        add(kEnumConstChanged, join_name(path, std::to_string(number)));
      }
    }
    for (const auto& [number, name] : new_names) {
      if (old_names.count(number) == 0) add(kEnumConstAdded, join_name(path, std::to_string(number)));
    }
  }

  // --- One message

  void compare_messages(const Message& original, const Message& update, const Place& place) {
    const Members originals = members(original), updates = members(update);
    compare_oneofs(original, originals, update, place);
    const std::set<std::string_view> dropped = dropped_oneofs(original, update, updates);
    for (const auto& [number, member] : originals) {
      const auto at = updates.find(number);
      if (at != updates.end()) {
        compare_members(member, at->second, place);
      } else if (member.oneof == nullptr) {
        add(member.field->label == Label::kRequired ? kRequiredFieldRemoved : kFieldRemoved, path(place, member));
      } else if (dropped.count(member.oneof->name) == 0) {
        add(kOneofFieldRemoved, path(place, member));
      }
    }
    for (const auto& [number, member] : updates) {
      if (originals.count(number) > 0) continue;
      add(member.oneof != nullptr                   ? kOneofFieldAdded
          : member.field->label == Label::kRequired ? kRequiredFieldAdded
                                                    : kFieldAdded,
          path(place, member));
    }
    compare_types(original.messages, original.enums, update.messages, update.enums, place);
  }

  static Members members(const Message& message) {
    Members found;
    for (const Field& field : message.fields) found[field.number] = {&field, nullptr};
    for (const Oneof& oneof : message.oneofs) {
      for (const Field& field : oneof.fields) found[field.number] = {&field, &oneof};
    }
    return found;
  }

  static std::string path(const Place& place, const Member& member) {
    const std::string number = std::to_string(member.field->number);
    return join_name(place.path, member.oneof == nullptr ? number : join_name(member.oneof->name, number));
  }

  void compare_oneofs(const Message& original, const Members& originals, const Message& update, const Place& place) {
    const auto old_names = by_name(original.oneofs), new_names = by_name(update.oneofs);
    for (const auto& [name, index] : old_names) {
      if (new_names.count(name) == 0) add(kOneofRemoved, join_name(place.path, name));
    }
    for (const Oneof& oneof : update.oneofs) {
      if (old_names.count(oneof.name) == 0) add(kOneofAdded, join_name(place.path, oneof.name));
      // Members that excluded each other before count once together, fields that stood alone once each; new ones
      // exclude nothing that old data has.
      std::set<const void*> groups;
      int alone = 0;
      for (const Field& field : oneof.fields) {
        const auto before = originals.find(field.number);
        if (before == originals.end()) continue;
        if (before->second.oneof == nullptr) ++alone;
        groups.insert(before->second.oneof == nullptr ? static_cast<const void*>(before->second.field)
                                                      : before->second.oneof);
      }
      if (groups.size() < 2) continue;
      add(alone > 1 ? kMultipleFieldsMovedToOneof : kFieldMovedToExistingOneof, join_name(place.path, oneof.name));
    }
  }

  /// Oneofs that went with all their members: nothing in the new message can be taken for them.
  static std::set<std::string_view> dropped_oneofs(const Message& original, const Message& update,
                                                   const Members& updates) {
    std::set<std::string_view> dropped;
    const auto kept = by_name(update.oneofs);
    for (const Oneof& oneof : original.oneofs) {
      const bool survives = kept.count(oneof.name) > 0 ||
                            std::any_of(oneof.fields.begin(), oneof.fields.end(),
                                        [&](const Field& field) { return updates.count(field.number) > 0; });
      if (!survives) dropped.insert(oneof.name);
    }
    return dropped;
  }

  // --- One field

  void compare_members(const Member& original, const Member& update, const Place& place) {
    const std::string at = path(place, update);
    if (original.oneof != nullptr && update.oneof == nullptr) add(kOneofFieldMovedToTopLevel, at);
    if (original.field->name != update.field->name) add(kFieldNameChanged, at);
    const FieldType from = old_.type(*original.field, place.old_scope), to = new_.type(*update.field, place.new_scope);
    const bool labels_differ = original.field->label != update.field->label && original.field->label != Label::kNone &&
                               update.field->label != Label::kNone;
    compare_field_types(from, to, labels_differ, place, at);
  }

  void compare_field_types(const FieldType& from, const FieldType& to, bool labels_differ, const Place& place,
                           const std::string& at) {
    // A group is written between two tags, a message behind its length.
    if (from.kind != to.kind || (from.own_body == nullptr) != (to.own_body == nullptr))
      return add(kFieldKindChanged, at);
    switch (from.kind) {
      case FieldType::Kind::kScalar:
        if (from.group != to.group) {
          add(kFieldScalarKindChanged, at);
        } else if (labels_differ) {
          add(from.group == 't' ? kFieldStringOrBytesLabelChanged : kFieldNumericLabelChanged, at);
        }
        return;
      case FieldType::Kind::kMap:
        // An entry's value is no map itself, so this ends.
        compare_field_types(old_.type(from.key, place.old_scope), new_.type(to.key, place.new_scope), false, place, at);
        compare_field_types(old_.type(from.value, place.old_scope), new_.type(to.value, place.new_scope), false, place,
                            at);
        return;
      case FieldType::Kind::kMessage:
        compare_message_types(from, to, place, at);
        return;
    }
  }

  void compare_message_types(const FieldType& from, const FieldType& to, const Place& place, const std::string& at) {
    if (from.own_body != nullptr) {
      if (from.name != to.name) add(kFieldNamedTypeChanged, at);
      return compare_messages(*from.own_body, *to.own_body, place.inside(from.name));
    }
    if (from.named == nullptr || to.named == nullptr) {
      if (from.name != to.name) add(kFieldNamedTypeChanged, at);
      return;
    }
    if (from.named->local_name() != to.named->local_name()) return add(kFieldNamedTypeChanged, at);
    if (old_.is_own(*from.named) && new_.is_own(*to.named)) return;  // compared by name in any case
    if (from.named->message == to.named->message) return;
    edges_.push_back({current_, pair_of(from.named, to.named), at});
  }

  std::size_t pair_of(const NamedType* original, const NamedType* update) {
    const auto [at, added] = pair_index_.emplace(std::pair(original->message, update->message), pairs_.size());
    if (added) pairs_.push_back({original, update, false});
    return at->second;
  }

  /// A field whose message became incompatible in another file is incompatible itself.
  void mark_fields_of_incompatible_types() {
    std::vector<std::vector<std::size_t>> leading_to(pairs_.size());
    for (std::size_t i = 0; i < edges_.size(); ++i) leading_to[edges_[i].to].push_back(i);
    std::vector<std::size_t> todo;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      if (pairs_[i].incompatible) todo.push_back(i);
    }
    while (!todo.empty()) {
      const std::size_t pair = todo.back();
      todo.pop_back();
      for (const std::size_t edge : leading_to[pair]) {
        const std::size_t from = edges_[edge].from;
        const bool known = pairs_[from].incompatible;
        current_ = from;
        add(kFieldNamedTypeChanged, edges_[edge].path);
        if (!known) todo.push_back(from);
      }
    }
  }

  const Side old_, new_;
  std::vector<Difference> found_;
  int count_[2] = {0, 0};
  std::vector<Pair> pairs_;  ///< The first stands for the files; the others are imported messages.
  std::map<std::pair<const Message*, const Message*>, std::size_t> pair_index_;
  std::vector<Edge> edges_;
  std::size_t current_ = 0;  ///< The pair at work.
};

}  // namespace

std::string_view difference_name(DifferenceKind kind) { return entry(kind).name; }
bool is_compatible(DifferenceKind kind) { return entry(kind).compatible; }

std::vector<Difference> differences(const Schema& original, const Schema& update) {
  return Comparer(original, update).compare();
}

std::vector<Difference> incompatibilities(const Schema& reader, const Schema& writer) {
  std::vector<Difference> found = differences(writer, reader);
  std::erase_if(found, [](const Difference& difference) { return is_compatible(difference.kind); });
  return found;
}

}  // namespace weft::schema::protobuf
