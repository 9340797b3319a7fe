#include "schema/protobuf/type_index.h"

#include <algorithm>
#include <array>

namespace weft::schema::protobuf {
namespace {

/// Calls `find` with the name in every scope, from the inside out, until it answers.
template <class Find>
auto innermost(std::string_view name, std::string_view scope, Find find) -> decltype(find(std::string())) {
  if (name.starts_with('.')) return find(std::string(name.substr(1)));
  while (true) {
    if (const auto found = find(join_name(scope, name))) return found;
    if (scope.empty()) return nullptr;
    const std::size_t dot = scope.rfind('.');
    scope = dot == std::string_view::npos ? std::string_view() : scope.substr(0, dot);
  }
}

}  // namespace

const Field* find_field(const Message& message, const std::string& name) {
  for (const Field& field : message.fields) {
    if (field.name == name) return &field;
  }
  for (const Oneof& oneof : message.oneofs) {
    for (const Field& field : oneof.fields) {
      if (field.name == name) return &field;
    }
  }
  return nullptr;
}

bool is_scalar(std::string_view type) {
  static constexpr std::array<std::string_view, 15> kScalars = {"bool",   "bytes",  "double", "fixed32",  "fixed64",
                                                                "float",  "int32",  "int64",  "sfixed32", "sfixed64",
                                                                "sint32", "sint64", "string", "uint32",   "uint64"};
  return std::binary_search(kScalars.begin(), kScalars.end(), type);
}

void TypeIndex::add(const ProtoFile& file) {
  add(file, file.extends, file.package);
  for (const Message& message : file.messages) add(file, message, file.package);
  for (const Enum& enumeration : file.enums) {
    const std::string name = join_name(file.package, enumeration.name);
    types_.insert_or_assign(name, NamedType{name, &file, nullptr, &enumeration});
  }
}

void TypeIndex::add(const ProtoFile& file, const Message& message, const std::string& scope) {
  const std::string name = join_name(scope, message.name);
  types_.insert_or_assign(name, NamedType{name, &file, &message, nullptr});
  add(file, message.extends, name);
  for (const Message& nested : message.messages) add(file, nested, name);
  for (const Enum& enumeration : message.enums) {
    const std::string full = join_name(name, enumeration.name);
    types_.insert_or_assign(full, NamedType{full, &file, nullptr, &enumeration});
  }
  const auto add_groups = [&](const std::vector<Field>& fields) {
    for (const Field& field : fields) {
      if (field.is_group()) add(file, field.group.front(), name);
    }
  };
  add_groups(message.fields);
  for (const Oneof& oneof : message.oneofs) add_groups(oneof.fields);
}

void TypeIndex::add(const ProtoFile& file, const std::vector<Extend>& extends, const std::string& scope) {
  for (const Extend& extend : extends) {
    for (const Field& field : extend.fields) {
      const std::string name = join_name(scope, field.name);
      extensions_.insert_or_assign(name, NamedExtension{name, &field});
      if (field.is_group()) add(file, field.group.front(), scope);
    }
  }
}

const NamedType* TypeIndex::find_type(const std::string& full_name) const {
  const auto found = types_.find(full_name);
  if (found != types_.end()) return &found->second;
  return base_ == nullptr ? nullptr : base_->find_type(full_name);
}

const NamedExtension* TypeIndex::find_extension(const std::string& full_name) const {
  const auto found = extensions_.find(full_name);
  if (found != extensions_.end()) return &found->second;
  return base_ == nullptr ? nullptr : base_->find_extension(full_name);
}

const NamedType* TypeIndex::type(std::string_view name, std::string_view scope) const {
  return innermost(name, scope, [this](const std::string& full) { return find_type(full); });
}

const NamedExtension* TypeIndex::extension(std::string_view name, std::string_view scope) const {
  return innermost(name, scope, [this](const std::string& full) { return find_extension(full); });
}

}  // namespace weft::schema::protobuf
