#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "schema/json/documents.h"
#include "schema/json/pattern.h"
#include "schema/json/schema.h"
#include "schema/json/uri.h"

namespace weft::schema::json {
namespace {

constexpr std::size_t kSubschemasMax = 50'000;
constexpr std::size_t kPatternsMax = 1'000;
constexpr int kPatternCostMax = 100'000;  // of all together; further patterns are only checked
constexpr std::size_t kReferencesMax = 1'000;
constexpr std::size_t kReferencesBytesMax = std::size_t{8} << 20;
constexpr std::size_t kPlaceBytesMax = 300;

bool is_type_name(const JsonNode& node) {
  if (!node.is_string()) return false;
  for (const Type type :
       {Type::kNull, Type::kBoolean, Type::kInteger, Type::kNumber, Type::kString, Type::kArray, Type::kObject}) {
    if (node.text == type_name(type)) return true;
  }
  return false;
}

bool all_strings(const JsonNode& node) {
  return node.is_array() &&
         std::all_of(node.elements.begin(), node.elements.end(), [](const JsonNode& e) { return e.is_string(); });
}

/// 3 and 3.0, but not 3.5.
bool is_whole(const JsonNode& node) {
  if (!node.is_number()) return false;
  return node.is_integer() || node.number() == std::floor(node.number());
}

bool all_type_names(const JsonNode& node) {
  return node.is_array() && std::all_of(node.elements.begin(), node.elements.end(), is_type_name);
}

bool all_arrays_of_strings(const JsonNode& node) {
  return node.is_object() && std::all_of(node.members.begin(), node.members.end(),
                                         [](const auto& member) { return all_strings(member.value); });
}

/// What a keyword's value must be; empty when it is.
std::string_view wanted_instead(Takes takes, const JsonNode& value, Draft draft) {
  const auto unless = [](bool fits, std::string_view wanted) { return fits ? std::string_view() : wanted; };
  switch (takes) {
    case Takes::kAnything:
    case Takes::kSchema:
    case Takes::kDefinitions:
      return {};
    case Takes::kString:
    case Takes::kPattern:
      return unless(value.is_string(), "a string");
    case Takes::kStrings:
      return unless(all_strings(value), "an array of strings");
    case Takes::kBoolean:
      return unless(value.is_boolean(), "true or false");
    case Takes::kInteger:
      return unless(is_whole(value), "a whole number");
    case Takes::kNumber:
      return unless(value.is_number(), "a number");
    case Takes::kDivisor:
      return unless(value.is_number() && value.number() != 0, "a number other than 0");
    case Takes::kExclusiveLimit:
      return draft == Draft::k4 ? unless(value.is_boolean(), "true or false in draft 4")
                                : unless(value.is_number(), "a number since draft 6");
    case Takes::kTypes:
      return unless(is_type_name(value) || all_type_names(value),
                    "null, boolean, integer, number, string, array or object, or an array of these");
    case Takes::kArray:
      return unless(value.is_array(), "an array");
    case Takes::kSchemas:
      return unless(value.is_array(), "an array of schemas");
    case Takes::kSchemaOrSchemas:
      return unless(value.is_array() || value.is_object() || value.is_boolean(), "a schema or an array of schemas");
    case Takes::kSchemaMap:
    case Takes::kPatternMap:
    case Takes::kDependencies:
      return unless(value.is_object(), "an object of schemas");
    case Takes::kNameMap:
      return unless(all_arrays_of_strings(value), "an object of arrays of names");
  }
  return {};
}

}  // namespace

/// Reads schemas from the root inwards; what is referred to is read when the reference is met, from a list, so that
/// recursion is bounded by the depth of one JSON tree.
class Parser {
 public:
  Parser() : schema_(new Schema()) {}

  Result<std::shared_ptr<const Schema>> schema(std::string_view text, std::span<const ReferencedText> references) {
    TRY_ASSIGN(const JsonNode* root, read(text, "JSON schema"));
    TRY_ASSIGN(const Place place, located(documents_.add(*root, "", Draft::k7)));
    TRY(read_references(place, references));
    TRY_ASSIGN(schema_->root_, load(place));
    while (!pending_.empty()) {
      const Pending next = std::move(pending_.back());
      pending_.pop_back();
      path_ = next.path;
      TRY_ASSIGN(const Place target, located(documents_.find(next.from, next.reference)));
      path_ = std::string(next.reference);
      TRY_ASSIGN(next.schema->reference, load(target));
    }
    return std::shared_ptr<const Schema>(std::move(schema_));
  }

 private:
  struct Pending {
    Subschema* schema;
    std::string_view reference;
    Place from;
    std::string path;
  };

  /// Where we are, for messages: grows by one step per level.
  class Step {
   public:
    Step(std::string& path, std::string_view step) : path_(path), size_(path.size()) {
      path_.append("/").append(utf8_prefix(step, path_.size() < kPlaceBytesMax ? kPlaceBytesMax : 0));
    }
    ~Step() { path_.resize(size_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    std::string& path_;
    std::size_t size_;
  };

  template <class... Args>
  Error refuse(fmt::format_string<Args...> text, Args&&... args) const {
    return error(ErrorCode::kInvalidArgument, "JSON schema at {}: {}", utf8_prefix(path_, kPlaceBytesMax),
                 fmt::format(text, std::forward<Args>(args)...));
  }
  /// The same error with the place where it happened.
  template <class T>
  Result<T> located(Result<T> result) const {
    if (result.ok()) return result;
    return error(result.error().code, "JSON schema at {}: {}", utf8_prefix(path_, kPlaceBytesMax),
                 result.error().message);
  }

  Result<const JsonNode*> read(std::string_view text, std::string_view what) {
    auto tree = parse_json(text);
    if (!tree.ok()) return error(tree.error().code, "{}: {}", what, tree.error().message);
    return &schema_->documents_.emplace_back(std::move(*tree));
  }

  Result<void> read_references(const Place& root, std::span<const ReferencedText> references) {
    std::size_t bytes = 0;
    for (const ReferencedText& reference : references) bytes += reference.text.size();
    if (references.size() > kReferencesMax || bytes > kReferencesBytesMax) {
      return error(ErrorCode::kTooLarge, "JSON schema: more than {} referenced schemas or {} bytes of them",
                   kReferencesMax, kReferencesBytesMax);
    }
    for (const ReferencedText& reference : references) {
      TRY_ASSIGN(const JsonNode* tree, read(reference.text, fmt::format("referenced schema \"{}\"", reference.name)));
      const std::string_view name = split_fragment(reference.name).uri;
      TRY(located(documents_.add(*tree, resolve_uri(root.base, name), root.draft)));
      TRY(located(documents_.add(*tree, name, root.draft)));
    }
    return {};
  }

  Result<const Subschema*> load(const Place& place) {
    const auto [known, added] = loaded_.try_emplace(place.node);
    if (!added) return known->second;
    if (!place.node->is_object() && !place.node->is_boolean()) {
      return refuse("a schema is an object, true or false; this is {}", place.node->kind_text());
    }
    if (loaded_.size() > kSubschemasMax) {
      return error(ErrorCode::kTooLarge, "a JSON schema may hold at most {} schemas inside each other", kSubschemasMax);
    }
    Subschema& schema = schema_->subschemas_.emplace_back();
    known->second = &schema;
    schema.draft = place.draft;
    schema.source = place.node;
    if (place.node->is_boolean()) {
      schema.form = place.node->boolean ? Subschema::Form::kTrue : Subschema::Form::kFalse;
      return &schema;
    }
    TRY(read_keywords(schema));
    TRY(read_children(schema, place));
    for (const Keyword keyword : {Keyword::kRef, Keyword::kDynamicRef, Keyword::kRecursiveRef}) {
      if (!schema.has(keyword)) continue;
      pending_.push_back({&schema, schema.text(keyword), place, path_.substr(0, kPlaceBytesMax)});
      break;
    }
    return &schema;
  }

  Result<void> read_keywords(Subschema& schema) {
    const bool only_reference = schema.draft <= Draft::k7 && schema.source->find("$ref") != nullptr;
    for (const auto& member : schema.source->members) {
      const KeywordRule* rule = find_keyword(member.name, schema.draft);
      if (rule == nullptr) continue;
      const bool counts = !only_reference || rule->keyword == Keyword::kRef || rule->keyword == Keyword::kTitle ||
                          rule->keyword == Keyword::kDescription || rule->keyword == Keyword::kDefault;
      if (!counts) continue;
      const Step step(path_, member.name);
      TRY(check(*rule, member.value, schema));
      schema.words[static_cast<std::size_t>(rule->keyword)] = &member.value;
    }
    return {};
  }

  /// Whether the value is what the keyword takes; schemas inside are checked when they are read.
  Result<void> check(const KeywordRule& rule, const JsonNode& value, Subschema& schema) {
    const std::string_view wanted = wanted_instead(rule.takes, value, schema.draft);
    if (!wanted.empty()) return refuse("\"{}\" must be {}, and is {}", rule.name, wanted, value.kind_text());
    if (rule.takes == Takes::kPattern) {
      TRY_ASSIGN(schema.pattern, pattern(value.text));
    }
    return {};
  }

  Result<void> read_children(Subschema& schema, const Place& place) {
    for (const KeywordRule& rule : keyword_rules()) {
      const JsonNode* value = schema.word(rule.keyword);
      if (value == nullptr || schema.draft < rule.first || rule.last < schema.draft) continue;
      const Step step(path_, rule.name);
      switch (rule.takes) {
        case Takes::kSchema:
          TRY(read_child(schema, place, {rule.keyword, {}}, *value));
          break;
        case Takes::kSchemas:
        case Takes::kSchemaOrSchemas:
          if (!value->is_array()) TRY(read_child(schema, place, {rule.keyword, {}}, *value));
          for (std::size_t i = 0; i < value->elements.size(); ++i) {
            const Step element(path_, std::to_string(i));
            TRY(read_child(schema, place, {rule.keyword, {}}, value->elements[i]));
          }
          break;
        case Takes::kSchemaMap:
        case Takes::kPatternMap:
        case Takes::kDependencies:
          for (const auto& member : value->members) {
            const Step name(path_, member.name);
            if (rule.takes == Takes::kDependencies && member.value.is_array()) {
              if (!all_strings(member.value)) return refuse("names of properties must be strings");
              continue;
            }
            Child child = {rule.keyword, member.name};
            if (rule.takes == Takes::kPatternMap) {
              TRY_ASSIGN(child.pattern, pattern(member.name));
            }
            TRY(read_child(schema, place, child, member.value));
          }
          break;
        default:
          break;
      }
    }
    return {};
  }

  Result<void> read_child(Subschema& schema, const Place& place, Child child, const JsonNode& value) {
    TRY_ASSIGN(child.schema, load(documents_.inside(place, value)));
    schema.children.push_back(child);
    return {};
  }

  /// `text` lives as long as the schema: it stands in a document.
  Result<const Pattern*> pattern(std::string_view text) {
    auto& known = schema_->patterns_[text];
    if (known != nullptr) return known.get();
    if (schema_->patterns_.size() > kPatternsMax) {
      return error(ErrorCode::kTooLarge, "a JSON schema may hold at most {} different patterns", kPatternsMax);
    }
    known = Pattern::compile(text, pattern_cost_ < kPatternCostMax);
    if (known == nullptr) return refuse("\"{}\" is not a regular expression", utf8_prefix(text, 200));
    pattern_cost_ += known->cost();
    return known.get();
  }

  std::shared_ptr<Schema> schema_;
  Documents documents_;
  std::unordered_map<const JsonNode*, const Subschema*> loaded_;
  std::vector<Pending> pending_;
  int pattern_cost_ = 0;
  std::string path_ = "#";
};

Result<std::shared_ptr<const Schema>> Schema::parse(std::string_view text, std::span<const ReferencedText> references) {
  return Parser().schema(text, references);
}

}  // namespace weft::schema::json
