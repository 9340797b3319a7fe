#include "schema/avro/field_tree.h"

#include <algorithm>

#include "schema/avro/print.h"

namespace weft::schema::avro {
namespace {

class Unfolder {
 public:
  FieldTree unfold(const Type& root) {
    FieldTree tree;
    tree.name = root.is_named() ? root.name.full() : type_text(root);
    tree.doc = root.doc.value_or("");
    children(root, "", tree.fields);
    tree.truncated = truncated_;
    return tree;
  }

 private:
  /// Adds the fields of every record that `type` leads to without passing another field.
  void children(const Type& type, const std::string& path, std::vector<FieldNode>& out) {
    switch (type.kind) {
      case Kind::kArray:
        return children(*type.element, path + "[]", out);
      case Kind::kMap:
        return children(*type.element, path + "{}", out);
      case Kind::kUnion:
        for (const Type* branch : type.branches) children(*branch, path, out);
        return;
      case Kind::kRecord:
        break;
      default:
        return;
    }
    if (std::find(open_.begin(), open_.end(), &type) != open_.end()) return;
    open_.push_back(&type);
    for (const Field& field : type.fields) {
      truncated_ = truncated_ || nodes_ == kFieldTreeNodesMax || open_.size() > kFieldTreeDepthMax;
      if (nodes_ == kFieldTreeNodesMax || open_.size() > kFieldTreeDepthMax) break;
      ++nodes_;
      out.push_back(node(field, path));
    }
    open_.pop_back();
  }

  FieldNode node(const Field& field, const std::string& path) {
    FieldNode node;
    node.name = field.name;
    node.path = path.empty() ? field.name : path + "." + field.name;
    describe_type(*field.type, node);
    if (field.default_value) append_json(node.default_json.emplace(), *field.default_value);
    node.doc = field.doc ? *field.doc : field.type->doc.value_or("");
    add_symbols(*field.type, node.symbols);
    for (const auto& property : field.properties) {
      if (property.name != "confluent:tags") continue;
      for (const JsonNode& tag : property.value.elements) node.tags.push_back(tag.text);
    }
    children(*field.type, node.path, node.children);
    return node;
  }

  static void describe_type(const Type& type, FieldNode& node) {
    if (type.kind != Kind::kUnion) {
      node.type = type_text(type);
      return;
    }
    for (const Type* branch : type.branches) {
      if (branch->kind == Kind::kNull) {
        node.nullable = true;
        continue;
      }
      if (!node.type.empty()) node.type += " or ";
      node.type += type_text(*branch);
    }
    if (node.type.empty()) node.type = "null";
  }

  static void add_symbols(const Type& type, std::vector<std::string>& out) {
    if (type.kind == Kind::kEnum) out.insert(out.end(), type.symbols.begin(), type.symbols.end());
    if (type.element != nullptr) add_symbols(*type.element, out);
    for (const Type* branch : type.branches) add_symbols(*branch, out);
  }

  std::vector<const Type*> open_;  // records around the current field
  std::size_t nodes_ = 0;
  bool truncated_ = false;
};

}  // namespace

FieldTree field_tree(const Schema& schema) { return Unfolder().unfold(schema.root()); }

}  // namespace weft::schema::avro
