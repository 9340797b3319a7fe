#include "schema/json/field_tree.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "schema/json/print.h"

namespace weft::schema::json {
namespace {

constexpr std::size_t kStepsMax = 50'000;
constexpr std::size_t kOpenMax = 200;

class Unfolder {
 public:
  FieldTree unfold(const Subschema& root) {
    FieldTree tree;
    tree.name = root.has(Keyword::kTitle) ? std::string(root.text(Keyword::kTitle)) : type_text(root).words;
    tree.doc = root.text(Keyword::kDescription);
    children(root, "", tree.fields);
    tree.truncated = truncated_;
    return tree;
  }

 private:
  /// Adds the properties that `schema` leads to without passing another property.
  void children(const Subschema& schema, const std::string& path, std::vector<FieldNode>& out) {
    if (std::find(open_.begin(), open_.end(), &schema) != open_.end()) return;
    if (++steps_ > kStepsMax || open_.size() == kOpenMax) {
      truncated_ = true;
      return;
    }
    open_.push_back(&schema);
    for (const Child& property : schema.all(Keyword::kProperties)) add(property, path, out);
    if (schema.reference != nullptr) children(*schema.reference, path, out);
    for (const Keyword keyword : {Keyword::kAllOf, Keyword::kAnyOf, Keyword::kOneOf}) {
      for (const Child& branch : schema.all(keyword)) children(*branch.schema, path, out);
    }
    for (const Keyword keyword : {Keyword::kPrefixItems, Keyword::kItems}) {
      for (const Child& item : schema.all(keyword)) children(*item.schema, path + "[]", out);
    }
    if (const Subschema* values = schema.one(Keyword::kAdditionalProperties)) children(*values, path + "{}", out);
    open_.pop_back();
  }

  void add(const Child& property, const std::string& path, std::vector<FieldNode>& out) {
    std::string place = path.empty() ? std::string(property.name) : path + "." + std::string(property.name);
    if (seen_.contains(place)) return;
    if (nodes_ == kFieldTreeNodesMax || depth_ == kFieldTreeDepthMax) {
      truncated_ = true;
      return;
    }
    seen_.insert(place);
    ++nodes_;
    ++depth_;
    FieldNode node;
    node.name = property.name;
    node.path = std::move(place);
    describe(*property.schema, node);
    children(*property.schema, node.path, node.children);
    --depth_;
    out.push_back(std::move(node));
  }

  static void describe(const Subschema& schema, FieldNode& node) {
    TypeText type = type_text(schema);
    node.type = std::move(type.words);
    node.nullable = type.nullable;
    if (const JsonNode* value = schema.word(Keyword::kDefault)) append_json(node.default_json.emplace(), *value);
    node.doc = doc(schema);
    if (node.doc.empty() && schema.reference != nullptr) node.doc = doc(*schema.reference);
    const Subschema* items = schema.one(Keyword::kItems);
    for (const Subschema* at : {&schema, schema.reference, items}) {
      if (at == nullptr || !at->has(Keyword::kEnum) || !node.symbols.empty()) continue;
      for (const JsonNode& value : at->word(Keyword::kEnum)->elements) {
        if (value.is_string()) {
          node.symbols.push_back(value.text);
        } else {
          append_json(node.symbols.emplace_back(), value);
        }
      }
    }
    if (const JsonNode* tags = schema.source->find("confluent:tags")) {
      for (const JsonNode& tag : tags->elements) node.tags.push_back(tag.text);
    }
  }

  static std::string doc(const Subschema& schema) {
    const std::string_view description = schema.text(Keyword::kDescription);
    return std::string(description.empty() ? schema.text(Keyword::kTitle) : description);
  }

  std::vector<const Subschema*> open_;    // schemas around the current one
  std::unordered_set<std::string> seen_;  // paths
  std::size_t depth_ = 0;                 // properties around the current one
  std::size_t nodes_ = 0;
  std::size_t steps_ = 0;
  bool truncated_ = false;
};

}  // namespace

FieldTree field_tree(const Schema& schema) { return Unfolder().unfold(schema.root()); }

}  // namespace weft::schema::json
