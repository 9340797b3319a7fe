#include "schema/protobuf/field_tree.h"

#include <algorithm>

#include "schema/json_text.h"
#include "schema/json_tree.h"
#include "schema/protobuf/message_indexes.h"
#include "schema/protobuf/option_text.h"

namespace weft::schema::protobuf {
namespace {

/// What `(confluent.field_meta)` and its like say.
struct Meta {
  std::string doc;
  std::vector<std::string> tags;
};

void read_member(const std::string& name, const OptionValue& value, Meta& meta) {
  if (name == "doc" && value.kind == OptionValue::Kind::kString) meta.doc = value.text;
  if (name != "tags") return;
  if (value.kind == OptionValue::Kind::kString) meta.tags.push_back(value.text);
  for (const OptionValue& tag : value.elements) meta.tags.push_back(tag.text);
}

/// `suffix` is "field_meta" and so on.
Meta meta_of(const std::vector<Option>& options, std::string_view suffix) {
  Meta meta;
  for (const Option& option : options) {
    std::string_view name = option.name.front().name;
    if (name.starts_with('.')) name.remove_prefix(1);
    if (!option.custom() || name != "confluent." + std::string(suffix)) continue;
    if (option.name.size() == 2) read_member(option.name[1].name, option.value, meta);
    if (option.name.size() == 1) {
      for (const auto& member : option.value.members) read_member(member.name, member.value, meta);
    }
  }
  return meta;
}

class Unfolder {
 public:
  explicit Unfolder(const Schema& schema) : schema_(schema) {}

  FieldTree unfold(const NamedType& root) {
    FieldTree tree;
    tree.name = root.full_name;
    tree.doc = meta_of(root.message->options, "message_meta").doc;
    children(*root.message, root.full_name, root.file->proto3(), "", tree.fields);
    tree.truncated = truncated_;
    return tree;
  }

 private:
  void children(const Message& message, const std::string& scope, bool proto3, const std::string& path,
                std::vector<FieldNode>& out) {
    if (std::find(open_.begin(), open_.end(), &message) != open_.end()) return;
    open_.push_back(&message);
    for (const Field& field : message.fields) add(field, nullptr, scope, proto3, path, out);
    for (const Oneof& oneof : message.oneofs) {
      for (const Field& field : oneof.fields) add(field, &oneof, scope, proto3, path, out);
    }
    open_.pop_back();
  }

  void add(const Field& field, const Oneof* oneof, const std::string& scope, bool proto3, const std::string& path,
           std::vector<FieldNode>& out) {
    if (nodes_ == kFieldTreeNodesMax || open_.size() > kFieldTreeDepthMax) {
      truncated_ = true;
      return;
    }
    ++nodes_;
    FieldNode& node = out.emplace_back();
    node.name = field.name;
    node.path = join_name(path, field.name);
    node.number = field.number;
    node.required = field.label == Label::kRequired;
    node.oneof = oneof == nullptr ? "" : oneof->name;
    Meta meta = meta_of(field.options, "field_meta");
    node.doc = std::move(meta.doc);
    node.tags = std::move(meta.tags);
    if (field.default_value) node.default_json = default_text(*field.default_value);
    describe_type(field, scope, proto3, node);
    if (oneof != nullptr) node.nullable = true;
  }

  void describe_type(const Field& field, const std::string& scope, bool proto3, FieldNode& node) {
    const NamedType* type =
        is_scalar(field.type) || field.is_group() ? nullptr : schema_.types().type(field.type, scope);
    std::string name = type == nullptr ? field.type : shown_name(*type);
    std::string key = field.map_key_type;
    // A map may be written out as a repeated entry.
    if (type != nullptr && type->message != nullptr && type->message->map_entry) {
      const Field* entry_key = find_field(*type->message, "key");
      const Field* entry_value = find_field(*type->message, "value");
      if (entry_key != nullptr && entry_value != nullptr) {
        key = entry_key->type;
        type = is_scalar(entry_value->type) ? nullptr : schema_.types().type(entry_value->type, type->full_name);
        name = type == nullptr ? entry_value->type : shown_name(*type);
      }
    }
    const bool map = !key.empty(), repeated = field.label == Label::kRepeated && !map;
    node.type = map ? "map of " + key + " to " + name : repeated ? "repeated " + name : name;
    const bool message = field.is_group() || (type != nullptr && type->message != nullptr);
    node.nullable = !map && !repeated && !node.required && (message || !proto3 || field.label == Label::kOptional);
    if (type != nullptr && type->enumeration != nullptr) {
      for (const EnumConstant& constant : type->enumeration->constants) node.symbols.push_back(constant.name);
      if (node.doc.empty()) node.doc = meta_of(type->enumeration->options, "enum_meta").doc;
    }
    const std::string path = node.path + (map ? "{}" : repeated ? "[]" : "");
    if (field.is_group()) {
      children(field.group.front(), join_name(scope, field.type), proto3, path, node.children);
    } else if (message && type->file->package != "google.protobuf") {
      if (node.doc.empty()) node.doc = meta_of(type->message->options, "message_meta").doc;
      children(*type->message, type->full_name, type->file->proto3(), path, node.children);
    }
  }

  /// Types of this package without it.
  std::string shown_name(const NamedType& type) const {
    const bool own_package = type.file->package == schema_.file().package;
    return own_package ? std::string(type.local_name()) : type.full_name;
  }

  static std::string default_text(const OptionValue& value) {
    const bool boolean = value.kind == OptionValue::Kind::kWord && (value.text == "true" || value.text == "false");
    if (boolean) return value.text;
    if (value.kind == OptionValue::Kind::kNumber) {
      // "-inf" and the like are no JSON numbers.
      const std::string number = normalized_number(value.text);
      if (parse_json(number).ok()) return number;
    }
    std::string json;
    append_json_string(json, value.text);
    return json;
  }

  const Schema& schema_;
  std::vector<const Message*> open_;
  std::size_t nodes_ = 0;
  bool truncated_ = false;
};

}  // namespace

FieldTree field_tree(const Schema& schema, std::string_view message_name) {
  const std::int32_t first[] = {0};
  const std::string name =
      message_name.empty() ? protobuf::message_name(schema, first).value_or("") : std::string(message_name);
  const NamedType* type = schema.types().type("." + name, "");
  if (type == nullptr || type->message == nullptr) return {};
  return Unfolder(schema).unfold(*type);
}

}  // namespace weft::schema::protobuf
