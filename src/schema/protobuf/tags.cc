#include "schema/protobuf/tags.h"

#include <optional>

#include "schema/protobuf/option_text.h"
#include "schema/protobuf/print.h"

namespace weft::schema::protobuf {
namespace {

constexpr std::string_view kTags = "tags";

/// The name of the option that holds the tags.
std::string_view meta_name(EntityKind kind) {
  return kind == EntityKind::kRecord ? "confluent.message_meta" : "confluent.field_meta";
}

/// `(confluent.field_meta) = {…}` or `(confluent.field_meta).tags = …`.
bool is_meta(const Option& option, EntityKind kind) {
  std::string_view name = option.name.front().name;
  if (name.starts_with('.')) name.remove_prefix(1);
  return option.custom() && option.name.size() <= 2 && name == meta_name(kind);
}

void add_tags(const std::string& name, const OptionValue& value, std::vector<std::string>& tags) {
  if (name != kTags) return;
  if (value.kind == OptionValue::Kind::kString) tags.push_back(value.text);
  for (const OptionValue& tag : value.elements) tags.push_back(tag.text);
}

std::vector<std::string> tags_of(const std::vector<Option>& options, EntityKind kind) {
  std::vector<std::string> tags;
  for (const Option& option : options) {
    if (!is_meta(option, kind)) continue;
    if (option.name.size() == 2) add_tags(option.name[1].name, option.value, tags);
    for (const auto& member : option.value.members) {
      if (option.name.size() == 1) add_tags(member.name, member.value, tags);
    }
  }
  return tags;
}

OptionValue list_of(const std::vector<std::string>& tags) {
  OptionValue list;
  list.kind = OptionValue::Kind::kList;
  for (const std::string& tag : tags) list.elements.push_back({OptionValue::Kind::kString, tag, {}, {}});
  return list;
}

/// All that the options say about the entity becomes one option, where the first of them stood.
void set_tags(std::vector<Option>& options, EntityKind kind, const std::vector<std::string>& tags) {
  OptionValue meta;
  meta.kind = OptionValue::Kind::kMap;
  std::optional<std::size_t> place;
  for (std::size_t i = 0; i < options.size();) {
    if (!is_meta(options[i], kind)) {
      ++i;
      continue;
    }
    if (!place) place = i;
    Option option = std::move(options[i]);
    options.erase(options.begin() + static_cast<std::ptrdiff_t>(i));
    if (option.name.size() == 2) {
      if (option.name[1].name != kTags) add_member(meta, option.name[1].name, std::move(option.value));
    } else {
      for (auto& member : option.value.members) {
        if (member.name != kTags) add_member(meta, member.name, std::move(member.value));
      }
    }
  }
  if (!tags.empty()) add_member(meta, std::string(kTags), list_of(tags));
  if (meta.members.empty()) return;
  Option option{{{std::string(meta_name(kind)), true}}, std::move(meta)};
  options.insert(options.begin() + static_cast<std::ptrdiff_t>(place.value_or(options.size())), std::move(option));
}

/// The messages and fields of a file with their options.
class PlaceFinder {
 public:
  explicit PlaceFinder(ProtoFile& file) : package_(file.package.empty() ? "" : file.package + ".") {
    for (Message& message : file.messages) visit(message, "");
  }

  std::vector<EntityTags> tagged() const { return places_.tagged(); }
  Result<void> change(const TagChanges& changes) {
    TRY_ASSIGN(const auto changed, places_.changed(changes));
    for (const auto& [index, tags] : changed) set_tags(*targets_[index].options, targets_[index].kind, tags);
    return {};
  }

 private:
  struct Target {
    EntityKind kind;
    std::vector<Option>* options;
  };

  // As deep as the parser lets messages lie inside each other.
  void visit(Message& message, const std::string& scope) {
    const std::string path = scope + message.name;
    add(EntityKind::kRecord, path, message.options);
    for (Field& field : message.fields) add(EntityKind::kField, path + "." + field.name, field.options);
    for (Oneof& oneof : message.oneofs) {
      for (Field& field : oneof.fields) add(EntityKind::kField, path + "." + field.name, field.options);
    }
    for (Message& inner : message.messages) visit(inner, path + ".");
  }

  void add(EntityKind kind, const std::string& path, std::vector<Option>& options) {
    const std::string with_package = package_.empty() ? "" : package_ + path;
    if (places_.add(kind, path, with_package, tags_of(options, kind))) targets_.push_back({kind, &options});
  }

  std::string package_;
  TagPlaces places_;
  std::vector<Target> targets_;
};

}  // namespace

std::vector<EntityTags> inline_tags(const Schema& schema) {
  ProtoFile file = schema.file();
  return PlaceFinder(file).tagged();
}

Result<std::string> retagged_text(const Schema& schema, const TagChanges& changes) {
  ProtoFile file = schema.file();
  TRY(PlaceFinder(file).change(changes));
  return print_file(file);
}

}  // namespace weft::schema::protobuf
