#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "schema/protobuf/proto_file.h"

namespace weft::schema::protobuf {

/// A message or enum that can be named.
struct NamedType {
  std::string full_name;             ///< "acme.Outer.Inner", without leading dot.
  const ProtoFile* file = nullptr;   ///< Where it stands.
  const Message* message = nullptr;  ///< One of these two.
  const Enum* enumeration = nullptr;

  /// The full name without the package.
  std::string_view local_name() const {
    return std::string_view(full_name).substr(file->package.empty() ? 0 : file->package.size() + 1);
  }
};

/// A field declared by an `extend` block.
struct NamedExtension {
  std::string full_name;
  const Field* field = nullptr;
};

/// What the names of several files mean. Holds pointers into the files, which must outlive it.
class TypeIndex {
 public:
  /// `base` answers for what no added file has; may be null.
  explicit TypeIndex(const TypeIndex* base = nullptr) : base_(base) {}

  /// Of two things with the same name the one added later counts.
  void add(const ProtoFile& file);

  /// What `name`, as written inside `scope` (a full name: package and enclosing messages), means: the innermost
  /// scope that knows it counts, a leading dot stands for the outermost. Null when nothing does.
  const NamedType* type(std::string_view name, std::string_view scope) const;
  const NamedExtension* extension(std::string_view name, std::string_view scope) const;

 private:
  void add(const ProtoFile& file, const Message& message, const std::string& scope);
  void add(const ProtoFile& file, const std::vector<Extend>& extends, const std::string& scope);
  const NamedType* find_type(const std::string& full_name) const;
  const NamedExtension* find_extension(const std::string& full_name) const;

  const TypeIndex* base_;
  std::unordered_map<std::string, NamedType> types_;
  std::unordered_map<std::string, NamedExtension> extensions_;
};

/// "acme.Outer" and "Inner" make "acme.Outer.Inner"; an empty scope adds nothing.
inline std::string join_name(std::string_view scope, std::string_view name) {
  return scope.empty() ? std::string(name) : std::string(scope) + "." + std::string(name);
}

/// Whether `type` is one of the words for scalars: "int32", "string", …
bool is_scalar(std::string_view type);

}  // namespace weft::schema::protobuf
