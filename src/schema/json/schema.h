#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "schema/json/keyword.h"
#include "schema/json_tree.h"

/// JSON Schema, drafts 4, 6, 7 (the default), 2019-09 and 2020-12 by `$schema`. Where the specifications leave room,
/// what Confluent's registry accepts decides, because its clients' schemas come here.
namespace weft::schema::json {

class Pattern;

enum class Type : std::uint8_t { kNull, kBoolean, kInteger, kNumber, kString, kArray, kObject };
/// "null", "integer", …
std::string_view type_name(Type type);

struct Subschema;

/// A schema directly inside another one.
struct Child {
  Keyword keyword;
  std::string_view name;  ///< Of the property, pattern or dependency.
  const Subschema* schema = nullptr;
  const Pattern* pattern = nullptr;  ///< Of kPatternProperties.
};

/// One schema, boolean or object. May be reached from inside itself: walkers bound their depth or remember.
struct Subschema {
  enum class Form : std::uint8_t { kTrue, kFalse, kKeywords };

  Form form = Form::kKeywords;
  Draft draft = Draft::k7;
  const JsonNode* source = nullptr;
  const Subschema* reference = nullptr;  ///< What `$ref` means. Until draft 7 nothing else of this schema counts.
  const Pattern* pattern = nullptr;
  std::vector<Child> children;  ///< In the order of Keyword, then as written.

  /// The keyword's value, checked to be what the keyword takes; null when absent.
  const JsonNode* word(Keyword keyword) const { return words[static_cast<std::size_t>(keyword)]; }
  bool has(Keyword keyword) const { return word(keyword) != nullptr; }
  /// The text of a keyword that takes a string; empty when absent.
  std::string_view text(Keyword keyword) const { return has(keyword) ? std::string_view(word(keyword)->text) : ""; }
  /// Every schema under the keyword.
  std::span<const Child> all(Keyword keyword) const;
  /// The schema of a keyword that holds one; null when absent or an array.
  const Subschema* one(Keyword keyword) const;
  /// Whether the keyword says anything about values: since 2019-09 an empty object of properties does not.
  bool constrains(Keyword keyword) const;
  /// The types named by `type`, each once, in order; empty when absent.
  std::vector<Type> types() const;

  std::array<const JsonNode*, kKeywordCount> words{};
};

/// The text of a schema that another one refers to; `name` is the URI as `$ref` gives it.
struct ReferencedText {
  std::string_view name;
  std::string_view text;
};

/// A parsed schema: immutable, safe to share between threads. Owns everything reachable from its root.
class Schema {
 public:
  /// Parses and checks `text`. `references` are all schemas that it needs, directly or not. Errors: kInvalidArgument
  /// naming the place ("#/properties/a/type") and the rule; kTooLarge for a bound.
  static Result<std::shared_ptr<const Schema>> parse(std::string_view text,
                                                     std::span<const ReferencedText> references = {});

  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;
  ~Schema();

  const Subschema& root() const { return *root_; }
  /// The document as written.
  const JsonNode& tree() const { return documents_.front(); }

 private:
  friend class Parser;
  Schema();

  std::deque<JsonNode> documents_;
  std::deque<Subschema> subschemas_;
  std::unordered_map<std::string_view, std::unique_ptr<const Pattern>> patterns_;
  const Subschema* root_ = nullptr;
};

/// What `validateFields` asks for: no property of the root may be called `$$…`. Error: kInvalidArgument naming it.
Result<void> check_field_names(const Schema& schema);

}  // namespace weft::schema::json
